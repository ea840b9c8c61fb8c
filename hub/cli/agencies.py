"""`hub agency`: register agencies, disable and enable them, import a list of them."""

from pathlib import Path

import click

from hub.cli.bilingual import Group
from hub.cli.console import (
    by_option,
    in_database,
    json_option,
    mark,
    option,
    print_json,
    print_line,
    print_list,
)

agency_argument = click.argument(
    "named", metavar="AGENCY", help="รหัสหน่วยงานหรือรหัสงบประมาณ · An agency's id or budget code"
)


@click.group(cls=Group, help="ลงทะเบียนและดูหน่วยงาน · Register and list agencies")
def agency() -> None:
    """Group the commands of agencies."""


@agency.command("list", help="รายการหน่วยงานที่ลงทะเบียน · List the registered agencies")
@json_option
def list_agencies(as_json: bool) -> None:
    """List the registered agencies, disabled ones too."""
    from hub.services.identity import agencies

    print_list(
        in_database(agencies.list_agencies),
        as_json=as_json,
        describe=lambda one: {
            "id": one.agency_id,
            "name_th": one.name_th,
            "enabled": one.enabled,
            "clients": one.clients,
            "issuers": one.issuers,
        },
        lines=lambda one: [
            (
                f"{mark(one.enabled)} {one.agency_id}  {one.name_th}  "
                f"ไคลเอนต์ · clients {one.clients}, ผู้ออกโทเค็น · issuers {one.issuers}"
            )
        ],
        empty="ยังไม่มีหน่วยงานที่ลงทะเบียน · No agency is registered",
    )


@agency.command("add", help="ลงทะเบียนหน่วยงาน · Register an agency")
@agency_argument
@by_option
def add(named: str, by: str | None) -> None:
    """Register an agency."""
    agency_id = register(named, by)
    print_line(f"ลงทะเบียน {agency_id} แล้ว · {agency_id} is registered")


@agency.command("enable", help="เปิดหน่วยงานที่ระงับไว้ · Enable a disabled agency")
@agency_argument
@by_option
def enable(named: str, by: str | None) -> None:
    """Enable an agency that was disabled."""
    agency_id = register(named, by)
    print_line(f"เปิด {agency_id} แล้ว · {agency_id} is enabled")


@agency.command(
    "disable",
    help="ระงับหน่วยงาน โทเค็นใช้ไม่ได้ในไม่กี่วินาที · "
    "Disable an agency: its tokens are rejected within seconds",
)
@agency_argument
@by_option
def disable(named: str, by: str | None) -> None:
    """Disable an agency; its clients and issuers stay registered."""
    from hub.services.identity.agencies import disable_agency
    from hub.services.identity.operator import operator_name

    agency_id = in_database(lambda database: disable_agency(database, named, operator_name(by)))
    print_line(f"ระงับ {agency_id} แล้ว · {agency_id} is disabled")


@agency.command(
    "withdraw",
    help="ถอนหน่วยงานที่นำเข้าหรือยืนยันผิด เมื่อไม่มีข้อมูลอ้างถึง · "
    "Withdraw an agency that was imported or asserted by mistake, if nothing refers to it",
)
@agency_argument
@by_option
def withdraw(named: str, by: str | None) -> None:
    """Withdraw an agency that people added."""
    from hub.services.agencies.withdraw_agency import withdraw_agency
    from hub.services.identity.operator import operator_name

    agency_id = in_database(lambda database: withdraw_agency(database, named, operator_name(by)))
    print_line(f"ถอน {agency_id} แล้ว · {agency_id} is withdrawn")


@agency.command(
    "import",
    help="นำเข้ารายชื่อหน่วยงาน CSV, XLSX, XLS หรือ ODS · "
    "Import a list of agencies: CSV, XLSX, XLS or ODS",
)
@click.argument(
    "file",
    metavar="FILE",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="ไฟล์รายชื่อ · The file with the list",
)
@option(
    "--scheme",
    default="operator",
    metavar="NAME",
    help="ชื่อชุดรหัสของรายชื่อนี้ เช่น dla · What the codes of the list are called, e.g. dla",
)
@option("--sheet", metavar="NAME", help="แผ่นงานของ XLSX · The sheet of a workbook")
@option(
    "--encoding",
    metavar="NAME",
    help="การเข้ารหัสของ CSV เช่น tis-620 ถ้าไม่ระบุใช้ตามเครื่องหมายต้นไฟล์หรือ utf-8 · "
    "The encoding of a CSV file, e.g. tis-620; default: that of its first bytes, or utf-8",
)
@option(
    "--separator",
    metavar="CHARACTER",
    help="ตัวคั่นของ CSV ถ้าไม่ระบุใช้ตัวที่คั่นหัวตาราง · "
    "The separator of a CSV file; default: the one in its header",
)
@option(
    "--new",
    "are_new",
    is_flag=True,
    help="ชื่อที่ฮับมีแล้วที่อื่นเป็นอีกหน่วยงานหนึ่ง · Agencies whose name the hub has elsewhere are other ones",
    show_default=False,
)
@option(
    "--dry-run",
    is_flag=True,
    help="ตรวจและนับโดยไม่บันทึก · Check and count, store nothing",
    show_default=False,
)
@json_option
@by_option
def import_list(
    file: Path,
    scheme: str,
    sheet: str | None,
    encoding: str | None,
    separator: str | None,
    are_new: bool,
    dry_run: bool,
    as_json: bool,
    by: str | None,
) -> None:
    """Import a list of agencies, with their names over time."""
    from connectors.kit.plain_table import read_day, read_plain_table
    from hub.services.agencies.import_agencies import AgencyList, import_agencies
    from hub.services.identity.operator import operator_name

    rows = read_plain_table(file, encoding, sheet, separator)
    header = rows[0][1] if rows else []
    result = in_database(
        lambda database: import_agencies(
            database,
            AgencyList(file.name, header, rows[1:], read_day),
            scheme,
            operator_name(by),
            are_new=are_new,
            dry_run=dry_run,
        )
    )
    if as_json:
        counts = {"added": result.added, "changed": result.changed, "linked": result.linked}
        print_json({**counts, "unchanged": result.unchanged, "dry_run": dry_run})
        return
    added, changed, linked = len(result.added), len(result.changed), len(result.linked)
    print_line(
        f"เพิ่ม {added:,} เปลี่ยน {changed:,} ผูกกับที่มีแล้ว {linked:,} เท่าเดิม {result.unchanged:,} "
        f"· {added:,} added, {changed:,} changed, {linked:,} linked to known agencies, "
        f"{result.unchanged:,} unchanged"
    )
    if dry_run:
        print_line("ยังไม่ได้บันทึก · nothing was stored")


def register(named: str, by: str | None) -> str:
    """Register an agency or enable it; return its id."""
    from hub.services.identity.agencies import add_agency
    from hub.services.identity.operator import operator_name

    return in_database(lambda database: add_agency(database, named, operator_name(by)))

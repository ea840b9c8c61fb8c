"""`hub plan`: templates, import and export of plans as workbooks or JSON."""

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli.bilingual import Group
from hub.cli.console import by_option, in_database, json_option, option, print_json, print_line

if TYPE_CHECKING:
    from hub.domain.plan_import import PlanImportResult
    from hub.services.plans.submit_plan import Sender

KINDS = click.Choice(
    ["PROVINCE_DEVELOPMENT", "CLUSTER_DEVELOPMENT", "ANNUAL_ACTION", "LOCAL_DEVELOPMENT",
     "MINISTRY_STRATEGY"]
)  # fmt: skip
STATUSES = click.Choice(["DRAFT", "IN_CONSULTATION", "SUBMITTED", "APPROVED"])
output_argument = click.argument(
    "file",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="ไฟล์ที่จะเขียน .xlsx · The file to write, .xlsx",
)


@click.group(cls=Group, help="แบบกรอก นำเข้า และส่งออกแผน · Templates, import and export of plans")
def plan() -> None:
    """Group the commands of plans."""


@plan.command("template", help="เขียนแบบกรอกแผนเป็น XLSX · Write the empty workbook of a plan")
@output_argument
@option(
    "--kind",
    type=KINDS,
    default="PROVINCE_DEVELOPMENT",
    help="ประเภทแผน · The kind of plan",
)
def template(file: Path, kind: str) -> None:
    """Write the template of a kind of plan."""
    from hub.domain.plans import PlanKind
    from hub.services.plans.write_workbook import write_template

    file.write_bytes(write_template(PlanKind[kind]))
    print_line(f"เขียน {file.name} แล้ว · wrote {file.name}")


@plan.command("export", help="ส่งออกฉบับของแผนเป็น XLSX หรือ JSON · Export a version of a plan")
@click.argument("version", metavar="VERSION", help="รหัสฉบับ · The version's id")
@output_argument
@by_option
def export(version: str, file: Path, by: str | None) -> None:
    """Export a version; the file can be imported again as the next version."""
    from hub.services.plans.import_plan import fetch_submission
    from hub.services.plans.render_plan_json import render_plan
    from hub.services.plans.write_workbook import write_workbook

    key = version.rsplit("/", 1)[-1]
    submission = in_database(lambda database: fetch_submission(database, key, operator(by)))
    if file.suffix.lower() == ".json":
        text = json.dumps(render_plan(submission), ensure_ascii=False, indent=2)
        file.write_text(f"{text}\n", "utf-8")
    else:
        file.write_bytes(write_workbook(submission))
    print_line(f"เขียน {file.name} แล้ว · wrote {file.name}")


@plan.command("import", help="นำเข้าแผนจาก XLSX หรือ JSON · Import a plan from XLSX or JSON")
@click.argument(
    "file",
    metavar="FILE",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="ไฟล์ของแผน · The file of the plan",
)
@option("--check", is_flag=True, help="ตรวจโดยไม่บันทึก · Check, store nothing", show_default=False)
@option(
    "--valid-rows",
    is_flag=True,
    help="บันทึกแถวที่ถูก แม้มีแถวที่ผิด · Store the valid rows although others are wrong",
    show_default=False,
)
@option(
    "--status", type=STATUSES, default="DRAFT", help="สถานะของฉบับใหม่ · The new version's status"
)
@json_option
@by_option
def import_file(
    file: Path, check: bool, valid_rows: bool, status: str, as_json: bool, by: str | None
) -> None:
    """Import a plan; exit code 1 when something is wrong with it."""
    from hub.domain.plan_import import ImportMode
    from hub.domain.plans import PlanStatus
    from hub.services.plans.import_file import import_plan_file
    from hub.services.plans.plan_file import PlanFile

    mode = ImportMode.ALL_OR_NOTHING
    if check or valid_rows:
        mode = ImportMode.CHECK_ONLY if check else ImportMode.VALID_ROWS
    content = PlanFile(file.name, file.read_bytes())
    result = in_database(
        lambda database: import_plan_file(database, content, operator(by), mode, PlanStatus[status])
    )
    if as_json:
        print_json(describe(result))
    else:
        print_result(result)
    if result.issues or result.errors:
        raise click.exceptions.Exit(1)


def operator(by: str | None) -> "Sender":
    """Return the operator as the sender of a command."""
    from hub.domain.identity.viewer import OPERATOR
    from hub.domain.plans import PlanStatus
    from hub.domain.time import BANGKOK
    from hub.services.identity.operator import operator_name
    from hub.services.plans.submit_plan import Sender

    today = datetime.now(BANGKOK).date()
    return Sender(OPERATOR, operator_name(by), today, statuses=tuple(PlanStatus))


def describe(result: "PlanImportResult") -> dict[str, object]:
    """Return the result as JSON values."""
    return {
        "rows": result.rows,
        "accepted": result.accepted,
        "version": result.version_id,
        "issues": [
            {
                "sheet": one.sheet,
                "row": one.row,
                "column": one.column,
                "written": one.written,
                "th": one.text.th,
                "en": one.text.en,
            }
            for one in result.issues
        ],
        "errors": [
            {"field": one.field, "th": one.message.th, "en": one.message.en}
            for one in result.errors
        ],
    }


def print_result(result: "PlanImportResult") -> None:
    """Print what is wrong, and what was stored."""
    for one in result.issues:
        place = f"{one.sheet} แถว · row {one.row}" + (f", {one.column}" if one.column else "")
        click.echo(f"{place}: “{one.written}” {one.text.th} · {one.text.en}")
    for error in result.errors:
        field = ".".join(error.field or ())
        click.echo(f"{field} {error.message.th} · {error.message.en}".strip())
    print_line(
        f"แถว {result.rows:,} ใช้ได้ {result.accepted:,} "
        f"· {result.rows:,} rows, {result.accepted:,} valid"
    )
    if result.version_id:
        print_line(f"บันทึกเป็น {result.version_id} · stored as {result.version_id}")
    else:
        print_line("ไม่ได้บันทึก · nothing was stored")

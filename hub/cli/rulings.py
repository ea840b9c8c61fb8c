"""`hub review rulings`, `revoke`, `export`, `import`: list rulings, revoke one, files of them."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hub.cli.bilingual import Command
from hub.cli.console import (
    COUNT,
    by_option,
    in_database,
    iso,
    json_option,
    mark,
    option,
    print_line,
    print_list,
    source_argument,
    source_named,
)
from hub.cli.quarantine import format_amounts, settle
from hub.errors import Invalid
from hub.settings import Settings

if TYPE_CHECKING:
    from hub.domain.sources.ruling_file import RulingFileResult
    from hub.domain.sources.rulings import RecordedRuling


@click.command("rulings", cls=Command, help="รายการคำวินิจฉัย · List the rulings on rows of a source")
@source_argument(required=False)
@option(
    "--all",
    "with_ended",
    is_flag=True,
    help="รวมที่ยกเลิกหรือถูกแทนแล้ว · Also those revoked or replaced",
    show_default=False,
)
@json_option
def list_rulings(source: str | None, with_ended: bool, as_json: bool) -> None:
    """List the rulings in force, newest first."""
    from hub.services.sources.source_status import list_recorded_rulings

    print_list(
        in_database(
            lambda database: list_recorded_rulings(
                database, source, in_force=None if with_ended else True
            )
        ),
        as_json=as_json,
        describe=describe_ruling,
        lines=format_ruling,
        empty="ไม่มีคำวินิจฉัย · There is no ruling",
    )


def describe_ruling(one: "RecordedRuling") -> dict[str, Any]:
    """Return a ruling as an object of JSON; amounts are whole satang by phase."""
    return {
        "ruling": one.id,
        "version": one.version,
        "source": one.source_id,
        "kind": one.kind.value,
        "name_kind": one.decision and one.decision.kind.value,
        "name": one.name,
        "block": one.block,
        "target": one.decision and one.decision.target,
        "fiscal_years": [{"be": year.be, "ce": year.ce} for year in one.fiscal_years],
        "message_th": one.text.th,
        "message_en": one.text.en,
        "row_count": one.row_count,
        "satang": dict(one.satang),
        "by": one.by,
        "at": iso(one.at),
        "revoked_at": iso(one.revoked_at),
        "revoked_by": one.revoked_by,
        "revoke_reason": one.revoke_reason,
        "replaced_by": one.replaced_by_id,
    }


def format_ruling(one: "RecordedRuling") -> list[str]:
    """Return the lines of a ruling: what it says, what it covered, who made and who ended it."""
    text = f"{one.text.th} · {one.text.en}"
    lines = [
        f"{mark(one.revoked_at is None)} {one.id} · {one.source_id} · {text}",
        f"    {one.row_count:,} แถว · rows; {format_amounts(one.satang)}; {one.by} {iso(one.at)}",
    ]
    if one.replaced_by_id is not None:
        lines.append(
            f"    ถูกแทนด้วยคำวินิจฉัย {one.replaced_by_id} · replaced by ruling {one.replaced_by_id}"
        )
    elif one.revoked_at is not None:
        lines.append(
            f"    ยกเลิกโดย · revoked by {one.revoked_by} {iso(one.revoked_at)}: "
            f"{one.revoke_reason or '-'}"
        )
    return lines


@click.command(
    "revoke",
    cls=Command,
    help="ยกเลิกคำวินิจฉัย แล้วอ่านแถวใหม่ · Revoke a ruling and read its rows again",
)
@source_argument()
@click.argument(
    "ruling", metavar="RULING", type=COUNT, help="เลขคำวินิจฉัย · The number of the ruling"
)
@option("--reason", required=True, metavar="TEXT", help="เหตุผล · Why")
@by_option
def revoke(source: str, ruling: int, reason: str, by: str | None) -> None:
    """Revoke a ruling; answers as of an earlier time do not change."""
    from hub.services.sources.settle_quarantine import revoke_recorded_ruling

    settle(
        source,
        by,
        lambda database, spec, read, person: revoke_recorded_ruling(
            database, spec, read, ruling, person, reason
        ),
    )


FILE_ARGUMENT = click.argument(
    "file",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="ไฟล์ .csv หรือ .xlsx · A file .csv or .xlsx",
)


@click.command(
    "export",
    cls=Command,
    help="ส่งออกข้อพิจารณาและคำวินิจฉัยเป็นไฟล์ · Write questions and rulings to a file",
)
@source_argument()
@FILE_ARGUMENT
def export_file(source: str, file: Path) -> None:
    """Write all questions, the most money first, and all rulings in force; edit and import it."""
    from hub.services.sources.ruling_file import export_rulings
    from hub.services.sources.ruling_workbooks import check_suffix, write_table

    settings = Settings.from_environment()
    check_suffix(file)
    chosen = source_named(source, settings)
    rows = in_database(lambda database: export_rulings(database, chosen.spec.id), settings)
    write_table(file, rows)
    print_line(f"เขียน {len(rows):,} แถวลง {file} · {len(rows):,} rows written to {file}")


@click.command(
    "import",
    cls=Command,
    help="นำเข้าไฟล์คำวินิจฉัยที่แก้แล้ว ทั้งหมดหรือไม่เลย · Apply an edited file of rulings, all or nothing",
)
@source_argument()
@FILE_ARGUMENT
@option(
    "--dry-run",
    "dry",
    is_flag=True,
    help="ตรวจเท่านั้น ไม่บันทึก · Check only, store nothing",
    show_default=False,
)
@by_option
def import_file(source: str, file: Path, dry: bool, by: str | None) -> None:
    """Apply the decisions of a file; a row whose decision is in force already changes nothing."""
    from hub.services.identity.operator import operator_name
    from hub.services.sources.ruling_file import import_rulings
    from hub.services.sources.ruling_workbooks import read_table

    settings = Settings.from_environment()
    chosen = source_named(source, settings)
    if not file.is_file():
        raise Invalid("FILE", f"ไม่มีไฟล์ {file}", f"there is no file {file}")
    table = read_table(file)
    result = in_database(
        lambda database: import_rulings(
            database, chosen.spec, chosen.read, table, operator_name(by), dry=dry
        ),
        settings,
    )
    for line in format_import(result):
        print_line(line)
    if result.issues:
        raise click.exceptions.Exit(1)


def format_import(result: "RulingFileResult") -> list[str]:
    """Return the lines of an import: what is wrong in it, or its effect."""
    if result.issues:
        lines = [
            f"แถว {one.row} {one.column or ''} “{one.written}”: {one.th} "
            f"· row {one.row} {one.column or ''}: {one.en}"
            for one in result.issues
        ]
        return [*lines, "ไม่ได้บันทึกสิ่งใด · Nothing was stored"]
    done = result.settlement
    lines = [
        (
            f"ตัดสินไว้ {result.decided:,} แถว ใหม่ {result.applied:,} ยกเลิก {result.revoked:,} "
            f"คงเดิม {result.unchanged:,} · {result.decided:,} rows with a decision: "
            f"{result.applied:,} new, {result.revoked:,} revoked, {result.unchanged:,} unchanged"
        ),
        (
            f"อ่านใหม่ {done.read:,} แถว เสร็จ {done.settled:,} แถว "
            f"· {done.read:,} rows read again, {done.settled:,} settled"
        ),
    ]
    if result.is_dry:
        lines.append("ตรวจเท่านั้น ยังไม่ได้บันทึก · Checked only; nothing was stored")
    return lines

"""`hub review evidence`: names that addresses in the same document determine."""

from typing import TYPE_CHECKING, Any

import click

from hub.cli.bilingual import Command
from hub.cli.console import (
    by_option,
    in_database,
    json_option,
    option,
    print_line,
    print_list,
    source_argument,
    source_named,
)
from hub.settings import Settings

if TYPE_CHECKING:
    from hub.services.sources.settle_by_evidence import DeterminedName
    from hub.store.database import Database


@click.command(
    "evidence",
    cls=Command,
    help="ชื่อที่ที่อยู่ในเอกสารเดียวกันบอกได้ว่าเป็นที่ใด · Names that addresses in the same document determine",
)
@source_argument()
@option(
    "--apply",
    is_flag=True,
    help="วินิจฉัยตามหลักฐาน · Rule by the evidence",
    show_default=False,
)
@json_option
@by_option
def evidence(source: str, apply: bool, as_json: bool, by: str | None) -> None:
    """List the names that evidence determines, with it; with `--apply`, rule by it."""
    from hub.services.identity.operator import operator_name
    from hub.services.sources.settle_by_evidence import list_determined_names, settle_by_evidence

    settings = Settings.from_environment()
    chosen = source_named(source, settings)
    person = operator_name(by)

    async def _run(database: "Database") -> "list[DeterminedName]":
        found = await list_determined_names(database, chosen.spec.id)
        for one in found if apply else ():
            await settle_by_evidence(database, chosen.spec, chosen.read, one, person)
        return found

    found = in_database(_run, settings)
    print_list(
        found,
        as_json=as_json,
        describe=describe_name,
        lines=format_name,
        empty="ไม่มีชื่อที่หลักฐานบอกได้ · Evidence determines no name",
    )
    if found and not as_json:
        rows = sum(one.question.row_count for one in found)
        th, en = ("วินิจฉัยแล้ว", "settled") if apply else ("ยังไม่ได้บันทึก", "nothing is stored yet")
        print_line(
            f"{len(found):,} ชื่อ {rows:,} แถว {th} · {len(found):,} names, {rows:,} rows: {en}"
        )


def describe_name(one: "DeterminedName") -> dict[str, Any]:
    """Return a name with its evidence as an object of JSON."""
    return {
        "written": one.question.written,
        "block": one.question.block,
        "target": one.determination.target,
        "row_count": one.question.row_count,
        "evidence": [{"row": e.row, "quote": e.quote} for e in one.determination.evidence],
    }


def format_name(one: "DeterminedName") -> list[str]:
    """Return the lines of a name: what it means, and the addresses."""
    block = f" [{one.question.block}]" if one.question.block else ""
    target, rows = one.determination.target, one.question.row_count
    return [
        f"“{one.question.written}”{block} = {target} ({rows:,} แถว · rows)",
        *(f"    แถว · row {e.row}: {e.quote}" for e in one.determination.evidence),
    ]

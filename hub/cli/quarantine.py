"""`hub review`: list quarantined rows; decide names; accept, round and refuse rows."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from hub.cli.bilingual import Group
from hub.cli.console import (
    COUNT,
    by_option,
    in_database,
    json_option,
    option,
    print_line,
    print_list,
    source_argument,
    source_named,
)
from hub.domain.agencies import AgencyDraft, AgencyKind
from hub.errors import Invalid
from hub.settings import Settings

if TYPE_CHECKING:
    from hub.domain.sources.quarantine import ReviewQuestion
    from hub.domain.sources.records import SourceReader
    from hub.domain.sources.rulings import QuarantineSettlement
    from hub.domain.sources.spec import SourceSpec
    from hub.domain.time import FiscalYear
    from hub.store.database import Database

rows_argument = click.argument(
    "rows", metavar="ROW...", type=COUNT, nargs=-1, required=True, help="เลขแถว · Numbers of rows"
)


@click.group(cls=Group, help="ดูและตัดสินแถวที่รอตรวจ · List and decide rows in quarantine")
def review() -> None:
    """Group the commands of the quarantine."""


@review.command("list", help="รายการที่รอตรวจ · List what waits for a decision")
@source_argument(required=False)
@json_option
def list_questions(source: str | None, as_json: bool) -> None:
    """List the questions, the most money first, each with what one decision would settle."""
    from hub.services.sources.source_status import list_waiting_questions

    print_list(
        in_database(lambda database: list_waiting_questions(database, source)),
        as_json=as_json,
        describe=describe_question,
        lines=format_question,
        empty="ไม่มีแถวที่รอตรวจ · No row is in quarantine",
    )


def describe_question(one: "ReviewQuestion") -> dict[str, Any]:
    """Return a question as an object of JSON; amounts are whole satang by phase."""
    years = one.fiscal_years
    return {
        "source": one.source_id,
        "reason": one.reason.value,
        "kind": one.kind and one.kind.value,
        "field": one.field,
        "written": one.written,
        "block": one.block,
        "fiscal_years": [{"be": year.be, "ce": year.ce} for year in years],
        "message_th": one.th,
        "message_en": one.en,
        "key": one.key,
        "row_count": one.row_count,
        "rows": list(one.rows),
        "satang": dict(one.satang),
        "proposals": [
            {"target": made.target, "th": made.th, "en": made.en} for made in one.proposals
        ],
    }


def format_question(one: "ReviewQuestion") -> list[str]:
    """Return the lines of a question: what is written, why it waits, its rows, the proposals."""
    block = f" [{one.block}]" if one.block else ""
    rows = ", ".join(map(str, one.rows[:5])) + ("…" if one.row_count > 5 else "")
    return [
        f"{one.source_id} · {one.reason.value} · {one.field} “{one.written}”{block}",
        f"    {one.th} · {one.en}",
        f"    {one.row_count:,} แถว · rows ({rows}); {format_amounts(one.satang)}",
        *(f"    เสนอ · proposed {made.target}: {made.th} · {made.en}" for made in one.proposals),
    ]


def format_amounts(satang: Mapping[str, int]) -> str:
    """Return the amounts of each phase in baht."""
    from hub.services.sources.report import format_baht

    found = [f"{phase} {format_baht(amount)}" for phase, amount in satang.items()]
    return ", ".join(found) or "ไม่มีจำนวนเงิน · no amount"


@review.command("decide", help="ตัดสินว่าชื่อหมายถึงรหัสใด · Decide which code a name stands for")
@source_argument()
@click.argument("name", metavar="NAME", help="ชื่อตามที่เขียน · The name as it is written")
@option(
    "--as",
    "target",
    required=True,
    metavar="CODE",
    help="รหัส หรือ - ถ้าไม่ใช่พื้นที่ · Its code, or - when it is not an area",
)
@option(
    "--kind",
    type=click.Choice(["AREA", "AGENCY"]),
    help="ชนิดของชื่อ ถ้ามีทั้งสองชนิด · The kind of name, if both kinds have it",
)
@option("--block", metavar="BLOCK", help="เฉพาะช่วงนี้ของเอกสาร · Only in this block of a document")
@option(
    "--years",
    metavar="BE[-BE]",
    help="ปีงบประมาณ พ.ศ. ที่ใช้ เช่น 2565-2566 · The fiscal years it applies to, in BE",
)
@option(
    "--replaces",
    type=COUNT,
    metavar="RULING",
    help="คำวินิจฉัยของผู้อื่นที่จะแทน · The ruling of another person that it replaces",
)
@by_option
def decide(
    source: str,
    name: str,
    target: str,
    kind: str | None,
    block: str | None,
    years: str | None,
    replaces: int | None,
    by: str | None,
) -> None:
    """Decide what a name means, and parse again the rows with that name.

    Rows of an earlier decision on the name are parsed again, too.
    """
    from hub.domain.sources.records import NameKind
    from hub.services.sources.settle_rows import decide_name

    span = parse_fiscal_years(years)
    settle(
        source,
        by,
        partial(
            decide_name,
            name=name,
            target=None if target == "-" else target,
            kind=None if kind is None else NameKind(kind),
            block=block,
            years=span,
            replaces=replaces,
        ),
    )


@review.command("accept", help="รับแถวตามที่เขียน · Accept rows as they are written")
@source_argument()
@rows_argument
@by_option
def accept(source: str, rows: Sequence[int], by: str | None) -> None:
    """Store rows as they are written."""
    from hub.services.sources.settle_rows import accept_rows

    settle(source, by, partial(accept_rows, rows=rows))


@review.command(
    "round",
    help="รับแถวโดยปัดเศษเป็นสตางค์ · Accept rows, amounts rounded to the satang, half up",
)
@source_argument()
@rows_argument
@by_option
def round_amounts(source: str, rows: Sequence[int], by: str | None) -> None:
    """Store rows with amounts finer than a satang, such as a third."""
    from hub.services.sources.settle_rows import round_rows

    settle(source, by, partial(round_rows, rows=rows))


@review.command(
    "refuse", help="ไม่รับแถว รวมถึงเมื่อส่งมาอีก · Refuse rows, also when they are read again"
)
@source_argument()
@rows_argument
@by_option
def refuse(source: str, rows: Sequence[int], by: str | None) -> None:
    """Leave rows out."""
    from hub.services.sources.settle_rows import refuse_rows

    settle(source, by, partial(refuse_rows, rows=rows))


@review.command(
    "new-agency",
    help="ตัดสินว่าชื่อเป็นหน่วยงานใหม่ · Decide that a name is an agency the register does not have",
)
@source_argument()
@click.argument("name", metavar="NAME", help="ชื่อตามที่เขียน · The name as it is written")
@option(
    "--kind",
    required=True,
    type=click.Choice([kind.value for kind in AgencyKind]),
    help="ประเภทหน่วยงาน · What kind of agency it is",
)
@option(
    "--official-name",
    metavar="NAME",
    help="ชื่อทางการ ถ้าต่างจากที่เขียน · Its official name, if it is written differently",
)
@option("--area", metavar="CODE", help="รหัสพื้นที่ของหน่วยงาน · The code of its area")
@option("--parent", metavar="CODE", help="รหัสต้นสังกัด · The code of the agency it is under")
@option("--code", metavar="CODE", help="รหัสของหน่วยงาน · Its code, if it has one")
@by_option
def new_agency(
    source: str,
    name: str,
    kind: str,
    official_name: str | None,
    area: str | None,
    parent: str | None,
    code: str | None,
    by: str | None,
) -> None:
    """Create the agency that a name means, and parse again the rows with that name."""
    from hub.domain.sources.rulings import NewAgencyDecision, Ruling
    from hub.services.sources.settle_quarantine import settle_quarantine

    draft = AgencyDraft(
        official_name or name, AgencyKind(kind), area=area, parent=parent, code=code
    )
    ruling = Ruling(new_agency=NewAgencyDecision(name, draft))
    settle(
        source,
        by,
        lambda database, spec, read, person: settle_quarantine(
            database, spec, read, ruling, person
        ),
    )


def settle(
    source: str,
    by: str | None,
    work: """Callable[
        [Database, SourceSpec, SourceReader, str], Coroutine[Any, Any, QuarantineSettlement]
    ]""",
) -> None:
    """Run a command on the rows of a source as its operator, and print how many it covered."""
    from hub.services.identity.operator import operator_name

    settings = Settings.from_environment()
    chosen = source_named(source, settings)
    person = operator_name(by)
    done = in_database(lambda database: work(database, chosen.spec, chosen.read, person), settings)
    print_line(
        f"อ่านใหม่ {done.read:,} แถว เสร็จ {done.settled:,} แถว (คำวินิจฉัย {done.ruling_id}) "
        f"· {done.read:,} rows read again, {done.settled:,} settled (ruling {done.ruling_id})"
    )


def parse_fiscal_years(text: str | None) -> "tuple[FiscalYear, FiscalYear] | None":
    """Return the first and last fiscal year of `2565` or `2565-2566`; null when none is given."""
    from hub.domain.time import FiscalYear

    if text is None:
        return None
    first, _, last = text.partition("-")
    if not first.isdecimal() or not (last or first).isdecimal():
        raise Invalid("--years", "รูปแบบคือ 2565 หรือ 2565-2566", "must be 2565 or 2565-2566")
    return FiscalYear.from_be(int(first), "--years"), FiscalYear.from_be(
        int(last or first), "--years"
    )

"""Settle quarantined rows from the command line: decide a name, accept, round or refuse rows.

Each function applies its ruling to every row it covers, all or none, writes it to the audit log,
and returns how many rows were read again and how many are settled. `Conflict` while the source is
being ingested, `NotFound` when no row waits for the ruling.
"""

from collections.abc import Sequence

from hub.domain.sources.records import NameKind, SourceReader
from hub.domain.sources.rulings import NameDecision, QuarantineSettlement, Ruling
from hub.domain.sources.spec import SourceSpec
from hub.domain.time import FIRST_BE, LAST_BE, FiscalYear
from hub.errors import Invalid, NotFound
from hub.ingest.name_doubts import build_written_name
from hub.services.sources.settle_quarantine import settle_quarantine
from hub.store.database import Database
from hub.store.ingest import review_questions


async def decide_name(
    database: Database,
    spec: SourceSpec,
    read: SourceReader,
    by: str,
    *,
    name: str,
    target: str | None,
    kind: NameKind | None = None,
    block: str | None = None,
    years: tuple[FiscalYear, FiscalYear] | None = None,
    replaces: int | None = None,
) -> QuarantineSettlement:
    """Decide which code a name refers to; `target` null: it is not an area.

    `kind` null: that of the questions about the name; `Invalid` if they are of both kinds.
    Restricted to one `block` of a document and to a range of fiscal years, if set. `replaces` is
    the ruling of another person that it replaces.
    """
    if kind is None:
        kind = await find_kind(database, spec.id, name)
    first, last = years or (FiscalYear.from_be(FIRST_BE), FiscalYear.from_be(LAST_BE))
    decision = NameDecision(kind, name, block, first, last, target)
    ruling = Ruling(name=decision, replaces=replaces)
    return await settle_quarantine(database, spec, read, ruling, by)


async def find_kind(database: Database, source_id: str, name: str) -> NameKind:
    """Return the kind of a name that waits or has a ruling in force.

    `NotFound` when there is none, `Invalid` when there is one of each kind.
    """
    written = build_written_name(name)
    async with database.pool.acquire() as connection:
        kinds = await review_questions.list_kinds_of_name(connection, source_id, written)
    if not kinds:
        raise NotFound(f"ไม่มีแถวที่รอตรวจด้วยชื่อ {written} · no waiting row has the name {written}")
    if len(kinds) > 1:
        raise Invalid(
            "--kind",
            f"{written} เป็นทั้งชื่อพื้นที่และชื่อหน่วยงาน ระบุ --kind AREA หรือ --kind AGENCY",
            f"{written} is the name of an area and of an agency; send --kind AREA or --kind AGENCY",
        )
    return kinds[0]


async def accept_rows(
    database: Database, spec: SourceSpec, read: SourceReader, by: str, rows: Sequence[int]
) -> QuarantineSettlement:
    """Store rows as written in the source."""
    return await settle_quarantine(database, spec, read, Ruling(accept=tuple(rows)), by)


async def round_rows(
    database: Database, spec: SourceSpec, read: SourceReader, by: str, rows: Sequence[int]
) -> QuarantineSettlement:
    """Store rows with amounts finer than a satang, which are rounded half up."""
    return await settle_quarantine(database, spec, read, Ruling(round=tuple(rows)), by)


async def refuse_rows(
    database: Database, spec: SourceSpec, read: SourceReader, by: str, rows: Sequence[int]
) -> QuarantineSettlement:
    """Leave rows out, in this and in later runs."""
    return await settle_quarantine(database, spec, read, Ruling(refuse=tuple(rows)), by)

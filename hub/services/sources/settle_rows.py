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
from hub.services.sources.settle_quarantine import settle_quarantine
from hub.store.database import Database


async def decide_name(
    database: Database,
    spec: SourceSpec,
    read: SourceReader,
    by: str,
    *,
    name: str,
    target: str | None,
    kind: NameKind = NameKind.AREA,
    block: str | None = None,
    years: tuple[FiscalYear, FiscalYear] | None = None,
    replaces: int | None = None,
) -> QuarantineSettlement:
    """Decide which code a name refers to; `target` null: it is not an area.

    Restricted to one `block` of a document and to a range of fiscal years, if set. `replaces` is
    the ruling of another person that it replaces.
    """
    first, last = years or (FiscalYear.from_be(FIRST_BE), FiscalYear.from_be(LAST_BE))
    decision = NameDecision(kind, name, block, first, last, target)
    ruling = Ruling(name=decision, replaces=replaces)
    return await settle_quarantine(database, spec, read, ruling, by)


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

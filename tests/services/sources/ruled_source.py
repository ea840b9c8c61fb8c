"""The made-up source with rulings on its rows, as tests of rulings need it."""

from typing import Any

from hub.domain.sources.records import NameKind
from hub.domain.sources.rulings import NameDecision, QuarantineSettlement, Ruling
from hub.domain.time import FISCAL_YEAR_BOUNDS
from hub.ingest.run import RunResult, ingest
from hub.services.sources.settle_quarantine import revoke_recorded_ruling, settle_quarantine
from hub.store.database import Database
from tests.ingest.made_up_source import SPEC, Row, build_input, read

AMOUNTS_BY_AREA = (
    "select area_id, sum(amount)::bigint as satang from budget_line where source_id = 'made_up' "
    "group by 1 order by 1"
)


async def run_ingest(database: Database, *rows: Row, **options: Any) -> RunResult:
    """Read rows as one page."""
    return await ingest(database, SPEC, read, build_input(list(rows), **options))


async def rule(database: Database, ruling: Ruling, by: str = "somsri") -> QuarantineSettlement:
    """Apply a ruling."""
    return await settle_quarantine(database, SPEC, read, ruling, by)


async def rule_on_area(
    database: Database, name: str, target: str | None, by: str = "somsri", **more: Any
) -> QuarantineSettlement:
    """Rule that the name of an area refers to a code; `replaces` is a ruling it replaces."""
    replaces = more.pop("replaces", None)
    first, last = FISCAL_YEAR_BOUNDS
    scope = {"block": None, "first": first, "last": last} | more
    decision = NameDecision(NameKind.AREA, name, target=target, **scope)
    return await rule(database, Ruling(name=decision, replaces=replaces), by)


async def revoke(
    database: Database, ruling_id: int | None, by: str = "somsri", version: int | None = None
) -> QuarantineSettlement:
    """Revoke a ruling."""
    assert ruling_id is not None
    return await revoke_recorded_ruling(
        database, SPEC, read, ruling_id, by, "another place", version
    )


async def fetch_amounts_by_area(database: Database) -> dict[str | None, int]:
    """Return the satang of the stored lines by area."""
    rows = await database.pool.fetch(AMOUNTS_BY_AREA)
    return {row["area_id"]: row["satang"] for row in rows}


async def fetch_waiting_keys(database: Database) -> list[str]:
    """Return the keys of waiting rows."""
    rows = await database.pool.fetch(
        "select source_key from quarantine where status = 'WAITING' order by 1"
    )
    return [row["source_key"] for row in rows]


async def fetch_row_ids(database: Database) -> list[int]:
    """Return the ids of waiting rows, in order of arrival."""
    rows = await database.pool.fetch(
        "select id from quarantine where status = 'WAITING' order by id"
    )
    return [row["id"] for row in rows]

"""Which plans' findings must be refreshed, and who answers for a plan."""

from collections.abc import Sequence
from typing import Final

import asyncpg

from hub.domain.time import FiscalYear

TAKE_PLANS: Final = "delete from finding_plan_change returning plan_id"
ENDED: Final = """
select distinct v.plan_id from finding f
join plan_version v on v.id = f.version_id join plan p on p.id = v.plan_id
where f.kind = 'RULE_VIOLATION' and f.status <> 'CLOSED' and p.last_year < $1
"""
AGENCY_OF_PLAN: Final = """
coalesce(p.agency_id, (
    select min(home.id) from agency home
    where home.area_id = p.area_id and home.level in ('PROVINCE', 'CLUSTER', 'LOCAL')
))
"""
"""The agency that answers for a plan `p`: its own, or that of its area (null: none)."""
AGENCIES: Final = f"""
select p.id, {AGENCY_OF_PLAN} as agency_id
from plan p where p.id = any($1::text[])
"""  # noqa: S608 - built from a constant


async def take_plan_notes(connection: asyncpg.Connection) -> list[str]:
    """Delete the notes of changed plans and return their ids, ascending; few plans change."""
    rows = await connection.fetch(TAKE_PLANS)
    return sorted({row["plan_id"] for row in rows})


async def fetch_ended_plans(connection: asyncpg.Connection, year: FiscalYear) -> list[str]:
    """Return the plans with a violation that ended before a fiscal year."""
    return [row["plan_id"] for row in await connection.fetch(ENDED, year.ce)]


async def fetch_agencies(
    connection: asyncpg.Connection, plan_ids: Sequence[str]
) -> dict[str, str | None]:
    """Return the agency of each plan, or that of its area (null: none), by plan."""
    rows = await connection.fetch(AGENCIES, list(plan_ids))
    return {row["id"]: row["agency_id"] for row in rows}

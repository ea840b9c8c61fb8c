"""Statements of the submission of a plan version: who may act, what exists, and the rows written.

They run in the transaction of the command, which ends with the version stored or nothing changed.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final, TypeAlias

import asyncpg

from hub.domain.areas import AreaLevel
from hub.domain.global_id import GlobalId
from hub.domain.plan_content import PlanContent
from hub.domain.plans import PlanKind, PlanStatus
from hub.domain.record import value
from hub.store.plan_writing import PlanRow, list_content_rows
from hub.store.tables import plan, plan_version
from hub.store.upsert import upsert

WriteConnection: TypeAlias = asyncpg.Connection
"""The connection of a command's transaction."""

AREA_OWNER: Final = """
select a.id as area_id, null::text as agency_id, a.level, a.valid_from, a.valid_to,
       home.id as home_id
from area a left join lateral (
    select g.id from agency g
    where g.area_id = a.id and g.kind in ('CLUSTER', 'PROVINCE', 'LOCAL_AUTHORITY')
      and (g.valid_from is null or g.valid_from <= $2) and (g.valid_to is null or g.valid_to > $2)
    order by g.id limit 1
) home on true
where a.id = $1
"""
AGENCY_OWNER: Final = """
select null::text as area_id, g.id as agency_id, null::text as level, g.valid_from, g.valid_to,
       g.id as home_id
from agency g where g.id = $1 and g.area_id is null and $2::date is not null
"""
FIND_PLAN: Final = """
select id from plan
where kind = $1 and first_year = $2 and last_year = $3
  and area_id is not distinct from $4 and agency_id is not distinct from $5
order by id limit 1
"""
LOCK_PLAN: Final = "select id from plan where id = $1 for update"
VERSIONS_OF_PLAN: Final = """
select id, number, status, version, vision_th, vision_en, vision_th_origin, vision_en_origin
from plan_version where plan_id = $1 order by number desc
"""
EXISTING: Final = {
    "agency": "select id from agency where id = any($1)",
    "area": "select id from area where id = any($1) and level = 'PROVINCE'",
    "chain": "select id from value_chain where id = any($1)",
    "stage": "select s.id from (select chain_id || '|' || code as id from stage) s "
    "where s.id = any($1)",
}
STAGE_IDS: Final = "select id, chain_id, code from stage where chain_id = any($1)"


@value
class PlanOwner:
    """The area or agency of a plan; `home_id` is the agency that acts for it, if there is one."""

    area_id: str | None
    agency_id: str | None
    level: AreaLevel | None
    valid_from: date | None
    valid_to: date | None
    home_id: str | None


@value
class NumberedVersion:
    """A stored version of the plan, as a submission needs it."""

    id: str
    number: int
    status: PlanStatus
    version: int


async def fetch_owner(
    connection: asyncpg.Connection, owner: GlobalId, today: date
) -> PlanOwner | None:
    """Return the area or agency of a plan; null if there is none."""
    statement = AREA_OWNER if owner.type == "Area" else AGENCY_OWNER
    row = await connection.fetchrow(statement, owner.key, today)
    if row is None:
        return None
    return PlanOwner(
        row["area_id"],
        row["agency_id"],
        AreaLevel(row["level"]) if row["level"] else None,
        row["valid_from"],
        row["valid_to"],
        row["home_id"],
    )


async def lock_plan(connection: asyncpg.Connection, row: PlanRow) -> str:
    """Return the id of the plan of an owner, kind and period; insert it if there is none.

    The row is locked: another submission to the same plan waits for the end of this transaction.
    """
    found: str | None = await connection.fetchval(
        FIND_PLAN, row.kind.name, row.years.first.ce, row.years.last.ce, row.area_id, row.agency_id
    )
    if found is None:
        found = row.id
        await upsert(connection, plan, [row.as_row()], first_only=("title_th", "sort_key"))
    await connection.execute(LOCK_PLAN, found)
    return found


async def list_versions(connection: asyncpg.Connection, plan_id: str) -> list[NumberedVersion]:
    """Return the versions of a plan, newest first, whatever their visibility."""
    return [
        NumberedVersion(row["id"], row["number"], PlanStatus(row["status"]), row["version"])
        for row in await connection.fetch(VERSIONS_OF_PLAN, plan_id)
    ]


async def fetch_visions(connection: asyncpg.Connection, plan_id: str) -> dict[str, Any]:
    """Return the rows with the visions of a plan's versions, by id."""
    return {row["id"]: row for row in await connection.fetch(VERSIONS_OF_PLAN, plan_id)}


async def list_existing(connection: asyncpg.Connection, kind: str, ids: Iterable[str]) -> set[str]:
    """Return which ids of a kind exist: agency, area (provinces), chain, stage (`chain|code`)."""
    return {row["id"] for row in await connection.fetch(EXISTING[kind], sorted(set(ids)))}


async def insert_version(
    connection: asyncpg.Connection,
    row: dict[str, Any],
    content: PlanContent,
    existing_issues: Sequence[str],
) -> None:
    """Insert a version with its content; `existing_issues` are ids that earlier versions have."""
    chains = sorted({issue.chain for issue in content.issues if issue.chain})
    stages = {
        (one["chain_id"], one["code"]): one["id"]
        for one in await connection.fetch(STAGE_IDS, chains)
    }
    await upsert(connection, plan_version, [row])
    for table, rows in list_content_rows(
        row["plan_id"], row["id"], content, stages, existing_issues
    ):
        await upsert(connection, table, rows)


def new_plan_id(owner: GlobalId, kind: PlanKind, first_be: int, last_be: int) -> str:
    """Return the id of a plan that does not exist yet."""
    return f"plan-{owner.key}-{kind.name.lower().replace('_', '-')}-{first_be}-{last_be}"

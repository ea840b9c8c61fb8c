"""Statements that proposals need of facts: who must accept, agreed and reported money, facts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import asyncpg

from hub.domain.record import record
from hub.domain.sessions.operations import ProposedOperation
from hub.store.linkage_rights import AREA_AGENCIES, TODAY

ACTING_FOR_AGENCIES: Final = f"""
select wanted.id, array(
    select placement.parent_id from agency_placement placement
    join agency department on department.id = placement.agency_id
    join agency ministry on ministry.id = placement.parent_id
    where placement.agency_id = wanted.id
        and department.level = 'MINISTRY' and ministry.kind = 'MINISTRY'
        and coalesce(placement.valid_from <= {TODAY}, true)
        and coalesce(placement.valid_to > {TODAY}, true)
    order by placement.parent_id
) as above
from unnest($1::text[]) wanted (id)
"""  # noqa: S608 - constants
AREA_OF_ISSUES: Final = f"""
select issue.id, plan.area_id, plan.agency_id,
    array(select acting.agency_id from ({AREA_AGENCIES}) acting
        where acting.area_id = plan.area_id order by acting.ordinal, acting.agency_id) as acting
from issue join plan on plan.id = issue.plan_id where issue.id = any($1::text[])
"""  # noqa: S608 - constants
ACTING_FOR_AREAS: Final = f"""
select area.id, array(select acting.agency_id from ({AREA_AGENCIES}) acting
    where acting.area_id = area.id order by acting.ordinal, acting.agency_id) as acting
from area where area.id = any($1::text[])
"""  # noqa: S608 - constants
PROJECTS: Final = "select id, version, owner_id, name_th from project where id = any($1::text[])"
HOLDERS: Final = """
select distinct holder_id from budget_line
where project_id = $1 and fiscal_year = $2 and phase = $3 and funding = $4
    and area_id is not distinct from $5 and holder_id is not null order by holder_id
"""
MONEY: Final = """
select (
    select amount_satang from agreed_fact
    where field = 'AMOUNT' and ended_at is null and project_id = $1 and fiscal_year = $2
        and phase = $3 and funding = $4 and area_id is not distinct from $5
) as agreed, (
    select sum(amount)::bigint from budget_line
    where project_id = $1 and fiscal_year = $2 and phase = $3 and funding = $4
        and area_id is not distinct from $5
) as reported
"""
LEADS: Final = """
select agency_ids[1] as agency_id from agreed_fact
where field = 'LEAD' and ended_at is null and project_id = $1
"""
RAISE_VERSIONS: Final = "update project set version = version + 1 where id = any($1::text[])"
END_FACTS: Final = """
update agreed_fact set ended_at = $8, updated_at = $8
where ended_at is null and field = $1 and (
    case $1 when 'AMOUNT' then project_id = $2 and fiscal_year = $4 and phase = $5
            and funding = $6 and area_id is not distinct from $7
        when 'LEAD' then project_id = $2
        when 'INDICATOR_OWNERS' then indicator_id = $2
        else linkage_id = $3 end
)
returning agreement_id
"""
SUPERSEDE: Final = """
update agreement set status = 'SUPERSEDED', superseded_by_id = $2,
    updated_at = transaction_timestamp()
where id = any($1::text[]) and status in ('CONCLUDED', 'RATIFIED') and not exists (
    select from agreed_fact fact
    where fact.agreement_id = agreement.id and fact.ended_at is null
)
"""
SETTLE_FINDING: Final = """
update finding set status = 'SETTLED', version = version + 1 where id = $1
"""
COLLIDING: Final = """
select subject from session_event
where session_id = $1 and kind = 'AGREEMENT_CONCLUDED' and changed_cells && $3::text[]
    and number > (
        select min(number) from session_event where session_id = $1 and subject = $2
    )
order by number desc limit 1
"""
REJECT_FACTS: Final = """
update agreed_fact set ended_at = transaction_timestamp(), updated_at = transaction_timestamp()
where agreement_id = any($1::text[]) and ended_at is null returning id
"""


@record
class ProposedProject:
    """What a proposal needs of a project."""

    id: str
    version: int
    owner_id: str | None
    name_th: str


@record
class IssueArea:
    """The area of an issue, the agency of its plan, and who acts for it, its own agency first."""

    area_id: str | None
    agency_id: str | None
    acting_ids: list[str]


async def fetch_projects(
    connection: asyncpg.Connection, ids: Sequence[str]
) -> dict[str, ProposedProject]:
    """Return what proposals need of projects, by id."""
    rows = await connection.fetch(PROJECTS, sorted(set(ids)))
    return {row["id"]: ProposedProject(*row) for row in rows}


async def fetch_acting_for_agencies(
    connection: asyncpg.Connection, ids: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Return who may accept for each agency: itself, and the ministry above a department."""
    rows = await connection.fetch(ACTING_FOR_AGENCIES, sorted(set(ids)))
    return {row["id"]: (row["id"], *row["above"]) for row in rows}


async def fetch_issue_areas(
    connection: asyncpg.Connection, ids: Sequence[str]
) -> dict[str, IssueArea]:
    """Return who acts for the area of each issue."""
    rows = await connection.fetch(AREA_OF_ISSUES, sorted(set(ids)))
    found: dict[str, IssueArea] = {}
    for row in rows:
        own = [] if row["area_id"] else [row["agency_id"]] if row["agency_id"] else []
        found[row["id"]] = IssueArea(row["area_id"], row["agency_id"], [*row["acting"], *own])
    return found


async def fetch_acting_for_areas(
    connection: asyncpg.Connection, ids: Sequence[str]
) -> dict[str, list[str]]:
    """Return who acts for each area, its own agency first."""
    rows = await connection.fetch(ACTING_FOR_AREAS, sorted(set(ids)))
    return {row["id"]: list(row["acting"]) for row in rows}


def money_key(one: ProposedOperation) -> tuple[Any, ...]:
    """Return project, year, phase, funding and area of an amount."""
    return (
        one.project_id,
        one.fiscal_year,
        one.phase and one.phase.value,
        one.funding and one.funding.value,
        one.area_id,
    )


async def fetch_holders(connection: asyncpg.Connection, one: ProposedOperation) -> list[str]:
    """Return the agencies that hold the money of an amount that is to change."""
    return [row["holder_id"] for row in await connection.fetch(HOLDERS, *money_key(one))]


async def fetch_amount(connection: asyncpg.Connection, one: ProposedOperation) -> int | None:
    """Return the amount that counts now in satang: the agreed one, else what is reported."""
    row = await connection.fetchrow(MONEY, *money_key(one))
    amount: int | None = row["agreed"] if row["agreed"] is not None else row["reported"]
    return amount


async def fetch_lead(connection: asyncpg.Connection, project_id: str) -> str | None:
    """Return the agreed lead agency of a project; null: none was agreed."""
    found: str | None = await connection.fetchval(LEADS, project_id)
    return found


async def raise_versions(connection: asyncpg.Connection, project_ids: Sequence[str]) -> None:
    """Raise the versions of projects about which something was agreed."""
    await connection.execute(RAISE_VERSIONS, sorted(set(project_ids)))


async def end_facts(
    connection: asyncpg.Connection, fact: Mapping[str, Any], at: datetime
) -> list[str]:
    """End the facts that a new one replaces; return the agreements that asserted them."""
    rows = await connection.fetch(
        END_FACTS,
        fact["field"],
        fact.get("indicator_id") or fact.get("project_id"),
        fact.get("linkage_id"),
        fact.get("fiscal_year"),
        fact.get("phase"),
        fact.get("funding"),
        fact.get("area_id"),
        at,
    )
    return [row["agreement_id"] for row in rows]


async def supersede(connection: asyncpg.Connection, agreement_ids: Sequence[str], by: str) -> None:
    """Mark the agreements of which no fact is in force any more."""
    await connection.execute(SUPERSEDE, sorted(set(agreement_ids)), by)


async def settle_finding(connection: asyncpg.Connection, finding_id: str) -> None:
    """Mark a finding as settled by an agreement."""
    await connection.execute(SETTLE_FINDING, finding_id)


async def find_colliding(
    connection: asyncpg.Connection, session_id: str, proposal_gid: str, cells: Sequence[str]
) -> str | None:
    """Return the global id of the latest agreement since a proposal that changed one of the cells.

    The numbers of events decide what was first, as commits do: a command whose transaction began
    earlier may have waited for the lock on the session.
    """
    found: str | None = await connection.fetchval(COLLIDING, session_id, proposal_gid, list(cells))
    return found


async def end_facts_of(connection: asyncpg.Connection, agreement_ids: Sequence[str]) -> list[str]:
    """End the facts of agreements that were not approved; return the facts that ended."""
    return [row["id"] for row in await connection.fetch(REJECT_FACTS, list(agreement_ids))]

"""What findings about projects rest on: places, years, owners, linkages, amounts.

These statements have no viewer: drafts are among the rows. Readers of a finding must be able to
see all its projects (hub/store/findings/stored.py), so nothing here may be returned to a client.
"""

from collections.abc import Sequence
from typing import Final

import asyncpg

from hub.domain.findings_of_projects import AmountFact, LinkedRole, ProjectFacts
from hub.store.activities import ACTIVITY_ID

FACTS: Final = f"""
select p.id, p.name_th, p.owner_id, p.actor_level, p.fiscal_years,
    {ACTIVITY_ID} <> p.id as is_repeated,
    array(
        select a.area_id from project_area a where a.project_id = p.id
        union select l.area_id from budget_line l
            where l.project_id = p.id and l.area_id is not null
        order by 1
    ) as areas,
    -- A draft linkage of a published project must not show in what others may see.
    exists (
        select from linkage k where k.project_id = p.id and k.issue_id is not null
            and k.status in ('PROPOSED', 'AGREED', 'DISPUTED')
            and (k.visibility = 'PUBLISHED' or p.visibility <> 'PUBLISHED')
    ) as is_linked
from project p
"""  # noqa: S608 - from constants
# Both are built from constants of this file.
FACTS_BY_ID: Final = f"{FACTS} where p.id = any($1::text[]) order by p.id"
FACTS_IN_AREAS: Final = f"""{FACTS}
where p.fiscal_years && $2::smallint[] and p.owner_id is not null and p.id in (
    select project_id from project_area where area_id = any($1::text[])
    union select project_id from budget_line where area_id = any($1::text[])
) order by p.id
"""  # noqa: S608
PLACES: Final = """
select a.id, a.level, a.name_th, a.short_th, coalesce(within.provinces, '{}') as provinces
from area a left join (
    select m.child_id, array_agg(m.parent_id order by m.parent_id) as provinces
    from area_membership m join area above on above.id = m.parent_id
    where above.level = 'PROVINCE' group by m.child_id
) within on within.child_id = a.id
"""
OWNERS_ABOVE: Final = """
select agency_id, array_agg(distinct parent_id) as above from agency_placement
where agency_id = any($1::text[]) and parent_id is not null group by agency_id
"""
LINKED_ROLES: Final = """
select k.project_id, p.actor_level, p.name_th, p.owner_id, p.fiscal_years, k.issue_id, k.stage_id
from linkage k join project p on p.id = k.project_id
where k.project_id = any($1::text[]) and k.stage_id is not null
    and k.status in ('PROPOSED', 'AGREED', 'DISPUTED')
    and (k.visibility = 'PUBLISHED' or p.visibility <> 'PUBLISHED')
order by k.project_id, k.id
"""
USUAL_OF_TITLE: Final = """
-- What other published projects of the same title cost, by phase: the median.
select p.id as project_id, l.id as line_id, l.phase, l.fiscal_year, l.amount, l.area_id,
    p.owner_id, same.usual, same.others
from project p join budget_line l on l.project_id = p.id
cross join lateral (
    select percentile_disc(0.5) within group (order by other_line.amount) as usual,
        count(*) as others
    from project other join budget_line other_line on other_line.project_id = other.id
    where other.title_hash = p.title_hash and other.visibility = 'PUBLISHED'
        and other_line.phase = l.phase and other_line.amount > 0 and other_line.id <> l.id
) same
where p.id = any($1::text[]) and l.amount > 0 and same.others > 0
order by p.id, l.id
"""
USUAL_OF_OWNER: Final = """
-- What the published projects of an owner cost, by phase: the tenth and the ninetieth percentile.
with owners as (
    select distinct owner_id from project where id = any($1::text[]) and owner_id is not null
), usual as (
    select p.owner_id, l.phase, count(*) as others,
        percentile_disc(0.1) within group (order by l.amount) as low,
        percentile_disc(0.9) within group (order by l.amount) as high
    from owners o join project p on p.owner_id = o.owner_id
    join budget_line l on l.project_id = p.id
    where p.visibility = 'PUBLISHED' and l.amount > 0
    group by p.owner_id, l.phase having count(*) >= 20
)
select p.id as project_id, l.id as line_id, l.phase, l.fiscal_year, l.amount, l.area_id,
    p.owner_id, case when l.amount > u.high then u.high else u.low end as usual, u.others
from project p join usual u on u.owner_id = p.owner_id
join budget_line l on l.project_id = p.id and l.phase = u.phase
where p.id = any($1::text[]) and l.amount > 0
    and (l.amount / 500 >= u.high or l.amount <= u.low / 500)
order by p.id, l.id
"""


async def fetch_facts(connection: asyncpg.Connection, ids: Sequence[str]) -> list[ProjectFacts]:
    """Return the facts of projects by id; missing ones are absent."""
    return [facts_of(row) for row in await connection.fetch(FACTS_BY_ID, list(ids))]


async def fetch_facts_in_areas(
    connection: asyncpg.Connection, areas: Sequence[str], years: Sequence[int]
) -> list[ProjectFacts]:
    """Return the facts of projects with an owner that act in areas in any of the years, by id."""
    rows = await connection.fetch(FACTS_IN_AREAS, list(areas), list(years))
    return [facts_of(row) for row in rows]


async def fetch_places(connection: asyncpg.Connection) -> list[asyncpg.Record]:
    """Return areas with level, names, and the provinces that contain each."""
    rows: list[asyncpg.Record] = await connection.fetch(PLACES)
    return rows


async def fetch_owners_above(
    connection: asyncpg.Connection, owners: Sequence[str]
) -> dict[str, frozenset[str]]:
    """Return the agencies that each owner is or was placed under; others are absent."""
    rows = await connection.fetch(OWNERS_ABOVE, list(owners))
    return {row["agency_id"]: frozenset(row["above"]) for row in rows}


async def fetch_linked_roles(
    connection: asyncpg.Connection, ids: Sequence[str]
) -> list[LinkedRole]:
    """Return at which stages projects are linked, by project."""
    rows = await connection.fetch(LINKED_ROLES, list(ids))
    return [
        LinkedRole(
            project_id=row["project_id"],
            title=row["name_th"],
            level=row["actor_level"],
            owner_id=row["owner_id"],
            years=tuple(row["fiscal_years"]),
        )
        for row in rows
    ]


async def fetch_amounts(connection: asyncpg.Connection, ids: Sequence[str]) -> list[AmountFact]:
    """Return amounts of projects beside what is usual; those that are far off or comparable."""
    found = []
    for basis, statement in (("TITLE", USUAL_OF_TITLE), ("OWNER", USUAL_OF_OWNER)):
        rows = await connection.fetch(statement, list(ids))
        found += [
            AmountFact(
                project_id=row["project_id"],
                line_id=row["line_id"],
                phase=row["phase"],
                year=row["fiscal_year"],
                amount=row["amount"],
                area_id=row["area_id"],
                owner_id=row["owner_id"],
                usual=row["usual"],
                others=row["others"],
                basis=basis,
            )
            for row in rows
        ]
    return found


def facts_of(row: asyncpg.Record) -> ProjectFacts:
    """Return the facts of a row."""
    return ProjectFacts(
        id=row["id"],
        title=row["name_th"],
        owner_id=row["owner_id"],
        areas=tuple(row["areas"]),
        years=tuple(row["fiscal_years"]),
        is_linked=row["is_linked"],
        is_repeated=row["is_repeated"],
    )

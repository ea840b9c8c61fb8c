"""What several sources report of one activity: amounts, owners, areas, and their names.

These statements have no viewer. Projects that are marked as the same activity are subjects of the
finding, which is visible only with all of them. A joined record has no project of its own: that of
a draft is not compared with a published project.
"""

from collections.abc import Sequence
from typing import Final

import asyncpg

from hub.domain.report_conflicts import ReportNames, SourceAmount, SourceReport
from hub.domain.text import LocalizedText

ACTIVITIES: Final = """
-- The activities of changed projects, and those of conflicts in which a changed project was.
select coalesce(p.duplicate_of, p.id) as id from project p where p.id = any($1::text[])
union
select coalesce(p.duplicate_of, p.id)
from finding_subject changed
join finding f on f.id = changed.finding_id and f.kind = 'CONFLICTING_SOURCES' and f.cause <> ''
join finding_subject s on s.finding_id = f.id
join project p on p.id = s.project_id
where changed.project_id = any($1::text[])
order by 1
"""
# The members of activities $1; both conditions use an index.
MEMBERS: Final = """
with member as (
    select coalesce(p.duplicate_of, p.id) as activity_id, p.id, p.source_id, p.owner_id,
        p.visibility
    from project p where p.id = any($1::text[]) or p.duplicate_of = any($1::text[])
)
"""
AMOUNTS: Final = f"""{MEMBERS}, summed as (
    select m.activity_id, m.id, l.source_id, l.fiscal_year, l.phase, sum(l.amount)::bigint as amount
    from member m join budget_line l on l.project_id = m.id
    where l.source_id is not null
    group by m.activity_id, m.id, l.source_id, l.fiscal_year, l.phase
), compared as (
    select *, min(source_id) over w <> max(source_id) over w as has_several from summed
    window w as (partition by activity_id, fiscal_year, phase)
)
select * from compared where has_several order by activity_id, id, source_id, fiscal_year, phase
"""  # noqa: S608 - built from constants of this file
REPORTS: Final = f"""{MEMBERS}, joined as (
    select m.activity_id, m.id, r.source_id, s.telling -> 'project' ->> 'owner_id' as owner_id,
        array(select jsonb_array_elements_text(s.telling -> 'areas') order by 1) as areas
    from member m
    join stand_in s on s.target = m.id and s.state = 'JOINED'
    join source_record r on r.id = s.record_id
    where s.telling -> 'project' ->> 'visibility' = 'PUBLISHED' or m.visibility <> 'PUBLISHED'
), several as (
    select activity_id from (
        select activity_id from member where source_id is not null
        union all select activity_id from joined
    ) reported group by activity_id having count(*) > 1
), own as (
    select m.activity_id, m.id, m.source_id, m.owner_id, array(
        select a.area_id from project_area a where a.project_id = m.id
        union select l.area_id from budget_line l where l.project_id = m.id
            and l.source_id = m.source_id and l.area_id is not null
        order by 1
    ) as areas
    from member m where m.source_id is not null
)
select * from (select * from own union all select * from joined) reported
where activity_id in (select activity_id from several)
order by activity_id, id, source_id, owner_id, areas
"""  # noqa: S608 - built from constants of this file
SOURCES: Final = "select id, name_th, name_en from source where id = any($1::text[])"
AGENCIES: Final = "select id, name_th, name_en from agency where id = any($1::text[])"
AREAS: Final = "select id, name_th, name_en from area where id = any($1::text[])"
ABOVE: Final = """
select id, array_agg(parent_id) as above from (
    select agency_id as id, parent_id from agency_placement
    where agency_id = any($1::text[]) and parent_id is not null
    union select child_id, parent_id from area_membership where child_id = any($2::text[])
) placed group by id
"""


async def fetch_activities(connection: asyncpg.Connection, ids: Sequence[str]) -> list[str]:
    """Return the activities whose findings may have changed with projects: the id of the project
    that the others are marked as the same as.
    """
    return [row["id"] for row in await connection.fetch(ACTIVITIES, list(ids))]


async def fetch_amounts(
    connection: asyncpg.Connection, activities: Sequence[str]
) -> list[SourceAmount]:
    """Return the amounts of years and phases that several sources report."""
    return [
        SourceAmount(
            activity_id=row["activity_id"],
            project_id=row["id"],
            source_id=row["source_id"],
            year=row["fiscal_year"],
            phase=row["phase"],
            amount=row["amount"],
        )
        for row in await connection.fetch(AMOUNTS, list(activities))
    ]


async def fetch_reports(
    connection: asyncpg.Connection, activities: Sequence[str]
) -> list[SourceReport]:
    """Return owners and areas of activities with several reports."""
    return [
        SourceReport(
            activity_id=row["activity_id"],
            project_id=row["id"],
            source_id=row["source_id"],
            owner_id=row["owner_id"],
            areas=frozenset(row["areas"]),
        )
        for row in await connection.fetch(REPORTS, list(activities))
    ]


async def fetch_names(
    connection: asyncpg.Connection,
    amounts: Sequence[SourceAmount],
    reports: Sequence[SourceReport],
) -> ReportNames:
    """Return the names of what amounts and reports name, and what is directly above each."""
    sources = {one.source_id for one in amounts} | {one.source_id for one in reports}
    agencies = {one.owner_id for one in reports if one.owner_id}
    areas = {area for one in reports for area in one.areas}
    rows = await connection.fetch(ABOVE, sorted(agencies), sorted(areas))
    return ReportNames(
        sources=await fetch_texts(connection, SOURCES, sources),
        agencies=await fetch_texts(connection, AGENCIES, agencies),
        areas=await fetch_texts(connection, AREAS, areas),
        above={row["id"]: frozenset(row["above"]) for row in rows},
    )


async def fetch_texts(
    connection: asyncpg.Connection, statement: str, ids: set[str]
) -> dict[str, LocalizedText]:
    """Return names by id."""
    rows = await connection.fetch(statement, sorted(ids))
    return {row["id"]: LocalizedText(row["name_th"], row["name_en"]) for row in rows}

"""Stages of published issues' chains where no project fills a cited role."""

from typing import Final

import asyncpg

from hub.domain.findings_of_roles import GapFact
from hub.domain.text import LocalizedText

GAPS: Final = """
-- The criterion is that of the matrix (ADR 24): the activity list that the issue's chain uses names
-- the levels of each stage. Only published plans and linkages count, so that no draft shows.
with newest as (
    select distinct on (v.plan_id) v.plan_id, v.id from plan_version v
    where v.visibility = 'PUBLISHED' order by v.plan_id, v.number desc
), followed as (
    select r.issue_id, r.name_th, r.name_en, r.rank, c.id as chain_id, c.template_id, p.area_id,
        p.agency_id, year.ce
    from newest n join issue_revision r on r.version_id = n.id
    join value_chain c on c.id = r.chain_id and c.template_id is not null
    join plan p on p.id = n.plan_id
    join area a on a.id = p.area_id
    cross join generate_series(p.first_year::int, p.last_year::int) as year (ce)
    where coalesce(a.valid_from <= make_date(year.ce - 1, 10, 1), true)
        and coalesce(a.valid_to > make_date(year.ce - 1, 10, 1), true)
), expected as (
    select f.issue_id, f.name_th, f.name_en, f.rank, f.chain_id, f.area_id, f.agency_id, f.ce,
        s.code, s.name_th as stage_th, s.name_en as stage_en, e.level,
        array_agg(e.id order by e.id) as roles, array_agg(distinct e.citation) as citations
    from followed f join stage s on s.chain_id = f.template_id
    join expected_role e on e.stage_id = s.id
    group by f.issue_id, f.name_th, f.name_en, f.rank, f.chain_id, f.area_id, f.agency_id, f.ce,
        s.code, s.name_th, s.name_en, e.level
), present as (
    select distinct k.issue_id, s.chain_id, s.code, p.actor_level as level, year.ce
    from linkage k join stage s on s.id = k.stage_id join project p on p.id = k.project_id
    cross join unnest(p.fiscal_years) as year (ce)
    where k.status in ('PROPOSED', 'AGREED', 'DISPUTED') and k.visibility = 'PUBLISHED'
        and p.visibility = 'PUBLISHED' and k.issue_id is not null
)
select x.issue_id, x.name_th, x.name_en, x.rank, x.area_id, x.code, x.stage_th, x.stage_en, x.level,
    x.roles, x.citations, array_agg(x.ce order by x.ce) as years,
    coalesce(x.agency_id, (
        select min(home.id) from agency home
        where home.area_id = x.area_id and home.level in ('PROVINCE', 'CLUSTER', 'LOCAL')
    )) as agency
from expected x
where not exists (
    select from present p where p.issue_id = x.issue_id and p.code = x.code and p.level = x.level
        and p.ce = x.ce
)
group by x.issue_id, x.name_th, x.name_en, x.rank, x.area_id, x.agency_id, x.code, x.stage_th,
    x.stage_en, x.level, x.roles, x.citations
order by x.issue_id, x.code, x.level
"""


async def fetch_gaps(connection: asyncpg.Connection) -> list[GapFact]:
    """Return the gaps of all published issues, by issue, stage and level."""
    return [
        GapFact(
            issue_id=row["issue_id"],
            issue=LocalizedText(row["name_th"], row["name_en"]),
            rank=row["rank"],
            area_id=row["area_id"],
            stage_code=row["code"],
            stage=LocalizedText(row["stage_th"], row["stage_en"]),
            level=row["level"],
            role_ids=tuple(row["roles"]),
            citations=tuple(row["citations"]),
            years=tuple(row["years"]),
            agency_id=row["agency"],
        )
        for row in await connection.fetch(GAPS)
    ]

"""Issues of published plans that follow a chain, and the stages and levels that projects fill.

Only published plans, linkages and projects count, so that no draft shows.
"""

from typing import Final

import asyncpg

from hub.domain.findings_of_roles import FollowedIssue
from hub.domain.text import LocalizedText
from hub.store.findings.plans import AGENCY_OF_PLAN

FOLLOWED: Final = f"""
with newest as (
    select distinct on (v.plan_id) v.plan_id, v.id from plan_version v
    where v.visibility = 'PUBLISHED' order by v.plan_id, v.number desc
)
select r.issue_id, r.name_th, r.name_en, r.rank, r.chain_id, p.area_id, array(
        select year.ce from generate_series(p.first_year::int, p.last_year::int) as year (ce)
        where coalesce(a.valid_from <= make_date(year.ce - 1, 10, 1), true)
            and coalesce(a.valid_to > make_date(year.ce - 1, 10, 1), true)
        order by 1
    ) as years, {AGENCY_OF_PLAN} as agency_id
from newest n join issue_revision r on r.version_id = n.id
join plan p on p.id = n.plan_id
join area a on a.id = p.area_id
where r.chain_id is not null
order by r.issue_id
"""  # noqa: S608 - built from a constant
PRESENT: Final = """
select k.issue_id, k.stage_id, p.actor_level as level, array_agg(distinct year.ce) as years
from linkage k join project p on p.id = k.project_id
cross join unnest(p.fiscal_years) as year (ce)
where k.status in ('PROPOSED', 'AGREED', 'DISPUTED') and k.visibility = 'PUBLISHED'
    and p.visibility = 'PUBLISHED' and k.issue_id is not null and k.stage_id is not null
    and p.actor_level is not null
group by k.issue_id, k.stage_id, p.actor_level
"""
Place = tuple[str, str, str]
"""An issue, a stage and a level."""


async def fetch_followed_issues(connection: asyncpg.Connection) -> list[FollowedIssue]:
    """Return the issues of published plans of areas that follow a chain, by id."""
    return [
        FollowedIssue(
            issue_id=row["issue_id"],
            name=LocalizedText(row["name_th"], row["name_en"]),
            rank=row["rank"],
            chain_id=row["chain_id"],
            area_id=row["area_id"],
            years=tuple(row["years"]),
            agency_id=row["agency_id"],
        )
        for row in await connection.fetch(FOLLOWED)
    ]


async def fetch_filled_places(connection: asyncpg.Connection) -> dict[Place, frozenset[int]]:
    """Return in which fiscal years published projects are at a stage for an issue, by place."""
    return {
        (row["issue_id"], row["stage_id"], row["level"]): frozenset(row["years"])
        for row in await connection.fetch(PRESENT)
    }

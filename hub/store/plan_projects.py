"""How many projects in the area of a plan are linked to its issues (R22)."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from hub.domain.identity.viewer import Viewer
from hub.domain.linkages import DEFAULT_LINKAGE_STATUSES
from hub.domain.plan_review import ProjectCounts
from hub.domain.plans import Plan
from hub.store.as_of import table_as_of
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import is_one_of
from hub.store.tables import budget_line, issue, linkage, plan, project, project_area
from hub.store.visibility import is_visible


@lru_cache(maxsize=256)
def counts_by_plan(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """Return the statement for counts of visible projects of plans in pairs of `plans` and `areas`.

    A project acts in one of the areas in a year of the plan; records of one activity count once.
    """
    plans, projects = table_as_of(plan, at), table_as_of(project, at)
    own, line = table_as_of(project_area, at), table_as_of(budget_line, at)
    place = (
        sa.func.unnest(
            sa.bindparam("plans", type_=ARRAY(sa.Text)), sa.bindparam("areas", type_=ARRAY(sa.Text))
        )
        .table_valued(sa.column("plan_id", sa.Text), sa.column("area_id", sa.Text))
        .render_derived(name="place")
    )
    acting = sa.union(
        sa.select(place.c.plan_id, own.c.project_id).join(place, place.c.area_id == own.c.area_id),
        sa.select(place.c.plan_id, line.c.project_id).join(
            place, place.c.area_id == line.c.area_id
        ),
    ).cte("acting")
    links, issues = table_as_of(linkage, at), table_as_of(issue, at)
    linked = (
        sa.select(issues.c.plan_id, links.c.project_id)
        .join(links, links.c.issue_id == issues.c.id)
        .where(
            issues.c.plan_id == sa.any_(sa.bindparam("plans", type_=ARRAY(sa.Text))),
            is_one_of(links.c.status, DEFAULT_LINKAGE_STATUSES),
            is_visible(links, viewer, at),
        )
        .distinct()
        .cte("linked")
    )
    year = (
        sa.func.unnest(projects.c.fiscal_years)
        .table_valued(sa.column("ce", sa.SmallInteger))
        .render_derived(name="year")
    )
    runs = sa.exists(
        sa.select(sa.literal(1))
        .select_from(year)
        .where(year.c.ce.between(plans.c.first_year, plans.c.last_year))
        .correlate(projects, plans)
    )
    return (
        sa.select(
            acting.c.plan_id,
            sa.func.count().label("projects"),
            sa.func.count().filter(linked.c.project_id.is_(None)).label("unlinked"),
        )
        .select_from(
            acting.join(plans, plans.c.id == acting.c.plan_id)
            .join(projects, projects.c.id == acting.c.project_id)
            .outerjoin(
                linked,
                sa.and_(
                    linked.c.plan_id == acting.c.plan_id,
                    linked.c.project_id == acting.c.project_id,
                ),
            )
        )
        .where(
            projects.c.duplicate_of.is_(None),
            runs,
            is_visible(projects, viewer, at),
        )
        .group_by(acting.c.plan_id)
    )


class PlanProjects:
    """Counts of projects of plans that one viewer may see, in one request's snapshot."""

    def __init__(self, transaction: ReadTransaction, viewer: Viewer) -> None:
        self._transaction = transaction
        self._viewer = viewer

    async def counts(
        self,
        plans: Sequence[Plan],
        below: Mapping[str, AbstractSet[str]],
        at: datetime | None = None,
    ) -> dict[str, ProjectCounts]:
        """Return the counts by plan; `below` has the areas in each area, itself among them."""
        pairs = [
            (one.id, area)
            for one in plans
            if one.area_id is not None
            for area in sorted(below.get(one.area_id, {one.area_id}))
        ]
        rows = await self._transaction.fetch_rows(
            counts_by_plan(self._viewer, at),
            plans=[key for key, _ in pairs],
            areas=[area for _, area in pairs],
        )
        found = {row["plan_id"]: ProjectCounts(row["projects"], row["unlinked"]) for row in rows}
        return {one.id: found.get(one.id, ProjectCounts(0, 0)) for one in plans}

"""Resolvers of the items of plan versions: the projects that a plan has."""

from collections.abc import Sequence
from typing import Annotated

from hub.domain.agencies import Agency
from hub.domain.areas import Area
from hub.domain.global_id import GlobalId
from hub.domain.paging import Connection, PageRequest
from hub.domain.plan_content import BudgetRoute
from hub.domain.plan_elements import PlanItem, Responsibility
from hub.domain.plans import PlanVersion
from hub.domain.projects import Project
from hub.domain.value_chain import Stage
from resolvers.context import Context
from resolvers.nodes import fetch_agencies

ITEM_CURSOR_TYPES = (int, str)


async def items(
    versions: Sequence[PlanVersion],
    context: Context,
    *,
    issue: Annotated[GlobalId, "StrategicIssue"] | None = None,
    budget_route: tuple[BudgetRoute, ...] | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[PlanItem]]:
    """Return the items of each version."""
    page = PageRequest.from_arguments(first, after, ITEM_CURSOR_TYPES)
    found = await context.unit.plan_contents.items_by_version(
        {one.id: (one.created_at, one.as_of_time) for one in versions},
        page,
        issue.key if issue else None,
        budget_route,
    )
    return [found[one.id] for one in versions]


async def projects_of_items(
    items: Sequence[PlanItem], context: Context
) -> Sequence[Project | None]:
    """Return the project of each item; null without one, or when it is not visible."""
    ids = [one.project_id for one in items if one.project_id]
    found = await context.unit.projects.by_id(ids) if ids else {}
    return [found.get(one.project_id or "") for one in items]


async def stages_of_items(items: Sequence[PlanItem], context: Context) -> Sequence[Stage | None]:
    """Return the stage of each item; null without one."""
    ids = [one.stage_id for one in items if one.stage_id]
    found = await context.unit.chains.stages_by_id(ids) if ids else {}
    return [found.get(one.stage_id or "") for one in items]


async def responsible_agencies(
    items: Sequence[PlanItem], context: Context
) -> Sequence[Agency | None]:
    """Return the agency that answers for each item."""
    return await fetch_agencies([one.responsible_id for one in items], context)


async def responsible_provinces(
    items: Sequence[PlanItem], context: Context
) -> Sequence[Area | None]:
    """Return the province that answers for each item of a cluster's plan."""
    ids = [one.province_id for one in items if one.province_id]
    found = await context.unit.areas.by_id(ids) if ids else {}
    return [found.get(one.province_id or "") for one in items]


async def agencies_of_responsibilities(
    parts: Sequence[Responsibility], context: Context
) -> Sequence[Agency | None]:
    """Return the agency of each responsibility; null when it has left the register."""
    return await fetch_agencies([one.agency_id for one in parts], context)

"""Resolvers of plans, plan versions and strategic issues.

Related records are read as of the same instant as their parent.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from hub.domain.areas import Area
from hub.domain.global_id import GlobalId
from hub.domain.linkages import Linkage, LinkageStatus
from hub.domain.paging import Connection, PageRequest
from hub.domain.plans import Plan, PlanKind, PlanVersion, StrategicIssue
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.domain.value_chain import ValueChain
from resolvers.arguments import (
    fetch_grouped_by_as_of,
    resolve_years,
    validate_agency_id,
    validate_area_id,
)
from resolvers.context import Context

NUMBER_CURSOR_TYPES = (int, str)
RANK_CURSOR_TYPES = (int, str, str)


async def plan(
    _roots: Sequence[None],
    context: Context,
    *,
    id: Annotated[GlobalId, "Plan"],  # noqa: A002 - the GraphQL name
) -> Sequence[Plan | None]:
    """Return a plan; null if there is none."""
    return [(await context.unit.plans.by_id([id.key])).get(id.key)]


async def plans(
    _roots: Sequence[None],
    context: Context,
    *,
    kind: PlanKind | None = None,
    area: Annotated[GlobalId, "Area"] | None = None,
    agency: Annotated[GlobalId, "Agency"] | None = None,
    fiscal_years: FiscalYearRange | None = None,
    fiscal_year: FiscalYear | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[Plan]]:
    """Return plans by kind, area, agency and fiscal year."""
    page = PageRequest.from_arguments(first, after)
    years = resolve_years(fiscal_years, fiscal_year)
    area_id = await validate_area_id(context, area, "area")
    agency_id = await validate_agency_id(context, agency, "agency")
    return [
        await context.unit.plans.page(
            page, kind=kind, area_id=area_id, agency_id=agency_id, years=years
        )
    ]


async def issue(
    _roots: Sequence[None],
    context: Context,
    *,
    id: Annotated[GlobalId, "StrategicIssue"],  # noqa: A002 - the GraphQL name
) -> Sequence[StrategicIssue | None]:
    """Return an issue in its latest wording; null if there is none."""
    return [(await context.unit.plans.issues_by_id([id.key])).get(id.key)]


async def issues(
    _roots: Sequence[None],
    context: Context,
    *,
    area: Annotated[GlobalId, "Area"] | None = None,
    theme: str | None = None,
    max_rank: int | None = None,
    fiscal_years: FiscalYearRange | None = None,
    fiscal_year: FiscalYear | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[StrategicIssue]]:
    """Return issues of current versions, by rank."""
    page = PageRequest.from_arguments(first, after, RANK_CURSOR_TYPES)
    years = resolve_years(fiscal_years, fiscal_year)
    area_id = await validate_area_id(context, area, "area")
    return [
        await context.unit.plans.issue_page(
            page, area_id=area_id, theme=theme, max_rank=max_rank, years=years
        )
    ]


async def plans_of_areas(
    areas: Sequence[Area],
    context: Context,
    *,
    kind: PlanKind | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[Plan]]:
    """Return each area's own plans."""
    page = PageRequest.from_arguments(first, after)
    found = await context.unit.plans.pages_by_area([a.id for a in areas], page, kind=kind)
    return [found[area.id] for area in areas]


async def issues_of_areas(
    areas: Sequence[Area],
    context: Context,
    *,
    fiscal_years: FiscalYearRange | None = None,
    fiscal_year: FiscalYear | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[StrategicIssue]]:
    """Return the issues of each area's own plans, by rank."""
    page = PageRequest.from_arguments(first, after, RANK_CURSOR_TYPES)
    years = resolve_years(fiscal_years, fiscal_year)
    ids = [area.id for area in areas]
    found = await context.unit.plans.issues_by_area(ids, page, years=years)
    return [found[area.id] for area in areas]


async def current(plans: Sequence[Plan], context: Context) -> Sequence[PlanVersion | None]:
    """Return the visible version of each plan with the highest number."""

    async def _fetch(group: Sequence[Plan], at: datetime | None) -> Sequence[PlanVersion | None]:
        found = await context.unit.plans.current_versions_by_plan([plan.id for plan in group], at)
        return [found.get(plan.id) for plan in group]

    return await fetch_grouped_by_as_of(plans, _fetch)


async def versions(
    plans: Sequence[Plan], context: Context, *, first: int = 20, after: str | None = None
) -> Sequence[Connection[PlanVersion]]:
    """Return the visible versions of each plan, ascending."""
    page = PageRequest.from_arguments(first, after, NUMBER_CURSOR_TYPES)

    async def _fetch(
        group: Sequence[Plan], at: datetime | None
    ) -> Sequence[Connection[PlanVersion]]:
        found = await context.unit.plans.versions_by_plan([plan.id for plan in group], page, at)
        return [found[plan.id] for plan in group]

    return await fetch_grouped_by_as_of(plans, _fetch)


async def plans_of_versions(parts: Sequence[PlanVersion], context: Context) -> Sequence[Plan]:
    """Return the plan of each version."""

    async def _fetch(group: Sequence[PlanVersion], at: datetime | None) -> Sequence[Plan]:
        found = await context.unit.plans.by_id([part.plan_id for part in group], at)
        return [found[part.plan_id] for part in group]

    return await fetch_grouped_by_as_of(parts, _fetch)


async def issues_of_versions(
    versions: Sequence[PlanVersion],
    context: Context,
    *,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[StrategicIssue]]:
    """Return the issues of each version, in its wording, by rank."""
    page = PageRequest.from_arguments(first, after, RANK_CURSOR_TYPES)

    async def _fetch(
        group: Sequence[PlanVersion], at: datetime | None
    ) -> Sequence[Connection[StrategicIssue]]:
        found = await context.unit.plans.issues_by_version([v.id for v in group], page, at)
        return [found[version.id] for version in group]

    return await fetch_grouped_by_as_of(versions, _fetch)


async def versions_of_issues(
    issues: Sequence[StrategicIssue], context: Context
) -> Sequence[PlanVersion]:
    """Return the plan version that each issue was read from."""

    async def _fetch(group: Sequence[StrategicIssue], at: datetime | None) -> Sequence[PlanVersion]:
        found = await context.unit.plans.versions_by_id([issue.version_id for issue in group], at)
        return [found[issue.version_id] for issue in group]

    return await fetch_grouped_by_as_of(issues, _fetch)


async def chains_of_issues(
    issues: Sequence[StrategicIssue], context: Context
) -> Sequence[ValueChain | None]:
    """Return the value chain of each issue; null if it has none."""

    async def _fetch(
        group: Sequence[StrategicIssue], at: datetime | None
    ) -> Sequence[ValueChain | None]:
        ids = [issue.chain_id for issue in group if issue.chain_id]
        found = await context.unit.chains.by_id(ids, at) if ids else {}
        return [found.get(issue.chain_id) if issue.chain_id else None for issue in group]

    return await fetch_grouped_by_as_of(issues, _fetch)


async def linkages_of_issues(
    issues: Sequence[StrategicIssue],
    context: Context,
    *,
    status: tuple[LinkageStatus, ...] | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[Linkage]]:
    """Return the linkages to each issue."""
    page = PageRequest.from_arguments(first, after, (str,))

    async def _fetch(
        group: Sequence[StrategicIssue], at: datetime | None
    ) -> Sequence[Connection[Linkage]]:
        ids = [issue.id for issue in group]
        found = await context.unit.linkages.pages_by_issue(ids, page, statuses=status, at=at)
        return [found[issue.id] for issue in group]

    return await fetch_grouped_by_as_of(issues, _fetch)

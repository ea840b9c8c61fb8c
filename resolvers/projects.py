"""Resolvers of projects: lookup, lists, agencies, areas and linkages.

Related records are read as of the same instant as the project.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from hub.domain.agencies import Agency
from hub.domain.areas import Area
from hub.domain.budget import BudgetPhase
from hub.domain.linkages import Linkage
from hub.domain.lookups import AsOf, Lookup
from hub.domain.matrix.question import MatrixFilter
from hub.domain.money import Money
from hub.domain.paging import Connection, PageRequest
from hub.domain.project_cursors import page_of_order
from hub.domain.projects import AreaShare, Project, ProjectOrder, without_repetitions
from hub.domain.provenance import ExternalId
from hub.domain.rates import Rate, RatePart, build_rate
from hub.domain.time import FiscalYearRange, all_fiscal_years
from hub.services.matrix.resolve_scope import resolve_scope
from resolvers.arguments import fetch_grouped_by_as_of, require_single, resolve_as_of
from resolvers.context import Context
from resolvers.nodes import fetch_agencies


async def project(
    _roots: Sequence[None], context: Context, *, by: Lookup[Project], as_of: AsOf | None = None
) -> Sequence[Project | None]:
    """Return a project by id, code or external id, as known at an instant.

    `Ambiguous` when a code or external id is that of several activities.
    """
    at, lookups = await resolve_as_of(context, as_of), context.unit.project_lookups
    if by.key:
        return [(await context.unit.projects.by_id([by.key], at)).get(by.key)]
    if by.scheme is not None and by.value is not None:
        matches, field = await lookups.by_external_id(by.scheme, by.value, at), "by.external"
    else:
        matches, field = await lookups.by_code(by.code or "", at), "by.code"
    return [require_single(without_repetitions(matches), field)]


async def projects(
    _roots: Sequence[None],
    context: Context,
    *,
    filter: MatrixFilter | None = None,  # noqa: A002 - the GraphQL name
    fiscal_years: FiscalYearRange | None = None,
    as_of: AsOf | None = None,
    order_by: ProjectOrder | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[Project]]:
    """Return the projects that match a filter, in Thai dictionary order or in another."""
    order = order_by or ProjectOrder()
    page = page_of_order(first, after, order)
    as_of_time = await resolve_as_of(context, as_of)
    return [await fetch_project_page(context, page, filter, fiscal_years, as_of_time, order)]


async def fetch_project_page(
    context: Context,
    page: PageRequest,
    matrix_filter: MatrixFilter | None,
    years: FiscalYearRange | None,
    as_of_time: datetime | None,
    order: ProjectOrder,
) -> Connection[Project]:
    """Return one page of the projects that match filter and years; without both, of all."""
    repository, scope = context.unit.projects, None
    if matrix_filter is not None or years is not None:
        scope = await resolve_scope(
            context.unit,
            matrix_filter or MatrixFilter(),
            years,
            today=context.today,
            as_of_time=as_of_time,
        )
    if order != ProjectOrder():
        return await repository.page_ordered(page, order, scope, years, as_of_time)
    if scope is None:
        return await repository.page_all(page, as_of_time)
    return await repository.page_in_scope(page, scope)


async def projects_of_areas(
    areas: Sequence[Area],
    context: Context,
    *,
    fiscal_years: FiscalYearRange | None = None,
    linked: bool | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[Project]]:
    """Return the projects in each area or below, by the edition of each fiscal year."""
    page = PageRequest.from_arguments(first, after)
    ids = [area.id for area in areas]
    scope = await resolve_scope(
        context.unit, MatrixFilter(linked=linked), fiscal_years, today=context.today
    )
    below = {
        (area, year.ce, ancestor)
        for year in fiscal_years or all_fiscal_years()
        for ancestor, area_ids in (
            await context.unit.areas.descendants(ids, year.starts_on)
        ).items()
        for area in area_ids
    }
    found = await context.unit.projects.pages_by_area(ids, page, frozenset(below), scope)
    return [found[area.id] for area in areas]


async def areas_of_shares(shares: Sequence[AreaShare], context: Context) -> Sequence[Area]:
    """Return the area of each share."""
    found = await context.unit.areas.by_id([share.area_id for share in shares])
    return [found[share.area_id] for share in shares]


async def owner(projects: Sequence[Project], context: Context) -> Sequence[Agency | None]:
    """Return the owner of each project; null if unknown."""
    return await fetch_agencies([project.owner_id for project in projects], context)


async def implementers(projects: Sequence[Project], context: Context) -> Sequence[Sequence[Agency]]:
    """Return the implementing agencies of each project, in the stored order."""

    async def _fetch(group: Sequence[Project], at: datetime | None) -> Sequence[Sequence[str]]:
        implementer_ids = await context.unit.projects.implementer_ids_by_project(
            [p.id for p in group], at
        )
        return [implementer_ids[project.id] for project in group]

    ids = await fetch_grouped_by_as_of(projects, _fetch)
    agency_ids = [i for project_agency_ids in ids for i in project_agency_ids]
    found = await context.unit.agencies.by_id(agency_ids, context.today) if agency_ids else {}
    return [[found[i] for i in project_agency_ids if i in found] for project_agency_ids in ids]


async def same_as(projects: Sequence[Project], context: Context) -> Sequence[Sequence[Project]]:
    """Return other reports of each project's activity."""

    async def _fetch(group: Sequence[Project], at: datetime | None) -> Sequence[Sequence[Project]]:
        duplicates_by_project = await context.unit.projects.other_reports_by_project(
            [p.id for p in group], at
        )
        return [duplicates_by_project[project.id] for project in group]

    return await fetch_grouped_by_as_of(projects, _fetch)


async def parent(projects: Sequence[Project], context: Context) -> Sequence[Project | None]:
    """Return the parent project of each project; null if it has none or it is not visible."""

    async def _fetch(group: Sequence[Project], at: datetime | None) -> Sequence[Project | None]:
        ids = [project.parent_id for project in group if project.parent_id]
        projects_by_id = await context.unit.projects.by_id(ids, at) if ids else {}
        return [
            projects_by_id.get(project.parent_id) if project.parent_id else None
            for project in group
        ]

    return await fetch_grouped_by_as_of(projects, _fetch)


async def shares(projects: Sequence[Project], context: Context) -> Sequence[Sequence[AreaShare]]:
    """Return the areas of each project, with shares."""

    async def _fetch(
        group: Sequence[Project], at: datetime | None
    ) -> Sequence[Sequence[AreaShare]]:
        shares_by_project = await context.unit.projects.area_shares_by_project(
            [p.id for p in group], at
        )
        return [shares_by_project[project.id] for project in group]

    return await fetch_grouped_by_as_of(projects, _fetch)


async def amount(
    projects: Sequence[Project],
    context: Context,
    *,
    phase: BudgetPhase = BudgetPhase.APPROPRIATED,
    fiscal_years: FiscalYearRange | None = None,
) -> Sequence[Money | None]:
    """Return the sum of one phase of each project over years; null without a line."""
    found = await fetch_amounts(projects, context, (phase,), fiscal_years)
    return [amounts.get(phase) for amounts in found]


async def rate(
    projects: Sequence[Project],
    context: Context,
    *,
    of: BudgetPhase = BudgetPhase.DISBURSED,
    to: BudgetPhase = BudgetPhase.APPROPRIATED,
    fiscal_years: FiscalYearRange | None = None,
) -> Sequence[Rate | None]:
    """Return one phase of each project as a part of another, over years."""
    found = await fetch_amounts(projects, context, (of, to), fiscal_years)
    return [
        build_rate(RatePart(of, amounts.get(of)), RatePart(to, amounts.get(to)))
        for amounts in found
    ]


async def fetch_amounts(
    projects: Sequence[Project],
    context: Context,
    phases: Sequence[BudgetPhase],
    years: FiscalYearRange | None,
) -> Sequence[Mapping[BudgetPhase, Money]]:
    """Return the amounts of each project by phase, as known at its instant."""

    async def _fetch(
        group: Sequence[Project], at: datetime | None
    ) -> Sequence[Mapping[BudgetPhase, Money]]:
        found = await context.unit.project_amounts.by_phase(
            [p.id for p in group], phases, years, at
        )
        return [{phase: Money(n) for phase, n in found[p.id].items()} for p in group]

    return await fetch_grouped_by_as_of(projects, _fetch)


async def external_ids(
    projects: Sequence[Project], context: Context
) -> Sequence[Sequence[ExternalId]]:
    """Return the ids of each project in other systems, those of its source records included."""

    async def _fetch(
        group: Sequence[Project], at: datetime | None
    ) -> Sequence[Sequence[ExternalId]]:
        found = await context.unit.project_lookups.external_ids([p.id for p in group], at)
        return [found[project.id] for project in group]

    return await fetch_grouped_by_as_of(projects, _fetch)


async def linkages_of_projects(
    projects: Sequence[Project], context: Context, *, first: int = 20, after: str | None = None
) -> Sequence[Connection[Linkage]]:
    """Return the linkages of each project."""
    page = PageRequest.from_arguments(first, after, (str,))

    async def _fetch(
        group: Sequence[Project], at: datetime | None
    ) -> Sequence[Connection[Linkage]]:
        linkages_by_project = await context.unit.linkages.pages_by_project(
            [p.id for p in group], page, at
        )
        return [linkages_by_project[project.id] for project in group]

    return await fetch_grouped_by_as_of(projects, _fetch)

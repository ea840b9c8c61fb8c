"""Projects: look-ups, lists, who runs them, where, and with what money.

A project knows as of when it was read, and everything asked of it is answered as of then.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from hub.domain.agencies import Agency
from hub.domain.areas import Area
from hub.domain.budget import BudgetLine, BudgetPhase
from hub.domain.linkages import Linkage
from hub.domain.lookups import AsOf, Lookup
from hub.domain.matrix.question import MatrixFilter
from hub.domain.paging import Connection, PageRequest
from hub.domain.projects import AreaShare, Project
from hub.domain.provenance import ExternalId, LiveOrigin, Provenance, Source, SourceRecord
from hub.domain.sources.live import FreshnessWish
from hub.domain.text import Notice
from hub.domain.time import FiscalYearRange, all_fiscal_years
from hub.errors import Invalid
from hub.services.matrix.resolve_scope import resolve_scope
from hub.services.sources.live_budgets import ProjectBudget, load_live_budgets
from resolvers.arguments import fetch_grouped_by_as_of, find_keys_by_external_id, resolve_as_of
from resolvers.context import Context
from resolvers.nodes import fetch_agencies, provenance


class HasBudgetAgencies(Protocol):
    """A record that names who holds and who draws its money."""

    @property
    def holder_id(self) -> str | None:
        """Whose budget it is."""
        ...

    @property
    def disburser_id(self) -> str | None:
        """Who draws it."""
        ...


async def project(
    _roots: Sequence[None], context: Context, *, by: Lookup[Project], as_of: AsOf | None = None
) -> Sequence[Project | None]:
    """One project by id, code or a name in another system, as known at an instant."""
    at, repository = await resolve_as_of(context, as_of), context.unit.projects
    if by.code is not None:
        return [await repository.by_code(by.code, at)]
    ids = [by.key] if by.key else await find_keys_by_external_id(context, by, "Project")
    found = await repository.by_id(ids, at)
    return [next((found[key] for key in ids if key in found), None)]


async def projects(
    _roots: Sequence[None],
    context: Context,
    *,
    filter: MatrixFilter | None = None,  # noqa: A002  # the contract's name
    fiscal_years: FiscalYearRange | None = None,
    as_of: AsOf | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[Project]]:
    """Projects that a filter looks at, in Thai dictionary order."""
    page = PageRequest.from_arguments(first, after)
    as_of_time = await resolve_as_of(context, as_of)
    return [await fetch_project_page(context, page, filter, fiscal_years, as_of_time)]


async def fetch_project_page(
    context: Context,
    page: PageRequest,
    matrix_filter: MatrixFilter | None,
    years: FiscalYearRange | None,
    as_of_time: datetime | None,
) -> Connection[Project]:
    """One page of what a filter looks at; without filter and years, every project there is."""
    if matrix_filter is None and years is None:
        return await context.unit.projects.page_all(page, as_of_time)
    scope = await resolve_scope(
        context.unit,
        matrix_filter or MatrixFilter(),
        years,
        today=context.today,
        as_of_time=as_of_time,
    )
    return await context.unit.projects.page_in_scope(page, scope)


async def projects_of_areas(
    areas: Sequence[Area],
    context: Context,
    *,
    fiscal_years: FiscalYearRange | None = None,
    linked: bool | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[Project]]:
    """Projects that act in each area or below it, in the edition of each fiscal year."""
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
    """The area of each share."""
    found = await context.unit.areas.by_id([share.area_id for share in shares])
    return [found[share.area_id] for share in shares]


async def owner(projects: Sequence[Project], context: Context) -> Sequence[Agency | None]:
    """Who answers for each project; null where nobody said."""
    return await fetch_agencies([project.owner_id for project in projects], context)


async def implementers(projects: Sequence[Project], context: Context) -> Sequence[Sequence[Agency]]:
    """Who carries each project out, the first first."""

    async def fetch(group: Sequence[Project], at: datetime | None) -> Sequence[Sequence[str]]:
        implementer_ids = await context.unit.projects.implementer_ids_by_project(
            [p.id for p in group], at
        )
        return [implementer_ids[project.id] for project in group]

    ids = await fetch_grouped_by_as_of(projects, fetch)
    agency_ids = [i for project_agency_ids in ids for i in project_agency_ids]
    found = await context.unit.agencies.by_id(agency_ids, context.today) if agency_ids else {}
    return [[found[i] for i in project_agency_ids if i in found] for project_agency_ids in ids]


async def same_as(projects: Sequence[Project], context: Context) -> Sequence[Sequence[Project]]:
    """Other reports of each project's activity."""

    async def fetch(group: Sequence[Project], at: datetime | None) -> Sequence[Sequence[Project]]:
        duplicates_by_project = await context.unit.projects.other_reports_by_project(
            [p.id for p in group], at
        )
        return [duplicates_by_project[project.id] for project in group]

    return await fetch_grouped_by_as_of(projects, fetch)


async def parent(projects: Sequence[Project], context: Context) -> Sequence[Project | None]:
    """The programme each project is part of; null where it stands alone or that is not visible."""

    async def fetch(group: Sequence[Project], at: datetime | None) -> Sequence[Project | None]:
        ids = [project.parent_id for project in group if project.parent_id]
        projects_by_id = await context.unit.projects.by_id(ids, at) if ids else {}
        return [
            projects_by_id.get(project.parent_id) if project.parent_id else None
            for project in group
        ]

    return await fetch_grouped_by_as_of(projects, fetch)


async def budgets(
    projects: Sequence[Project],
    context: Context,
    *,
    fiscal_years: FiscalYearRange | None = None,
    phase: tuple[BudgetPhase, ...] | None = None,
    freshness: FreshnessWish = FreshnessWish.STORED,
) -> Sequence[Sequence[BudgetLine]]:
    """Each project's lines, by year and phase; phases are never added to one another."""
    phases = tuple(BudgetPhase) if phase is None else phase
    if freshness is FreshnessWish.LIVE:
        budgets_by_project = await fetch_live_budgets(projects, context, fiscal_years, phases)
        return [budgets_by_project[project.id].lines for project in projects]

    async def fetch(
        group: Sequence[Project], at: datetime | None
    ) -> Sequence[Sequence[BudgetLine]]:
        lines_by_project = await context.unit.budget.by_projects(
            [p.id for p in group], years=fiscal_years, phases=phases, at=at
        )
        return [lines_by_project[project.id] for project in group]

    return await fetch_grouped_by_as_of(projects, fetch)


async def budget_notices(
    projects: Sequence[Project],
    context: Context,
    *,
    fiscal_years: FiscalYearRange | None = None,
    phase: tuple[BudgetPhase, ...] | None = None,
    freshness: FreshnessWish = FreshnessWish.STORED,
) -> Sequence[Sequence[Notice]]:
    """Why figures of each project are the stored ones, one notice a reason and source."""
    if freshness is FreshnessWish.STORED:
        return [[] for _ in projects]
    phases = tuple(BudgetPhase) if phase is None else phase
    budgets_by_project = await fetch_live_budgets(projects, context, fiscal_years, phases)
    return [budgets_by_project[project.id].notices for project in projects]


async def fetch_live_budgets(
    projects: Sequence[Project],
    context: Context,
    years: FiscalYearRange | None,
    phases: Sequence[BudgetPhase],
) -> Mapping[str, ProjectBudget]:
    """What agencies say of projects now; `Invalid` where the projects are those of the past."""
    if any(project.as_of_time is not None for project in projects):
        raise Invalid(
            "freshness",
            "LIVE ถามหน่วยงานเดี๋ยวนี้ ใช้กับ asOf ไม่ได้ ตัด asOf ออกหรือใช้ STORED",
            "LIVE asks agencies now and cannot go with asOf; leave asOf out, or ask for STORED",
        )
    return await load_live_budgets(context.unit, context.live_figures, projects, years, phases)


async def retrieved_at(lines: Sequence[BudgetLine], context: Context) -> Sequence[datetime | None]:
    """When each figure came from its source; null for what was not fetched."""
    ids = [line.record_id for line in lines if line.record_id and line.live is None]
    retrieved_at_by_record = (
        await context.unit.provenance.retrieved_at_by_record(ids) if ids else {}
    )
    return [
        line.live.retrieved_at if line.live else retrieved_at_by_record.get(line.record_id or "")
        for line in lines
    ]


async def line_provenance(
    lines: Sequence[BudgetLine], context: Context
) -> Sequence[Sequence[Provenance]]:
    """Where each line is said: by the agency just now, by the record that tells of it, or else."""

    async def fetch(
        group: Sequence[BudgetLine], at: datetime | None
    ) -> Sequence[Sequence[Provenance]]:
        source_ids = {line.live.source_id for line in group if line.live}
        sources = (
            await context.unit.provenance.sources_by_id(sorted(source_ids)) if source_ids else {}
        )
        ids = [line.record_id for line in group if line.record_id and line.live is None]
        provenance_by_record = await context.unit.provenance.by_record(ids, at) if ids else {}
        other_lines = [
            line
            for line in group
            if line.live is None and line.record_id not in provenance_by_record
        ]
        other_provenance = iter(await provenance(other_lines, context) if other_lines else ())
        return [
            [build_live_provenance(line.live, sources[line.live.source_id])]
            if line.live
            else [provenance_by_record[i]]
            if (i := line.record_id) in provenance_by_record
            else next(other_provenance)
            for line in group
        ]

    return await fetch_grouped_by_as_of(lines, fetch)


def build_live_provenance(origin: LiveOrigin, source: Source) -> Provenance:
    """Where a live figure comes from: a record that came just now and is not kept."""
    external_id = ExternalId(origin.source_id, origin.key)
    return Provenance(
        source=source,
        record=SourceRecord(
            "", origin.source_id, external_id, origin.url, origin.payload_hash, origin.retrieved_at
        ),
        retrieved_at=origin.retrieved_at,
        asserted=origin.asserted,
        confidence=None,
        citation=None,
        note=None,
    )


async def shares(projects: Sequence[Project], context: Context) -> Sequence[Sequence[AreaShare]]:
    """The areas each project acts in."""

    async def fetch(group: Sequence[Project], at: datetime | None) -> Sequence[Sequence[AreaShare]]:
        shares_by_project = await context.unit.projects.area_shares_by_project(
            [p.id for p in group], at
        )
        return [shares_by_project[project.id] for project in group]

    return await fetch_grouped_by_as_of(projects, fetch)


async def linkages_of_projects(
    projects: Sequence[Project], context: Context, *, first: int = 20, after: str | None = None
) -> Sequence[Connection[Linkage]]:
    """What each project is linked to."""
    page = PageRequest.from_arguments(first, after, (str,))

    async def fetch(group: Sequence[Project], at: datetime | None) -> Sequence[Connection[Linkage]]:
        linkages_by_project = await context.unit.linkages.pages_by_project(
            [p.id for p in group], page, at
        )
        return [linkages_by_project[project.id] for project in group]

    return await fetch_grouped_by_as_of(projects, fetch)


async def holder(lines: Sequence[HasBudgetAgencies], context: Context) -> Sequence[Agency | None]:
    """Whose budget each line is."""
    return await fetch_agencies([line.holder_id for line in lines], context)


async def disburser(
    lines: Sequence[HasBudgetAgencies], context: Context
) -> Sequence[Agency | None]:
    """Who draws the money of each line."""
    return await fetch_agencies([line.disburser_id for line in lines], context)

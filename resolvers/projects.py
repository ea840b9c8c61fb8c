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
from hub.services.matrix.resolve_scope import scope_of
from hub.services.sources.live_budgets import Budgeted, live_budgets
from resolvers.arguments import at_each_instant, externally_named, instant
from resolvers.context import Context
from resolvers.nodes import agencies, provenance


class Financed(Protocol):
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
    at, held = await instant(context, as_of), context.unit.projects
    if by.code is not None:
        return [await held.by_code(by.code, at)]
    ids = [by.key] if by.key else await externally_named(context, by, "Project")
    found = await held.by_id(ids, at)
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
    at = await instant(context, as_of)
    return [await filtered(context, page, filter, fiscal_years, at)]


async def filtered(
    context: Context,
    page: PageRequest,
    asked: MatrixFilter | None,
    years: FiscalYearRange | None,
    at: datetime | None,
) -> Connection[Project]:
    """One page of what a filter looks at; without filter and years, every project there is."""
    if asked is None and years is None:
        return await context.unit.projects.page_all(page, at)
    scope = await scope_of(
        context.unit, asked or MatrixFilter(), years, today=context.today, known_at=at
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
    scope = await scope_of(
        context.unit, MatrixFilter(linked=linked), fiscal_years, today=context.today
    )
    below = {
        (area, year.ce, top)
        for year in fiscal_years or all_fiscal_years()
        for top, reached in (await context.unit.areas.descendants(ids, year.starts_on)).items()
        for area in reached
    }
    found = await context.unit.projects.pages_by_area(ids, page, frozenset(below), scope)
    return [found[area.id] for area in areas]


async def area_of_share(shares: Sequence[AreaShare], context: Context) -> Sequence[Area]:
    """The area of each share."""
    found = await context.unit.areas.by_id([share.area_id for share in shares])
    return [found[share.area_id] for share in shares]


async def owner(projects: Sequence[Project], context: Context) -> Sequence[Agency | None]:
    """Who answers for each project; null where nobody said."""
    return await agencies([project.owner_id for project in projects], context)


async def implementers(projects: Sequence[Project], context: Context) -> Sequence[Sequence[Agency]]:
    """Who carries each project out, the first first."""

    async def fetch(group: Sequence[Project], at: datetime | None) -> Sequence[Sequence[str]]:
        held = await context.unit.projects.implementer_ids_by_project([p.id for p in group], at)
        return [held[project.id] for project in group]

    ids = await at_each_instant(projects, fetch)
    asked = [i for each in ids for i in each]
    found = await context.unit.agencies.by_id(asked, context.today) if asked else {}
    return [[found[i] for i in each if i in found] for each in ids]


async def same_as(projects: Sequence[Project], context: Context) -> Sequence[Sequence[Project]]:
    """Other reports of each project's activity."""

    async def fetch(group: Sequence[Project], at: datetime | None) -> Sequence[Sequence[Project]]:
        held = await context.unit.projects.other_reports_by_project([p.id for p in group], at)
        return [held[project.id] for project in group]

    return await at_each_instant(projects, fetch)


async def parent(projects: Sequence[Project], context: Context) -> Sequence[Project | None]:
    """The programme each project is part of; null where it stands alone or that is not visible."""

    async def fetch(group: Sequence[Project], at: datetime | None) -> Sequence[Project | None]:
        ids = [project.parent_id for project in group if project.parent_id]
        held = await context.unit.projects.by_id(ids, at) if ids else {}
        return [held.get(project.parent_id) if project.parent_id else None for project in group]

    return await at_each_instant(projects, fetch)


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
        told = await asked_now(projects, context, fiscal_years, phases)
        return [told[project.id].lines for project in projects]

    async def fetch(
        group: Sequence[Project], at: datetime | None
    ) -> Sequence[Sequence[BudgetLine]]:
        held = await context.unit.budget.by_projects(
            [p.id for p in group], years=fiscal_years, phases=phases, at=at
        )
        return [held[project.id] for project in group]

    return await at_each_instant(projects, fetch)


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
    told = await asked_now(projects, context, fiscal_years, phases)
    return [told[project.id].notices for project in projects]


async def asked_now(
    projects: Sequence[Project],
    context: Context,
    years: FiscalYearRange | None,
    phases: Sequence[BudgetPhase],
) -> Mapping[str, Budgeted]:
    """What agencies say of projects now; `Invalid` where the projects are those of the past."""
    if any(project.as_of_time is not None for project in projects):
        raise Invalid(
            "freshness",
            "LIVE ถามหน่วยงานเดี๋ยวนี้ ใช้กับ asOf ไม่ได้ ตัด asOf ออกหรือใช้ STORED",
            "LIVE asks agencies now and cannot go with asOf; leave asOf out, or ask for STORED",
        )
    return await live_budgets(context.unit, context.agencies, projects, years, phases)


async def retrieved_at(lines: Sequence[BudgetLine], context: Context) -> Sequence[datetime | None]:
    """When each figure came from its source; null for what was not fetched."""
    ids = [line.record_id for line in lines if line.record_id and line.live is None]
    held = await context.unit.provenance.retrieved_at_by_record(ids) if ids else {}
    return [
        line.live.retrieved_at if line.live else held.get(line.record_id or "") for line in lines
    ]


async def line_provenance(
    lines: Sequence[BudgetLine], context: Context
) -> Sequence[Sequence[Provenance]]:
    """Where each line is said: by the agency just now, by the record that tells of it, or else."""

    async def fetch(
        group: Sequence[BudgetLine], at: datetime | None
    ) -> Sequence[Sequence[Provenance]]:
        origins = {line.live.source_id for line in group if line.live}
        sources = await context.unit.provenance.sources_by_id(sorted(origins)) if origins else {}
        ids = [line.record_id for line in group if line.record_id and line.live is None]
        held = await context.unit.provenance.by_record(ids, at) if ids else {}
        rest = [line for line in group if line.live is None and line.record_id not in held]
        said = iter(await provenance(rest, context) if rest else ())
        return [
            [live_provenance(line.live, sources[line.live.source_id])]
            if line.live
            else [held[i]]
            if (i := line.record_id) in held
            else next(said)
            for line in group
        ]

    return await at_each_instant(lines, fetch)


def live_provenance(origin: LiveOrigin, source: Source) -> Provenance:
    """Where a live figure comes from: a record that came just now and is not kept."""
    named = ExternalId(origin.source_id, origin.key)
    return Provenance(
        source=source,
        record=SourceRecord(
            "", origin.source_id, named, origin.url, origin.payload_hash, origin.retrieved_at
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
        held = await context.unit.projects.area_shares_by_project([p.id for p in group], at)
        return [held[project.id] for project in group]

    return await at_each_instant(projects, fetch)


async def linkages(
    projects: Sequence[Project], context: Context, *, first: int = 20, after: str | None = None
) -> Sequence[Connection[Linkage]]:
    """What each project is linked to."""
    page = PageRequest.from_arguments(first, after, (str,))

    async def fetch(group: Sequence[Project], at: datetime | None) -> Sequence[Connection[Linkage]]:
        held = await context.unit.linkages.pages_by_project([p.id for p in group], page, at)
        return [held[project.id] for project in group]

    return await at_each_instant(projects, fetch)


async def holder(lines: Sequence[Financed], context: Context) -> Sequence[Agency | None]:
    """Whose budget each line is."""
    return await agencies([line.holder_id for line in lines], context)


async def disburser(lines: Sequence[Financed], context: Context) -> Sequence[Agency | None]:
    """Who draws the money of each line."""
    return await agencies([line.disburser_id for line in lines], context)

"""Resolvers of budget lines: stored or live figures, with provenance.

Lines are read as of the same instant as their project.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from hub.domain.agencies import Agency
from hub.domain.budget import BudgetLine, BudgetPhase
from hub.domain.projects import Project
from hub.domain.provenance import ExternalId, LiveOrigin, Provenance, Source, SourceRecord
from hub.domain.sources.live import FreshnessWish
from hub.domain.text import Notice
from hub.domain.time import FiscalYearRange
from hub.errors import Invalid
from hub.services.sources.live_budgets import ProjectBudget, load_live_budgets
from resolvers.arguments import fetch_grouped_by_as_of
from resolvers.context import Context
from resolvers.nodes import fetch_agencies, provenance


class HasBudgetAgencies(Protocol):
    """A record with a budget holder and a disburser."""

    @property
    def holder_id(self) -> str | None:
        """Return the agency that holds the budget."""
        ...

    @property
    def disburser_id(self) -> str | None:
        """Return the agency that disburses it."""
        ...


async def budgets(
    projects: Sequence[Project],
    context: Context,
    *,
    fiscal_years: FiscalYearRange | None = None,
    phase: tuple[BudgetPhase, ...] | None = None,
    freshness: FreshnessWish = FreshnessWish.STORED,
    include_agreed: bool = False,
) -> Sequence[Sequence[BudgetLine]]:
    """Return the lines of each project, by year and phase; phases are never added up.

    With `include_agreed` the lines that agreements assert come after those that sources report.
    """
    phases = tuple(BudgetPhase) if phase is None else phase
    reported = await fetch_reported(projects, context, fiscal_years, phases, freshness)
    if not include_agreed:
        return reported

    async def _fetch(
        group: Sequence[Project], at: datetime | None
    ) -> Sequence[Sequence[BudgetLine]]:
        found = await context.unit.agreed_lines.by_projects(
            [project.id for project in group], years=fiscal_years, phases=phases, at=at
        )
        return [found[project.id] for project in group]

    agreed = await fetch_grouped_by_as_of(projects, _fetch)
    return [[*one, *other] for one, other in zip(reported, agreed, strict=True)]


async def fetch_reported(
    projects: Sequence[Project],
    context: Context,
    fiscal_years: FiscalYearRange | None,
    phases: Sequence[BudgetPhase],
    freshness: FreshnessWish,
) -> Sequence[Sequence[BudgetLine]]:
    """Return the lines that sources report of each project, stored or live."""
    if freshness is FreshnessWish.LIVE:
        budgets_by_project = await fetch_live_budgets(projects, context, fiscal_years, phases)
        return [budgets_by_project[project.id].lines for project in projects]

    async def _fetch(
        group: Sequence[Project], at: datetime | None
    ) -> Sequence[Sequence[BudgetLine]]:
        lines_by_project = await context.unit.budget.by_projects(
            [p.id for p in group], years=fiscal_years, phases=phases, at=at
        )
        return [lines_by_project[project.id] for project in group]

    return await fetch_grouped_by_as_of(projects, _fetch)


async def budget_notices(
    projects: Sequence[Project],
    context: Context,
    *,
    fiscal_years: FiscalYearRange | None = None,
    phase: tuple[BudgetPhase, ...] | None = None,
    freshness: FreshnessWish = FreshnessWish.STORED,
) -> Sequence[Sequence[Notice]]:
    """Return why stored figures were returned, one notice per reason and source."""
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
    """Return live budgets; `Invalid` when the projects were read as of the past."""
    if any(project.as_of_time is not None for project in projects):
        raise Invalid(
            "freshness",
            "LIVE ใช้กับ asOf ไม่ได้ ตัด asOf ออกหรือใช้ STORED",
            "LIVE cannot be used with asOf; leave asOf out, or use STORED",
        )
    return await load_live_budgets(context.unit, context.live_figures, projects, years, phases)


async def retrieved_at(lines: Sequence[BudgetLine], context: Context) -> Sequence[datetime | None]:
    """Return when each figure was retrieved from its source; null if it was not fetched."""
    ids = [line.record_id for line in lines if line.record_id is not None and not line.live]
    retrieved_at_by_record = (
        await context.unit.provenance.retrieved_at_by_record(ids) if ids else {}
    )
    return [
        line.live.retrieved_at
        if line.live
        else None
        if line.record_id is None
        else retrieved_at_by_record.get(line.record_id)
        for line in lines
    ]


async def line_provenance(
    lines: Sequence[BudgetLine], context: Context
) -> Sequence[Sequence[Provenance]]:
    """Return the provenance of each line: live, of its source record, or of the line itself."""

    async def _fetch(
        group: Sequence[BudgetLine], at: datetime | None
    ) -> Sequence[Sequence[Provenance]]:
        source_ids = {line.live.source_id for line in group if line.live}
        sources = (
            await context.unit.provenance.sources_by_id(sorted(source_ids)) if source_ids else {}
        )
        ids = [line.record_id for line in group if line.record_id is not None and not line.live]
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

    return await fetch_grouped_by_as_of(lines, _fetch)


def build_live_provenance(origin: LiveOrigin, source: Source) -> Provenance:
    """Return the provenance of a live figure; its record is not stored."""
    external_id = ExternalId(origin.source_id, origin.key)
    return Provenance(
        source=source,
        record=SourceRecord(
            None,
            origin.source_id,
            external_id,
            origin.url,
            origin.payload_hash,
            origin.retrieved_at,
        ),
        retrieved_at=origin.retrieved_at,
        asserted=origin.asserted,
        confidence=None,
        citation=None,
        note=None,
    )


async def holder(lines: Sequence[HasBudgetAgencies], context: Context) -> Sequence[Agency | None]:
    """Return the agency that holds the budget of each line."""
    return await fetch_agencies([line.holder_id for line in lines], context)


async def disburser(
    lines: Sequence[HasBudgetAgencies], context: Context
) -> Sequence[Agency | None]:
    """Return the agency that disburses each line."""
    return await fetch_agencies([line.disburser_id for line in lines], context)

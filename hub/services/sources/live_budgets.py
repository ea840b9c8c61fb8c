"""Live budget figures: fetched from agencies, parsed like ingested records, never stored.

A record is fetched through its connector, parsed by the same reader, and its names are resolved by
the same rules as in a run. If there is any doubt about it, the stored figure is returned with a
notice. No database connection is held while agencies respond.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from hub.domain.budget import BudgetLine, BudgetPhase, FundingSource
from hub.domain.money import Money
from hub.domain.projects import Project
from hub.domain.provenance import LiveOrigin
from hub.domain.record import record
from hub.domain.sources.live import (
    FALLBACK_MESSAGES,
    FallbackReason,
    LiveFigureClient,
    LiveRecord,
    RecordKey,
)
from hub.domain.text import Notice
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.errors import TooCostly
from hub.ingest.raw_payload import build_raw_payload
from hub.ingest.record_facts import RecordFactsBuilder
from hub.ingest.resolve_names import NameResolver
from hub.store.ingest.names import list_dated_names
from hub.store.ingest.rulings import list_name_decisions
from hub.store.unit_of_work import UnitOfWork

MAX_LIVE_REQUESTS: Final = 20
"""Maximum number of requests to agencies for one request to the hub."""
RecordsByProject = Mapping[str, Sequence[tuple[int, RecordKey]]]


@record
class ProjectBudget:
    """The budget lines of a project, with notices."""

    lines: list[BudgetLine]
    notices: list[Notice]


async def load_live_budgets(
    unit: UnitOfWork,
    live_client: LiveFigureClient | None,
    projects: Sequence[Project],
    years: FiscalYearRange | None,
    phases: Sequence[BudgetPhase],
) -> dict[str, ProjectBudget]:
    """Return the lines of projects by id, live if their agencies support it.

    `TooCostly` when too many requests would be needed. Lines are ordered by year, phase and id; a
    stored line has a notice with the reason.
    """
    ids = [project.id for project in projects]
    stored = await unit.budget.by_projects(ids, years=years, phases=phases)
    records = await unit.provenance.records_by_project(ids)
    keys = list({key for project_records in records.values() for _, key in project_records})
    live_records: Mapping[RecordKey, LiveRecord | FallbackReason] = dict.fromkeys(
        keys, FallbackReason.NOT_OFFERED
    )
    if live_client is not None:
        if (request_count := live_client.count_requests(keys)) > MAX_LIVE_REQUESTS:
            raise TooCostly(
                request_count, MAX_LIVE_REQUESTS, "คำขอสดถึงหน่วยงาน · live requests to agencies"
            )
        if request_count:
            async with unit.transaction.release_while_waiting():
                live_records = await live_client.fetch(keys)
    resolvers = await load_resolvers(
        unit,
        [
            live_record.spec.id
            for live_record in live_records.values()
            if isinstance(live_record, LiveRecord)
        ],
    )
    return {
        project.id: merge_live_lines(
            project,
            stored.get(project.id, []),
            records.get(project.id, ()),
            live_records,
            resolvers,
            BudgetLineFilter(years, frozenset(phases)),
        )
        for project in projects
    }


async def load_resolvers(unit: UnitOfWork, source_ids: Sequence[str]) -> dict[str, NameResolver]:
    """Return the name resolver of each source that responded."""
    if not source_ids:
        return {}
    dated_names = await list_dated_names(unit.transaction)
    return {
        source: NameResolver(dated_names, await list_name_decisions(unit.transaction, source))
        for source in dict.fromkeys(source_ids)
    }


@record
class BudgetLineFilter:
    """A filter on fiscal years and phases."""

    years: FiscalYearRange | None
    phases: frozenset[BudgetPhase]

    def matches(self, line: BudgetLine) -> bool:
        """Return whether a line passes the filter."""
        return line.phase in self.phases and (self.years is None or line.fiscal_year in self.years)


def merge_live_lines(
    project: Project,
    stored: Sequence[BudgetLine],
    records: Sequence[tuple[int, RecordKey]],
    live_records: Mapping[RecordKey, LiveRecord | FallbackReason],
    resolvers: Mapping[str, NameResolver],
    line_filter: BudgetLineFilter,
) -> ProjectBudget:
    """Return a project's lines: live per record, or stored with the reason."""
    lines: list[BudgetLine] = []
    notices: dict[tuple[str, str | None], Notice] = {}

    def _use_stored_lines(
        reason: FallbackReason, source_id: str | None, fallback_lines: Sequence[BudgetLine]
    ) -> None:
        notice = Notice(
            reason.value, FALLBACK_MESSAGES[reason], ["sources", source_id] if source_id else None
        )
        notice = notices.setdefault((reason.value, source_id), notice)
        lines.extend(replace(line, notice=notice) for line in fallback_lines)

    for record_id, key in records:
        live_record = live_records[key]
        live_lines = (
            live_record
            if isinstance(live_record, FallbackReason)
            else build_live_lines(project, record_id, live_record, resolvers)
        )
        if isinstance(live_lines, FallbackReason):
            stored_lines = [line for line in stored if line.record_id == record_id]
            _use_stored_lines(live_lines, key.source_id, stored_lines)
        else:
            lines.extend(line for line in live_lines if line_filter.matches(line))
    source_record_ids = {record_id for record_id, _ in records}
    if stored_lines := [line for line in stored if line.record_id not in source_record_ids]:
        _use_stored_lines(FallbackReason.NOT_OFFERED, None, stored_lines)
    order = {phase: index for index, phase in enumerate(BudgetPhase)}
    lines.sort(key=lambda line: (line.fiscal_year.ce, order[line.phase], line.id))
    return ProjectBudget(lines, list(notices.values()))


def build_live_lines(
    project: Project, record_id: int, live_record: LiveRecord, resolvers: Mapping[str, NameResolver]
) -> list[BudgetLine] | FallbackReason:
    """Return the live lines of a record; DOUBTFUL when a run would quarantine it."""
    payload = build_raw_payload(live_record.raw)
    facts = RecordFactsBuilder(live_record.spec, resolvers[live_record.spec.id]).build(
        live_record.entry, live_record.raw, payload.hash, None
    )
    if live_record.entry.doubts or isinstance(facts, tuple):
        return FallbackReason.DOUBTFUL
    if facts.record_id != record_id or facts.project is None or facts.project.id != project.id:
        return FallbackReason.DOUBTFUL
    origin = LiveOrigin(
        live_record.spec.id,
        facts.key,
        live_record.raw.url,
        payload.hash,
        live_record.raw.retrieved_at,
        live_record.spec.asserted,
    )
    return [
        BudgetLine(
            id=line.id,
            project_id=project.id,
            area_id=line.area_id,
            fiscal_year=FiscalYear(line.fiscal_year),
            phase=BudgetPhase(line.phase),
            funding=FundingSource(line.funding),
            amount=Money(line.satang),
            holder_id=line.holder_id,
            disburser_id=None,
            record_id=record_id,
            live=origin,
        )
        for line in facts.lines
    ]

"""Live figures: what an agency says of a project now, read as any record is, and never written.

The record is asked for through its connector, read by the same reader, and its names resolved by
the same rules as in a run. A record about which there is any doubt waits for the next run; whoever
asked gets the stored figure with a notice. While agencies are asked no connection is held.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

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
from hub.ingest.raw_payload import raw_of
from hub.ingest.record_facts import Facts
from hub.ingest.resolve_names import Resolver
from hub.store.ingest.names import list_dated_names, list_name_decisions

if TYPE_CHECKING:
    from hub.store.unit_of_work import UnitOfWork

MOST: Final = 20
"""Questions to agencies that one question to the hub may take."""
Records = Mapping[str, Sequence[tuple[str, RecordKey]]]


@record
class Budgeted:
    """The lines of a project, and what is to be known of them."""

    lines: list[BudgetLine]
    notices: list[Notice]


async def live_budgets(
    unit: "UnitOfWork",
    agencies: LiveFigureClient | None,
    projects: Sequence[Project],
    years: FiscalYearRange | None,
    phases: Sequence[BudgetPhase],
) -> dict[str, Budgeted]:
    """The lines of projects by id, as their agencies say now where those can be asked.

    `TooCostly` where that takes too many questions. Lines stand in the order of years, phases and
    ids; one that is not live says why.
    """
    ids = [project.id for project in projects]
    stored = await unit.budget.by_projects(ids, years=years, phases=phases)
    records = await unit.provenance.records_by_project(ids)
    keys = list({key for told in records.values() for _, key in told})
    heard: Mapping[RecordKey, LiveRecord | FallbackReason] = dict.fromkeys(
        keys, FallbackReason.NOT_OFFERED
    )
    if agencies is not None:
        if (count := agencies.count_requests(keys)) > MOST:
            raise TooCostly(count, MOST, "คำถามสดถึงหน่วยงาน · live questions to agencies")
        if count:
            async with unit.transaction.release_while_waiting():
                heard = await agencies.fetch(keys)
    facts = await readers(
        unit, [one.spec.id for one in heard.values() if isinstance(one, LiveRecord)]
    )
    return {
        project.id: budgeted(
            project, stored.get(project.id, []), records.get(project.id, ()), heard, facts,
            Wanted(years, frozenset(phases)),
        )
        for project in projects
    }  # fmt: skip


async def readers(unit: "UnitOfWork", source_ids: Sequence[str]) -> dict[str, Resolver]:
    """What resolves the names of each source that was heard."""
    if not source_ids:
        return {}
    known = await list_dated_names(unit.transaction)
    return {
        source: Resolver(known, await list_name_decisions(unit.transaction, source))
        for source in dict.fromkeys(source_ids)
    }


@record
class Wanted:
    """Which lines are wanted."""

    years: FiscalYearRange | None
    phases: frozenset[BudgetPhase]

    def holds(self, line: BudgetLine) -> bool:
        """Whether a line is wanted."""
        return line.phase in self.phases and (self.years is None or line.fiscal_year in self.years)


def budgeted(
    project: Project,
    stored: Sequence[BudgetLine],
    records: Sequence[tuple[str, RecordKey]],
    heard: Mapping[RecordKey, LiveRecord | FallbackReason],
    resolvers: Mapping[str, Resolver],
    wanted: Wanted,
) -> Budgeted:
    """A project's lines, record by record: as the agency says, or as stored and why."""
    lines: list[BudgetLine] = []
    notices: dict[tuple[str, str | None], Notice] = {}

    def fall_back(why: FallbackReason, source: str | None, kept: Sequence[BudgetLine]) -> None:
        notice = Notice(why.value, FALLBACK_MESSAGES[why], ["sources", source] if source else None)
        notice = notices.setdefault((why.value, source), notice)
        lines.extend(replace(line, notice=notice) for line in kept)

    for record_id, key in records:
        said = heard[key]
        found = (
            said
            if isinstance(said, FallbackReason)
            else lines_said(project, record_id, said, resolvers)
        )
        if isinstance(found, FallbackReason):
            kept = [line for line in stored if line.record_id == record_id]
            fall_back(found, key.source_id, kept)
        else:
            lines.extend(line for line in found if wanted.holds(line))
    told = {record_id for record_id, _ in records}
    if kept := [line for line in stored if line.record_id not in told]:
        fall_back(FallbackReason.NOT_OFFERED, None, kept)
    order = {phase: place for place, phase in enumerate(BudgetPhase)}
    lines.sort(key=lambda line: (line.fiscal_year.ce, order[line.phase], line.id))
    return Budgeted(lines, list(notices.values()))


def lines_said(
    project: Project, record_id: str, said: LiveRecord, resolvers: Mapping[str, Resolver]
) -> list[BudgetLine] | FallbackReason:
    """The lines of a record as the agency says them; DOUBTFUL where a run would quarantine it."""
    raw = raw_of(said.raw)
    fact = Facts(said.spec, resolvers[said.spec.id]).of(said.entry, said.raw, raw.hash, None)
    if said.entry.doubts or isinstance(fact, tuple):
        return FallbackReason.DOUBTFUL
    if fact.record_id != record_id or fact.project is None or fact.project.id != project.id:
        return FallbackReason.DOUBTFUL
    origin = LiveOrigin(
        said.spec.id,
        fact.key,
        said.raw.url,
        raw.hash,
        said.raw.retrieved_at,
        said.spec.asserted,
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
        for line in fact.lines
    ]

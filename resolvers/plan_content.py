"""Resolvers of the content of plan versions: goals, indicators, strategies, items, sections.

Parents are versions and issues that the viewer may see; content is read by version.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from hub.domain.agencies import Agency
from hub.domain.areas import Area
from hub.domain.global_id import GlobalId, Identifiable
from hub.domain.paging import Connection, PageRequest
from hub.domain.plan_elements import (
    Alignment,
    ElementsOfVersions,
    Goal,
    Indicator,
    PlanGrade,
    PlanSection,
    Strategy,
    Target,
)
from hub.domain.plans import PlanVersion, StrategicIssue
from hub.domain.provenance import Provenance
from resolvers.arguments import fetch_grouped_by_as_of
from resolvers.context import Context
from resolvers.nodes import fetch_nodes

VERSION_CURSOR_TYPES = (int, str)


class HasVersion(Protocol):
    """A record of a plan version."""

    @property
    def version_id(self) -> str:
        """Return the id of the version it was read from."""
        ...

    @property
    def as_of_time(self) -> datetime | None:
        """Return the instant it was read as of; null is now."""
        ...

    @property
    def updated_at(self) -> datetime:
        """Return when its version was created."""
        ...


class HasIssue(HasVersion, Protocol):
    """A record of a plan version that may belong to an issue."""

    @property
    def issue_id(self) -> str | None:
        """Return the id of the issue; null without one."""
        ...


async def fetch_elements(parents: Sequence[HasVersion], context: Context) -> ElementsOfVersions:
    """Return the elements of the versions of the parents."""
    versions = {one.version_id: (one.updated_at, one.as_of_time) for one in parents}
    return await context.unit.plan_contents.elements(versions)


async def goals_of_versions(
    versions: Sequence[PlanVersion], context: Context
) -> Sequence[Sequence[Goal]]:
    """Return the goals of each plan as a whole."""

    async def _fetch(group: Sequence[PlanVersion], at: datetime | None) -> Sequence[Sequence[Goal]]:
        found = await context.unit.plan_contents.elements(
            {version.id: (version.created_at, at) for version in group}
        )
        return [
            [one for one in found.goals if one.version_id == version.id and one.issue_id is None]
            for version in group
        ]

    return await fetch_grouped_by_as_of(versions, _fetch)


async def sections(
    versions: Sequence[PlanVersion], context: Context
) -> Sequence[Sequence[PlanSection]]:
    """Return the sections of each version."""
    found = await context.unit.plan_contents.sections_by_version([one.id for one in versions])
    return [found.get(one.id, []) for one in versions]


async def grades(
    versions: Sequence[PlanVersion], context: Context
) -> Sequence[Sequence[PlanGrade]]:
    """Return the grades of each version."""
    found = await context.unit.plan_contents.grades_by_version([one.id for one in versions])
    return [found.get(one.id, []) for one in versions]


async def superseded(
    versions: Sequence[PlanVersion], context: Context
) -> Sequence[PlanVersion | None]:
    """Return the version that each version replaces; null without one, or when not visible."""

    async def _fetch(
        group: Sequence[PlanVersion], at: datetime | None
    ) -> Sequence[PlanVersion | None]:
        ids = [one.supersedes_id for one in group if one.supersedes_id]
        found = await context.unit.plans.versions_by_id(ids, at) if ids else {}
        return [found.get(one.supersedes_id or "") for one in group]

    return await fetch_grouped_by_as_of(versions, _fetch)


async def goals_of_issues(
    issues: Sequence[StrategicIssue], context: Context
) -> Sequence[Sequence[Goal]]:
    """Return the goals of each issue, in its version."""
    found = await fetch_elements(issues, context)
    return [
        [g for g in found.goals if (g.version_id, g.issue_id) == (one.version_id, one.id)]
        for one in issues
    ]


async def strategies_of_issues(
    issues: Sequence[StrategicIssue], context: Context
) -> Sequence[Sequence[Strategy]]:
    """Return the strategies of each issue, in its version."""
    found = await fetch_elements(issues, context)
    return [
        [s for s in found.strategies if (s.version_id, s.issue_id) == (one.version_id, one.id)]
        for one in issues
    ]


async def alignments(
    issues: Sequence[StrategicIssue], context: Context
) -> Sequence[Sequence[Alignment]]:
    """Return what each issue follows, in its version."""
    found = await context.unit.plan_contents.alignments_by_issue([one.version_id for one in issues])
    return [found.get((one.version_id, one.id), []) for one in issues]


async def elements_of_alignments(
    alignments: Sequence[Alignment], context: Context
) -> Sequence[Identifiable | None]:
    """Return the record that each alignment means; null without one."""
    return await fetch_nodes([one.element_id or "" for one in alignments], context)


async def revisions(
    issues: Sequence[StrategicIssue],
    context: Context,
    *,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[StrategicIssue]]:
    """Return the wordings of each issue in every version that has it."""
    page = PageRequest.from_arguments(first, after, VERSION_CURSOR_TYPES)

    async def _fetch(
        group: Sequence[StrategicIssue], at: datetime | None
    ) -> Sequence[Connection[StrategicIssue]]:
        found = await context.unit.plans.revisions_by_issue([one.id for one in group], page, at)
        return [found[one.id] for one in group]

    return await fetch_grouped_by_as_of(issues, _fetch)


async def indicators(goals: Sequence[Goal], context: Context) -> Sequence[Sequence[Indicator]]:
    """Return the indicators of each goal."""
    found = await fetch_elements(goals, context)
    return [
        [i for i in found.indicators if (i.version_id, i.goal_id) == (one.version_id, one.id)]
        for one in goals
    ]


async def goals_of_indicators(
    indicators: Sequence[Indicator], context: Context
) -> Sequence[Goal | None]:
    """Return the goal of each indicator."""
    found = await fetch_elements(indicators, context)
    goals = {(goal.version_id, goal.id): goal for goal in found.goals}
    return [goals.get((one.version_id, one.goal_id)) for one in indicators]


async def targets(indicators: Sequence[Indicator], context: Context) -> Sequence[Sequence[Target]]:
    """Return the targets of each indicator, in ascending order of year."""
    found = await context.unit.plan_contents.targets_by_indicator(
        [one.version_id for one in indicators]
    )
    return [found.get((one.version_id, one.id), []) for one in indicators]


async def owners_of_indicators(
    indicators: Sequence[Indicator], context: Context
) -> Sequence[Sequence[Agency]]:
    """Return the agencies that answer for each indicator."""
    ids = [owner for one in indicators for owner in one.owner_ids]
    found = await context.unit.agencies.by_id(ids, context.today) if ids else {}
    return [[found[i] for i in one.owner_ids if i in found] for one in indicators]


async def versions_of_elements(
    elements: Sequence[HasVersion], context: Context
) -> Sequence[PlanVersion]:
    """Return the version that each element was read from."""

    async def _fetch(group: Sequence[HasVersion], at: datetime | None) -> Sequence[PlanVersion]:
        found = await context.unit.plans.versions_by_id([one.version_id for one in group], at)
        return [found[one.version_id] for one in group]

    return await fetch_grouped_by_as_of(elements, _fetch)


async def areas_of_elements(
    elements: Sequence[HasVersion], context: Context
) -> Sequence[Area | None]:
    """Return the area of each element's plan; null for a plan of an agency."""
    versions = await versions_of_elements(elements, context)
    plans = await context.unit.plans.by_id([one.plan_id for one in versions])
    found_areas = [plans[one.plan_id].area_id if one.plan_id in plans else None for one in versions]
    ids = [one for one in found_areas if one]
    areas = await context.unit.areas.by_id(ids) if ids else {}
    return [areas.get(one or "") for one in found_areas]


async def provenance_of_elements(
    elements: Sequence[HasVersion], context: Context
) -> Sequence[Sequence[Provenance]]:
    """Return the provenance of each element: that of its version."""
    keys = [str(GlobalId("PlanVersion", one.version_id)) for one in elements]
    found = await context.unit.provenance.by_subject(keys)
    return [found[key] for key in keys]


async def find_issues(
    elements: Sequence[HasIssue], context: Context
) -> Sequence[StrategicIssue | None]:
    """Return the issue of each element, as its version words it; null without one."""

    async def _fetch(
        group: Sequence[HasIssue], at: datetime | None
    ) -> Sequence[StrategicIssue | None]:
        found = await context.unit.plans.wordings_by_version([one.version_id for one in group], at)
        return [found.get((one.version_id, one.issue_id or "")) for one in group]

    return await fetch_grouped_by_as_of(elements, _fetch)


async def issues_of_strategies(
    strategies: Sequence[Strategy], context: Context
) -> Sequence[StrategicIssue]:
    """Return the issue of each strategy; a foreign key guarantees that it exists."""
    return [one for one in await find_issues(strategies, context) if one is not None]

"""The figures of a matrix, and what each figure is made of."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import asyncpg
import sqlalchemy as sa
from sqlalchemy.sql.selectable import CTE

from hub.domain.budget import BudgetPhase
from hub.domain.identity.viewer import Viewer, Visibility
from hub.domain.linkages import LinkageStatus
from hub.domain.matrix.layout import Layout
from hub.domain.matrix.question import Counting
from hub.domain.matrix.result import CellGroup, Figures
from hub.domain.paging import PageRequest
from hub.store.matrix.agreed import touched_projects
from hub.store.matrix.changed_projects import count_changed
from hub.store.matrix.contributions import contributions_of_groups, projects_of_groups
from hub.store.matrix.counting import (
    counted_lines,
    facts_on_axes,
    matrix_facts,
    place_facts,
)
from hub.store.matrix.figure_rows import FigureKind
from hub.store.matrix.figures_builder import compile_figures
from hub.store.matrix.linkage_filter import filtered_linkages
from hub.store.matrix.planner import CountingPlan, plan_counting
from hub.store.matrix.rollup_figures import live_projects
from hub.store.matrix.rollup_sources import rollup_sources
from hub.store.read_transaction import ReadTransaction

KINDS: Final = {kind.value: kind for kind in FigureKind}
PHASES: Final = {phase.value: phase for phase in BudgetPhase}
STATUSES: Final = {status.value: status for status in LinkageStatus}


class MatrixQueries:
    """Figures in one request's snapshot, limited to what one viewer may see.

    `use_rollup` false counts every question from the facts; the answer is the same.
    """

    def __init__(
        self, transaction: ReadTransaction, viewer: Viewer, *, use_rollup: bool = True
    ) -> None:
        self._use_rollup = use_rollup
        self._transaction = transaction
        self._viewer = viewer
        self._changed_by_instant: dict[datetime, int] = {}

    def facts_on_axes(self, layout: Layout) -> CTE:
        """Return one row per fact and linkage, with the ordinals of row and column."""
        return facts_on_axes(layout, self._viewer)

    async def plan(self, layout: Layout) -> CountingPlan:
        """Return how the figures of a layout are counted; as of an instant, one statement."""
        changed = 0
        if self._use_rollup and (at := layout.scope.as_of_time) is not None:
            if at not in self._changed_by_instant:
                [row] = await self._transaction.fetch_rows(count_changed(at))
                self._changed_by_instant[at] = row[0]
            changed = self._changed_by_instant[at]
        return plan_counting(layout, self._viewer, use_rollup=self._use_rollup, changed=changed)

    async def facts_for_sources(self, layout: Layout) -> tuple[CTE, sa.Select[Any] | None]:
        """Return the facts whose sources are to be read, and the statement for sources
        (`source_id`) of those that the rollup answers for; null if it cannot, or as of an instant.
        """
        plan = await self.plan(layout)
        # Of few projects as of an instant PostgreSQL expects fewer still, and would compare each of
        # their facts with every linkage.
        if not plan.by_rollup or layout.scope.as_of_time is not None:
            return self.facts_on_axes(layout), None
        linked = layout.scope.filter.linked
        live = live_projects(
            Visibility.PUBLISHED,
            layout.scope.as_of_time,
            linked=linked is not None,
            touched=touched_projects(layout.scope),
        )
        facts = facts_on_axes(layout, self._viewer, live=live)
        return facts, None if linked else rollup_sources(layout)

    async def figures_by_group(
        self, layout: Layout, *, with_counts: bool = True
    ) -> dict[CellGroup, Figures]:
        """Return the figures of all non-empty cells, rows, columns and the whole; one statement.

        Empty groups are absent. Without `with_counts` projects, hidden ones and linkages are
        positive where there are some, and no counts: counting each once per group costs most.
        """
        await self._transaction.allow_large_hashes()
        sql, values = compile_figures(
            layout, self._viewer, await self.plan(layout), with_counts=with_counts
        )
        rows = await self._transaction.fetch_compiled(sql, values)
        return build_figures(rows, layout.counting)

    async def contributions_by_group(
        self, layout: Layout, groups: Sequence[CellGroup], phase: BudgetPhase, page: PageRequest
    ) -> dict[CellGroup, tuple[list[asyncpg.Record], int]]:
        """Return the rows that make up each group's figure of a phase, and how many in all.

        Ordered by project, line, row and column; one statement for all groups.
        """
        await self._transaction.allow_large_hashes()
        # A filter by linkages finds the projects by them, and has read them.
        by_page = not (layout.has_linkage_axis or layout.scope.needs_linkage)
        lines = counted_lines(layout, self._viewer, with_linkages=not by_page)
        linkages = filtered_linkages(layout.scope, self._viewer) if by_page else None
        statement = contributions_of_groups(lines, groups, phase, page, linkages)
        found: dict[CellGroup, list[asyncpg.Record]] = defaultdict(list)
        for row in await self._transaction.fetch_rows(statement):
            found[CellGroup(row["group_r"], row["group_c"])].append(row)
        return {group: (rows, rows[0]["total"]) for group, rows in found.items()}

    async def project_ids_by_group(
        self, layout: Layout, groups: Sequence[CellGroup], page: PageRequest
    ) -> dict[CellGroup, tuple[list[str], int]]:
        """Return the ids of the projects in each group, in Thai order, and how many in all.

        Several reports of one activity are one project here; one statement for all groups.
        """
        await self._transaction.allow_large_hashes()
        facts = matrix_facts(layout, self._viewer)
        placed = place_facts(layout, facts, "placed", with_linkages=layout.has_linkage_axis)
        statement = projects_of_groups(placed, groups, page, layout.scope.as_of_time)
        found: dict[CellGroup, tuple[list[str], int]] = {}
        for row in await self._transaction.fetch_rows(statement):
            group = CellGroup(row["group_r"], row["group_c"])
            found.setdefault(group, ([], row["total"]))[0].append(row["id"])
        return found


def build_figures(rows: Sequence[asyncpg.Record], counting: Counting) -> dict[CellGroup, Figures]:
    """Return the figures of the statement's rows by group; figures of one kind and name add up.

    With MENTIONS a project counts in every cell it is in.
    """
    projects: Counter[CellGroup] = Counter()
    hidden: Counter[CellGroup] = Counter()
    money: dict[CellGroup, dict[BudgetPhase, int]] = defaultdict(dict)
    linkages: dict[CellGroup, dict[LinkageStatus, int]] = defaultdict(dict)
    overlaps: set[CellGroup] = set()
    groups: dict[tuple[int | None, int | None], CellGroup] = {}
    for row in rows:
        kind, name, value = KINDS[row["kind"]], row["name"], row["value"]
        coordinates = row["r"], row["c"]
        if (group := groups.get(coordinates)) is None:
            group = groups[coordinates] = CellGroup(*coordinates)
        if kind is FigureKind.MONEY:
            phase = PHASES[name]
            money[group][phase] = money[group].get(phase, 0) + value
        elif kind is FigureKind.PROJECTS:
            projects[group] += value
        elif kind is FigureKind.LINKAGES:
            status = STATUSES[name]
            linkages[group][status] = linkages[group].get(status, 0) + value
        elif kind is FigureKind.HIDDEN:
            hidden[group] += value
        elif kind is FigureKind.OVERLAP:
            overlaps.add(group)
        # Of UNPUBLISHED the transaction has collected the marker.
    if counting is Counting.MENTIONS:
        projects = count_mentions(projects)
    return {
        group: Figures(
            projects[group],
            money.get(group, {}),
            linkages.get(group, {}),
            hidden[group],
            overlap=group in overlaps,
        )
        for group in {*projects, *hidden, *money, *linkages, *overlaps}
    }


def count_mentions(projects: Mapping[CellGroup, int]) -> Counter[CellGroup]:
    """Return the counts with each total as the sum of its cells."""
    mentions: Counter[CellGroup] = Counter()
    for cell, count in projects.items():
        if cell.row is not None and cell.column is not None:
            for row, column in ((cell.row, cell.column), (cell.row, None), (None, cell.column)):
                mentions[CellGroup(row, column)] += count
            mentions[CellGroup(None, None)] += count
    return mentions

"""Build the statement for all figures of a matrix, from the rollup and from the facts."""

from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.selectable import CTE, FromClause

from hub.domain.findings import FindingKind, FindingStatus
from hub.domain.identity.viewer import ANONYMOUS, Viewer, Visibility
from hub.domain.matrix.layout import Layout
from hub.store import tables
from hub.store.as_of import table_as_of
from hub.store.matrix.agreed import touched_projects
from hub.store.matrix.counting import MatrixFacts, has_linkage, matrix_facts, place_facts
from hub.store.matrix.figure_rows import FigureKind, figure_row, grouping_sets
from hub.store.matrix.figure_statements import count_several_cells, count_single_cells
from hub.store.matrix.planner import CountingPlan
from hub.store.matrix.rollup_figures import live_projects, rollup_figures
from hub.store.statements import compile_statement
from hub.store.visibility import is_visible, unpublished_columns


@lru_cache(maxsize=64)
def compile_figures(
    layout: Layout, viewer: Viewer, plan: CountingPlan, *, with_counts: bool
) -> tuple[str, list[Any]]:
    """Return the SQL and values of the figures of a layout, for a viewer without session.

    Building and compiling costs some 25 ms of CPU; the questions of pages come again and again.
    """
    builder = FiguresBuilder(viewer, plan, with_counts=with_counts)
    return compile_statement(builder.select_figures(layout), {})


class FiguresBuilder:
    """Builds the statement for what one viewer may see.

    Of any plan the answer is the same. For `with_counts` see `MatrixQueries.figures_by_group`.
    """

    def __init__(self, viewer: Viewer, plan: CountingPlan, *, with_counts: bool) -> None:
        self._viewer = viewer
        self._with_counts = with_counts
        self._plan = plan

    def select_figures(self, layout: Layout) -> sa.CompoundSelect[Any]:
        """Return the statement for the figures of all groups, as rows of `figure_row`.

        The figure of a group is the sum of its rows of one kind and name: those of the rollup,
        where it can answer, and those of the facts that it leaves.
        """
        plan, at = self._plan, layout.scope.as_of_time
        linked = layout.scope.filter.linked
        live = None
        if plan.by_rollup:
            touched = touched_projects(layout.scope)
            live = live_projects(
                Visibility.PUBLISHED, at, linked=linked is not None, touched=touched
            )
        found = matrix_facts(layout, self._viewer, live=live)
        with_counts = self._with_counts
        statements: list[Any] = []
        if plan.by_rollup and not linked:
            statements += rollup_figures(layout, with_counts=with_counts)
        for placed, has_several_cells in self._split_by_cells(layout, found):
            if has_several_cells:
                statements += count_several_cells(layout, placed)
            else:
                is_linked = not layout.has_linkage_axis
                statements += count_single_cells(
                    placed, found.linkages if is_linked else None, with_counts=with_counts
                )
            statements.append(self._select_overlaps(layout, placed))
        statements += self._select_unpublished(layout, found)
        if plan.counts_hidden:
            statements += self._select_hidden(layout, by_rollup=plan.hidden_by_rollup)
        return sa.union_all(*statements)

    def _split_by_cells(self, layout: Layout, found: MatrixFacts) -> list[tuple[CTE, bool]]:
        """Return the placed facts of disjoint activities, and whether a fact may have several
        cells.

        Only an axis of linkages gives a fact several cells, and only to activities with a linkage.
        """
        if not layout.has_linkage_axis:
            return [(place_facts(layout, found, "placed", with_linkages=False), False)]
        if layout.scope.needs_linkage:
            return [(place_facts(layout, found, "placed", with_linkages=True), True)]
        facts = found.facts
        linked = (
            sa.select(facts.c.identity)
            .where(has_linkage(facts, found.linkages))
            .distinct()
            .cte("linked_activities")
        )
        is_linked = sa.exists().where(linked.c.identity == facts.c.identity)
        is_linked = is_linked.correlate_except(linked)
        return [
            (
                place_facts(
                    layout,
                    found._replace(facts=sa.select(facts).where(condition).cte(f"facts_{name}")),
                    f"placed_{name}",
                    with_linkages=has_several_cells,
                ),
                has_several_cells,
            )
            for name, condition, has_several_cells in (
                ("linked", is_linked, True),
                ("other", sa.not_(is_linked), False),
            )
        ]

    def _select_overlaps(self, layout: Layout, placed: CTE) -> sa.Select[Any]:
        """Return the statement for the cells of projects with an open OVERLAP finding."""
        p = placed.c
        overlapping = self._overlapping_projects(layout.scope.as_of_time)
        return (
            figure_row(FigureKind.OVERLAP, p.r, p.c, sa.literal(1, sa.Integer))
            .where(p.project_id.in_(sa.select(overlapping.c.project_id)))
            .distinct()
        )

    def _select_unpublished(self, layout: Layout, found: MatrixFacts) -> list[sa.Select[Any]]:
        """Return the statements for audit markers of others' unpublished data that was counted."""
        if self._viewer == ANONYMOUS:
            return []
        at = layout.scope.as_of_time
        facts, linkages = found
        counted = sa.select(facts.c.project_id)
        if layout.scope.needs_linkage:
            counted = counted.where(has_linkage(facts, linkages))
        counted_linkages = sa.select(linkages.c.id).where(
            linkages.c.project_id.in_(sa.select(facts.c.project_id))
        )
        selects: list[sa.Select[Any]] = []
        for kind, table, ids in (
            ("Project", tables.project, counted),
            ("Linkage", tables.linkage, counted_linkages),
        ):
            state = table_as_of(table, at).alias(f"unpublished_{table.name}")
            [marker] = unpublished_columns(kind, state.c.id, state, self._viewer)
            no_place = sa.cast(sa.null(), sa.Integer)
            selects.append(
                figure_row(
                    FigureKind.UNPUBLISHED, no_place, no_place, sa.null(), marker=marker.element
                ).where(
                    state.c.visibility != Visibility.PUBLISHED.value,
                    state.c.id.in_(ids),
                    marker.element.is_not(None),
                )
            )
        return selects

    def _overlapping_projects(self, at: datetime | None) -> FromClause:
        """Return the projects (`project_id`) that an open OVERLAP finding is about.

        The viewer must be able to see all projects of the finding.
        """
        finding = table_as_of(tables.finding, at).alias("overlap")
        subject = table_as_of(tables.finding_subject, at).alias("subject")
        other_subject = table_as_of(tables.finding_subject, at).alias("other_subject")
        other_project = table_as_of(tables.project, at).alias("other_project")
        hidden_subjects = (
            sa.select(other_subject.c.finding_id)
            .join(other_project, other_project.c.id == other_subject.c.project_id)
            .where(sa.not_(is_visible(other_project, self._viewer, at)))
            .subquery("hidden_subjects")
        )
        has_hidden_subject = sa.exists().where(hidden_subjects.c.finding_id == finding.c.id)
        return (
            sa.select(subject.c.project_id)
            .join(finding, finding.c.id == subject.c.finding_id)
            .where(
                finding.c.kind == FindingKind.OVERLAP.value,
                finding.c.status == FindingStatus.OPEN.value,
                sa.not_(has_hidden_subject.correlate_except(hidden_subjects)),
            )
            .subquery("overlapping")
        )

    def _select_hidden(self, layout: Layout, *, by_rollup: bool) -> list[sa.Select[Any]]:
        """Return the statements for the number of LISTED projects that the viewer may not see.

        Only for questions about locations alone: invisible data must not match any other condition.
        """
        at = layout.scope.as_of_time
        live = None
        if by_rollup:
            live = live_projects(Visibility.LISTED, at, touched=touched_projects(layout.scope))
        found = matrix_facts(layout, self._viewer, hidden=True, live=live)
        placed = place_facts(layout, found, "hidden_placed", with_linkages=layout.has_linkage_axis)
        p = placed.c
        count = sa.func.count(p.identity.distinct())
        facts = figure_row(FigureKind.HIDDEN, p.r, p.c, count).group_by(grouping_sets(p.r, p.c))
        return [facts, *(rollup_figures(layout, hidden=True) if by_rollup else [])]

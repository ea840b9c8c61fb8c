"""The figures of a matrix in one statement, and what each figure is made of."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.selectable import CTE

from hub.domain.budget import BudgetPhase
from hub.domain.findings import FindingKind
from hub.domain.identity.viewer import Viewer
from hub.domain.linkages import LinkageStatus
from hub.domain.matrix.layout import Layout
from hub.domain.matrix.question import Counting
from hub.domain.matrix.result import CellGroup, Figures
from hub.domain.paging import PageRequest
from hub.store import tables
from hub.store.as_of import table_as_of
from hub.store.database import ReadTransaction
from hub.store.matrix.contributions import contributions_of_groups, projects_of_groups
from hub.store.matrix.counting import counted_lines, facts_on_axes
from hub.store.visibility import UNPUBLISHED_COLUMN, is_visible, unpublished_columns

NULL_FIGURE_COLUMNS: Final[tuple[Any, ...]] = tuple(
    sa.cast(sa.null(), column_type)
    for column_type in (sa.Integer, sa.Integer, sa.Text, *[sa.BigInteger] * 4)
)
"""The figure columns of rows of kind U, which have no figures."""


class MatrixQueries:
    """Figures in one request's snapshot, limited to what one viewer may see."""

    def __init__(self, transaction: ReadTransaction, viewer: Viewer) -> None:
        self._transaction = transaction
        self._viewer = viewer
        self._ctes_by_layout: dict[Layout, tuple[CTE, CTE]] = {}

    def _build_ctes(self, layout: Layout) -> tuple[CTE, CTE]:
        """Return the CTEs of a layout, built once: building them takes milliseconds."""
        if layout not in self._ctes_by_layout:
            self._ctes_by_layout[layout] = counted_lines(layout, self._viewer)
        return self._ctes_by_layout[layout]

    def facts_on_axes(self, layout: Layout) -> CTE:
        """Return one row per fact and linkage, with the ordinals of row and column."""
        return self._build_ctes(layout)[0]

    async def figures_by_group(self, layout: Layout) -> dict[CellGroup, Figures]:
        """Return the figures of all non-empty cells, rows, columns and the whole; two statements.

        Empty groups are absent. Hidden projects are counted by the second statement, and only if
        the question is about locations alone: invisible data must not match any other condition.
        """
        facts_placed, lines = self._build_ctes(layout)
        p, n = facts_placed.c, lines.c
        projects = sa.select(
            sa.literal("P").label("kind"),
            p.r,
            p.c,
            sa.cast(sa.null(), sa.Text).label("name"),
            sa.cast(sa.func.count(p.identity.distinct()), sa.BigInteger).label("cell"),
            *(sa.cast(sa.null(), sa.BigInteger).label(label) for label in ("row", "col", "whole")),
        ).group_by(grouping_sets(p.r, p.c))
        linkages = sa.select(
            sa.literal("L"),
            p.r,
            p.c,
            p.status,
            sa.func.count(p.linkage_id.distinct()),
            *(sa.cast(sa.null(), sa.BigInteger) for _ in range(3)),
        ).where(p.linkage_id.is_not(None))
        linkages = linkages.group_by(grouping_sets(p.r, p.c, p.status))
        money = (
            sa.select(
                sa.literal("M"),
                n.r,
                n.c,
                n.phase,
                *(
                    sa.cast(sa.func.sum(column), sa.BigInteger)
                    for column in (n.in_cell, n.in_row, n.in_column, n.in_all)
                ),
            )
            .where(n.phase.is_not(None))
            .group_by(grouping_sets(n.r, n.c, n.phase))
        )
        overlaps = sa.select(
            sa.literal("O"),
            p.r,
            p.c,
            sa.cast(sa.null(), sa.Text),
            *(sa.cast(sa.literal(1, sa.Integer), sa.BigInteger) for _ in range(4)),
        ).where(self._has_overlap(layout, p.project_id))
        selects = [projects, linkages, money, overlaps.distinct()]
        if unpublished_selects := self._select_unpublished(layout, facts_placed):
            null_marker = sa.cast(sa.null(), JSONB).label(UNPUBLISHED_COLUMN)
            selects = [
                *(select.add_columns(null_marker) for select in selects),
                *unpublished_selects,
            ]
        records = await self._transaction.fetch_rows(sa.union_all(*selects))
        rows = [row for row in records if row["kind"] != "U"]
        hidden = await self._count_hidden(layout)
        return build_figures(rows, hidden, layout.counting)

    def _select_unpublished(self, layout: Layout, facts_placed: CTE) -> list[sa.Select[Any]]:
        """Return the statements for audit markers of others' unpublished data: rows of kind U."""
        at = layout.scope.as_of_time
        selects: list[sa.Select[Any]] = []
        for kind, table, column in (
            ("Project", table_as_of(tables.project, at).alias("unpublished_project"), "project_id"),
            ("Linkage", table_as_of(tables.linkage, at).alias("unpublished_linkage"), "linkage_id"),
        ):
            fact_ids = sa.select(facts_placed.c[column])
            for marker in unpublished_columns(kind, table.c.id, table, self._viewer):
                columns: list[Any] = [sa.literal("U"), *NULL_FIGURE_COLUMNS, marker]
                selects.append(
                    sa.select(*columns).where(table.c.id.in_(fact_ids), marker.is_not(None))
                )
        return selects

    def _has_overlap(
        self, layout: Layout, project_id: sa.ColumnElement[Any]
    ) -> sa.ColumnElement[bool]:
        """Return the predicate that an open OVERLAP finding is about the project.

        The viewer must be able to see all its projects.
        """
        at = layout.scope.as_of_time
        finding = table_as_of(tables.finding, at).alias("overlap")
        subject = table_as_of(tables.finding_subject, at).alias("subject")
        other_subject = table_as_of(tables.finding_subject, at).alias("other_subject")
        other_project = table_as_of(tables.project, at).alias("other_project")
        has_hidden_subject = (
            sa.exists()
            .select_from(
                other_subject.join(other_project, other_project.c.id == other_subject.c.project_id)
            )
            .where(
                other_subject.c.finding_id == finding.c.id,
                sa.not_(is_visible(other_project, self._viewer, at)),
            )
        )
        return (
            sa.exists()
            .select_from(subject.join(finding, finding.c.id == subject.c.finding_id))
            .where(
                subject.c.project_id == project_id,
                finding.c.kind == FindingKind.OVERLAP.value,
                finding.c.dismissed.is_(False),
                sa.not_(has_hidden_subject),
            )
        )

    async def _count_hidden(self, layout: Layout) -> Mapping[CellGroup, int]:
        """Return the number of hidden LISTED projects per group.

        Empty if the question has other conditions than locations.
        """
        if not layout.is_location_only:
            return {}
        p = facts_on_axes(layout, self._viewer, hidden=True).c
        statement = sa.select(p.r, p.c, sa.func.count(p.identity.distinct()).label("n")).group_by(
            grouping_sets(p.r, p.c)
        )
        rows = await self._transaction.fetch_rows(statement)
        return {CellGroup(row["r"], row["c"]): row["n"] for row in rows}

    async def contributions_by_group(
        self, layout: Layout, groups: Sequence[CellGroup], phase: BudgetPhase, page: PageRequest
    ) -> dict[CellGroup, tuple[list[asyncpg.Record], int]]:
        """Return the rows that make up each group's figure of a phase, and how many in all.

        Ordered by project, line, row and column; one statement for all groups.
        """
        _, lines = self._build_ctes(layout)
        statement = contributions_of_groups(lines, groups, phase, page)
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
        facts_placed, _ = self._build_ctes(layout)
        statement = projects_of_groups(facts_placed, groups, page, layout.scope.as_of_time)
        found: dict[CellGroup, tuple[list[str], int]] = {}
        for row in await self._transaction.fetch_rows(statement):
            group = CellGroup(row["group_r"], row["group_c"])
            found.setdefault(group, ([], row["total"]))[0].append(row["id"])
        return found


def grouping_sets(
    row: sa.ColumnElement[Any], column: sa.ColumnElement[Any], *extra_columns: sa.ColumnElement[Any]
) -> Any:
    """Return GROUPING SETS by cell, row, column and the whole, each with `extra_columns`."""
    return sa.func.grouping_sets(
        sa.tuple_(row, column, *extra_columns),
        sa.tuple_(row, *extra_columns),
        sa.tuple_(column, *extra_columns),
        sa.tuple_(*extra_columns),
    )


def build_figures(
    rows: Sequence[asyncpg.Record], hidden: Mapping[CellGroup, int], counting: Counting
) -> dict[CellGroup, Figures]:
    """Return the figures of the statement's rows by group.

    With MENTIONS a project counts in every cell it is in.
    """
    figures_by_group: dict[CellGroup, Figures] = {}

    def _figures_for(group: CellGroup) -> Figures:
        if group not in figures_by_group:
            figures_by_group[group] = Figures(0, {}, {}, hidden.get(group, 0), overlap=False)
        return figures_by_group[group]

    for group in hidden:
        _figures_for(group)
    projects: dict[CellGroup, int] = {}
    for row in rows:
        group = CellGroup(row["r"], row["c"])
        figures = _figures_for(group)
        match row["kind"]:
            case "P":
                projects[group] = row["cell"]
            case "L":
                figures.linkages[LinkageStatus(row["name"])] = row["cell"]
            case "M":
                column = {
                    (True, True): "cell",
                    (True, False): "row",
                    (False, True): "col",
                    (False, False): "whole",
                }[group.row is not None, group.column is not None]
                figures.money[BudgetPhase(row["name"])] = row[column]
            case _:
                figures_by_group[group] = Figures(
                    figures.projects, figures.money, figures.linkages, figures.hidden, overlap=True
                )
    if counting is Counting.MENTIONS:
        cells = {g: n for g, n in projects.items() if g.row is not None and g.column is not None}
        projects = {
            g: sum(
                n
                for cell, n in cells.items()
                if g.row in (None, cell.row) and g.column in (None, cell.column)
            )
            for g in projects
        }
    return {
        group: Figures(projects.get(group, 0), f.money, f.linkages, f.hidden, f.overlap)
        for group, f in figures_by_group.items()
    }

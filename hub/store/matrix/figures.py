"""Figures of a matrix in one statement, and what each figure is made of."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, distinct_on
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
from hub.store.as_of import as_known
from hub.store.database import Reading
from hub.store.matrix.counting import counted, placed
from hub.store.rows import listing
from hub.store.visibility import UNPUBLISHED, unpublished, visible

NOTHING: Final[tuple[Any, ...]] = tuple(
    sa.cast(sa.null(), kind) for kind in (sa.Integer, sa.Integer, sa.Text, *[sa.BigInteger] * 4)
)
"""The columns of figures where a row is about no figure."""


class Matrices:
    """Figures in one request's snapshot, as one viewer may see them."""

    def __init__(self, reading: Reading, viewer: Viewer) -> None:
        self._reading = reading
        self._viewer = viewer
        self._counted: dict[Layout, tuple[CTE, CTE]] = {}

    def _of(self, layout: Layout) -> tuple[CTE, CTE]:
        """What is placed and what is counted, written once a layout: writing costs milliseconds."""
        if layout not in self._counted:
            self._counted[layout] = counted(layout, self._viewer)
        return self._counted[layout]

    def placed(self, layout: Layout) -> CTE:
        """What stands where: one row per fact and linkage, with the ordinals of row and column."""
        return self._of(layout)[0]

    async def figures(self, layout: Layout) -> dict[CellGroup, Figures]:
        """The figures of every cell, row, column and the whole that hold anything; two statements.

        Groups that hold nothing are absent. Hidden projects are counted by the second statement,
        and only where nothing but places is asked: what may not be seen matches nothing else.
        """
        facts_placed, lines = self._of(layout)
        p, n = facts_placed.c, lines.c
        projects = sa.select(
            sa.literal("P").label("kind"),
            p.r,
            p.c,
            sa.cast(sa.null(), sa.Text).label("name"),
            sa.cast(sa.func.count(p.identity.distinct()), sa.BigInteger).label("cell"),
            *(sa.cast(sa.null(), sa.BigInteger).label(x) for x in ("row", "col", "whole")),
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
        ).where(self._overlapping(layout, p.project_id))
        every = [projects, linkages, money, overlaps.distinct()]
        if told := self._told(layout, facts_placed):
            nothing = sa.cast(sa.null(), JSONB).label(UNPUBLISHED)
            every = [*(part.add_columns(nothing) for part in every), *told]
        answer = await self._reading.rows(sa.union_all(*every))
        rows = [row for row in answer if row["kind"] != "U"]
        hidden = await self._hidden(layout)
        return figures_of(rows, hidden, layout.counting)

    def _told(self, layout: Layout, facts_placed: CTE) -> list[sa.Select[Any]]:
        """What the figures tell of others' unpublished projects and linkages: rows of kind U."""
        at = layout.scope.as_of_time
        made: list[sa.Select[Any]] = []
        for kind, table, column in (
            ("Project", as_known(tables.project, at).alias("told_project"), "project_id"),
            ("Linkage", as_known(tables.linkage, at).alias("told_linkage"), "linkage_id"),
        ):
            among = sa.select(facts_placed.c[column])
            for item in unpublished(kind, table.c.id, table, self._viewer):
                columns: list[Any] = [sa.literal("U"), *NOTHING, item]
                made.append(sa.select(*columns).where(table.c.id.in_(among), item.is_not(None)))
        return made

    def _overlapping(
        self, layout: Layout, project_id: sa.ColumnElement[Any]
    ) -> sa.ColumnElement[bool]:
        """Whether an undismissed OVERLAP finding, all of it visible, is about the project."""
        at = layout.scope.as_of_time
        finding = as_known(tables.finding, at).alias("overlap")
        subject = as_known(tables.finding_subject, at).alias("subject")
        other = as_known(tables.finding_subject, at).alias("other_subject")
        project = as_known(tables.project, at).alias("other_project")
        unseen = (
            sa.exists()
            .select_from(other.join(project, project.c.id == other.c.project_id))
            .where(other.c.finding_id == finding.c.id, sa.not_(visible(project, self._viewer, at)))
        )
        return (
            sa.exists()
            .select_from(subject.join(finding, finding.c.id == subject.c.finding_id))
            .where(
                subject.c.project_id == project_id,
                finding.c.kind == FindingKind.OVERLAP.value,
                finding.c.dismissed.is_(False),
                sa.not_(unseen),
            )
        )

    async def _hidden(self, layout: Layout) -> Mapping[CellGroup, int]:
        """Listed projects per group, by the same reading; none where more than places is asked."""
        if not layout.is_location_only:
            return {}
        p = placed(layout, self._viewer, hidden=True).c
        statement = sa.select(p.r, p.c, sa.func.count(p.identity.distinct()).label("n")).group_by(
            grouping_sets(p.r, p.c)
        )
        rows = await self._reading.rows(statement)
        return {CellGroup(row["r"], row["c"]): row["n"] for row in rows}

    async def contributions(
        self, layout: Layout, groups: Sequence[CellGroup], phase: BudgetPhase, page: PageRequest
    ) -> dict[CellGroup, tuple[list[asyncpg.Record], int]]:
        """What each group's figure of a phase is made of: rows, and how many in all.

        Ordered by project, line, row and column; one statement for all groups.
        """
        _, lines = self._of(layout)
        n = lines.c
        asked = listing(
            "asked",
            ("r", sa.Integer, [g.row for g in groups]),
            ("c", sa.Integer, [g.column for g in groups]),
        )
        within = sa.and_(
            sa.or_(asked.c.r.is_(None), asked.c.r == n.r),
            sa.or_(asked.c.c.is_(None), asked.c.c == n.c),
        )
        amount = sa.case(
            (sa.and_(asked.c.r.is_(None), asked.c.c.is_(None)), n.in_all),
            (asked.c.r.is_(None), n.in_column),
            (asked.c.c.is_(None), n.in_row),
            else_=n.in_cell,
        )
        order = [n.project_id, sa.func.coalesce(n.line_id, ""), n.r, n.c]
        each = [asked.c.r, asked.c.c]
        listed = (
            sa.select(
                lines,
                (n.phase == phase.value).label("in_phase"),
                amount.label("counted_here"),
                asked.c.r.label("group_r"),
                asked.c.c.label("group_c"),
                *(o.label(f"o{i}") for i, o in enumerate(order)),
                sa.func.count().over(partition_by=each).label("total"),
            )
            .select_from(lines.join(asked, within))
            .subquery()
        )
        keys = [listed.c[f"o{i}"] for i in range(4)]
        groups_of = [listed.c.group_r, listed.c.group_c]
        ranked = sa.select(
            listed, sa.func.row_number().over(partition_by=groups_of, order_by=keys).label("place")
        )
        if page.after is not None:
            ranked = ranked.where(sa.tuple_(*keys) > sa.tuple_(*page.after))
        cut = ranked.subquery()
        statement = (
            sa.select(cut)
            .where(cut.c.place <= page.first + 1)
            .order_by(*(cut.c[k.name] for k in keys))
        )
        found: dict[CellGroup, list[asyncpg.Record]] = defaultdict(list)
        for row in await self._reading.rows(statement):
            found[CellGroup(row["group_r"], row["group_c"])].append(row)
        return {group: (rows, rows[0]["total"]) for group, rows in found.items()}

    async def projects(
        self, layout: Layout, groups: Sequence[CellGroup], page: PageRequest
    ) -> dict[CellGroup, tuple[list[str], int]]:
        """Ids of the projects in each group, in Thai order, and how many; one statement.

        Two records of one activity are one project here: the one that the other repeats.
        """
        facts_placed, _ = self._of(layout)
        p = facts_placed.c
        project = as_known(tables.project, layout.scope.as_of_time)
        asked = listing(
            "asked",
            ("r", sa.Integer, [g.row for g in groups]),
            ("c", sa.Integer, [g.column for g in groups]),
        )
        within = sa.and_(
            sa.or_(asked.c.r.is_(None), asked.c.r == p.r),
            sa.or_(asked.c.c.is_(None), asked.c.c == p.c),
        )
        one = (
            sa.select(
                asked.c.r.label("group_r"),
                asked.c.c.label("group_c"),
                project.c.sort_key,
                project.c.id,
            )
            .select_from(facts_placed.join(asked, within))
            .join(project, project.c.id == p.project_id)
            .ext(distinct_on(asked.c.r, asked.c.c, p.identity))
            .order_by(
                asked.c.r, asked.c.c, p.identity, sa.desc(p.project_id == p.identity), project.c.id
            )
            .subquery()
        )
        each = [one.c.group_r, one.c.group_c]
        listed = sa.select(one, sa.func.count().over(partition_by=each).label("total")).subquery()
        ranked = sa.select(
            listed,
            sa.func.row_number()
            .over(
                partition_by=[listed.c.group_r, listed.c.group_c],
                order_by=[listed.c.sort_key, listed.c.id],
            )
            .label("place"),
        )
        if page.after is not None:
            ranked = ranked.where(
                sa.tuple_(listed.c.sort_key, listed.c.id) > sa.tuple_(*page.after)
            )
        cut = ranked.subquery()
        statement = (
            sa.select(cut).where(cut.c.place <= page.first + 1).order_by(cut.c.sort_key, cut.c.id)
        )
        found: dict[CellGroup, tuple[list[str], int]] = {}
        for row in await self._reading.rows(statement):
            group = CellGroup(row["group_r"], row["group_c"])
            found.setdefault(group, ([], row["total"]))[0].append(row["id"])
        return found


def grouping_sets(
    r: sa.ColumnElement[Any], c: sa.ColumnElement[Any], *also: sa.ColumnElement[Any]
) -> Any:
    """By cell, by row, by column, and over all; `also` in each of them."""
    return sa.func.grouping_sets(
        sa.tuple_(r, c, *also), sa.tuple_(r, *also), sa.tuple_(c, *also), sa.tuple_(*also)
    )


def figures_of(
    rows: Sequence[asyncpg.Record], hidden: Mapping[CellGroup, int], counting: Counting
) -> dict[CellGroup, Figures]:
    """The figures of the statement's rows; MENTIONS counts a project in every cell it is in."""
    found: dict[CellGroup, Figures] = {}

    def of(group: CellGroup) -> Figures:
        if group not in found:
            found[group] = Figures(0, {}, {}, hidden.get(group, 0), overlap=False)
        return found[group]

    for group in hidden:
        of(group)
    projects: dict[CellGroup, int] = {}
    for row in rows:
        group = CellGroup(row["r"], row["c"])
        figures = of(group)
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
                found[group] = Figures(
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
        for group, f in found.items()
    }

"""The statements that count placed facts: projects, linkages and money of every group."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.selectable import CTE, FromClause

from hub.domain.matrix.layout import Layout
from hub.store.matrix.counting import count_once
from hub.store.matrix.figure_rows import (
    FigureKind,
    figure_row,
    grouping_sets,
    number_cell,
    ordinals_of_cell,
)


def count_distinct(kind: FigureKind, placed: FromClause, key: str, name: str | None) -> list[Any]:
    """Return the statements that count the distinct `key` of rows with r and c in every group.

    Most keys have one cell, and add up; only keys with several cells are counted once per group.
    The figure of a group is the sum of both statements.
    """
    p = placed.c
    keys = [p[key]] if name is None else [p[key], p[name]]
    cell = number_cell(p.r, p.c)
    spans = (
        sa.select(*keys, sa.func.min(cell).label("first"), sa.func.max(cell).label("last"))
        .group_by(*keys)
        .cte(f"{kind.value.lower()}_cells")
    )
    labels = [] if name is None else [spans.c[name]]
    single = (
        sa.select(
            *ordinals_of_cell(spans.c.first),
            *labels,
            sa.func.count().label("n"),
        )
        .where(spans.c.first == spans.c.last)
        .group_by(spans.c.first, *labels)
        .subquery()
    )
    one = single.c
    one_name, several_name = ((), ()) if name is None else ((one[name],), (p[name],))
    # Of distinct keys PostgreSQL expects few, as there are, and hashes these and not all rows.
    several_cells = (
        sa.select(*(spans.c[column.name] for column in keys))
        .where(spans.c.first != spans.c.last)
        .distinct()
        .subquery()
    )
    several = placed.join(
        several_cells, sa.and_(*(several_cells.c[column.name] == column for column in keys))
    )
    return [
        figure_row(kind, one.r, one.c, sa.func.coalesce(sa.func.sum(one.n), 0), *one_name).group_by(
            grouping_sets(one.r, one.c, *one_name)
        ),
        figure_row(kind, p.r, p.c, sa.func.count(p[key].distinct()), *several_name)
        .select_from(several)
        .group_by(grouping_sets(p.r, p.c, *several_name)),
    ]


def count_single_cells(placed: CTE, linkages: CTE | None, *, with_counts: bool) -> list[Any]:
    """Return the statements of figures of facts that have one cell each.

    `linkages` are counted in the cells of their projects. Without `with_counts` the figure of
    projects is the number of facts.
    """
    p = placed.c
    amount = sa.case((p.duplicate, 0), else_=p.amount)
    cells = (
        sa.select(p.r, p.c, p.phase, sa.func.sum(amount).label("amount"))
        .where(p.phase.is_not(None))
        .group_by(p.r, p.c, p.phase)
        .subquery("money_cells")
    )
    m = cells.c
    money = figure_row(FigureKind.MONEY, m.r, m.c, sa.func.sum(m.amount), m.phase).group_by(
        grouping_sets(m.r, m.c, m.phase)
    )
    facts = figure_row(FigureKind.PROJECTS, p.r, p.c, sa.func.count())
    projects = (
        count_distinct(FigureKind.PROJECTS, placed, "identity", None)
        if with_counts
        else [facts.group_by(grouping_sets(p.r, p.c))]
    )
    statements = [*projects, money]
    if linkages is not None:
        placed_linkages = (
            sa.select(linkages.c.id, linkages.c.status, p.r, p.c)
            .select_from(linkages.join(placed, p.project_id == linkages.c.project_id))
            .cte("placed_linkages")
        )
        statements += count_distinct(FigureKind.LINKAGES, placed_linkages, "id", "status")
    return statements


def count_several_cells(layout: Layout, placed: CTE) -> list[Any]:
    """Return the statements of figures of facts that may have several cells."""
    p = placed.c
    projects = figure_row(
        FigureKind.PROJECTS, p.r, p.c, sa.func.count(p.identity.distinct())
    ).group_by(grouping_sets(p.r, p.c))
    linkages = (
        figure_row(FigureKind.LINKAGES, p.r, p.c, sa.func.count(p.linkage_id.distinct()), p.status)
        .where(p.linkage_id.is_not(None))
        .group_by(grouping_sets(p.r, p.c, p.status))
    )
    n = count_once(layout, placed).c
    is_row, is_column = sa.func.grouping(n.c) == 1, sa.func.grouping(n.r) == 1
    amount = sa.case(
        (sa.and_(is_row, is_column), sa.func.sum(n.in_all)),
        (is_row, sa.func.sum(n.in_row)),
        (is_column, sa.func.sum(n.in_column)),
        else_=sa.func.sum(n.in_cell),
    )
    money = (
        figure_row(FigureKind.MONEY, n.r, n.c, amount, n.phase)
        .where(n.phase.is_not(None))
        .group_by(grouping_sets(n.r, n.c, n.phase))
    )
    return [projects, linkages, money]

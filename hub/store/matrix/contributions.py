"""Statements for what the figures of a matrix are made of: budget lines, and projects."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.sql.selectable import CTE, FromClause

from hub.domain.budget import BudgetPhase
from hub.domain.matrix.result import CellGroup
from hub.domain.paging import PageRequest
from hub.store import tables
from hub.store.as_of import table_as_of
from hub.store.rows import values_table


def contributions_of_groups(
    lines: CTE, groups: Sequence[CellGroup], phase: BudgetPhase, page: PageRequest
) -> sa.Select[Any]:
    """Return the statement for the same page of the lines that count in each group.

    `lines` is the second CTE of `counted_lines`. Each row has its group (`group_r`, `group_c`), the
    satang that count in it (`counted_here`), whether it is of the phase (`in_phase`), and the
    group's `total` number of rows. Ordered by project, line, row and column.
    """
    n = lines.c
    requested = requested_groups(groups)
    is_in_group = sa.and_(
        sa.or_(requested.c.r.is_(None), requested.c.r == n.r),
        sa.or_(requested.c.c.is_(None), requested.c.c == n.c),
    )
    amount = sa.case(
        (sa.and_(requested.c.r.is_(None), requested.c.c.is_(None)), n.in_all),
        (requested.c.r.is_(None), n.in_column),
        (requested.c.c.is_(None), n.in_row),
        else_=n.in_cell,
    )
    order = [n.project_id, sa.func.coalesce(n.line_id, ""), n.r, n.c]
    partition = [requested.c.r, requested.c.c]
    lines_with_total = (
        sa.select(
            lines,
            (n.phase == phase.value).label("in_phase"),
            amount.label("counted_here"),
            requested.c.r.label("group_r"),
            requested.c.c.label("group_c"),
            *(o.label(f"o{i}") for i, o in enumerate(order)),
            sa.func.count().over(partition_by=partition).label("total"),
        )
        .select_from(lines.join(requested, is_in_group))
        .subquery()
    )
    order_columns = [lines_with_total.c[f"o{i}"] for i in range(4)]
    group_columns = [lines_with_total.c.group_r, lines_with_total.c.group_c]
    ranked = sa.select(
        lines_with_total,
        sa.func.row_number()
        .over(partition_by=group_columns, order_by=order_columns)
        .label("place"),
    )
    if page.after is not None:
        ranked = ranked.where(sa.tuple_(*order_columns) > sa.tuple_(*page.after))
    numbered = ranked.subquery()
    return (
        sa.select(numbered)
        .where(numbered.c.place <= page.first + 1)
        .order_by(*(numbered.c[k.name] for k in order_columns))
    )


def projects_of_groups(
    facts_placed: CTE, groups: Sequence[CellGroup], page: PageRequest, at: datetime | None
) -> sa.Select[Any]:
    """Return the statement for the same page of the projects of each group, in Thai order.

    `facts_placed` is the result of `facts_on_axes`. Several reports of one activity are one project
    here: the one that the others repeat. Columns: group_r, group_c, id, sort_key, total, place.
    """
    p = facts_placed.c
    project = table_as_of(tables.project, at)
    requested = requested_groups(groups)
    is_in_group = sa.and_(
        sa.or_(requested.c.r.is_(None), requested.c.r == p.r),
        sa.or_(requested.c.c.is_(None), requested.c.c == p.c),
    )
    group_projects = (
        sa.select(
            requested.c.r.label("group_r"),
            requested.c.c.label("group_c"),
            project.c.sort_key,
            project.c.id,
        )
        .select_from(facts_placed.join(requested, is_in_group))
        .join(project, project.c.id == p.project_id)
        .ext(distinct_on(requested.c.r, requested.c.c, p.identity))
        .order_by(
            requested.c.r,
            requested.c.c,
            p.identity,
            sa.desc(p.project_id == p.identity),
            project.c.id,
        )
        .subquery()
    )
    partition = [group_projects.c.group_r, group_projects.c.group_c]
    projects_with_total = sa.select(
        group_projects, sa.func.count().over(partition_by=partition).label("total")
    ).subquery()
    ranked = sa.select(
        projects_with_total,
        sa.func.row_number()
        .over(
            partition_by=[projects_with_total.c.group_r, projects_with_total.c.group_c],
            order_by=[projects_with_total.c.sort_key, projects_with_total.c.id],
        )
        .label("place"),
    )
    if page.after is not None:
        ranked = ranked.where(
            sa.tuple_(projects_with_total.c.sort_key, projects_with_total.c.id)
            > sa.tuple_(*page.after)
        )
    numbered = ranked.subquery()
    return (
        sa.select(numbered)
        .where(numbered.c.place <= page.first + 1)
        .order_by(numbered.c.sort_key, numbered.c.id)
    )


def requested_groups(groups: Sequence[CellGroup]) -> FromClause:
    """Return the groups as a table of rows (`r`) and columns (`c`); null is a whole axis."""
    return values_table(
        "requested",
        ("r", sa.Integer, [g.row for g in groups]),
        ("c", sa.Integer, [g.column for g in groups]),
    )

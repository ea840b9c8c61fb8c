"""Statements for what the figures of a matrix are made of: budget lines, and projects."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.selectable import CTE, FromClause

from hub.domain.budget import BudgetPhase
from hub.domain.matrix.result import CellGroup
from hub.domain.paging import PageRequest
from hub.store import tables
from hub.store.as_of import table_as_of
from hub.store.rows import values_table


def contributions_of_groups(
    lines: CTE,
    groups: Sequence[CellGroup],
    phase: BudgetPhase,
    page: PageRequest,
    linkages: CTE | None = None,
) -> sa.Select[Any]:
    """Return the statement for the same page of the lines that count in each group.

    `lines` is the result of `counted_lines`. Each row has its group (`group_r`, `group_c`), the
    satang that count in it (`counted_here`), whether it is of the phase (`in_phase`), and the
    group's `total` number of rows. Ordered by project, line, row and column. With `linkages`,
    `linkage_id` is the first of them of the project, which is looked up for the rows of the page:
    to find that of each project takes a quarter of a page of 200,000 projects.
    """
    of_groups = lines_of_groups(lines, groups)
    n = of_groups.c
    amount = sa.case(
        (sa.and_(n.group_r.is_(None), n.group_c.is_(None)), n.in_all),
        (n.group_r.is_(None), n.in_column),
        (n.group_c.is_(None), n.in_row),
        else_=n.in_cell,
    )
    # A line is once in a cell, whose place depends on what the matrix shows beside it.
    is_cell = sa.and_(n.group_r.is_not(None), n.group_c.is_not(None))
    place = [sa.case((is_cell, 0), else_=ordinal) for ordinal in (n.r, n.c)]
    order = [n.project_id, sa.func.coalesce(n.line_id, ""), *place]
    lines_with_total = sa.select(
        of_groups,
        (n.phase == phase.value).label("in_phase"),
        amount.label("counted_here"),
        *(o.label(f"o{i}") for i, o in enumerate(order)),
        sa.func.count().over(partition_by=[n.group_r, n.group_c]).label("total"),
    ).subquery()
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
    columns: list[sa.ColumnElement[Any]] = list(numbered.c)
    if linkages is not None:
        first = sa.select(sa.func.min(linkages.c.id)).where(
            linkages.c.project_id == numbered.c.project_id
        )
        columns = [one for one in columns if one.key != "linkage_id"]
        columns.append(first.correlate(numbered).scalar_subquery().label("linkage_id"))
    return (
        sa.select(*columns)
        .where(numbered.c.place <= page.first + 1)
        .order_by(*(numbered.c[k.name] for k in order_columns))
    )


def projects_of_groups(
    facts_placed: CTE, groups: Sequence[CellGroup], page: PageRequest, at: datetime | None
) -> sa.Select[Any]:
    """Return the statement for the same page of the projects of each group, in Thai order.

    `facts_placed` is the result of `place_facts`. Several reports of one activity are one project
    here: the one that the others repeat. Columns: group_r, group_c, id, sort_key, total, place.
    """
    project = table_as_of(tables.project, at)
    of_groups = lines_of_groups(facts_placed, groups)
    a = of_groups.c
    # The report that the others repeat, if it is in the group, else the first of the others.
    is_other = sa.case((a.project_id == a.identity, 0), else_=1)
    reports = (
        sa.select(
            a.group_r,
            a.group_c,
            a.identity,
            sa.func.min(a.project_id).filter(is_other == 0).label("repeated"),
            sa.func.min(a.project_id).label("first"),
        )
        .group_by(a.group_r, a.group_c, a.identity)
        .subquery("reports")
    )
    group_projects = (
        sa.select(reports.c.group_r, reports.c.group_c, project.c.sort_key, project.c.id)
        .join(project, project.c.id == sa.func.coalesce(reports.c.repeated, reports.c.first))
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


def lines_of_groups(source: CTE, groups: Sequence[CellGroup]) -> FromClause:
    """Return the rows of `source` (with r and c) of each group, as columns group_r and group_c.

    Cells, rows, columns and the whole are a SELECT each, so that each joins by equality.
    """
    selects = []
    for name, has_row, has_column in (
        ("cells", True, True),
        ("rows", True, False),
        ("columns", False, True),
        ("whole", False, False),
    ):
        of_groups = [
            group
            for group in groups
            if (group.row is not None, group.column is not None) == (has_row, has_column)
        ]
        if not of_groups:
            continue
        requested = requested_groups(f"requested_{name}", of_groups)
        conditions = [requested.c.r == source.c.r] if has_row else []
        conditions += [requested.c.c == source.c.c] if has_column else []
        selects.append(
            sa.select(
                source, requested.c.r.label("group_r"), requested.c.c.label("group_c")
            ).select_from(source.join(requested, sa.and_(sa.true(), *conditions)))
        )
    return sa.union_all(*selects).subquery("of_groups")


def requested_groups(name: str, groups: Sequence[CellGroup]) -> FromClause:
    """Return the groups as a table of rows (`r`) and columns (`c`); null is a whole axis."""
    return values_table(
        name,
        ("r", sa.Integer, [g.row for g in groups]),
        ("c", sa.Integer, [g.column for g in groups]),
    )

"""Amounts from the rollup, and the parts that its statements of projects and of money share."""

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.sql.selectable import CTE, FromClause

from hub.domain.budget import BudgetPhase
from hub.domain.matrix.layout import Layout, MatrixScope
from hub.domain.matrix.question import AgencyRole, DimensionKind
from hub.store.matrix.agreed import touched_projects
from hub.store.matrix.changed_projects import changed_projects
from hub.store.matrix.counting import join_ordinals, place_columns
from hub.store.matrix.figure_rows import FigureKind, figure_row, grouping_sets
from hub.store.matrix.linkage_filter import NO_AREA
from hub.store.matrix.pairs import is_among_ids, join_pairs, pairs_table
from hub.store.matrix.visible_projects import has_few_areas
from hub.store.rows import is_one_of
from hub.store.tables import (
    rollup_attributes,
    rollup_entry,
    rollup_money,
    rollup_place,
)

PHASES: Final = tuple(BudgetPhase)
"""The budget phases in the order of their numbers in `rollup_money`, which begin with 1."""


def changed_entries(function: str, like: sa.Table, scope: MatrixScope) -> FromClause:
    """Return what the entries of `changed_projects` contribute, with the columns of `like`."""
    changed = changed_projects(scope.as_of_time, touched_projects(scope))
    entry = rollup_entry.alias("changed")
    entries = (
        sa.select(sa.func.array_agg(sa.literal_column("changed")))
        .select_from(entry)
        .where(entry.c.project_key.in_(changed))
        .scalar_subquery()
    )
    call: Any = getattr(sa.func, function)(entries)
    columns = (sa.column(column.name, column.type) for column in like.c)
    table: FromClause = call.table_valued(*columns, name=f"removed_{like.name}")
    return table


def attribute_conditions(scope: MatrixScope, table: FromClause) -> list[sa.ColumnElement[bool]]:
    """Return the conditions of the filter on a project's own attributes."""
    conditions: list[sa.ColumnElement[bool]] = []
    if scope.filter.actor_levels:
        conditions.append(is_one_of(table.c.actor_level, scope.filter.actor_levels))
    if scope.agencies is not None:
        conditions.append(is_among_ids(table.c.owner_id, (key for key, _ in scope.agencies)))
    if scope.filter.linked is not None:
        # Of linked projects the facts decide which places are linked (`live_projects`).
        conditions.append(sa.not_(table.c.linked))
    return conditions


def without_area_conditions(scope: MatrixScope) -> list[sa.ColumnElement[bool]]:
    """Return the condition that a place has no area, or has one, if the filter has it."""
    if scope.filter.without_area is None:
        return []
    has_none = rollup_place.c.area_id == NO_AREA
    return [has_none if scope.filter.without_area else sa.not_(has_none)]


def year_conditions(scope: MatrixScope, table: FromClause) -> list[sa.ColumnElement[bool]]:
    """Return the condition that a row is of the question's fiscal years."""
    if scope.years is None:
        return []
    return [table.c.fiscal_year.between(scope.years.first.ce, scope.years.last.ce)]


def attribute_column(scope: MatrixScope, table: FromClause, dimension: DimensionKind) -> Any:
    """Return the column of a dimension that is an attribute of projects."""
    if dimension is DimensionKind.ACTOR_LEVEL:
        return table.c.actor_level
    by_lead = scope.filter.agency_role is AgencyRole.IMPLEMENTER
    return table.c.lead_id if by_lead else table.c.owner_id


def phase_name(number: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """Return the phase of its position in `rollup_money`."""
    names = ",".join(phase.value for phase in PHASES)
    phase: sa.ColumnElement[str] = sa.func.split_part(names, ",", sa.cast(number, sa.Integer))
    return phase


def needs_places(layout: Layout) -> bool:
    """Return whether areas or fundings decide on the money of a layout, and not years alone."""
    axes = {layout.rows.dimension, layout.columns.dimension}
    matrix_filter = layout.scope.filter
    return (
        bool(axes & {DimensionKind.AREA, DimensionKind.FUNDING})
        or layout.scope.areas is not None
        or bool(matrix_filter.funding)
        or matrix_filter.without_area is not None
    )


def needs_attributes(layout: Layout) -> bool:
    """Return whether attributes of projects decide on the money of a layout."""
    axes = {layout.rows.dimension, layout.columns.dimension}
    of_places = {DimensionKind.AREA, DimensionKind.FUNDING, DimensionKind.FISCAL_YEAR}
    return bool(axes - of_places) or bool(attribute_conditions(layout.scope, rollup_attributes))


def money_rows(layout: Layout) -> CTE:
    """Return the money of the rollup without projects written since, by what decides on its cell.

    Columns: fiscal_year, phase, amount, lines, and `place` and `attributes` unless all of them
    belong to the same cells: then there are fewer rows to join.
    """
    scope = layout.scope
    keys = ["fiscal_year", "phase"]
    keys += ["place"] if needs_places(layout) else []
    keys += ["attributes"] if needs_attributes(layout) else []
    removed = changed_entries("rollup_amounts", rollup_money, scope)
    both = sa.union_all(
        *(
            sa.select(
                *(table.c[key] for key in keys),
                (sign * table.c.amount).label("amount"),
                (sign * table.c.lines).label("lines"),
            ).where(*year_conditions(scope, table), *few_place_conditions(scope, table))
            for sign, table in ((1, rollup_money), (-1, removed))
        )
    ).subquery("money")
    if {"place", "attributes"} <= set(keys):
        return sa.select(both).cte("money_rows")
    sums = (sa.func.sum(both.c[name]).label(name) for name in ("amount", "lines"))
    columns = [both.c[key] for key in keys]
    return sa.select(*columns, *sums).group_by(*columns).cte("money_rows")


def few_place_conditions(scope: MatrixScope, table: FromClause) -> list[sa.ColumnElement[bool]]:
    """Return the condition that money is of a place in the areas of the filter, if they are few.

    Then an index finds it; a join, which follows, would read the money of the country.
    """
    if not has_few_areas(scope):
        return []
    areas = is_among_ids(rollup_place.c.area_id, (key for key, _ in scope.areas or ()))
    places = sa.select(rollup_place.c.id).where(areas, *year_conditions(scope, rollup_place))
    return [table.c.place == sa.any_(sa.func.array(places.scalar_subquery()))]


def sum_money(layout: Layout) -> CTE:
    """Return the satang and the lines of each cell by phase: r, c, phase, amount, lines."""
    scope = layout.scope
    rows = money_rows(layout)
    source: FromClause = rows
    place, attributes = rollup_place, rollup_attributes
    conditions: list[sa.ColumnElement[bool]] = []
    if "place" in rows.c:
        source = source.join(place, place.c.id == rows.c.place)
        if scope.areas is not None:
            areas = pairs_table("money_areas", scope.areas)
            source = join_pairs(source, areas, place.c.area_id, rows.c.fiscal_year)
        if scope.filter.funding:
            conditions.append(is_one_of(place.c.funding, scope.filter.funding))
        conditions += without_area_conditions(scope)
    if "attributes" in rows.c:
        source = source.join(attributes, attributes.c.id == rows.c.attributes)
        conditions += attribute_conditions(scope, attributes)
    ordinals = []
    for name, axis in (("money_row_places", layout.rows), ("money_column_places", layout.columns)):
        if axis.dimension is DimensionKind.FISCAL_YEAR:
            column: Any = sa.cast(rows.c.fiscal_year, sa.Text)
        elif (column := place_columns(place).get(axis.dimension)) is None:
            column = attribute_column(scope, attributes, axis.dimension)
        source, ordinal = join_ordinals(source, name, axis, column, rows.c.fiscal_year)
        ordinals.append(ordinal)
    placed = (
        sa.select(
            ordinals[0].label("r"),
            ordinals[1].label("c"),
            rows.c.phase,
            rows.c.amount,
            rows.c.lines,
        )
        .select_from(source)
        .where(*conditions)
        .subquery("placed_money")
    )
    m = placed.c
    sums = (
        sa.cast(sa.func.sum(m[name]), sa.BigInteger).label(name) for name in ("amount", "lines")
    )
    return sa.select(m.r, m.c, m.phase, *sums).group_by(m.r, m.c, m.phase).cte("money_cells")


def select_money(cells: CTE) -> sa.Select[Any]:
    """Return the statement of the satang of each group by phase."""
    m = cells.c
    return (
        figure_row(FigureKind.MONEY, m.r, m.c, sa.func.sum(m.amount), phase_name(m.phase))
        .group_by(grouping_sets(m.r, m.c, m.phase))
        .having(sa.func.sum(m.lines) != 0)
    )


def select_lines_as_projects(cells: CTE) -> sa.Select[Any]:
    """Return the statement of the number of lines of each group, as its figure of projects.

    It is positive where a project with money is; counting each project once per group costs more.
    """
    m = cells.c
    count = sa.func.sum(m.lines)
    return (
        figure_row(FigureKind.PROJECTS, m.r, m.c, sa.func.coalesce(count, 0))
        .group_by(grouping_sets(m.r, m.c))
        .having(sa.func.coalesce(count, 0) != 0)
    )

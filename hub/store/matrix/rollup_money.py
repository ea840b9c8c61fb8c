"""Amounts from the rollup, and the parts that its statements of projects and of money share."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.selectable import FromClause

from hub.domain.matrix.layout import Layout, MatrixScope
from hub.domain.matrix.question import AgencyRole, DimensionKind
from hub.store.matrix.counting import join_ordinals, place_columns
from hub.store.matrix.figure_rows import FigureKind, figure_row, grouping_sets
from hub.store.matrix.linkage_filter import is_one_of
from hub.store.matrix.pairs import is_among_ids, join_pairs, pairs_table
from hub.store.tables import (
    rollup_attributes,
    rollup_change,
    rollup_entry,
    rollup_money,
    rollup_place,
)


def changed_entries(function: str, like: sa.Table) -> FromClause:
    """Return what the entries of projects written since contribute, with the columns of `like`."""
    entry = rollup_entry.alias("changed")
    entries = (
        sa.select(sa.func.array_agg(sa.literal_column("changed")))
        .select_from(entry)
        .where(entry.c.project_key.in_(sa.select(rollup_change.c.project_key)))
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
    return conditions


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


def sum_money(layout: Layout) -> sa.Select[Any]:
    """Return the statement of the satang of each group by phase."""
    scope = layout.scope
    removed = changed_entries("rollup_amounts", rollup_money)
    cells = []
    for prefix, sign, table in (("", 1, rollup_money), ("removed_", -1, removed)):
        place = rollup_place.alias(f"{prefix}place")
        attributes = rollup_attributes.alias(f"{prefix}attributes")
        source: FromClause = table.join(place, place.c.id == table.c.place).join(
            attributes, attributes.c.id == table.c.attributes
        )
        ordinals = []
        for name, axis in ((f"{prefix}rows", layout.rows), (f"{prefix}columns", layout.columns)):
            column = place_columns(place).get(axis.dimension)
            if column is None:
                column = attribute_column(scope, attributes, axis.dimension)
            source, ordinal = join_ordinals(source, name, axis, column, place.c.fiscal_year)
            ordinals.append(ordinal)
        if scope.areas is not None:
            areas = pairs_table(f"{prefix}money_areas", scope.areas)
            source = join_pairs(source, areas, place.c.area_id, place.c.fiscal_year)
        selected = sa.select(
            ordinals[0].label("r"),
            ordinals[1].label("c"),
            place.c.phase,
            (sign * table.c.amount).label("amount"),
            (sign * table.c.lines).label("lines"),
        ).select_from(source)
        conditions = [*year_conditions(scope, place), *attribute_conditions(scope, attributes)]
        if scope.filter.funding:
            conditions.append(is_one_of(place.c.funding, scope.filter.funding))
        cells.append(selected.where(*conditions))
    both = sa.union_all(*cells).subquery("money")
    summed = (
        sa.select(
            both.c.r,
            both.c.c,
            both.c.phase,
            sa.func.sum(both.c.amount).label("amount"),
            sa.func.sum(both.c.lines).label("lines"),
        )
        .group_by(both.c.r, both.c.c, both.c.phase)
        .subquery("money_cells")
    )
    m = summed.c
    return (
        figure_row(FigureKind.MONEY, m.r, m.c, sa.func.sum(m.amount), m.phase)
        .group_by(grouping_sets(m.r, m.c, m.phase))
        .having(sa.func.sum(m.lines) != 0)
    )

"""The sets of places of projects in the rollup that match the filter of a question."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.selectable import CTE, FromClause

from hub.domain.matrix.layout import Layout, MatrixScope
from hub.store.matrix.counting import join_ordinals, place_columns
from hub.store.matrix.pairs import join_pairs, pairs_table
from hub.store.matrix.project_facts import requires_lines
from hub.store.matrix.rollup_money import without_area_conditions, year_conditions
from hub.store.rows import is_one_of
from hub.store.tables import rollup_place, rollup_place_set

ALL_YEARS = 0
"""The fiscal year of sets of places in several years."""


def counted_once(scope: MatrixScope, table: FromClause) -> list[sa.ColumnElement[bool]]:
    """Return the conditions on the counts that have each project of a question's years once."""
    is_of_years = has_sets_of_years(scope, table)
    return is_of_years if is_one_year(scope) else [table.c.whole, *is_of_years]


def is_one_year(scope: MatrixScope) -> bool:
    """Return whether a question is about one fiscal year."""
    return scope.years is not None and scope.years.first == scope.years.last


def has_sets_of_years(scope: MatrixScope, table: FromClause) -> list[sa.ColumnElement[bool]]:
    """Return the conditions on `fiscal_year` of counts, or of sets, that a question needs."""
    of_years = year_conditions(scope, table)
    if is_one_year(scope):
        return of_years
    return [sa.or_(table.c.fiscal_year == ALL_YEARS, *(of_years or [sa.true()]))]


def matching_places(layout: Layout, prefix: str, counts: CTE | None = None) -> CTE:
    """Return the places of each set that match the filter, with the ordinals of axes of places.

    With `counts` only of their sets, which are then few. As in `project_facts`: a set has the
    places of matching lines, and only without one its own. Columns: place_set, fiscal_year, r, c
    (null where the axis is none of places).
    """
    scope = layout.scope
    place, columns = rollup_place, place_columns(rollup_place)
    number = (
        sa.func.unnest(rollup_place_set.c.places)
        .table_valued(sa.column("id", sa.Integer), name=f"{prefix}number")
        .render_derived(f"{prefix}number")
    )
    source: FromClause = rollup_place_set.join(number, sa.true()).join(
        place, place.c.id == number.c.id
    )
    ordinals: list[Any] = []
    for name, axis in (("row_places", layout.rows), ("column_places", layout.columns)):
        column = columns.get(axis.dimension)
        if column is None:
            ordinals.append(sa.cast(sa.null(), sa.Integer))
            continue
        source, ordinal = join_ordinals(source, name, axis, column, place.c.fiscal_year)
        ordinals.append(ordinal)
    matching = sa.select(
        rollup_place_set.c.id.label("place_set"),
        place.c.is_line,
        place.c.fiscal_year,
        ordinals[0].label("r"),
        ordinals[1].label("c"),
    )
    if scope.areas is not None:
        areas = pairs_table("areas", scope.areas)
        source = join_pairs(source, areas, place.c.area_id, place.c.fiscal_year)
    matching = matching.select_from(source).where(
        *has_sets_of_years(scope, rollup_place_set),
        *year_conditions(scope, place),
        *without_area_conditions(scope),
    )
    if counts is not None:
        matching = matching.where(rollup_place_set.c.id.in_(sa.select(counts.c.place_set)))
    if scope.filter.without_area:
        # A project whose money has areas is nowhere without one, although it names none itself.
        matching = matching.where(sa.or_(place.c.is_line, sa.not_(has_money_in_year(prefix))))
    if scope.filter.funding:
        matching = matching.where(is_one_of(place.c.funding, scope.filter.funding))
    if requires_lines(scope.filter):
        matching = matching.where(place.c.is_line)
    found = matching.cte(f"{prefix}matching_places")
    lines = sa.select(found.c.place_set).where(found.c.is_line).distinct()
    with_line = lines.cte(f"{prefix}sets_with_line")
    has_line = sa.exists().where(with_line.c.place_set == found.c.place_set)
    return (
        sa.select(found)
        .where(sa.or_(found.c.is_line, sa.not_(has_line.correlate_except(with_line))))
        .cte(f"{prefix}counted_places")
    )


def has_money_in_year(prefix: str) -> sa.ColumnElement[bool]:
    """Return the predicate that a set has a place of lines in the year of one of its places."""
    number = (
        sa.func.unnest(rollup_place_set.c.places)
        .table_valued(sa.column("id", sa.Integer), name=f"{prefix}other_number")
        .render_derived(f"{prefix}other_number")
    )
    other = rollup_place.alias(f"{prefix}other_place")
    return (
        sa.exists()
        .select_from(number.join(other, other.c.id == number.c.id))
        .where(other.c.is_line, other.c.fiscal_year == rollup_place.c.fiscal_year)
        .correlate(rollup_place_set, rollup_place)
    )

"""Ids with the fiscal years they apply to, as tables of a statement."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.selectable import FromClause

from hub.domain.matrix.layout import IdYearPairs
from hub.store.matrix.linkage_filter import is_one_of
from hub.store.rows import values_table


def pairs_table(name: str, id_years: IdYearPairs) -> FromClause:
    """Return ids and years as a table (`id`, `year`)."""
    ordered = sorted(id_years)
    return values_table(
        name,
        ("id", sa.Text, [i for i, _ in ordered]),
        ("year", sa.SmallInteger, [y for _, y in ordered]),
    )


def join_pairs(
    source: FromClause,
    pairs: FromClause,
    column: sa.ColumnElement[Any],
    year: sa.ColumnElement[Any],
) -> FromClause:
    """Return the rows of `source` of which an id and its year are among the pairs."""
    return source.join(pairs, sa.and_(pairs.c.id == column, pairs.c.year == year))


def is_among_ids(column: sa.ColumnElement[Any], ids: Iterable[str]) -> sa.ColumnElement[bool]:
    """Return the predicate that an id is one of those of a filter, in whatever year.

    It adds nothing to the join with the pairs of the filter, but an index can serve it.
    """
    return is_one_of(column, sorted(set(ids)))

"""Ids with the fiscal years they apply to, as tables of a statement."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.selectable import FromClause

from hub.domain.matrix.layout import IdYearPairs
from hub.domain.time import FiscalYearRange
from hub.store.rows import is_one_of, values_table


def pairs_table(name: str, id_years: IdYearPairs) -> FromClause:
    """Return ids and years as a table (`id`, `year`)."""
    ordered = sorted(id_years)
    return values_table(
        name,
        ("id", sa.Text, [i for i, _ in ordered]),
        ("year", sa.SmallInteger, [y for _, y in ordered]),
    )


def has_same_ids(id_years: IdYearPairs, years: FiscalYearRange | None) -> bool:
    """Return whether the pairs have the same ids in each year of a question.

    Then a condition on the id suffices, of which PostgreSQL knows how many rows it selects. A join
    with the pairs of one year can lead it to combine all projects with all areas first.
    """
    if years is None:
        return False
    ids, all_years = {key for key, _ in id_years}, {year.ce for year in years}
    is_product = len(id_years) == len(ids) * len(all_years)
    return is_product and {year for _, year in id_years} == all_years


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

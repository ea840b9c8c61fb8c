"""Hashes of long text keys: unique indexes have these, and not the texts (migration 0022, ADR 26).

A statement that looks a row up by such a text compares its hash, too, so that the index serves it.
"""

from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

HASHED_KEY: Final = "hashed_key"
"""In the `info` of a table: the text column whose hash is in its unique index."""
SEED: Final[sa.ColumnElement[int]] = sa.literal_column("0")
"""A constant in the statement: PostgreSQL would not match an index with a parameter."""


def hash_of(
    text: sa.ColumnElement[Any], within: sa.ColumnElement[Any] | None = None
) -> sa.ColumnElement[int]:
    """Return the hash of a text, 64 bits; `within`: of a text that is unique within another."""
    seed = SEED if within is None else hash_of(within)
    return sa.func.hashtextextended(text, seed, type_=sa.BigInteger)


def is_any_of(column: sa.ColumnElement[Any], values: sa.BindParameter[Any]) -> Any:
    """Return the predicate that a hashed text is one of an array of texts."""
    wanted = sa.func.unnest(values).column_valued("wanted")
    hashes = sa.func.array(sa.select(hash_of(wanted)).scalar_subquery())
    return sa.and_(hash_of(column) == sa.any_(hashes), column == sa.any_(values))


def is_same_text(one: Any, other: Any, at: datetime | None) -> sa.ColumnElement[bool]:
    """Return the predicate that two hashed texts are equal.

    Hashes are unique. To compare the texts, too, would make PostgreSQL expect one row of all; but
    the tables of the past have an index of the texts alone.
    """
    is_same_hash = hash_of(one) == hash_of(other)
    return is_same_hash if at is None else sa.and_(is_same_hash, one == other)


def conflict_target(table: sa.Table) -> str:
    """Return the columns, in SQL, by which `on conflict` finds a row with the same key."""
    names = [column.name for column in table.primary_key.columns]
    return ", ".join(
        f'hashtextextended("{name}", 0)' if name == table.info.get(HASHED_KEY) else f'"{name}"'
        for name in names
    )


def is_same_key(table: sa.Table, one: str, other: str) -> str:
    """Return the predicate, in SQL, that two rows have the same hash; true without a hashed key."""
    name = table.info.get(HASHED_KEY)
    if name is None:
        return "true"
    return f'hashtextextended({one}."{name}", 0) = hashtextextended({other}."{name}", 0)'

"""Tables as of an instant of known time: the current rows, or those known then."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.selectable import FromClause


def history_table(table: sa.Table) -> sa.TableClause:
    """Return the table of earlier rows of `table` (schema `history`), with the column
    `known_to`.
    """
    return sa.table(
        table.name,
        *(sa.column(c.name, c.type) for c in table.c),
        sa.column("known_to", sa.DateTime(timezone=True)),
        schema="history",
    )


def table_as_of(table: sa.Table, at: datetime | None) -> FromClause:
    """Return `table` with the rows known at `at` (null: now), under the table's own name.

    At any instant a key has at most one row, so a question as of an instant always has the same
    answer.
    """
    if at is None:
        return table
    instant: Any = sa.literal(at, sa.DateTime(timezone=True))
    history = history_table(table)
    return (
        sa.select(*table.c)
        .where(table.c.known_from <= instant)
        .union_all(
            sa.select(*(history.c[c.name] for c in table.c)).where(
                history.c.known_from <= instant, history.c.known_to > instant
            )
        )
        .subquery(table.name)
    )

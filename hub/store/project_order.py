"""Orders of a list of projects: the columns it is sorted by, and the cursors of its pages.

The sort key of a row is compared as a whole, so that a page begins with one condition: in ascending
order an amount that is to descend is negated.
"""

from datetime import datetime
from typing import Any, Final

import asyncpg
import sqlalchemy as sa
from sqlalchemy.sql.selectable import FromClause

from hub.domain.paging import PageRequest, SortKey
from hub.domain.project_cursors import order_mark
from hub.domain.projects import Direction, ProjectOrder, ProjectOrderField
from hub.store.project_amounts import sum_amounts
from hub.store.rows import epoch_microseconds

LAST: Final = 2**61
"""The sort key of a project without an amount; satang are below it."""


def ordered_projects(
    listed: FromClause, order: ProjectOrder, page: PageRequest, at: datetime | None
) -> FromClause:
    """Return one page of `listed` (id, source_id, sort_key, code, known_from) in an order.

    Columns: `id`, and `order_0`, `order_1` … with the sort key. `page.after` is without the mark
    of the order. Amounts are those of the years and phases of the statement's parameters.
    """
    descending = order.direction is Direction.DESC
    source, columns, all_descend = listed, sort_columns(listed, order), has_descending_key(order)
    if order.by is ProjectOrderField.AMOUNT:
        amounts = sum_amounts(listed, at)
        source = listed.outerjoin(amounts, amounts.c.project_id == listed.c.id)
        amount = -amounts.c.amount if descending else amounts.c.amount
        columns = [sa.func.coalesce(amount, LAST), *columns]
    ordered = [column.desc() if all_descend else column for column in columns]
    statement = sa.select(
        listed.c.id,
        *(column.label(f"order_{number}") for number, column in enumerate(columns)),
    ).select_from(source)
    if page.after is not None:
        key, after = sa.tuple_(*columns), sa.tuple_(*page.after)
        statement = statement.where(key < after if all_descend else key > after)
    return statement.order_by(*ordered).limit(page.first + 1).subquery("ordered")


def has_descending_key(order: ProjectOrder) -> bool:
    """Return whether the key of an order is sorted in descending order, all its columns."""
    is_negated = order.by in {ProjectOrderField.AMOUNT, ProjectOrderField.UPDATED_AT}
    return order.direction is Direction.DESC and not is_negated


def sort_columns(listed: FromClause, order: ProjectOrder) -> list[sa.ColumnElement[Any]]:
    """Return the columns of an order, without the amount."""
    names: list[sa.ColumnElement[Any]] = [listed.c.sort_key, listed.c.id]
    descending = order.direction is Direction.DESC
    if order.by is ProjectOrderField.CODE:
        is_last = listed.c.code.is_not(None) if descending else listed.c.code.is_(None)
        return [sa.cast(is_last, sa.Integer), sa.func.coalesce(listed.c.code, ""), listed.c.id]
    if order.by is ProjectOrderField.UPDATED_AT:
        microseconds = epoch_microseconds(listed.c.known_from)
        return [-microseconds if descending else microseconds, *names]
    return names


def key_of_row(row: asyncpg.Record, order: ProjectOrder) -> SortKey:
    """Return the cursor key of a row: the mark of the order, and its columns `order_<n>`."""
    names = [name for name in row.keys() if name.startswith("order_")]  # noqa: SIM118 - a Record
    return (*order_mark(order), *(row[name] for name in sorted(names)))

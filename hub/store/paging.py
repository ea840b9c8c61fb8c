"""Pages of one list, and of many lists at once (`hub.store.rows.paginate_by_group`)."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import asyncpg
import sqlalchemy as sa

from hub.domain.paging import Connection, PageRequest, SortKey, build_connection
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import count_rows, paginate

Item = TypeVar("Item")


async def fetch_page(
    transaction: ReadTransaction,
    statement: sa.Select[Any],
    page: PageRequest,
    order: Sequence[sa.ColumnElement[Any]],
    build_item: Callable[[asyncpg.Record], Item],
    key: Callable[[Item], SortKey],
    **parameters: Any,
) -> Connection[Item]:
    """Return a page of a statement's rows in an order; its total is counted only if asked for."""

    async def _count() -> int:
        [row] = await transaction.fetch_rows(count_rows(statement), **parameters)
        return int(row[0])

    rows = await transaction.fetch_rows(paginate(statement, page, *order), **parameters)
    return build_connection([build_item(row) for row in rows], page, key, _count)


def build_connections(
    parents: Sequence[str],
    rows: Sequence[asyncpg.Record],
    page: PageRequest,
    build_item: Callable[[asyncpg.Record], Item],
    key: Callable[[Item], SortKey],
) -> dict[str, Connection[Item]]:
    """Return one page per parent, empty ones included.

    After a cursor an empty page has no total, because no row carries it.
    """
    rows_by_parent: dict[str, list[asyncpg.Record]] = defaultdict(list)
    for row in rows:
        rows_by_parent[row["list_key"]].append(row)
    empty_total = 0 if page.after is None else None
    return {
        parent: build_connection(
            [build_item(row) for row in rows_by_parent[parent]],
            page,
            key,
            rows_by_parent[parent][0]["total"] if rows_by_parent[parent] else empty_total,
        )
        for parent in parents
    }

"""Connections built from the rows of `hub.store.rows.paginate_by_group`, one per parent."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TypeVar

import asyncpg

from hub.domain.paging import Connection, PageRequest, SortKey, build_connection

Item = TypeVar("Item")


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

"""Connections out of the rows of `hub.store.rows.keyed`, one for each parent asked for."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TypeVar

import asyncpg

from hub.domain.paging import Connection, PageRequest, SortKey, build_connection

Item = TypeVar("Item")


def paged_by(
    parents: Sequence[str],
    rows: Sequence[asyncpg.Record],
    page: PageRequest,
    make: Callable[[asyncpg.Record], Item],
    key: Callable[[Item], SortKey],
) -> dict[str, Connection[Item]]:
    """A page for every parent, empty ones too; behind a cursor an empty page has no total."""
    held: dict[str, list[asyncpg.Record]] = defaultdict(list)
    for row in rows:
        held[row["list_key"]].append(row)
    none = 0 if page.after is None else None
    return {
        parent: build_connection(
            [make(row) for row in held[parent]],
            page,
            key,
            held[parent][0]["total"] if held[parent] else none,
        )
        for parent in parents
    }

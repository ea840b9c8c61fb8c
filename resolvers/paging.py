"""Resolver of pages: the number of all items is counted only if it is asked for."""

from collections.abc import Sequence
from typing import Any

from hub.domain.paging import Connection
from resolvers.context import Context


async def total_count(
    connections: Sequence[Connection[Any]], _context: Context
) -> Sequence[int | None]:
    """Return the number of all items of each list."""
    return [await one.total() if callable(one.total) else one.total for one in connections]

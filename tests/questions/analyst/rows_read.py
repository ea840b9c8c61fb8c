"""A database that counts the statements of a request and the rows that their plans read."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg

from hub.domain.read_limits import ReadLimits
from hub.store.database import Database
from hub.store.read_transaction import UNLIMITED, ReadTransaction

NO_TABLE: Final = {"Subquery Scan", "CTE Scan", "Function Scan", "Values Scan", "Bitmap Index Scan"}
REMOVED: Final = ("Rows Removed by Filter", "Rows Removed by Index Recheck")


class RowCountingTransaction(ReadTransaction):
    """Remembers its statements with their parameters, to explain them at its end."""

    rows_read = 0

    async def fetch(self, sql: str, *values: Any) -> Any:
        if "set_config" not in sql:
            self.requested.append((sql, values))
        return await super().fetch(sql, *values)

    def __init__(self, pool: asyncpg.Pool, limits: ReadLimits) -> None:
        super().__init__(pool, limits=limits)
        self.requested: list[tuple[str, Sequence[Any]]] = []

    async def count_rows_read(self) -> None:
        """Set `rows_read` to the rows that the plans of all statements read."""
        for sql, values in [*self.requested]:
            explain = f"explain (analyze, timing off, format json) {sql}"
            [[explained]] = await super().fetch(explain, *values)
            plan = json.loads(explained)[0]["Plan"]
            self.rows_read += round(sum(count_rows(node) for node in walk(plan)))


class RowCountingDatabase(Database):
    """Remembers the transaction of its latest request; counts its rows if `counts_rows`."""

    last: RowCountingTransaction
    counts_rows = False

    @asynccontextmanager
    async def read_transaction(
        self, limits: ReadLimits = UNLIMITED
    ) -> AsyncIterator[ReadTransaction]:
        self.last = RowCountingTransaction(self.pool, limits)
        try:
            yield self.last
            if self.counts_rows:
                await self.last.count_rows_read()
        finally:
            await self.last.close()


def walk(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield every node of a plan."""
    yield node
    for child in node.get("Plans", ()):
        yield from walk(child)


def count_rows(node: Mapping[str, Any]) -> float:
    """Return the rows that a node read from a table or an index, in all its executions."""
    name = node["Node Type"]
    if not name.endswith("Scan") or name in NO_TABLE:
        return 0
    removed = sum(float(node.get(key, 0)) for key in REMOVED)
    return float(node["Actual Loops"]) * (float(node["Actual Rows"]) + removed)

"""The snapshot of one request: its connection, its statements, and how their failures end it.

Statements are written with SQLAlchemy Core and run on the asyncpg connection itself: execution by
SQLAlchemy costs 1.3 ms more per 1,540 rows (platform figures, ADR 0003).
"""

import asyncio
import logging
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Sequence
from contextlib import (
    AsyncExitStack,
    asynccontextmanager,
    suppress,
)
from typing import Any, Final, TypeVar

import asyncpg
from sqlalchemy.sql.expression import ClauseElement

from hub.domain.read_limits import ReadLimits
from hub.errors import NotReady, TooCostly
from hub.store.connections import CONNECTION_ERRORS, STATEMENT_TIMEOUT, is_released
from hub.store.statements import SET_MATRIX_SETTINGS, compile_statement
from hub.store.version_cache import CURRENT_VERSION, VersionCache
from hub.store.visibility import UNPUBLISHED_COLUMN

logger = logging.getLogger(__name__)
T = TypeVar("T")

BEGIN: Final = "begin isolation level repeatable read read only"
ACQUIRE_TIMEOUT: Final = 10.0
"""Seconds a request waits for a connection before it is rejected with `NotReady`."""
RESPONSE_TIMEOUT: Final = 5.0
"""Seconds to wait for the server in all other cases before the connection is terminated."""


UNLIMITED: Final = ReadLimits(STATEMENT_TIMEOUT)
"""The limits of the hub's own work."""


class ReadTransaction:
    """One request's snapshot: READ ONLY, REPEATABLE READ, one statement at a time.

    The connection is acquired by the first statement, so a request that needs no data needs no
    connection. `statement_count` excludes BEGIN and COMMIT; `unpublished` collects the markers of
    other agencies' unpublished data in the rows, as written by `hub.store.visibility`;
    `left_snapshot` is true when statements may belong to several snapshots.
    """

    def __init__(
        self,
        pool: asyncpg.Pool | asyncpg.Connection,
        first_statement: str | None = None,
        limits: ReadLimits = UNLIMITED,
        cache: VersionCache | None = None,
    ) -> None:
        self.statement_count = 0
        self.sent_statements: list[str] = []
        self.unpublished: list[str] = []
        self.left_snapshot = False
        self._pool = pool
        self._first_statement = first_statement
        self._statement_seconds = limits.statement_seconds
        self._admit = limits.admit
        self._cache = cache
        self._values: dict[Hashable, Any] | None = None
        self._lock = asyncio.Lock()
        self._closed = False
        self._stack = AsyncExitStack()
        self._connection: asyncpg.Connection | None = None
        self._statement: asyncio.Future[list[asyncpg.Record]] | None = None
        self._was_opened = False
        self._release_depth = 0
        self._borrowed = False
        self._allows_large_hashes = False

    @classmethod
    def from_connection(cls, connection: asyncpg.Connection) -> "ReadTransaction":
        """Return a reader inside a transaction that the caller began and will end."""
        transaction = cls(connection)
        transaction._connection = connection
        transaction._borrowed = True
        return transaction

    async def fetch_rows(self, statement: ClauseElement, **parameters: Any) -> list[asyncpg.Record]:
        """Execute a statement and return its rows; markers of unpublished data are collected."""
        return await self.fetch_compiled(*compile_statement(statement, parameters))

    async def fetch_compiled(self, sql: str, values: Sequence[Any]) -> list[asyncpg.Record]:
        """Do the same with the result of `compile_statement`."""
        records = await self.fetch(sql, *values)
        if records and UNPUBLISHED_COLUMN in records[0]:
            self.unpublished += filter(None, (row[UNPUBLISHED_COLUMN] for row in records))
        return records

    async def allow_large_hashes(self) -> None:
        """Set `MATRIX_SETTINGS` for the rest of this transaction; once per transaction."""
        if not self._allows_large_hashes:
            self._allows_large_hashes = True
            await self.fetch(SET_MATRIX_SETTINGS)

    async def remember(self, key: Hashable, compute: Callable[[], Awaitable[T]]) -> T:
        """Return what `compute` returns from this snapshot, or returned from the same data before.

        The key names the computation and its arguments; nobody changes the value.
        """
        if self._cache is None or self.left_snapshot:
            return await compute()
        if self._values is None:
            [row] = await self.fetch(CURRENT_VERSION)
            self._values = self._cache.of_version(row["version"])
        values = self._values
        if key not in values:
            values[key] = await compute()
        found: T = values[key]
        return found

    async def fetch(self, sql: str, *values: Any) -> list[asyncpg.Record]:
        """Execute SQL and return its rows.

        Raises `NotReady` when the server does not respond or the transaction is closed, `TooCostly`
        when the statement takes longer than this transaction allows.
        """
        async with self._lock:
            if self._closed:
                raise NotReady
            started_at = time.monotonic()
            try:
                if self._connection is None:
                    self._connection = await self._open()
                started_at = time.monotonic()
                self.statement_count += 1
                self.sent_statements.append(sql)
                records = await self._execute(self._connection, sql, values)
            except asyncpg.QueryCanceledError as error:
                self._closed = True  # after an error PostgreSQL rejects all further statements
                elapsed = time.monotonic() - started_at
                logger.warning("a statement was cancelled after %.1f s: %s", elapsed, error)
                if elapsed < self._statement_seconds:
                    raise NotReady from error
                raise TooCostly(
                    math.ceil(elapsed),
                    math.ceil(self._statement_seconds),
                    "วินาทีในฐานข้อมูล · seconds of the database",
                ) from error
            except (*CONNECTION_ERRORS, asyncpg.InterfaceError) as lost:
                if (
                    isinstance(lost, asyncpg.InterfaceError)
                    and self._connection is not None
                    and not is_released(self._connection)
                ):
                    raise
                self._closed = True  # another connection would be another snapshot
                logger.warning("the database does not respond: %s", str(lost) or "timeout")
                self._terminate()
                raise NotReady(
                    "ฐานข้อมูลไม่ตอบ ลองใหม่อีกครั้ง ถ้ายังไม่ได้ให้เริ่มระบบใหม่ · The database does not answer; "
                    "try again shortly, and restart the hub if that does not help"
                ) from lost
            if self._release_depth:
                await self._release_connection()
            return records

    async def _execute(
        self, connection: asyncpg.Connection, sql: str, values: Sequence[Any]
    ) -> list[asyncpg.Record]:
        """Execute SQL in a task of its own, which `close` cancels: `NotReady` then."""
        self._statement = asyncio.ensure_future(
            connection.fetch(sql, *values, timeout=self._statement_seconds + RESPONSE_TIMEOUT)
        )
        try:
            return await self._statement
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if self._closed and not (task and task.cancelling()):
                raise NotReady from None
            raise
        finally:
            self._statement = None

    @asynccontextmanager
    async def release_while_waiting(self) -> AsyncIterator[None]:
        """Hold no connection and no snapshot while the block waits for an external service.

        Statements run meanwhile acquire a connection each; statements run afterwards see another
        snapshot. An answer that includes live data from an agency therefore belongs to no single
        snapshot.
        """
        self._release_depth += 1
        self.left_snapshot = True
        try:
            async with self._lock:
                await self._release_connection()
            yield
        finally:
            self._release_depth -= 1

    async def _release_connection(self) -> None:
        """Release the connection; the next statement acquires another."""
        if self._connection is None or self._borrowed or self._closed:
            return
        self._connection = None
        self._allows_large_hashes = False
        with suppress(*CONNECTION_ERRORS, asyncpg.InterfaceError):
            await self._stack.aclose()
        self._stack = AsyncExitStack()

    async def _open(self) -> asyncpg.Connection:
        self._was_opened = True
        await self._stack.enter_async_context(self._admit())
        try:
            connection = await self._stack.enter_async_context(
                self._pool.acquire(timeout=ACQUIRE_TIMEOUT)
            )
        except TimeoutError as error:  # all connections are in use; the server is not gone
            raise NotReady from error
        self._connection = connection
        async with asyncio.timeout(RESPONSE_TIMEOUT):
            await self._stack.enter_async_context(self._begin(connection))
        return connection

    @asynccontextmanager
    async def _begin(self, connection: asyncpg.Connection) -> AsyncIterator[None]:
        """Begin the transaction with its settings in one round trip; roll it back at the end."""
        limit = f"set local statement_timeout = {math.ceil(self._statement_seconds * 1_000)}"
        try:  # a cancelled BEGIN may have been executed
            await connection.execute(";".join(filter(None, (BEGIN, self._first_statement, limit))))
            yield
        finally:
            await connection.execute("rollback", timeout=RESPONSE_TIMEOUT)

    async def restart_snapshot(self) -> None:
        """Release the connection; the next statement begins a new snapshot."""
        self.left_snapshot = True
        async with self._lock:
            await self._stack.aclose()
            self._connection = None
            self._allows_large_hashes = False

    def _terminate(self) -> None:
        """Terminate a connection that does not respond; a regular close would wait for it as
        well.
        """
        if self._connection is not None:
            with suppress(asyncpg.InterfaceError):  # the pool has already released a dead one
                self._connection.terminate()

    async def close(self) -> None:
        """Cancel the statement in progress and release the connection, also when cancelled.

        When a field fails, the loaders of its siblings keep running; their statements are rejected
        with `NotReady`.
        """
        self._closed = True
        if not self._was_opened:
            return  # no data was needed
        if self._statement is not None:
            self._statement.cancel()
        # A cancelled request leaves the release to a task of its own: no connection may be lost.
        await asyncio.shield(asyncio.ensure_future(self._release()))

    async def _release(self) -> None:
        async with self._lock:
            # A read transaction has nothing to commit: if the server is gone, it has ended too.
            with suppress(*CONNECTION_ERRORS, asyncpg.InterfaceError):
                try:
                    async with asyncio.timeout(RESPONSE_TIMEOUT):
                        await self._stack.aclose()
                except TimeoutError:
                    self._terminate()

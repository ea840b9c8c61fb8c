"""The connection pool, and transactions: one pool per process, one snapshot per request.

Statements are written with SQLAlchemy Core and run on the asyncpg connection itself: execution by
SQLAlchemy costs 1.3 ms more per 1,540 rows (platform figures, ADR 0003).
"""

import asyncio
import logging
import math
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, Final, TypeAlias

import asyncpg
from sqlalchemy.sql.expression import ClauseElement

from hub.errors import NotReady, TooCostly
from hub.store.connections import (
    SET_FOR_TRANSACTION,
    STATEMENT_TIMEOUT,
    assert_usable,
    open_session_pool,
    open_transaction_pool,
)
from hub.store.statements import SET_MATRIX_SETTINGS, compile_statement
from hub.store.visibility import UNPUBLISHED_COLUMN

logger = logging.getLogger(__name__)

StoreConnection: TypeAlias = asyncpg.Connection
"""A connection in a transaction, which services pass from one function of the store to another."""
StoreRow: TypeAlias = asyncpg.Record
ACQUIRE_TIMEOUT: Final = 10.0
"""Seconds a request waits for a connection before it is rejected with `NotReady`."""
MAX_SESSIONS: Final = 8
"""Sessions beside a pooler: a listener, two runs, compaction, the audit log, short statements."""
RESPONSE_TIMEOUT: Final = 5.0
"""Seconds to wait for the server in all other cases before the connection is terminated."""
CONNECTION_ERRORS: Final = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
)
"""What the driver raises when the server is gone, is not back yet, or does not respond."""


class ReadTransaction:
    """One request's snapshot: READ ONLY, REPEATABLE READ, one statement at a time.

    The connection is acquired by the first statement, so a request that needs no data needs no
    connection. `statement_count` excludes BEGIN and COMMIT; `unpublished` collects the markers of
    other agencies' unpublished data in the rows, as written by `hub.store.visibility`.
    """

    def __init__(
        self, pool: asyncpg.Pool | asyncpg.Connection, first_statement: str | None = None
    ) -> None:
        self.statement_count = 0
        self.sent_statements: list[str] = []
        self.unpublished: list[str] = []
        self._pool = pool
        self._first_statement = first_statement
        self._lock = asyncio.Lock()
        self._closed = False
        self._stack = AsyncExitStack()
        self._connection: asyncpg.Connection | None = None
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

    async def fetch(self, sql: str, *values: Any) -> list[asyncpg.Record]:
        """Execute SQL and return its rows.

        Raises `NotReady` when the server does not respond or the transaction is closed, `TooCostly`
        when the statement exceeds `STATEMENT_TIMEOUT`.
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
                records: list[asyncpg.Record] = await self._connection.fetch(
                    sql, *values, timeout=STATEMENT_TIMEOUT + RESPONSE_TIMEOUT
                )
            except asyncpg.QueryCanceledError as error:
                self._closed = True  # after an error PostgreSQL rejects all further statements
                elapsed = time.monotonic() - started_at
                logger.warning("a statement was cancelled after %.1f s: %s", elapsed, error)
                if elapsed < STATEMENT_TIMEOUT:
                    raise NotReady from error
                raise TooCostly(
                    math.ceil(elapsed),
                    int(STATEMENT_TIMEOUT),
                    "วินาทีในฐานข้อมูล · seconds of the database",
                ) from error
            except (*CONNECTION_ERRORS, asyncpg.InterfaceError) as lost:
                is_interface_error = isinstance(lost, asyncpg.InterfaceError)
                if is_interface_error and not (self._connection and self._connection.is_closed()):
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

    @asynccontextmanager
    async def release_while_waiting(self) -> AsyncIterator[None]:
        """Hold no connection and no snapshot while the block waits for an external service.

        Statements run meanwhile acquire a connection each; statements run afterwards see another
        snapshot. An answer that includes live data from an agency therefore belongs to no single
        snapshot.
        """
        self._release_depth += 1
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
        try:
            connection = await self._stack.enter_async_context(
                self._pool.acquire(timeout=ACQUIRE_TIMEOUT)
            )
        except TimeoutError as error:  # all connections are in use; the server is not gone
            raise NotReady from error
        self._connection = connection
        async with asyncio.timeout(RESPONSE_TIMEOUT):
            await self._stack.enter_async_context(
                connection.transaction(isolation="repeatable_read", readonly=True)
            )
            if self._first_statement is not None:
                await connection.execute(self._first_statement)
        return connection

    async def restart_snapshot(self) -> None:
        """Release the connection; the next statement begins a new snapshot."""
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
        """Release the connection after the statement in progress.

        When a field fails, the loaders of its siblings keep running; their statements are rejected
        with `NotReady`.
        """
        async with self._lock:
            self._closed = True
            # A read transaction has nothing to commit: if the server is gone, it has ended too.
            with suppress(*CONNECTION_ERRORS, asyncpg.InterfaceError):
                try:
                    async with asyncio.timeout(RESPONSE_TIMEOUT):
                        await self._stack.aclose()
                except TimeoutError:
                    self._terminate()


class Database:
    """The connections to a server that `assert_usable` accepted.

    `pool` has sessions of the server. With a connection pooler in between, the transactions of
    `read_transaction` and `write_transaction` use `transaction_pool` instead, which has none.
    """

    def __init__(self, pool: asyncpg.Pool, transaction_pool: asyncpg.Pool | None = None) -> None:
        self.pool = pool
        self._pooler = transaction_pool
        self._first_statement = SET_FOR_TRANSACTION if transaction_pool is not None else None

    @property
    def _transaction_pool(self) -> asyncpg.Pool:
        return self.pool if self._pooler is None else self._pooler

    @asynccontextmanager
    async def read_transaction(self) -> AsyncIterator[ReadTransaction]:
        """Open a snapshot for one request."""
        transaction = ReadTransaction(self._transaction_pool, self._first_statement)
        try:
            yield transaction
        finally:
            await transaction.close()

    async def is_responsive(self, timeout: float) -> bool:  # noqa: ASYNC109 - limits the acquire as well
        """Return whether the server responds within `timeout` seconds, at each of its addresses."""
        pools = [self.pool] if self._pooler is None else [self._pooler, self.pool]
        return all([await is_responsive(pool, timeout) for pool in pools])

    @asynccontextmanager
    async def write_transaction(self) -> AsyncIterator[asyncpg.Connection]:
        """Open a transaction that commits when the block ends without an exception."""
        async with (
            self._transaction_pool.acquire(timeout=ACQUIRE_TIMEOUT) as connection,
            connection.transaction(),
        ):
            if self._first_statement is not None:
                await connection.execute(self._first_statement)
            yield connection


async def is_responsive(pool: asyncpg.Pool, timeout: float) -> bool:  # noqa: ASYNC109 - as above
    """Return whether the server of a pool responds within `timeout` seconds."""
    connection: asyncpg.Connection | None = None
    try:
        connection = await pool.acquire(timeout=timeout)
        await connection.execute("select true", timeout=timeout)
    except (*CONNECTION_ERRORS, asyncpg.PostgresError, asyncpg.InterfaceError):
        if connection is not None and not connection.is_closed():
            connection.terminate()
        return False
    else:
        return True
    finally:
        if connection is not None:
            await pool.release(connection)


@asynccontextmanager
async def open_database(
    dsn: str, *, pool_size: int = 10, pooler_dsn: str | None = None
) -> AsyncIterator[Database]:
    """Open the database of a DSN after checking version, encoding and the `C` collation (sort
    keys).

    `dsn` must lead to sessions. `pooler_dsn` may lead to a connection pooler in transaction mode.
    """
    session_count = pool_size if pooler_dsn is None else min(pool_size, MAX_SESSIONS)
    pool = await open_session_pool(dsn, session_count)
    pools = [pool]
    try:
        await assert_usable(pool)
        if pooler_dsn is not None:
            pools.insert(0, await open_transaction_pool(pooler_dsn, pool_size))
        yield Database(pool, pools[0] if pooler_dsn is not None else None)
    finally:
        for opened in pools:
            try:
                async with asyncio.timeout(2 * RESPONSE_TIMEOUT):
                    await opened.close()
            except TimeoutError:
                opened.terminate()

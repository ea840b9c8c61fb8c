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
from typing import Any, Final

import asyncpg
from sqlalchemy.sql.expression import ClauseElement

from hub.errors import NotReady, StoreUnusable, TooCostly
from hub.store.statements import SET_MATRIX_SETTINGS, compile_statement
from hub.store.visibility import UNPUBLISHED_COLUMN

logger = logging.getLogger(__name__)
MIN_SERVER_VERSION: Final = 15
ACQUIRE_TIMEOUT: Final = 10.0
"""Seconds a request waits for a connection before it is rejected with `NotReady`."""
STATEMENT_TIMEOUT: Final = 60.0
"""Seconds a statement may take before the server cancels it."""
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

    def __init__(self, pool: asyncpg.Pool | asyncpg.Connection) -> None:
        self.statement_count = 0
        self.sent_statements: list[str] = []
        self.unpublished: list[str] = []
        self._pool = pool
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
    """The connection pool of a server that `assert_usable` accepted."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool

    @asynccontextmanager
    async def read_transaction(self) -> AsyncIterator[ReadTransaction]:
        """Open a snapshot for one request."""
        transaction = ReadTransaction(self.pool)
        try:
            yield transaction
        finally:
            await transaction.close()

    async def is_responsive(self, timeout: float) -> bool:  # noqa: ASYNC109 - limits the acquire as well
        """Return whether the server responds within `timeout` seconds."""
        connection: asyncpg.Connection | None = None
        try:
            connection = await self.pool.acquire(timeout=timeout)
            return bool(await connection.fetchval("select true", timeout=timeout))
        except (*CONNECTION_ERRORS, asyncpg.PostgresError, asyncpg.InterfaceError):
            if connection is not None and not connection.is_closed():
                connection.terminate()
            return False
        finally:
            if connection is not None:
                await self.pool.release(connection)

    @asynccontextmanager
    async def write_transaction(self) -> AsyncIterator[asyncpg.Connection]:
        """Open a transaction that commits when the block ends without an exception."""
        async with (
            self.pool.acquire(timeout=ACQUIRE_TIMEOUT) as connection,
            connection.transaction(),
        ):
            yield connection


@asynccontextmanager
async def open_database(dsn: str, *, pool_size: int = 10) -> AsyncIterator[Database]:
    """Open the database of a DSN after checking version, encoding and the `C` collation (sort
    keys).
    """
    pool = await asyncpg.create_pool(
        dsn,
        min_size=1,
        max_size=pool_size,
        server_settings={
            "application_name": "buranakan",
            "timezone": "UTC",
            "statement_timeout": f"{STATEMENT_TIMEOUT:.0f}s",
            "idle_in_transaction_session_timeout": "120s",
        },
    )
    try:
        await assert_usable(pool)
        yield Database(pool)
    finally:
        try:
            async with asyncio.timeout(2 * RESPONSE_TIMEOUT):
                await pool.close()
        except TimeoutError:
            pool.terminate()


async def assert_usable(pool: asyncpg.Pool) -> None:
    """Raise `StoreUnusable` if the server's version, encoding or collation is not supported."""
    version_number = int(await pool.fetchval("show server_version_num"))
    version = version_number // 10000
    if version < MIN_SERVER_VERSION:
        raise StoreUnusable(
            f"ต้องใช้ PostgreSQL {MIN_SERVER_VERSION} ขึ้นไป พบรุ่น {version} "
            f"· PostgreSQL {MIN_SERVER_VERSION} or newer is needed, this is {version}"
        )
    encoding = await pool.fetchval("show server_encoding")
    if encoding != "UTF8":
        raise StoreUnusable(
            f"ฐานข้อมูลต้องเข้ารหัสแบบ UTF8 พบ {encoding} "
            f"· the database must be encoded in UTF8, this one is {encoding}"
        )
    if not await pool.fetchval("select 'ก' collate \"C\" < 'ข' collate \"C\""):
        raise StoreUnusable(
            "ลำดับอักษรของฐานข้อมูลใช้ไม่ได้ · this database does not order text by code point"
        )

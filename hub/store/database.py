"""The way to PostgreSQL: one pool a process, one connection and one snapshot a request.

Statements are written with SQLAlchemy Core and run on the asyncpg connection itself: Core's own
execution costs 1.3 ms more per 1,540 rows (platform figures, ADR 0003).
"""

import asyncio
import logging
import math
import time
from collections.abc import AsyncIterator, Mapping, MutableMapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, Final, cast

import asyncpg
from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ClauseElement
from sqlalchemy.util import LRUCache

from hub.errors import NotReady, StoreUnusable, TooCostly
from hub.store.visibility import UNPUBLISHED_COLUMN

logger = logging.getLogger(__name__)
DIALECT: Final[Dialect] = PGDialect_asyncpg()  # type: ignore[no-untyped-call]  # untyped upstream
MIN_SERVER_VERSION: Final = 15
ACQUIRE_TIMEOUT: Final = 10.0
"""Seconds a request waits for a connection before it is told to come back."""
STATEMENT_TIMEOUT: Final = 60.0
"""Seconds a statement may take; the server breaks it off."""
RESPONSE_TIMEOUT: Final = 5.0
"""Seconds that a server may be late with anything else before it is given up."""
CONNECTION_ERRORS: Final = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
)
"""What the driver raises when the server has gone, or is not back yet, or says nothing."""

COMPILED_STATEMENTS: Final[MutableMapping[Any, Any]] = LRUCache(500)
"""Statements compiled before, by their form: values are parameters and no part of it."""


def compile_statement(
    statement: ClauseElement, parameters: Mapping[str, Any]
) -> tuple[str, list[Any]]:
    """A statement as PostgreSQL reads it, and its values in the order of its parameters.

    Compiling a matrix costs more than answering it, so statements of the same form are compiled
    once. SQLAlchemy's engines do this with the very same method; it has no public name.
    """
    compiled_form, values, _, _ = statement._compile_w_cache(  # noqa: SLF001 - see above
        DIALECT, compiled_cache=COMPILED_STATEMENTS, column_keys=[]
    )
    compiler = cast("SQLCompiler", compiled_form)
    bound_values = compiler.construct_params(dict(parameters), extracted_parameters=values)
    return compiler.string, [bound_values[name] for name in compiler.positiontup or ()]


class ReadTransaction:
    """One request's snapshot: READ ONLY, REPEATABLE READ, its statements one after another.

    The connection is taken when the first statement needs it, so a question that needs no data
    needs no connection either. `statements` counts what was sent (BEGIN and COMMIT apart);
    `unpublished` is what answers told of other agencies, as `hub.store.visibility` marks it.
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

    @classmethod
    def from_connection(cls, connection: asyncpg.Connection) -> "ReadTransaction":
        """A reading inside a transaction that somebody else began and will end."""
        transaction = cls(connection)
        transaction._connection = connection
        transaction._borrowed = True
        return transaction

    async def fetch_rows(self, statement: ClauseElement, **parameters: Any) -> list[asyncpg.Record]:
        """What a statement answers, in its order."""
        sql, values = compile_statement(statement, parameters)
        records = await self.fetch(sql, *values)
        if records and UNPUBLISHED_COLUMN in records[0]:
            self.unpublished += filter(None, (row[UNPUBLISHED_COLUMN] for row in records))
        return records

    async def fetch(self, sql: str, *values: Any) -> list[asyncpg.Record]:
        """What a statement in SQL answers, as a connection would."""
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
                self._closed = True  # a transaction with an error in it answers nothing more
                elapsed = time.monotonic() - started_at
                logger.warning("a statement was broken off after %.1f s: %s", elapsed, error)
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
                logger.warning("the database does not answer: %s", str(lost) or "in time")
                self._terminate()
                raise NotReady(
                    "ฐานข้อมูลไม่ตอบ ลองใหม่อีกครั้ง ถ้ายังไม่ได้ให้เริ่มระบบใหม่ · The database does not answer; "
                    "try again shortly, and start the hub again if that does not help"
                ) from lost
            if self._release_depth:
                await self._release_connection()
            return records

    @asynccontextmanager
    async def release_while_waiting(self) -> AsyncIterator[None]:
        """While the block waits for somebody outside, hold no connection and no snapshot.

        What is asked meanwhile gets one for itself, and what is asked afterwards another snapshot:
        an answer that took an agency's word is of no single moment of ours.
        """
        self._release_depth += 1
        try:
            async with self._lock:
                await self._release_connection()
            yield
        finally:
            self._release_depth -= 1

    async def _release_connection(self) -> None:
        """Give the connection back; the next statement takes another."""
        if self._connection is None or self._borrowed or self._closed:
            return
        self._connection = None
        with suppress(*CONNECTION_ERRORS, asyncpg.InterfaceError):
            await self._stack.aclose()
        self._stack = AsyncExitStack()

    async def _open(self) -> asyncpg.Connection:
        try:
            connection = await self._stack.enter_async_context(
                self._pool.acquire(timeout=ACQUIRE_TIMEOUT)
            )
        except TimeoutError as error:  # all are taken, not lost
            raise NotReady from error
        self._connection = connection
        async with asyncio.timeout(RESPONSE_TIMEOUT):
            await self._stack.enter_async_context(
                connection.transaction(isolation="repeatable_read", readonly=True)
            )
        return connection

    async def restart_snapshot(self) -> None:
        """Give the connection back; the next statement begins a snapshot anew."""
        async with self._lock:
            await self._stack.aclose()
            self._connection = None

    def _terminate(self) -> None:
        """Cut a connection that says nothing: every farewell would be waited for as well."""
        if self._connection is not None:
            with suppress(asyncpg.InterfaceError):  # the pool has taken a dead one back already
                self._connection.terminate()

    async def close(self) -> None:
        """Give the connection back, once the statement under way is done.

        A field that failed leaves its siblings' loaders running; what they still ask is refused.
        """
        async with self._lock:
            self._closed = True
            # A snapshot has nothing to lose: where the server went meanwhile, it is over as well.
            with suppress(*CONNECTION_ERRORS, asyncpg.InterfaceError):
                try:
                    async with asyncio.timeout(RESPONSE_TIMEOUT):
                        await self._stack.aclose()
                except TimeoutError:
                    self._terminate()


class Database:
    """The pool, and what was asserted of the server behind it."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool

    @asynccontextmanager
    async def read_transaction(self) -> AsyncIterator[ReadTransaction]:
        """A snapshot for one request."""
        transaction = ReadTransaction(self.pool)
        try:
            yield transaction
        finally:
            await transaction.close()

    async def is_responsive(self, timeout: float) -> bool:  # noqa: ASYNC109 - of the acquire too
        """Whether the server does, in so many seconds."""
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
        """A connection inside a transaction that commits when the block ends well."""
        async with (
            self.pool.acquire(timeout=ACQUIRE_TIMEOUT) as connection,
            connection.transaction(),
        ):
            yield connection


@asynccontextmanager
async def open_database(dsn: str, *, pool_size: int = 10) -> AsyncIterator[Database]:
    """The database at a DSN, checked: version, encoding, and the order of `C` we sort keys by."""
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
    """`StoreUnusable` where the server is not one this code can rely on."""
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

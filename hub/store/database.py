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
from hub.store.visibility import UNPUBLISHED

logger = logging.getLogger(__name__)
DIALECT: Final[Dialect] = PGDialect_asyncpg()  # type: ignore[no-untyped-call]  # untyped upstream
OLDEST: Final = 15
PATIENCE: Final = 10.0
"""Seconds a request waits for a connection before it is told to come back."""
LONGEST: Final = 60.0
"""Seconds a statement may take; the server breaks it off."""
SILENT: Final = 5.0
"""Seconds that a server may be late with anything else before it is given up."""
LOST: Final = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
)
"""What the driver raises when the server has gone, or is not back yet, or says nothing."""

FORMS: Final[MutableMapping[Any, Any]] = LRUCache(500)
"""Statements compiled before, by their form: values are parameters and no part of it."""


def compiled(statement: ClauseElement, given: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """A statement as PostgreSQL reads it, and its values in the order of its parameters.

    Compiling a matrix costs more than answering it, so statements of the same form are compiled
    once. SQLAlchemy's engines do this with the very same method; it has no public name.
    """
    form, values, _, _ = statement._compile_w_cache(  # noqa: SLF001 - see above
        DIALECT, compiled_cache=FORMS, column_keys=[]
    )
    made = cast("SQLCompiler", form)
    told = made.construct_params(dict(given), extracted_parameters=values)
    return made.string, [told[name] for name in made.positiontup or ()]


class Reading:
    """One request's snapshot: READ ONLY, REPEATABLE READ, its statements one after another.

    The connection is taken when the first statement needs it, so a question that needs no data
    needs no connection either. `statements` counts what was sent (BEGIN and COMMIT apart);
    `unpublished` is what answers told of other agencies, as `hub.store.visibility` marks it.
    """

    def __init__(self, pool: asyncpg.Pool | asyncpg.Connection) -> None:
        self.statements = 0
        self.sent: list[str] = []
        self.unpublished: list[str] = []
        self._pool = pool
        self._turn = asyncio.Lock()
        self._closed = False
        self._stack = AsyncExitStack()
        self._connection: asyncpg.Connection | None = None
        self._away = 0
        self._lent = False

    @classmethod
    def over(cls, connection: asyncpg.Connection) -> "Reading":
        """A reading inside a transaction that somebody else began and will end."""
        reading = cls(connection)
        reading._connection = connection
        reading._lent = True
        return reading

    async def rows(self, statement: ClauseElement, **given: Any) -> list[asyncpg.Record]:
        """What a statement answers, in its order."""
        sql, values = compiled(statement, given)
        answer = await self.fetch(sql, *values)
        if answer and UNPUBLISHED in answer[0]:
            self.unpublished += filter(None, (row[UNPUBLISHED] for row in answer))
        return answer

    async def fetch(self, sql: str, *values: Any) -> list[asyncpg.Record]:
        """What a statement in SQL answers, as a connection would."""
        async with self._turn:
            if self._closed:
                raise NotReady
            began = time.monotonic()
            try:
                if self._connection is None:
                    self._connection = await self._open()
                began = time.monotonic()
                self.statements += 1
                self.sent.append(sql)
                answer: list[asyncpg.Record] = await self._connection.fetch(
                    sql, *values, timeout=LONGEST + SILENT
                )
            except asyncpg.QueryCanceledError as broken:
                self._closed = True  # a transaction with an error in it answers nothing more
                took = time.monotonic() - began
                logger.warning("a statement was broken off after %.1f s: %s", took, broken)
                if took < LONGEST:
                    raise NotReady from broken
                raise TooCostly(
                    math.ceil(took), int(LONGEST), "วินาทีในฐานข้อมูล · seconds of the database"
                ) from broken
            except (*LOST, asyncpg.InterfaceError) as gone:
                misused = isinstance(gone, asyncpg.InterfaceError)
                if misused and not (self._connection and self._connection.is_closed()):
                    raise
                self._closed = True  # another connection would be another snapshot
                logger.warning("the database does not answer: %s", str(gone) or "in time")
                self._abandon()
                raise NotReady(
                    "ฐานข้อมูลไม่ตอบ ลองใหม่อีกครั้ง ถ้ายังไม่ได้ให้เริ่มระบบใหม่ · The database does not answer; "
                    "try again shortly, and start the hub again if that does not help"
                ) from gone
            if self._away:
                await self._let_go()
            return answer

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """While the block waits for somebody outside, hold no connection and no snapshot.

        What is asked meanwhile gets one for itself, and what is asked afterwards another snapshot:
        an answer that took an agency's word is of no single moment of ours.
        """
        self._away += 1
        try:
            async with self._turn:
                await self._let_go()
            yield
        finally:
            self._away -= 1

    async def _let_go(self) -> None:
        """Give the connection back; the next statement takes another."""
        if self._connection is None or self._lent or self._closed:
            return
        self._connection = None
        with suppress(*LOST, asyncpg.InterfaceError):
            await self._stack.aclose()
        self._stack = AsyncExitStack()

    async def _open(self) -> asyncpg.Connection:
        try:
            connection = await self._stack.enter_async_context(self._pool.acquire(timeout=PATIENCE))
        except TimeoutError as late:  # all are taken, not lost
            raise NotReady from late
        self._connection = connection
        async with asyncio.timeout(SILENT):
            await self._stack.enter_async_context(
                connection.transaction(isolation="repeatable_read", readonly=True)
            )
        return connection

    async def renew(self) -> None:
        """Give the connection back; the next statement begins a snapshot anew."""
        async with self._turn:
            await self._stack.aclose()
            self._connection = None

    def _abandon(self) -> None:
        """Cut a connection that says nothing: every farewell would be waited for as well."""
        if self._connection is not None:
            with suppress(asyncpg.InterfaceError):  # the pool has taken a dead one back already
                self._connection.terminate()

    async def close(self) -> None:
        """Give the connection back, once the statement under way is done.

        A field that failed leaves its siblings' loaders running; what they still ask is refused.
        """
        async with self._turn:
            self._closed = True
            # A snapshot has nothing to lose: where the server went meanwhile, it is over as well.
            with suppress(*LOST, asyncpg.InterfaceError):
                try:
                    async with asyncio.timeout(SILENT):
                        await self._stack.aclose()
                except TimeoutError:
                    self._abandon()


class Database:
    """The pool, and what was asserted of the server behind it."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Reading]:
        """A snapshot for one request."""
        reading = Reading(self.pool)
        try:
            yield reading
        finally:
            await reading.close()

    async def answers(self, within: float) -> bool:
        """Whether the server does, in so many seconds."""
        connection: asyncpg.Connection | None = None
        try:
            connection = await self.pool.acquire(timeout=within)
            return bool(await connection.fetchval("select true", timeout=within))
        except (*LOST, asyncpg.PostgresError, asyncpg.InterfaceError):
            if connection is not None and not connection.is_closed():
                connection.terminate()
            return False
        finally:
            if connection is not None:
                await self.pool.release(connection)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection inside a transaction that commits when the block ends well."""
        async with self.pool.acquire(timeout=PATIENCE) as connection, connection.transaction():
            yield connection


@asynccontextmanager
async def opened(dsn: str, *, pool_size: int = 10) -> AsyncIterator[Database]:
    """The database at a DSN, checked: version, encoding, and the order of `C` we sort keys by."""
    pool = await asyncpg.create_pool(
        dsn,
        min_size=1,
        max_size=pool_size,
        server_settings={
            "application_name": "buranakan",
            "timezone": "UTC",
            "statement_timeout": f"{LONGEST:.0f}s",
            "idle_in_transaction_session_timeout": "120s",
        },
    )
    try:
        await assert_usable(pool)
        yield Database(pool)
    finally:
        try:
            async with asyncio.timeout(2 * SILENT):
                await pool.close()
        except TimeoutError:
            pool.terminate()


async def assert_usable(pool: asyncpg.Pool) -> None:
    """`StoreUnusable` where the server is not one this code can rely on."""
    number = int(await pool.fetchval("show server_version_num"))
    if number // 10000 < OLDEST:
        raise StoreUnusable(
            f"ต้องใช้ PostgreSQL {OLDEST} ขึ้นไป พบรุ่น {number // 10000} "
            f"· PostgreSQL {OLDEST} or newer is needed, this is {number // 10000}"
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

"""The connection pools of a process, and the transactions of its requests."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, TypeAlias

import asyncpg

from hub.domain.read_limits import ReadLimits
from hub.errors import NotReady
from hub.store.connections import (
    SERVER_ERRORS,
    SET_FOR_TRANSACTION,
    assert_usable,
    is_released,
    is_responsive,
    open_session_pool,
    open_transaction_pool,
)
from hub.store.listener import Notifications
from hub.store.read_transaction import ACQUIRE_TIMEOUT, RESPONSE_TIMEOUT, UNLIMITED, ReadTransaction
from hub.store.version_cache import VersionCache

StoreConnection: TypeAlias = asyncpg.Connection
"""A connection in a transaction, which services pass from one function of the store to another."""
StoreRow: TypeAlias = asyncpg.Record
MAX_SESSIONS: Final = 8
"""Sessions beside a pooler: two runs, compaction, the audit log, short statements."""


class Database:
    """The connections to a server that `assert_usable` accepted, and its notifications.

    `pool` has sessions of the server. With a connection pooler in between, the transactions of
    `read_transaction` and `write_transaction` use `transaction_pool` instead, which has none.
    """

    def __init__(
        self,
        pool: asyncpg.Pool,
        notifications: Notifications,
        transaction_pool: asyncpg.Pool | None = None,
    ) -> None:
        self.pool = pool
        self.notifications = notifications
        self._pooler = transaction_pool
        self._cache = VersionCache()
        self._first_statement = SET_FOR_TRANSACTION if transaction_pool is not None else None

    @property
    def _transaction_pool(self) -> asyncpg.Pool:
        return self.pool if self._pooler is None else self._pooler

    @asynccontextmanager
    async def read_transaction(
        self, limits: ReadLimits = UNLIMITED
    ) -> AsyncIterator[ReadTransaction]:
        """Open a snapshot for one request."""
        transaction = ReadTransaction(
            self._transaction_pool, self._first_statement, limits, self._cache
        )
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
        """Open a transaction that commits when the block ends without an exception.

        `NotReady` when there is no connection, or when it is lost.
        """
        is_lost = True
        try:
            async with self._transaction_pool.acquire(timeout=ACQUIRE_TIMEOUT) as connection:
                is_lost = False
                try:
                    async with connection.transaction():
                        if self._first_statement is not None:
                            await connection.execute(self._first_statement)
                        yield connection
                finally:
                    is_lost = is_released(connection)
        except SERVER_ERRORS as error:
            raise NotReady from error
        except (OSError, asyncpg.InterfaceError) as error:
            if not is_lost:  # of the work in the block
                raise
            raise NotReady from error


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
    pools, notifications = [pool], Notifications(dsn)
    try:
        await assert_usable(pool)
        if pooler_dsn is not None:
            pools.insert(0, await open_transaction_pool(pooler_dsn, pool_size))
        yield Database(pool, notifications, pools[0] if pooler_dsn is not None else None)
    finally:
        await notifications.close()
        for opened in pools:
            try:
                async with asyncio.timeout(2 * RESPONSE_TIMEOUT):
                    await opened.close()
            except TimeoutError:
                opened.terminate()

"""LISTEN on a channel of the database for all waiters of this process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg

from hub.store.database import Database

POLL_INTERVAL: Final = 20.0
"""Seconds after which a waiter polls without a notification: one can get lost."""


class ChannelListener:
    """One connection listens for all waiters, and only while there are any."""

    def __init__(self, database: Database, channel: str) -> None:
        self._database = database
        self._channel = channel
        self._waiters: set[asyncio.Event] = set()
        self._lock = asyncio.Lock()
        self._connection: asyncpg.Connection | None = None

    @asynccontextmanager
    async def listen(self) -> AsyncIterator["Waiter"]:
        """Yield a waiter, which listens until the block ends."""
        waiter = Waiter(self)
        await self.subscribe(waiter.notified)
        try:
            yield waiter
        finally:
            self._waiters.discard(waiter.notified)
            if not self._waiters:
                await self._unsubscribe()

    async def subscribe(self, notified: asyncio.Event) -> None:
        """Register a waiter; listen again if the listening connection was lost."""
        async with self._lock:
            self._waiters.add(notified)
            if self._connection is None:
                self._connection = await self._database.pool.acquire()
                self._connection.add_termination_listener(self._on_connection_lost)
                await self._connection.add_listener(self._channel, self._notify_waiters)

    async def _unsubscribe(self) -> None:
        async with self._lock:
            connection = self._connection
            if connection is not None and not self._waiters:
                self._connection = None
                connection.remove_termination_listener(self._on_connection_lost)
                await connection.remove_listener(self._channel, self._notify_waiters)
                await self._database.pool.release(connection)

    def _on_connection_lost(self, _: Any) -> None:
        """Forget a lost connection; waiters then poll and listen again."""
        self._connection = None
        self._notify_waiters()

    def _notify_waiters(self, *_: Any) -> None:
        for notified in self._waiters:
            notified.set()


class Waiter:
    """Waits for notifications: clear it, read what is new, then wait."""

    def __init__(self, listener: ChannelListener) -> None:
        self.notified = asyncio.Event()
        self._listener = listener

    def clear(self) -> None:
        """Forget earlier notifications; what is read after this includes what they announced."""
        self.notified.clear()

    async def wait(self) -> None:
        """Wait for a notification since `clear`, at most `POLL_INTERVAL`."""
        try:
            async with asyncio.timeout(POLL_INTERVAL):
                await self.notified.wait()
        except TimeoutError:
            pass
        await self._listener.subscribe(self.notified)

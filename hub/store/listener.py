"""LISTEN on channels of the database for all waiters of this process, over one connection.

The connection is not one of the pool and stays open until the hub stops. When a waiter leaves,
nothing has to be awaited, so a cancelled waiter cannot leave anything behind.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import asyncpg

from hub.errors import NotReady, StoreUnusable
from hub.store.connections import CONNECTION_ERRORS, SET_FOR_SESSION, connect_to_server

POLL_INTERVAL: Final = 20.0
"""Seconds after which a waiter polls without a notification: one can get lost."""
CLOSE_TIMEOUT: Final = 2.0
"""Seconds for the connection to close before it is terminated."""


class Notifications:
    """The notifications of one database; `dsn` must lead to sessions."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._waiters: defaultdict[str, dict[asyncio.Event, str | None]] = defaultdict(dict)
        self._listened: set[str] = set()
        self._connection: asyncpg.Connection | None = None
        self._opening: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def listen(self, channel: str, payload: str | None = None) -> AsyncIterator["Waiter"]:
        """Yield a waiter, which is notified until the block ends; `NotReady` without a server.

        With a payload it is notified of notifications with this payload alone.
        """
        waiter = Waiter(self, channel)
        self._waiters[channel][waiter.notified] = payload
        try:
            await self.ensure_listening(channel)
            yield waiter
        finally:
            self._waiters[channel].pop(waiter.notified, None)

    async def ensure_listening(self, channel: str) -> None:
        """Listen on a channel, also after the connection was lost.

        Connecting is a task of its own that all waiters await: a cancelled waiter does not stop it.
        """
        while channel not in self._listened:
            if self._opening is None or self._opening.done():
                self._opening = asyncio.create_task(self._open())
                self._opening.add_done_callback(retrieve_exception)
            await asyncio.shield(self._opening)

    async def _open(self) -> None:
        """Connect if there is no connection, and listen on every channel that has waiters."""
        try:
            connection = self._connection
            if connection is None:
                connection = await connect_to_server(self._dsn)
                await connection.execute(SET_FOR_SESSION)
                connection.add_termination_listener(self._on_connection_lost)
                self._connection = connection
            for channel in [one for one in self._waiters if one not in self._listened]:
                await connection.add_listener(channel, self._on_notification)
                self._listened.add(channel)
        except (
            StoreUnusable,
            *CONNECTION_ERRORS,
            asyncpg.PostgresError,
            asyncpg.InterfaceError,
        ) as error:
            self._drop_connection()
            raise NotReady from error

    def count_waiters(self) -> int:
        """Return how many waiters there are on all channels."""
        return sum(map(len, self._waiters.values()))

    def _on_notification(self, _connection: Any, _process: int, channel: str, text: Any) -> None:
        notify(one for one, wanted in self._waiters[channel].items() if wanted in {None, text})

    def _drop_connection(self) -> None:
        """Terminate a connection that failed: the server may be about to end it."""
        if self._connection is not None:
            self._connection.remove_termination_listener(self._on_connection_lost)
            self._connection.terminate()
            self._on_connection_lost(self._connection)

    def _on_connection_lost(self, _connection: Any) -> None:
        """Forget the lost connection; waiters then poll and listen again."""
        self._connection = None
        self._listened.clear()
        for waiters in self._waiters.values():
            notify(waiters)

    async def close(self) -> None:
        """Close the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.remove_termination_listener(self._on_connection_lost)
            with suppress(OSError, TimeoutError, asyncpg.InterfaceError):
                await connection.close(timeout=CLOSE_TIMEOUT)


class Waiter:
    """Waits for notifications: clear it, read what is new, then wait."""

    def __init__(self, notifications: Notifications, channel: str) -> None:
        self.notified = asyncio.Event()
        self._notifications = notifications
        self._channel = channel

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
        await self._notifications.ensure_listening(self._channel)


def notify(waiters: Iterable[asyncio.Event]) -> None:
    """Set the events of waiters."""
    for notified in waiters:
        notified.set()


def retrieve_exception(task: "asyncio.Task[Any]") -> None:
    """Retrieve the exception of a task whose waiters may all have left."""
    if not task.cancelled():
        task.exception()

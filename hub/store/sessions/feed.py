"""The live feed of sessions, for the subscribers of this process; other processes share it."""

import asyncio
from contextlib import AbstractAsyncContextManager

from hub.store.database import Database
from hub.store.listener import Waiter, retrieve_exception
from hub.store.sessions.changes import CHANNEL
from hub.store.sessions.presence import note_left, note_seen


class SessionFeed:
    """Notifications of events, and which screens are connected."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._leaving: set[asyncio.Task[None]] = set()

    def listen(self) -> AbstractAsyncContextManager[Waiter]:
        """Return the context in which a waiter is notified of events of any session."""
        return self._database.notifications.listen(CHANNEL)

    async def note_seen(self, session_id: str, agency_id: str, screen: str) -> None:
        """Note that a screen of a delegation is connected; of others nothing is noted."""
        async with self._database.write_transaction() as connection:
            await note_seen(connection, session_id, agency_id, screen)

    def note_left(self, session_id: str, agency_id: str, screen: str) -> None:
        """Note in the background that a screen has left: its subscription may be cancelled.

        A process that is killed notes nothing; its screens count as gone after a minute.
        """
        task = asyncio.create_task(self._leave(session_id, agency_id, screen))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)
        task.add_done_callback(retrieve_exception)

    async def _leave(self, session_id: str, agency_id: str, screen: str) -> None:
        async with self._database.write_transaction() as connection:
            await note_left(connection, session_id, agency_id, screen)

"""The live feed of sessions, for the subscribers of this process; other processes share it."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from hub.domain.identity.viewer import Viewer
from hub.domain.sessions.session import Presence, SessionEvent
from hub.errors import NotFound
from hub.store.database import Database
from hub.store.listener import Waiter, retrieve_exception
from hub.store.sessions.changes import CHANNEL
from hub.store.sessions.presence import note_left, note_seen, renew_screens
from hub.store.sessions.shared_reads import SharedReads
from hub.store.sessions.visible import VisibilityArguments, visibility_arguments

SEEN_INTERVAL: Final = 15.0
"""Seconds after which the screens of this process are noted as connected again."""
Screen = tuple[str, str, str]
"""A session, an agency, and the name of one of its connections."""


class Following:
    """One follower of a session: what it reads is shared with the others of this process."""

    def __init__(self, feed: "SessionFeed", session_id: str, waiter: Waiter) -> None:
        self._feed = feed
        self._waiter = waiter
        self._shared = feed.shared_reads(session_id)
        self._counted: VisibilityArguments | None = None

    async def read(
        self, viewer: Viewer, after: int
    ) -> tuple[Sequence[SessionEvent] | None, Sequence[Presence]]:
        """Return the events after a number as far as they are retained, else None, and who is
        connected; `NotFound` when the viewer does not see the session any more.
        """
        is_notified = self._waiter.notified.is_set()
        self._waiter.clear()
        await self._feed.renew_screens()
        key = visibility_arguments(viewer)
        if key != self._counted:
            self.leave()
            self._counted = key
            self._shared.viewers[key] += 1
        if is_notified or key not in self._shared.seen_by or not self._shared.is_recent():
            await self._shared.refresh()
        if key not in self._shared.seen_by:
            raise NotFound
        return self._shared.events_after(after), self._shared.presence

    async def wait(self) -> None:
        """Wait for something new since the last read began."""
        await self._waiter.wait()

    def leave(self) -> None:
        """Read no longer for the viewer of this follower."""
        if self._counted is not None:
            self._shared.viewers[self._counted] -= 1
            self._shared.viewers += {}  # without those that nobody is any more
            self._counted = None


class SessionFeed:
    """Notifications of events, and which screens are connected."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._leaving: set[asyncio.Task[None]] = set()
        self._shared: dict[str, SharedReads] = {}
        self._followers: dict[str, int] = {}
        self._screens: set[Screen] = set()
        self._renewed_at = time.monotonic()

    @asynccontextmanager
    async def follow(self, session_id: str) -> AsyncIterator[Following]:
        """Yield a follower of a session until the block ends; `NotReady` without a server."""
        async with self._database.notifications.listen(CHANNEL, session_id) as waiter:
            self._followers[session_id] = self._followers.get(session_id, 0) + 1
            following = Following(self, session_id, waiter)
            try:
                yield following
            finally:
                following.leave()
                self._followers[session_id] -= 1
                if not self._followers[session_id]:
                    del self._followers[session_id], self._shared[session_id]

    def shared_reads(self, session_id: str) -> SharedReads:
        """Return what the followers of a session share."""
        if session_id not in self._shared:
            self._shared[session_id] = SharedReads(self._database, session_id)
        return self._shared[session_id]

    async def note_seen(self, session_id: str, agency_id: str, screen: str) -> None:
        """Note that a screen of a delegation is connected; of others nothing is noted."""
        self._screens.add((session_id, agency_id, screen))
        async with self._database.write_transaction() as connection:
            await note_seen(connection, session_id, agency_id, screen)

    async def renew_screens(self) -> None:
        """Note every now and then, in one statement, that the screens of this process are there."""
        if self._screens and time.monotonic() - self._renewed_at > SEEN_INTERVAL:
            self._renewed_at = time.monotonic()
            async with self._database.write_transaction() as connection:
                await renew_screens(connection, self._screens)

    def note_left(self, session_id: str, agency_id: str, screen: str) -> None:
        """Note in the background that a screen has left: its subscription may be cancelled.

        A process that is killed notes nothing; its screens count as gone after a minute.
        """
        self._screens.discard((session_id, agency_id, screen))
        task = asyncio.create_task(self._leave(session_id, agency_id, screen))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)
        task.add_done_callback(retrieve_exception)

    async def _leave(self, session_id: str, agency_id: str, screen: str) -> None:
        async with self._database.write_transaction() as connection:
            await note_left(connection, session_id, agency_id, screen)

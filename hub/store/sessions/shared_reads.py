"""The events and the presence of one session, read once for all of its followers in this process.

Forty followers that a notification wakes share one read. Which of them may see the session is part
of that read, so that nobody receives an event that was written after it lost the right.
"""

import asyncio
import time
from collections import Counter
from typing import Final

from hub.domain.sessions.session import Presence, SessionEvent
from hub.store.database import Database
from hub.store.sessions.reading import LAST_EVENT, LIST_PRESENCE, PRESENCE_TIMEOUT, presence_of
from hub.store.sessions.rows import event_of
from hub.store.sessions.visible import VisibilityArguments, fetch_seen_by

RETAINED: Final = 200
"""Events that are retained for followers; a follower that is further behind reads by itself."""
RECENT: Final = 10.0
"""Seconds for which a read is good enough for a follower that was not notified."""
EVENTS: Final = """
select session_id, number, at, kind, agency_id, subject, changed_cells
from session_event where session_id = $1 and number > $2 order by number
"""
PRESENCE: Final = LIST_PRESENCE.format(ids="$1", timeout="$2", condition="true")


class SharedReads:
    """The latest events of a session, its presence, and which viewers see it, as last read."""

    def __init__(self, database: Database, session_id: str) -> None:
        self.presence: list[Presence] = []
        self.seen_by: frozenset[VisibilityArguments] = frozenset()
        self.viewers: Counter[VisibilityArguments] = Counter()
        self._database = database
        self._session_id = session_id
        self._events: list[SessionEvent] = []
        self._before: int | None = None
        self._reading = asyncio.Lock()
        self._next: asyncio.Task[None] | None = None
        self._read_at = float("-inf")

    def is_recent(self) -> bool:
        """Return whether the last read is good enough for a follower that was not notified."""
        return time.monotonic() - self._read_at < RECENT

    async def refresh(self) -> None:
        """Read what is new; the read begins after this call, and those who wait for it share it.

        It is a task of its own: a follower that is cancelled does not stop it.
        """
        if self._next is None:
            self._next = asyncio.create_task(self._read())
        await asyncio.shield(self._next)

    def events_after(self, number: int) -> list[SessionEvent] | None:
        """Return the events after a number in order; None if not all of them are retained."""
        if self._before is None or number < self._before:
            return None
        return self._events[number - self._before :]

    async def _read(self) -> None:
        async with self._reading:
            self._next = None  # who calls from now on needs a later read
            began_at = time.monotonic()
            async with self._database.read_transaction() as transaction:
                last = None if self._before is None else self._before + len(self._events)
                if last is None:
                    [row] = await transaction.fetch(LAST_EVENT, self._session_id)
                    last = int(row["number"])
                rows = await transaction.fetch(EVENTS, self._session_id, last)
                found = await transaction.fetch(PRESENCE, [self._session_id], PRESENCE_TIMEOUT)
                seen_by = await fetch_seen_by(transaction, self._session_id, self.viewers)
            self._events += [event_of(row) for row in rows]
            dropped = max(0, len(self._events) - RETAINED)
            self._before = last + len(rows) - len(self._events) + dropped
            del self._events[:dropped]
            self.presence = [presence_of(row) for row in found]
            self.seen_by, self._read_at = seen_by, began_at

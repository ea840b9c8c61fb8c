"""What followers of sources are told: each event once, in the order of their numbers.

An event is written by the transaction it tells of, under a lock held until the commit: numbers come
in the order of commits, so whoever has read up to one has missed none before it.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Any, Final

import asyncpg

from hub.domain.paging import encode_cursor
from hub.domain.sources.events import SourceEvent
from hub.store.database import Database
from hub.store.visibility import EVERYBODYS

CHANNEL: Final = "source_event"
TURN: Final = "select pg_advisory_xact_lock(hashtextextended('source_event', 0))"
# What is told is told to everybody: places of drafts are not counted.
ANNOUNCE: Final = f"""
with said as (
    insert into source_event (source_id, run_id, at, affected_cells)
    select $1, $2, clock_timestamp(), count(distinct (area_id, fiscal_year)) from (
        select project_id, area_id, fiscal_year from budget_line
            where source_id = $1 and known_from >= $3
        union
        select project_id, area_id, fiscal_year from history.budget_line
            where source_id = $1 and known_to >= $3
    ) changed
    where not exists (
        select from project p where p.id = changed.project_id and not p.{EVERYBODYS}
    ) and not exists (
        select from history.project p
        where p.id = changed.project_id and p.known_to >= $3 and not p.{EVERYBODYS}
    )
    returning id
)
select pg_notify('source_event', id::text) from said
"""  # noqa: S608 - put together from constants
BEGAN: Final = (
    "select coalesce((select started_at from source_run where id = $1), transaction_timestamp())"
)
NEWEST: Final = "select coalesce(max(id), 0) from source_event"
AFTER: Final = """
select * from source_event where id > $1 and (cardinality($2::text[]) = 0 or source_id = any($2))
order by id limit 100
"""
GLANCE: Final = 20.0
"""Seconds after which a follower looks although nothing was heard: a notice can get lost."""


async def announce(connection: asyncpg.Connection, source_id: str, run_id: int | None) -> None:
    """Tell followers that a run ended, or (null) that rows were settled in this transaction."""
    began = await connection.fetchval(BEGAN, run_id)
    await connection.execute(TURN)
    await connection.execute(ANNOUNCE, source_id, run_id, began)


def event_of(row: asyncpg.Record) -> SourceEvent:
    """The record of a row."""
    return SourceEvent(
        encode_cursor((row["id"],)),
        row["at"],
        row["source_id"],
        row["run_id"],
        row["affected_cells"],
    )


class Feed:
    """The events of this database, as this process hears of them.

    One connection listens for all followers, and only while there are any.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self._heard: set[asyncio.Event] = set()
        self._turn = asyncio.Lock()
        self._ear: asyncpg.Connection | None = None

    async def newest(self) -> int:
        """The number of the latest event; 0 where there was none."""
        number: int = await self.database.pool.fetchval(NEWEST)
        return number

    async def after(self, number: int, sources: Sequence[str]) -> AsyncGenerator[SourceEvent]:
        """Events behind a number, of these sources (none: of all), as they come; without an end."""
        heard = asyncio.Event()
        await self._listen(heard)
        try:
            while True:
                heard.clear()
                rows = await self.database.pool.fetch(AFTER, number, list(sources))
                for row in rows:
                    number = row["id"]
                    yield event_of(row)
                if not rows:
                    await waited(heard)
                    await self._listen(heard)
        finally:
            self._heard.discard(heard)
            if not self._heard:
                await self._deafen()

    async def _listen(self, heard: asyncio.Event) -> None:
        """Be told of events; anew where the connection that listened was lost."""
        async with self._turn:
            self._heard.add(heard)
            if self._ear is None:
                self._ear = await self.database.pool.acquire()
                self._ear.add_termination_listener(self._lost)
                await self._ear.add_listener(CHANNEL, self._ring)

    async def _deafen(self) -> None:
        async with self._turn:
            ear = self._ear
            if ear is not None and not self._heard:
                self._ear = None
                ear.remove_termination_listener(self._lost)
                await ear.remove_listener(CHANNEL, self._ring)
                await self.database.pool.release(ear)

    def _lost(self, _: Any) -> None:
        """The server went, or ended the connection; whoever follows looks and listens anew."""
        self._ear = None
        self._ring()

    def _ring(self, *_: Any) -> None:
        for heard in self._heard:
            heard.set()


async def waited(heard: asyncio.Event) -> None:
    """Wait for a notice, or for as long as one may have been lost."""
    try:
        async with asyncio.timeout(GLANCE):
            await heard.wait()
    except TimeoutError:
        pass

"""Events for subscribers to sources: each event once, in the order of its numbers.

An event is written by the transaction it reports, under a lock held until the commit: numbers are
in the order of commits, so a subscriber that has read up to a number has missed none before it.
"""

from collections.abc import AsyncGenerator, Sequence
from typing import Final

import asyncpg

from hub.domain.paging import encode_cursor
from hub.domain.sources.events import SourceEvent
from hub.store.database import Database
from hub.store.visibility import PUBLISHED_CONDITION

CHANNEL: Final = "source_event"
LOCK_EVENTS: Final = "select pg_advisory_xact_lock(hashtextextended('source_event', 0))"
# All subscribers get the same event, so cells of drafts are not counted.
INSERT_EVENT: Final = f"""
with inserted as (
    insert into source_event (source_id, run_id, at, affected_cells)
    select $1, $2, clock_timestamp(), count(distinct (area_id, fiscal_year)) from (
        select project_id, area_id, fiscal_year from budget_line
            where source_id = $1 and known_from >= $3
        union
        select project_id, area_id, fiscal_year from history.budget_line
            where source_id = $1 and known_to >= $3
    ) changed
    where not exists (
        select from project p where p.id = changed.project_id and not p.{PUBLISHED_CONDITION}
    ) and not exists (
        select from history.project p
        where p.id = changed.project_id and p.known_to >= $3 and not p.{PUBLISHED_CONDITION}
    )
    returning id
)
select pg_notify('source_event', id::text) from inserted
"""  # noqa: S608 - built from constants
RUN_STARTED_AT: Final = (
    "select coalesce((select started_at from source_run where id = $1), transaction_timestamp())"
)
LATEST_EVENT_ID: Final = "select coalesce(max(id), 0) from source_event"
EVENTS_AFTER: Final = """
select * from source_event where id > $1 and (cardinality($2::text[]) = 0 or source_id = any($2))
order by id limit 100
"""


async def publish_event(connection: asyncpg.Connection, source_id: str, run_id: int | None) -> None:
    """Publish that a run ended, or (`run_id` null) that this transaction settled quarantined
    rows.
    """
    started_at = await connection.fetchval(RUN_STARTED_AT, run_id)
    await connection.execute(LOCK_EVENTS)
    await connection.execute(INSERT_EVENT, source_id, run_id, started_at)


def event_of(row: asyncpg.Record) -> SourceEvent:
    """Return the event of a row."""
    return SourceEvent(
        encode_cursor((row["id"],)),
        row["at"],
        row["source_id"],
        row["run_id"],
        row["affected_cells"],
    )


class SourceEventFeed:
    """The events of this database, for the subscribers of this process."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def latest_number(self) -> int:
        """Return the number of the latest event; 0 without events."""
        async with self.database.read_transaction() as transaction:
            [row] = await transaction.fetch(LATEST_EVENT_ID)
        return int(row[0])

    async def follow(self, number: int, sources: Sequence[str]) -> AsyncGenerator[SourceEvent]:
        """Yield the events after a number, of these sources (none: of all), as they come; never
        ends. `NotReady` when the server is gone.
        """
        async with self.database.notifications.listen(CHANNEL) as waiter:
            while True:
                waiter.clear()
                async with self.database.read_transaction() as transaction:
                    rows = await transaction.fetch(EVENTS_AFTER, number, list(sources))
                for row in rows:
                    number = row["id"]
                    yield event_of(row)
                if not rows:
                    await waiter.wait()

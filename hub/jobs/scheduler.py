"""Read every source by its cadence, once among all nodes, for as long as the hub runs.

A source is read by itself once somebody has begun it: where it needs a secret, when that is set;
where it needs none, after the first `hub ingest`. So a hub that was only just started asks nobody
anything. A source without its secret is PAUSED in words and looked at again, quietly, until it has.

When the hub stops, the page under way is rolled back and the source is due at once, on this node or
another, which goes on where the last page was committed.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from hub.domain.record import record
from hub.domain.sources.records import SourceReader
from hub.domain.sources.schedule import next_run_after_failure, next_run_after_success
from hub.domain.sources.spec import AuthMethod, SourceSpec
from hub.domain.time import Clock
from hub.errors import Conflict, Invalid, SourceCredentialsRejected, SourceError
from hub.ingest.run import SourceInput, ingest
from hub.store.database import CONNECTION_ERRORS, Database
from hub.store.ingest import schedule
from hub.store.ingest.declarations import upsert_source

logger = logging.getLogger(__name__)
LEASE_DURATION: Final = timedelta(minutes=5)
"""How long nobody else looks at a source that was claimed, should its node die."""
POLL_INTERVAL: Final = 30.0
"""Seconds between two looks at whether a source is due."""


@record
class ScheduledSource:
    """A source that can be read by itself.

    `given` makes what a run reads; it raises `SourceCredentialsRejected` while a secret is not set,
    and `Invalid` where the declaration leaves something out.
    """

    spec: SourceSpec
    read: SourceReader
    create_input: Callable[[], SourceInput]

    @property
    def period(self) -> timedelta:
        """The time between two readings."""
        return self.spec.cadence.period or timedelta.max


class Scheduler:
    """The readings of one node; `at_once` of them are under way at most."""

    def __init__(
        self,
        database: Database,
        sources: Sequence[ScheduledSource],
        clock: Clock,
        *,
        max_concurrent_runs: int = 2,
        poll_interval: float = POLL_INTERVAL,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._sources = [
            scheduled for scheduled in sources if scheduled.spec.cadence.period is not None
        ]
        self._clock = clock
        self._run_slots = asyncio.Semaphore(max_concurrent_runs)
        self._poll_interval = poll_interval
        self._jitter = jitter

    async def run(self) -> None:
        """Follow every source until cancelled; no source holds up another."""
        async with asyncio.TaskGroup() as group:
            for scheduled in self._sources:
                group.create_task(self._poll_source(scheduled), name=f"read {scheduled.spec.id}")

    async def _poll_source(self, scheduled: ScheduledSource) -> None:
        """Look at one source again and again, whatever comes of it."""
        declared = False
        while True:
            try:
                if not declared:
                    async with self._database.write_transaction() as connection:
                        await upsert_source(connection, scheduled.spec)
                    declared = True
                await self.read_if_due(scheduled)
            except CONNECTION_ERRORS:
                logger.info(
                    "%s: the database does not answer; looking again later", scheduled.spec.id
                )
            except Exception:
                logger.exception("%s: its turn went wrong", scheduled.spec.id)
            await asyncio.sleep(self._poll_interval * (0.5 + self._jitter()))

    async def read_if_due(self, scheduled: ScheduledSource) -> bool:
        """Read a source if it is due and nobody else does; whether it was read, or tried."""
        now, source_id = self._clock(), scheduled.spec.id
        try:
            source_input = scheduled.create_input()
        except (SourceCredentialsRejected, Invalid) as error:
            await schedule.pause_source(
                self._database, source_id, error.message, now - scheduled.period
            )
            return False
        if scheduled.spec.auth.kind is AuthMethod.NONE and not await schedule.was_ever_read(
            self._database, source_id
        ):
            return False
        async with self._run_slots:
            if not await schedule.claim_source(
                self._database, source_id, now, scheduled.period, now + LEASE_DURATION
            ):
                return False
            return await self._read_source(scheduled, source_input, now)

    async def _read_source(
        self, scheduled: ScheduledSource, source_input: SourceInput, started_at: datetime
    ) -> bool:
        """Read a source that was claimed, and say when it is due next."""
        source_id = scheduled.spec.id
        try:
            await ingest(self._database, scheduled.spec, scheduled.read, source_input)
        except Conflict:
            return False  # somebody reads it by hand; it is looked at when the lease is over
        except asyncio.CancelledError:
            await schedule.update_due_time(self._database, source_id, started_at)
            raise
        except CONNECTION_ERRORS:
            raise  # nothing can be noted; the lease ends by itself
        except Exception as error:  # noqa: BLE001 - a source that fails leaves the others
            due = await self._record_failure(scheduled, error)
        else:
            due = next_run_after_success(started_at, scheduled.period, self._jitter())
        await schedule.update_due_time(self._database, source_id, due)
        return True

    async def _record_failure(self, scheduled: ScheduledSource, error: Exception) -> datetime:
        """Note a failure; when to try again. A source's own failures were noted by the run."""
        source_id = scheduled.spec.id
        if isinstance(error, SourceError):
            logger.info("%s", error.message)
        else:
            logger.error("%s: the run broke off", source_id, exc_info=error)
            async with self._database.write_transaction() as connection:
                await schedule.record_failure(connection, source_id, error)
        failure_count = await schedule.fetch_failure_count(self._database, source_id)
        return next_run_after_failure(
            self._clock(), scheduled.period, failure_count, error, self._jitter()
        )

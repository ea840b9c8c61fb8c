"""Read every source by its cadence, on one node at a time, while the hub runs.

A source is read automatically once an operator has set it up: if it needs a secret, when that is
set; if it needs none, after the first `hub ingest`. A hub that was just installed therefore sends
no requests. A source without its secret is PAUSED with a reason and checked again until it has one.

When the hub stops, the batch in progress is rolled back and the source is due at once, on this node
or another, which resumes after the last committed batch.
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
from hub.errors import Conflict, Invalid, NotReady, SourceCredentialsRejected, SourceError
from hub.ingest.run import SourceInput, ingest
from hub.store.connections import CONNECTION_ERRORS
from hub.store.database import Database
from hub.store.ingest import schedule
from hub.store.ingest.declarations import upsert_source

logger = logging.getLogger(__name__)
LEASE_DURATION: Final = timedelta(minutes=5)
"""How long a claimed source is not read by others if its node dies."""
POLL_INTERVAL: Final = 30.0
"""Average seconds between two checks whether a source is due."""


@record
class ScheduledSource:
    """A source that can be read automatically.

    `create_input` returns what a run reads; it raises `SourceCredentialsRejected` while a secret is
    not set, and `Invalid` if the declaration is incomplete.
    """

    spec: SourceSpec
    read: SourceReader
    create_input: Callable[[], SourceInput]

    @property
    def period(self) -> timedelta:
        """Return the time between two runs."""
        return self.spec.cadence.period or timedelta.max


class Scheduler:
    """Runs the sources of one node, at most `max_concurrent_runs` at a time."""

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
        """Poll every source until cancelled; sources do not block each other."""
        async with asyncio.TaskGroup() as group:
            for scheduled in self._sources:
                group.create_task(self._poll_source(scheduled), name=f"read {scheduled.spec.id}")

    async def _poll_source(self, scheduled: ScheduledSource) -> None:
        """Poll one source until cancelled, whatever its errors."""
        declared = False
        while True:
            try:
                if not declared:
                    async with self._database.write_transaction() as connection:
                        await upsert_source(connection, scheduled.spec)
                    declared = True
                await self.read_if_due(scheduled)
            except (NotReady, *CONNECTION_ERRORS):
                logger.info(
                    "%s: the database does not answer; trying again later", scheduled.spec.id
                )
            except Exception:
                logger.exception("%s: the check whether it is due failed", scheduled.spec.id)
            await asyncio.sleep(self._poll_interval * (0.5 + self._jitter()))

    async def read_if_due(self, scheduled: ScheduledSource) -> bool:
        """Read a source if it is due and no other node reads it; return whether a run was tried."""
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
        """Run a claimed source and update when it is due next."""
        source_id = scheduled.spec.id
        try:
            await ingest(self._database, scheduled.spec, scheduled.read, source_input)
        except Conflict:
            return False  # a manual run is active; the source is checked again after the lease
        except asyncio.CancelledError:
            await schedule.update_due_time(self._database, source_id, started_at)
            raise
        except (NotReady, *CONNECTION_ERRORS):
            raise  # nothing can be stored; the lease expires
        except Exception as error:  # noqa: BLE001 - one failing source must not stop the others
            due = await self._record_failure(scheduled, error)
        else:
            due = next_run_after_success(started_at, scheduled.period, self._jitter())
        await schedule.update_due_time(self._database, source_id, due)
        return True

    async def _record_failure(self, scheduled: ScheduledSource, error: Exception) -> datetime:
        """Record a failure and return the time of the next attempt; a run records its own
        `SourceError`.
        """
        source_id = scheduled.spec.id
        if isinstance(error, SourceError):
            logger.info("%s", error.message)
        else:
            logger.error("%s: the run failed", source_id, exc_info=error)
            async with self._database.write_transaction() as connection:
                await schedule.record_failure(connection, source_id, error)
        failure_count = await schedule.fetch_failure_count(self._database, source_id)
        return next_run_after_failure(
            self._clock(), scheduled.period, failure_count, error, self._jitter()
        )

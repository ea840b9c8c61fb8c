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
from hub.ingest.run import Input, ingest
from hub.store.database import CONNECTION_ERRORS, Database
from hub.store.ingest import schedule
from hub.store.ingest.declarations import upsert_source

logger = logging.getLogger(__name__)
LEASE: Final = timedelta(minutes=5)
"""How long nobody else looks at a source that was claimed, should its node die."""
LOOK: Final = 30.0
"""Seconds between two looks at whether a source is due."""


@record
class Scheduled:
    """A source that can be read by itself.

    `given` makes what a run reads; it raises `SourceCredentialsRejected` while a secret is not set,
    and `Invalid` where the declaration leaves something out.
    """

    spec: SourceSpec
    read: SourceReader
    given: Callable[[], Input]

    @property
    def period(self) -> timedelta:
        """The time between two readings."""
        return self.spec.cadence.period or timedelta.max


class Scheduler:
    """The readings of one node; `at_once` of them are under way at most."""

    def __init__(
        self,
        database: Database,
        sources: Sequence[Scheduled],
        clock: Clock,
        *,
        at_once: int = 2,
        look: float = LOOK,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._sources = [one for one in sources if one.spec.cadence.period is not None]
        self._clock = clock
        self._places = asyncio.Semaphore(at_once)
        self._look = look
        self._chance = chance

    async def run(self) -> None:
        """Follow every source until cancelled; no source holds up another."""
        async with asyncio.TaskGroup() as group:
            for one in self._sources:
                group.create_task(self._follow(one), name=f"read {one.spec.id}")

    async def _follow(self, one: Scheduled) -> None:
        """Look at one source again and again, whatever comes of it."""
        declared = False
        while True:
            try:
                if not declared:
                    async with self._database.write_transaction() as connection:
                        await upsert_source(connection, one.spec)
                    declared = True
                await self.turn(one)
            except CONNECTION_ERRORS:
                logger.info("%s: the database does not answer; looking again later", one.spec.id)
            except Exception:
                logger.exception("%s: its turn went wrong", one.spec.id)
            await asyncio.sleep(self._look * (0.5 + self._chance()))

    async def turn(self, one: Scheduled) -> bool:
        """Read a source if it is due and nobody else does; whether it was read, or tried."""
        now, source = self._clock(), one.spec.id
        try:
            given = one.given()
        except (SourceCredentialsRejected, Invalid) as missing:
            await schedule.pause_source(self._database, source, missing.message, now - one.period)
            return False
        if one.spec.auth.kind is AuthMethod.NONE and not await schedule.was_ever_read(
            self._database, source
        ):
            return False
        async with self._places:
            if not await schedule.claim_source(
                self._database, source, now, one.period, now + LEASE
            ):
                return False
            return await self._read(one, given, now)

    async def _read(self, one: Scheduled, given: Input, began: datetime) -> bool:
        """Read a source that was claimed, and say when it is due next."""
        source = one.spec.id
        try:
            await ingest(self._database, one.spec, one.read, given)
        except Conflict:
            return False  # somebody reads it by hand; it is looked at when the lease is over
        except asyncio.CancelledError:
            await schedule.update_due_time(self._database, source, began)
            raise
        except CONNECTION_ERRORS:
            raise  # nothing can be noted; the lease ends by itself
        except Exception as error:  # noqa: BLE001 - a source that fails leaves the others
            due = await self._failed(one, error)
        else:
            due = next_run_after_success(began, one.period, self._chance())
        await schedule.update_due_time(self._database, source, due)
        return True

    async def _failed(self, one: Scheduled, error: Exception) -> datetime:
        """Note a failure; when to try again. A source's own failures were noted by the run."""
        source = one.spec.id
        if isinstance(error, SourceError):
            logger.info("%s", error.message)
        else:
            logger.error("%s: the run broke off", source, exc_info=error)
            async with self._database.write_transaction() as connection:
                await schedule.record_failure(connection, source, error)
        count = await schedule.fetch_failure_count(self._database, source)
        return next_run_after_failure(self._clock(), one.period, count, error, self._chance())

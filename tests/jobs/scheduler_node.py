"""A scheduler node that reads a made-up source by its cadence, with a clock set by the test."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.domain.provenance import Cadence
from hub.domain.sources.spec import AuthMethod, SourceSpec
from hub.ingest.run import SourceInput
from hub.jobs.scheduler import ScheduledSource, Scheduler
from hub.store.database import Database
from tests.ingest.made_up_source import SPEC, build_input, build_row, read

DAY = timedelta(days=1)
SECRET_AUTH = replace(SPEC.auth, kind=AuthMethod.HEADER, secret="made-up")  # noqa: S106 - the name of one
DAILY = replace(SPEC, cadence=Cadence.DAILY, auth=SECRET_AUTH)
DAILY_WITHOUT_SECRET = replace(SPEC, cadence=Cadence.DAILY)
PAGES = build_input([build_row(1)], [build_row(2)], [build_row(3)])


@dataclass
class FakeClock:
    """A clock whose time is set by the test."""

    time: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.time


def create_node(
    database: Database,
    clock: FakeClock,
    spec: SourceSpec = DAILY,
    create_input: Callable[[], SourceInput] = lambda: PAGES,
) -> tuple[Scheduler, ScheduledSource]:
    scheduled = ScheduledSource(spec, read, create_input)
    return Scheduler(
        database, [scheduled], clock, poll_interval=0.01, jitter=lambda: 1.0
    ), scheduled


async def list_runs(database: Database) -> list[tuple[Any, ...]]:
    rows = await database.pool.fetch("select source_id, status from source_run order by id")
    return [tuple(one) for one in rows]


async def fetch_health(database: Database, source: str = "made_up") -> str:
    return str(await database.pool.fetchval("select health from source where id = $1", source))


async def wait_until(condition: Callable[[], Any]) -> None:
    """Poll until a condition is true; fail after 30 seconds."""
    async with asyncio.timeout(30):
        while not await condition():  # noqa: ASYNC110 - the database sends no event
            await asyncio.sleep(0.01)

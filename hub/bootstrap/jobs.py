"""Background tasks of a serving hub: the scheduler of sources, and flushing the audit log."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from hub.bootstrap.sources import list_scheduled_sources
from hub.domain.time import Clock
from hub.jobs.scheduler import Scheduler
from hub.settings import Settings
from hub.store.database import Database
from hub.web.audit_context import DeniedRequests

logger = logging.getLogger(__name__)
FLUSH_INTERVAL: Final = 5.0
"""Seconds between two looks at whether counted denied requests are to be written."""
MIN_POOL_FOR_SOURCES: Final = 2
"""Connections below which a run would leave none for requests; sources are not read then."""
MIN_POOL_FOR_TWO_SOURCES: Final = 5


@asynccontextmanager
async def run_background_jobs(
    settings: Settings, database: Database, denied: DeniedRequests, clock: Clock
) -> AsyncIterator[None]:
    """Run the scheduler and the flushing of the audit log for as long as the block lasts."""
    async with flush_denied_requests(denied), run_source_scheduler(settings, database, clock):
        yield


@asynccontextmanager
async def flush_denied_requests(denied: DeniedRequests) -> AsyncIterator[None]:
    """Write denied requests that were only counted in time, and all of them at the end."""

    async def flush() -> None:
        while True:
            await asyncio.sleep(FLUSH_INTERVAL)
            await denied.flush()

    task = asyncio.create_task(flush())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        await denied.flush(everything=True)


@asynccontextmanager
async def run_source_scheduler(
    settings: Settings, database: Database, clock: Clock
) -> AsyncIterator[None]:
    """Read sources by their cadence; the run under way has ended when the block has."""
    if not settings.scheduler or settings.pool_size < MIN_POOL_FOR_SOURCES:
        yield
        return
    scheduler = Scheduler(
        database,
        list_scheduled_sources(settings),
        clock,
        max_concurrent_runs=1 if settings.pool_size < MIN_POOL_FOR_TWO_SOURCES else 2,
    )
    task = asyncio.create_task(scheduler.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled() and (failure := task.exception()):
            logger.error("sources are read no longer", exc_info=failure)

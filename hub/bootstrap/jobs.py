"""Run the background tasks of a serving hub: the source scheduler and flushing the audit log."""

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
"""Seconds between two flushes of the denied requests that have only been counted."""
MIN_POOL_FOR_SOURCES: Final = 2
"""With fewer connections a run would leave none for requests, so sources are not read."""
MIN_POOL_FOR_TWO_SOURCES: Final = 5
"""With fewer connections one source is read at a time."""


@asynccontextmanager
async def run_background_jobs(
    settings: Settings, database: Database, denied: DeniedRequests, clock: Clock
) -> AsyncIterator[None]:
    """Run the source scheduler and flush the audit log until the block ends."""
    async with flush_denied_requests(denied), run_source_scheduler(settings, database, clock):
        yield


@asynccontextmanager
async def flush_denied_requests(denied: DeniedRequests) -> AsyncIterator[None]:
    """Write the counted denied requests periodically, and all of them when the block ends."""

    async def _flush() -> None:
        while True:
            await asyncio.sleep(FLUSH_INTERVAL)
            await denied.flush()

    task = asyncio.create_task(_flush())
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
    """Read the sources at their intervals; a run under way is awaited when the block ends."""
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
            logger.error("the source scheduler stopped", exc_info=failure)

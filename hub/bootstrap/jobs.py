"""Run the background tasks of a serving hub: the source scheduler, flushing the audit log,
compacting the rollup, refreshing findings, the feed of changes, open sessions, imports,
and webhooks.
"""

import asyncio
import itertools
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final

from hub.bootstrap.sources import list_scheduled_sources
from hub.bootstrap.webhooks import build_sender
from hub.domain.time import Clock
from hub.jobs.change_feed import keep_feed
from hub.jobs.imports import run_imports
from hub.jobs.scheduler import Scheduler
from hub.jobs.session_data import keep_sessions_informed
from hub.jobs.webhooks import WebhookDispatcher
from hub.services.findings.refresh import refresh_if_possible
from hub.settings import Settings
from hub.store.data_version import fold_data_changes
from hub.store.database import Database
from hub.store.rollup import compact_if_possible
from hub.web.audit_context import DeniedRequests

logger = logging.getLogger(__name__)
FLUSH_INTERVAL: Final = 5.0
"""Seconds between two flushes of the denied requests that have only been counted."""
COMPACT_INTERVAL: Final = 2.0
"""Seconds between two compactions of the rollup, when the notes of changes are folded too; until
then figures are counted from the facts, and notes one by one.
"""
REFRESH_INTERVAL: Final = 5.0
"""Seconds between two refreshes of findings; until then they are those of the earlier facts."""
REFRESHES_PER_FULL_ONE: Final = 12
"""One of so many refreshes also finds what time alone changes, such as late sources."""
STOP_TIMEOUT: Final = 5.0
"""Seconds to wait for a compaction when the hub stops; closing the pool ends its connection."""
MIN_POOL_FOR_SOURCES: Final = 2
"""With fewer connections a run would leave none for requests, so sources are not read."""
MIN_POOL_FOR_FINDINGS: Final = 2
"""With fewer connections a refresh would leave none for requests."""
MIN_POOL_FOR_TWO_SOURCES: Final = 5
"""With fewer connections one source is read at a time."""


@asynccontextmanager
async def run_background_jobs(
    settings: Settings, database: Database, denied: DeniedRequests, clock: Clock
) -> AsyncIterator[None]:
    """Run all of them until the block ends."""
    async with (
        flush_denied_requests(denied),
        compact_rollup_regularly(database),
        refresh_findings_regularly(settings, database),
        run_until_end(keep_feed(database), STOP_TIMEOUT),
        run_until_end(keep_sessions_informed(database), STOP_TIMEOUT),
        run_until_end(run_imports(database, clock), STOP_TIMEOUT),
        run_until_end(
            WebhookDispatcher(database, build_sender(settings, clock)).run(), STOP_TIMEOUT
        ),
        run_source_scheduler(settings, database, clock),
    ):
        yield


@asynccontextmanager
async def run_jobs_of_process(
    _settings: Settings, _database: Database, denied: DeniedRequests, _clock: Clock
) -> AsyncIterator[None]:
    """Run until the block ends what each process that answers requests needs."""
    async with flush_denied_requests(denied):
        yield


@asynccontextmanager
async def run_until_end(
    work: Coroutine[Any, Any, None], stop_timeout: float | None = None
) -> AsyncIterator[asyncio.Task[None]]:
    """Run a coroutine beside the block; when the block ends, cancel it and wait for its end."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task], timeout=stop_timeout)


@asynccontextmanager
async def compact_rollup_regularly(database: Database) -> AsyncIterator[None]:
    """Renew the rollup and fold the notes of changes, after writes, until the block ends."""

    async def _compact() -> None:
        while True:
            await compact_if_possible(database)
            await fold_data_changes(database)
            await asyncio.sleep(COMPACT_INTERVAL)

    # A database that does not respond must not keep the hub from stopping.
    async with run_until_end(_compact(), STOP_TIMEOUT):
        yield


@asynccontextmanager
async def refresh_findings_regularly(settings: Settings, database: Database) -> AsyncIterator[None]:
    """Refresh the findings of changed projects until the block ends.

    A pass uses one connection for seconds, so a pool of one refreshes nothing.
    """
    if settings.pool_size < MIN_POOL_FOR_FINDINGS:
        yield
        return

    async def _refresh() -> None:
        for number in itertools.count():
            is_full = number % REFRESHES_PER_FULL_ONE == 0
            await refresh_if_possible(database, only_if_noted=not is_full)
            await asyncio.sleep(REFRESH_INTERVAL)

    async with run_until_end(_refresh(), STOP_TIMEOUT):
        yield


@asynccontextmanager
async def flush_denied_requests(denied: DeniedRequests) -> AsyncIterator[None]:
    """Write the counted denied requests periodically, and all of them when the block ends."""

    async def _flush() -> None:
        while True:
            await asyncio.sleep(FLUSH_INTERVAL)
            await denied.flush()

    try:
        async with run_until_end(_flush()):
            yield
    finally:
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
    try:
        async with run_until_end(scheduler.run()) as task:
            yield
    finally:
        if not task.cancelled() and (failure := task.exception()):
            logger.error("the source scheduler stopped", exc_info=failure)

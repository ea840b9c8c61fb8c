"""Run the imports that wait, and delete expired files; several nodes may do so at the same time."""

import asyncio
import logging
import time
from typing import Final

from hub.domain.imports import JOB_RETENTION
from hub.domain.time import Clock
from hub.services.imports.run_import import run_next_import
from hub.store.changes import FEED_ERRORS
from hub.store.database import Database
from hub.store.import_changes import prune_imports

logger = logging.getLogger(__name__)
POLL_INTERVAL: Final = 0.5
"""Seconds between two looks for a job that waits."""
PRUNE_INTERVAL: Final = 3600.0
"""Seconds between two prunings."""


async def run_imports(database: Database, clock: Clock) -> None:
    """Run jobs one after the other until cancelled."""
    pruned_at = -PRUNE_INTERVAL
    while True:
        try:
            has_more = await run_next_import(database, clock)
            if time.monotonic() - pruned_at >= PRUNE_INTERVAL:
                pruned_at = time.monotonic()
                await prune_imports(database, JOB_RETENTION)
        except FEED_ERRORS as error:
            logger.warning("an import was interrupted, trying again: %s", error)
            has_more = False
        except Exception:
            logger.exception("an import failed")
            has_more = False
        if not has_more:
            await asyncio.sleep(POLL_INTERVAL)

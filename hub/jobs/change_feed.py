"""Keep the feed of changes: number what is committed, and delete what is older than promised."""

import asyncio
import logging
import time
from typing import Final

from hub.store.changes import FEED_ERRORS, number_changes, prune_changes
from hub.store.database import Database

logger = logging.getLogger(__name__)
NUMBER_INTERVAL: Final = 0.5
"""Seconds between two numberings; a change is in the feed at most that long after its commit."""
PRUNE_INTERVAL: Final = 3600.0
"""Seconds between two prunings."""


async def keep_feed(database: Database) -> None:
    """Number and prune until cancelled; several nodes may do so at the same time."""
    pruned_at = -PRUNE_INTERVAL
    while True:
        try:
            await number_changes(database)
            if time.monotonic() - pruned_at >= PRUNE_INTERVAL:
                pruned_at = time.monotonic()
                await prune_changes(database)
        except FEED_ERRORS as error:
            logger.warning("changes were not numbered, trying again: %s", error)
        await asyncio.sleep(NUMBER_INTERVAL)

"""Tell open sessions that sources have changed data."""

import asyncio
import logging
from typing import Final

from hub.errors import NotReady
from hub.store.changes import FEED_ERRORS
from hub.store.database import Database
from hub.store.ingest.events import CHANNEL
from hub.store.sessions.data_changes import note_data_changes

logger = logging.getLogger(__name__)
RETRY_INTERVAL: Final = 5.0
"""Seconds after a pass that failed."""


async def keep_sessions_informed(database: Database) -> None:
    """Append DATA_CHANGED after each event of a source until cancelled; several nodes may do so."""
    while True:
        try:
            async with database.notifications.listen(CHANNEL) as waiter:
                while True:
                    waiter.clear()
                    await note_data_changes(database)
                    await waiter.wait()
        except (NotReady, *FEED_ERRORS) as error:
            logger.warning("sessions were not told of changed data, trying again: %s", error)
        await asyncio.sleep(RETRY_INTERVAL)

"""Start the embedded server again when it has ended, as after an out-of-memory kill."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from hub.store.embedded.account import EmbeddedError
from hub.store.embedded.server import EmbeddedServer

logger = logging.getLogger(__name__)
CHECK_INTERVAL: Final = 0.5
"""Seconds between two checks that the server's process exists."""
FIRST_DELAY: Final = 0.5
"""Seconds after the first failed start; doubled after each other."""
MAX_DELAY: Final = 15.0
"""The longest delay between two starts, in seconds."""
RESTART_TIMEOUT: Final = 300.0
"""Seconds without a server after which the hub ends, so that its own supervisor acts."""


@asynccontextmanager
async def run_supervised(server: EmbeddedServer) -> AsyncIterator[None]:
    """Supervise the server during the block; cancel the block and raise `EmbeddedError` when the
    server cannot be started again.
    """
    try:
        async with asyncio.TaskGroup() as group:
            supervision = group.create_task(supervise(server))
            yield
            supervision.cancel()
    except BaseExceptionGroup as failures:  # of the supervision first, then of the block
        raise failures.exceptions[0] from None


async def supervise(server: EmbeddedServer) -> None:
    """Check the server until cancelled; `EmbeddedError` when it cannot be started again."""
    while True:
        await asyncio.sleep(CHECK_INTERVAL)
        if not await asyncio.to_thread(server.is_running):
            logger.warning("the database server has ended; starting it again")
            await restart(server)


async def restart(server: EmbeddedServer) -> None:
    """Start the server, with increasing delays between attempts; the last failure is raised."""
    ended_at, delay = time.monotonic(), FIRST_DELAY
    while True:
        try:
            if await asyncio.to_thread(server.restart_if_stopped):
                logger.warning("the database server was started again")
        except EmbeddedError as error:
            if time.monotonic() - ended_at + delay > RESTART_TIMEOUT:
                raise
            logger.warning("the database server was not started: %s", error.message)
            await asyncio.sleep(delay)
            delay = min(2 * delay, MAX_DELAY)
        else:
            return

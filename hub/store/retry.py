"""Transactions that clash with others are tried again."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import asyncpg

from hub.errors import StoreUnusable

logger = logging.getLogger(__name__)
Done = TypeVar("Done")
TRIES: Final = 4
"""How often a transaction is tried that clashes with another."""
CLASHED: Final = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
"""What the server ends one of two transactions with that are in each other's way."""


async def again(work: Callable[[], Awaitable[Done]]) -> Done:
    """What a transaction answers, tried anew where it clashed with another; `work` is all of it.

    The fourth clash in a row is not chance, and is raised; `StoreUnusable` where there is no room.
    """
    tried = 1
    while True:
        try:
            return await work()
        except CLASHED as clash:
            if tried == TRIES:
                raise
            logger.warning("a transaction clashed with another: %s", clash)
            await asyncio.sleep(random.uniform(0.01, 0.02) * 2**tried)  # noqa: S311 - no secret
            tried += 1
        except asyncpg.DiskFullError as full:
            raise StoreUnusable(
                f"ดิสก์ของฐานข้อมูลเต็ม ({full}) ให้เพิ่มที่ว่างแล้วทำใหม่ จะทำต่อจากที่ค้าง · The disk of the "
                f"database is full ({full}); free some space and try again, it goes on from there"
            ) from full

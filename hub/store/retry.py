"""Transactions that clash with others are tried again."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import asyncpg

from hub.errors import StoreUnusable

logger = logging.getLogger(__name__)
Result = TypeVar("Result")
MAX_ATTEMPTS: Final = 4
"""How often a transaction is tried that clashes with another."""
CONFLICT_ERRORS: Final = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
"""What the server ends one of two transactions with that are in each other's way."""


async def retry_on_conflict(operation: Callable[[], Awaitable[Result]]) -> Result:
    """What a transaction answers, tried anew where it clashed with another; `work` is all of it.

    The fourth clash in a row is not chance, and is raised; `StoreUnusable` where there is no room.
    """
    attempt = 1
    while True:
        try:
            return await operation()
        except CONFLICT_ERRORS as conflict:
            if attempt == MAX_ATTEMPTS:
                raise
            logger.warning("a transaction clashed with another: %s", conflict)
            await asyncio.sleep(random.uniform(0.01, 0.02) * 2**attempt)  # noqa: S311 - no secret
            attempt += 1
        except asyncpg.DiskFullError as error:
            raise StoreUnusable(
                f"ดิสก์ของฐานข้อมูลเต็ม ({error}) ให้เพิ่มที่ว่างแล้วทำใหม่ จะทำต่อจากที่ค้าง · The disk of the "
                f"database is full ({error}); free some space and try again, it goes on from there"
            ) from error

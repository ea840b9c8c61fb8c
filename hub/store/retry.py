"""Retry transactions that conflict with others."""

import logging
import random
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import asyncpg
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    before_sleep_log,
    retry_if_exception_type,
    stop_after_attempt,
)

from hub.errors import StoreUnusable

logger = logging.getLogger(__name__)
Result = TypeVar("Result")
MAX_ATTEMPTS: Final = 4
"""How many times a transaction is attempted."""
CONFLICT_ERRORS: Final = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
"""The errors with which the server aborts one of two conflicting transactions."""


async def retry_on_conflict(operation: Callable[[], Awaitable[Result]]) -> Result:
    """Return the result of `operation`, a whole transaction that is repeated if it conflicts.

    The fourth conflict in a row is raised. Raises `StoreUnusable` if the server's disk is full.
    """

    # tenacity awaits coroutine functions only, not a lambda that returns a coroutine.
    async def _attempt() -> Result:
        return await operation()

    retrying = AsyncRetrying(
        retry=retry_if_exception_type(CONFLICT_ERRORS),
        stop=stop_after_attempt(MAX_ATTEMPTS),
        wait=wait_with_jitter,
        before_sleep=before_sleep_log(logger, logging.WARNING),
        reraise=True,
    )
    try:
        return await retrying(_attempt)
    except asyncpg.DiskFullError as error:
        raise StoreUnusable(
            f"ดิสก์ของฐานข้อมูลเต็ม ({error}) ให้เพิ่มที่ว่างแล้วทำใหม่ จะทำต่อจากที่ค้าง · The disk of the "
            f"database is full ({error}); free some space and try again, it goes on from there"
        ) from error


def wait_with_jitter(state: RetryCallState) -> float:
    """Return the seconds to wait: 20 to 40 ms after the first attempt, doubled after each other."""
    return random.uniform(0.01, 0.02) * 2.0**state.attempt_number  # noqa: S311 - no secret

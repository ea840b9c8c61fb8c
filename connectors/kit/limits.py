"""Limits of requests in time and size, and the delays between attempts."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from hub.domain.record import value


@value
class FetchLimits:
    """Limits of one response, in seconds and bytes."""

    connect_timeout: float = 10
    read_timeout: float = 30
    total_timeout: float = 120
    """For one page, over all attempts; delays are limited by `max_delay` and `max_retry_after`."""
    max_body_bytes: int = 32 << 20
    max_record_bytes: int = 1 << 20
    max_attempts: int = 5
    initial_delay: float = 0.5
    max_delay: float = 30
    max_retry_after: float = 300
    """The longest `Retry-After` that is waited for."""


@dataclass(frozen=True, slots=True)
class RetryTiming:
    """Sleep, clock and randomness, which tests replace."""

    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    jitter: Callable[[], float] = random.random


def compute_delay(limits: FetchLimits, timing: RetryTiming, attempt: int) -> float:
    """Return the seconds to wait after an attempt: exponential backoff with jitter, so that
    clients that failed together do not retry together.
    """
    maximum: float = min(limits.max_delay, limits.initial_delay * 2 ** min(attempt - 1, 30))
    return maximum * (0.5 + timing.jitter() / 2)

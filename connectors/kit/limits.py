"""How much of time and room an answer may take, and how time passes between attempts."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from hub.domain.record import value


@value
class FetchLimits:
    """How much of time and room one answer may take; seconds and bytes."""

    connect_timeout: float = 10
    read_timeout: float = 30
    total_timeout: float = 120
    """For one page, over all attempts; the waits between them are bounded by `patience`."""
    max_body_bytes: int = 32 << 20
    max_record_bytes: int = 1 << 20
    max_attempts: int = 5
    initial_delay: float = 0.5
    max_delay: float = 30
    max_retry_after: float = 300
    """The longest `Retry-After` that is waited for."""


@dataclass(frozen=True, slots=True)
class RetryTiming:
    """Time and chance, so that a test need not wait for either."""

    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    jitter: Callable[[], float] = random.random


def compute_delay(limits: FetchLimits, timing: RetryTiming, attempt: int) -> float:
    """Seconds to wait after an attempt: twice as long each time, with chance in it, so that many
    who failed together do not come back together.
    """
    maximum: float = min(limits.max_delay, limits.initial_delay * 2 ** min(attempt - 1, 30))
    return maximum * (0.5 + timing.jitter() / 2)

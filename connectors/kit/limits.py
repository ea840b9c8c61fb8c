"""How much of time and room an answer may take, and how time passes between attempts."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from hub.domain.record import value


@value
class Limits:
    """How much of time and room one answer may take; seconds and bytes."""

    connect: float = 10
    read: float = 30
    total: float = 120
    """For one page, over all attempts; the waits between them are bounded by `patience`."""
    body: int = 32 << 20
    record: int = 1 << 20
    attempts: int = 5
    first_wait: float = 0.5
    longest_wait: float = 30
    patience: float = 300
    """The longest `Retry-After` that is waited for."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Time and chance, so that a test need not wait for either."""

    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    chance: Callable[[], float] = random.random


def delay(limits: Limits, waiting: Waiting, attempt: int) -> float:
    """Seconds to wait after an attempt: twice as long each time, with chance in it, so that many
    who failed together do not come back together.
    """
    most: float = min(limits.longest_wait, limits.first_wait * 2 ** min(attempt - 1, 30))
    return most * (0.5 + waiting.chance() / 2)

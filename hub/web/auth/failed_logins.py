"""Failed attempts to prove who one is, counted by where they come from and whom they name.

Secrets have 256 bits, so this is no wall against guessing; it bounds the work and the log lines
that somebody with a wrong secret in a loop can cause. Counted by address and client together:
whoever fails elsewhere keeps nobody out. Each node counts for itself.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from math import ceil
from typing import Final

MAX_FAILURES: Final = 10
FAILURE_WINDOW: Final = 60.0
"""Failures, and the seconds within which so many are too many."""
MAX_TRACKED: Final = 10_000
"""Pairs remembered at most; the oldest make room."""


class FailedLoginLimiter:
    """The failures of the last minute."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._failures: OrderedDict[tuple[str, str | None], list[float]] = OrderedDict()

    def seconds_to_wait(self, host: str, client_id: str | None) -> int:
        """Seconds until the next attempt is looked at; 0 where it is at once."""
        times = self._recent_failures(host, client_id)
        return (
            ceil(times[0] + FAILURE_WINDOW - self._monotonic()) if len(times) >= MAX_FAILURES else 0
        )

    def record_failure(self, host: str, client_id: str | None) -> None:
        """Count a failure."""
        self._failures[host, client_id] = [
            *self._recent_failures(host, client_id),
            self._monotonic(),
        ]
        self._failures.move_to_end((host, client_id))
        while len(self._failures) > MAX_TRACKED:
            self._failures.popitem(last=False)

    def _recent_failures(self, host: str, client_id: str | None) -> list[float]:
        since = self._monotonic() - FAILURE_WINDOW
        return [at for at in self._failures.get((host, client_id), []) if at > since]

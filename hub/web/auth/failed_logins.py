"""Limit failed client authentications, counted by address and client id.

Secrets have 256 bits, so this is not a protection against guessing; it bounds the log lines that a
client with a wrong secret in a loop can cause, and lets the client slow down. The right secret is
accepted meanwhile. Each node counts separately.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from math import ceil
from typing import Final

MAX_FAILURES: Final = 10
FAILURE_WINDOW: Final = 60.0
"""Seconds within which `MAX_FAILURES` failures limit further failures."""
MAX_TRACKED: Final = 10_000
"""Pairs of address and client that are tracked; the oldest are dropped."""


class FailedLoginLimiter:
    """Counts the failures of the last minute."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._failures: OrderedDict[tuple[str, str | None], list[float]] = OrderedDict()

    def seconds_to_wait(self, host: str, client_id: str | None) -> int:
        """Return the seconds until the next failure is counted as one; 0 if it is one now."""
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

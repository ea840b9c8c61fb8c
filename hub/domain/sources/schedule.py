"""When a source is read next: after its interval, or with backoff after failures.

Every time includes jitter, so that hubs and sources do not all run at once.
"""

from datetime import datetime, timedelta
from typing import Final

from hub.errors import SourceError, SourceUnreachable

INITIAL_RETRY_DELAY: Final = timedelta(minutes=1)
MAX_RETRY_DELAY: Final = timedelta(days=1)
JITTER_DIVISOR: Final = 20
"""Runs are spread over one n-th of an interval."""
DOWN_AFTER_FAILURES: Final = 3
"""After this many consecutive failures a source is DOWN instead of DEGRADED."""


def next_run_after_success(started_at: datetime, period: timedelta, jitter: float) -> datetime:
    """Return when a source is due after a complete run, counted from the start of that run."""
    return started_at + period + period / JITTER_DIVISOR * jitter


def next_run_after_failure(
    ended_at: datetime, period: timedelta, failures: int, error: BaseException, jitter: float
) -> datetime:
    """Return when a source is due after the given number of consecutive failures.

    Temporary failures are retried soon, with exponential backoff. Failures that a person must fix
    (data not as declared, rejected credentials) are retried at the interval, at least once a day.
    """
    max_delay = min(period, MAX_RETRY_DELAY)
    delay = max_delay
    if isinstance(error, SourceUnreachable) or not isinstance(error, SourceError):
        delay = min(max_delay, INITIAL_RETRY_DELAY * 2 ** min(max(failures - 1, 0), 20))
    return ended_at + delay * (0.5 + jitter / 2)

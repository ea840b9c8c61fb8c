"""When a source is read next: by its cadence, and later after each failure.

Chance is in every time, so that many hubs, and many sources of one hub, do not come at once.
"""

from datetime import datetime, timedelta
from typing import Final

from hub.errors import SourceError, SourceUnreachable

INITIAL_RETRY_DELAY: Final = timedelta(minutes=1)
MAX_RETRY_DELAY: Final = timedelta(days=1)
JITTER_DIVISOR: Final = 20
"""The part of an interval, one in so many, over which readings are spread."""
DOWN_AFTER_FAILURES: Final = 3
"""Failures in a row after which a source is DOWN and not merely DEGRADED."""


def next_run_after_success(started_at: datetime, period: timedelta, jitter: float) -> datetime:
    """When a source is due that was read whole; counted from when that reading began."""
    return started_at + period + period / JITTER_DIVISOR * jitter


def next_run_after_failure(
    ended_at: datetime, period: timedelta, failures: int, error: BaseException, jitter: float
) -> datetime:
    """When a source is due that could not be read, for the so many-th time in a row.

    What may pass by itself is tried again soon, each time later; what a person must mend (a source
    that is not as declared, credentials that are not taken) at its cadence, once a day at least.
    """
    max_delay = min(period, MAX_RETRY_DELAY)
    delay = max_delay
    if isinstance(error, SourceUnreachable) or not isinstance(error, SourceError):
        delay = min(max_delay, INITIAL_RETRY_DELAY * 2 ** min(max(failures - 1, 0), 20))
    return ended_at + delay * (0.5 + jitter / 2)

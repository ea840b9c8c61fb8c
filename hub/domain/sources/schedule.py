"""When a source is read next: by its cadence, and later after each failure.

Chance is in every time, so that many hubs, and many sources of one hub, do not come at once.
"""

from datetime import datetime, timedelta
from typing import Final

from hub.errors import SourceError, SourceUnreachable

FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(days=1)
SPREAD: Final = 20
"""The part of an interval, one in so many, over which readings are spread."""
DOWN_AFTER: Final = 3
"""Failures in a row after which a source is DOWN and not merely DEGRADED."""


def next_after_success(began: datetime, period: timedelta, chance: float) -> datetime:
    """When a source is due that was read whole; counted from when that reading began."""
    return began + period + period / SPREAD * chance


def next_after_failure(
    ended: datetime, period: timedelta, failures: int, error: BaseException, chance: float
) -> datetime:
    """When a source is due that could not be read, for the so many-th time in a row.

    What may pass by itself is tried again soon, each time later; what a person must mend (a source
    that is not as declared, credentials that are not taken) at its cadence, once a day at least.
    """
    longest = min(period, LONGEST_WAIT)
    wait = longest
    if isinstance(error, SourceUnreachable) or not isinstance(error, SourceError):
        wait = min(longest, FIRST_WAIT * 2 ** min(max(failures - 1, 0), 20))
    return ended + wait * (0.5 + chance / 2)

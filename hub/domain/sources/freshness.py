"""Freshness of figures, from each source's cadence, last success and coverage.

A source promises to be read at an interval (its cadence). A run may be late by a quarter of it, for
waiting and duration; after that the source is LATE, and after three intervals STALE. A source
without an interval is never late: a document that is not fetched stays valid, and a source read by
hand (MANUAL) is FRESH after its first run and NEVER before (ADR 0009).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from hub.domain.provenance import Cadence, Source, SourceHealth
from hub.domain.record import record
from hub.domain.sources.coverage import CellScope, Coverage
from hub.domain.text import LocalizedText
from hub.domain.time import BANGKOK, FiscalYear

GRACE_DIVISOR: Final = 4
"""A source may be late by one n-th of its interval and still be FRESH."""
STALE_AFTER_INTERVALS: Final = 3
"""Intervals after which the figures should not be relied on."""


class FreshnessStatus(Enum):
    """Freshness of a source (ความสดของข้อมูล).

    FRESH: read as promised. LATE: one run missed. STALE: several runs missed. NEVER: never read.
    """

    FRESH = "FRESH"
    LATE = "LATE"
    STALE = "STALE"
    NEVER = "NEVER"


STATUS_ORDER: Final = tuple(FreshnessStatus)
"""From best to worst."""


def freshness_limits(cadence: Cadence) -> tuple[timedelta, ...]:
    """Return the ages up to which a source is FRESH, and up to which it is LATE; none by hand."""
    if (interval := cadence.period) is None:
        return ()
    return interval + interval / GRACE_DIVISOR, STALE_AFTER_INTERVALS * interval


def compute_freshness_status(
    cadence: Cadence | None, last_success_at: datetime | None, at: datetime
) -> FreshnessStatus:
    """Return the status of a source at an instant; `cadence` null: it is not fetched."""
    if cadence is None:
        return FreshnessStatus.FRESH
    if last_success_at is None:
        return FreshnessStatus.NEVER
    limits = freshness_limits(cadence)
    statuses = (FreshnessStatus.FRESH, FreshnessStatus.LATE, FreshnessStatus.STALE)
    return statuses[sum(at - last_success_at > limit for limit in limits)]


def worst_status(statuses: "list[FreshnessStatus]") -> FreshnessStatus:
    """Return the worst status; NEVER for an empty list."""
    return max(statuses, key=STATUS_ORDER.index, default=FreshnessStatus.NEVER)


@record
class SourceCoverage:
    """A source with its coverage, and the fiscal years (CE) that it has reported."""

    source: Source
    coverage: Coverage
    reported_years: frozenset[int]

    @property
    def is_in_service(self) -> bool:
        """Return whether reading has started; before that, a missing report means nothing."""
        failing = self.source.health in (SourceHealth.DEGRADED, SourceHealth.DOWN)
        return self.source.last_success_at is not None or failing

    def has_reported(self, cell: CellScope, at: datetime) -> bool:
        """Return whether the source has reported a cell it covers, reliably at an instant.

        A fiscal year that had ended before the last successful run counts as reported even if the
        source is stale.
        """
        last = self.source.last_success_at
        if last is None:
            return False
        stale = compute_freshness_status(self.source.cadence, last, at) is FreshnessStatus.STALE
        day = last.astimezone(BANGKOK).date()
        return any(
            year in self.reported_years and (not stale or FiscalYear(year).ends_on < day)
            for year in self.coverage.covered_years(cell)
        )


def is_unreported(promises: Iterable[SourceCoverage], cell: CellScope, at: datetime) -> bool:
    """Return whether sources in service should report a cell and none of them has."""
    due = [one for one in promises if one.is_in_service and one.coverage.includes(cell)]
    return bool(due) and not any(one.has_reported(cell, at) for one in due)


@record
class CellSource:
    """A source that a cell depends on, and when its oldest record there was retrieved."""

    source: Source
    oldest_retrieved_at: datetime | None


@record
class Freshness:
    """Freshness of a cell (ความสดของช่อง).

    `status` is the worst of the sources it depends on or, when there are none, of those that should
    report it. `expected_agencies` counts agencies whose sources report it or should,
    `reporting_agencies` those whose sources did. `oldest_retrieved_at` is null when nothing was
    fetched.
    """

    oldest_retrieved_at: datetime | None
    status: FreshnessStatus
    reporting_agencies: int
    expected_agencies: int


@record
class SourceUse:
    """A source that figures depend on, with its freshness (แหล่งข้อมูลที่ใช้).

    `as_of` is its last success, null for documents that are not fetched; `failed`: a later run
    failed; `message` is what that means for the figures.
    """

    source: Source
    status: FreshnessStatus
    failed: bool
    message: LocalizedText | None

    @property
    def as_of(self) -> datetime | None:
        """Return the time of its last success."""
        return self.source.last_success_at

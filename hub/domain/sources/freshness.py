"""How fresh what is told is: by each source's promise, its last success, and what it should tell.

A source promises to be read every so often (its cadence). A quarter of that is allowed for a run
that waits and takes its time; after it the source is LATE, and after three whole intervals STALE.
What promises nothing is never late: a document that is not fetched says for ever what it says, and
a source that a person takes in (MANUAL) is FRESH once it was, NEVER before (ADR 0009).
"""

from datetime import datetime
from enum import Enum
from typing import Final

from hub.domain.provenance import Cadence, Source, SourceHealth
from hub.domain.record import record
from hub.domain.sources.coverage import CellScope, Coverage
from hub.domain.text import LocalizedText
from hub.domain.time import BANGKOK, FiscalYear

GRACE_DIVISOR: Final = 4
"""The part of an interval, one in so many, that a source may be behind and still be FRESH."""
STALE_AFTER_INTERVALS: Final = 3
"""Intervals after which nobody should rely on it."""


class FreshnessStatus(Enum):
    """How fresh what stands here is (ความสดของข้อมูล).

    FRESH: read as promised. LATE: one reading missed. STALE: several. NEVER: nothing was ever read.
    """

    FRESH = "FRESH"
    LATE = "LATE"
    STALE = "STALE"
    NEVER = "NEVER"


STATUS_ORDER: Final = tuple(FreshnessStatus)
"""From the best to the worst."""


def compute_freshness_status(
    cadence: Cadence | None, last_success_at: datetime | None, at: datetime
) -> FreshnessStatus:
    """The status of a source at an instant; `cadence` null: it is not fetched."""
    if cadence is None:
        return FreshnessStatus.FRESH
    if last_success_at is None:
        return FreshnessStatus.NEVER
    if (interval := cadence.period) is None:
        return FreshnessStatus.FRESH
    age = at - last_success_at
    if age <= interval + interval / GRACE_DIVISOR:
        return FreshnessStatus.FRESH
    return (
        FreshnessStatus.LATE if age <= STALE_AFTER_INTERVALS * interval else FreshnessStatus.STALE
    )


def worst_status(statuses: "list[FreshnessStatus]") -> FreshnessStatus:
    """The worst of some; NEVER where there is none."""
    return max(statuses, key=STATUS_ORDER.index, default=FreshnessStatus.NEVER)


@record
class SourceCoverage:
    """A source that undertakes to tell of something, and the years (CE) it has told of."""

    source: Source
    coverage: Coverage
    reported_years: frozenset[int]

    @property
    def is_in_service(self) -> bool:
        """Whether anybody has begun to read it: before that, its silence means nothing."""
        failing = self.source.health in (SourceHealth.DEGRADED, SourceHealth.DOWN)
        return self.source.last_success_at is not None or failing

    def has_reported(self, cell: CellScope, at: datetime) -> bool:
        """Whether it has told of a place it covers, as far as that can be relied on at an instant.

        What it told of a fiscal year that was over when it was last read stays told.
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


@record
class CellSource:
    """That a cell rests on a source, and on no record of it older than `oldest`."""

    source: Source
    oldest_retrieved_at: datetime | None


@record
class Freshness:
    """How fresh a cell is (ความสดของช่อง).

    `status` is the worst of the sources it rests on; where it rests on none, of those that should
    tell of it. `expected_agencies` counts the agencies whose sources should or do, and
    `reporting_agencies` those whose sources did. `oldest_retrieved_at` is when the oldest record
    came, and null where nothing was fetched.
    """

    oldest_retrieved_at: datetime | None
    status: FreshnessStatus
    reporting_agencies: int
    expected_agencies: int


@record
class SourceUse:
    """A source the figures rest on, and how fresh it is (แหล่งข้อมูลที่ใช้).

    `as_of` is its last success, null for documents that are not fetched; `failed` that it could not
    be read since, and `message` what that means for the figures.
    """

    source: Source
    status: FreshnessStatus
    failed: bool
    message: LocalizedText | None

    @property
    def as_of(self) -> datetime | None:
        """Its last success."""
        return self.source.last_success_at

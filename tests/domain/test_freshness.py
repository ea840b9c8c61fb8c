"""A source is as fresh as it promised to be, and no fresher for being asked again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.provenance import Cadence
from hub.domain.sources.coverage import CellScope, Coverage, parse_coverage
from hub.domain.sources.declaration import DeclarationTable
from hub.domain.sources.freshness import (
    STATUS_ORDER,
    FreshnessStatus,
    compute_freshness_status,
    worst_status,
)
from hub.errors import Invalid

READ = datetime(2026, 1, 1, tzinfo=UTC)
PROMISING = [cadence for cadence in Cadence if cadence.period]


@pytest.mark.parametrize(
    ("intervals", "status"),
    [
        (0, FreshnessStatus.FRESH),
        (1.25, FreshnessStatus.FRESH),
        (1.26, FreshnessStatus.LATE),
        (3, FreshnessStatus.LATE),
        (3.01, FreshnessStatus.STALE),
    ],
)
@pytest.mark.parametrize("cadence", PROMISING)
def test_one_missed_reading_is_late_and_several_are_stale(
    cadence: Cadence, intervals: float, status: FreshnessStatus
) -> None:
    assert cadence.period is not None
    assert compute_freshness_status(cadence, READ, READ + intervals * cadence.period) is status


@pytest.mark.parametrize("cadence", PROMISING)
def test_what_was_never_read_is_never_read(cadence: Cadence) -> None:
    assert compute_freshness_status(cadence, None, READ) is FreshnessStatus.NEVER


def test_what_promises_nothing_is_never_late() -> None:
    after = READ + timedelta(days=10_000)
    assert compute_freshness_status(Cadence.MANUAL, READ, after) is FreshnessStatus.FRESH
    assert compute_freshness_status(Cadence.MANUAL, None, after) is FreshnessStatus.NEVER
    assert compute_freshness_status(None, None, after) is FreshnessStatus.FRESH


@given(
    cadence=st.sampled_from(PROMISING),
    ages=st.lists(st.timedeltas(timedelta(0), timedelta(400)), min_size=2, max_size=2),
)
def test_nothing_grows_fresher_by_waiting(cadence: Cadence, ages: list[timedelta]) -> None:
    first, second = (
        STATUS_ORDER.index(compute_freshness_status(cadence, READ, READ + age))
        for age in sorted(ages)
    )
    assert first <= second


def test_the_worst_of_nothing_is_never() -> None:
    assert worst_status([]) is FreshnessStatus.NEVER
    assert worst_status([FreshnessStatus.LATE, FreshnessStatus.FRESH]) is FreshnessStatus.LATE


def covers(**table: Any) -> Coverage:
    found = parse_coverage(DeclarationTable("a", "", {"covers": table}, {"covers"}))
    assert found is not None
    return found


def test_a_coverage_is_kept_as_it_was_declared() -> None:
    told = covers(levels=["LOCAL"], areas=["20"], years=[2560, 2562])
    assert Coverage.load(told.dump()) == told


def test_who_tells_of_some_areas_says_nothing_of_the_country() -> None:
    told = covers(levels=["LOCAL"], areas=["20", "21"], years=[2560])
    wide, narrow = (
        CellScope(None, None, None, (2019,)),
        CellScope(None, None, frozenset({"20"}), (2019,)),
    )
    assert not told.includes(wide)
    assert told.includes(narrow)


def test_who_tells_of_ministries_says_nothing_of_an_agency_that_may_be_none() -> None:
    told = covers(levels=["MINISTRY"], years=[2560])
    assert told.includes(CellScope(None, None, None, (2019,)))
    assert not told.includes(CellScope(None, frozenset({"province:20"}), None, (2019,)))


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ({"levels": ["GODS"], "years": [2560]}, "levels"),
        ({"levels": [], "years": [2560]}, "levels"),
        ({"levels": ["LOCAL"]}, "years"),
        ({"levels": ["LOCAL"], "years": [2562, 2560]}, "years"),
        ({"levels": ["LOCAL"], "years": [2019]}, "years"),
        ({"levels": ["LOCAL"], "years": [2560], "era": "BE"}, "era"),
    ],
)
def test_a_coverage_that_cannot_be_meant_names_the_key(table: dict[str, Any], key: str) -> None:
    with pytest.raises(Invalid, match=f"covers.{key}"):
        covers(**table)

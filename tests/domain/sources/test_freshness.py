"""The freshness of a source, computed from its declared period, and its coverage."""

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

READ_AT = datetime(2026, 1, 1, tzinfo=UTC)
PERIODIC_CADENCES = [cadence for cadence in Cadence if cadence.period]


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
@pytest.mark.parametrize("cadence", PERIODIC_CADENCES)
def test_source_is_late_after_one_missed_read_and_stale_after_several(
    cadence: Cadence, intervals: float, status: FreshnessStatus
) -> None:
    assert cadence.period is not None
    assert (
        compute_freshness_status(cadence, READ_AT, READ_AT + intervals * cadence.period) is status
    )


@pytest.mark.parametrize("cadence", PERIODIC_CADENCES)
def test_unread_source_has_status_never(cadence: Cadence) -> None:
    assert compute_freshness_status(cadence, None, READ_AT) is FreshnessStatus.NEVER


def test_source_without_a_period_is_never_late() -> None:
    after = READ_AT + timedelta(days=10_000)
    assert compute_freshness_status(Cadence.MANUAL, READ_AT, after) is FreshnessStatus.FRESH
    assert compute_freshness_status(Cadence.MANUAL, None, after) is FreshnessStatus.NEVER
    assert compute_freshness_status(None, None, after) is FreshnessStatus.FRESH


@given(
    cadence=st.sampled_from(PERIODIC_CADENCES),
    ages=st.lists(st.timedeltas(timedelta(0), timedelta(400)), min_size=2, max_size=2),
)
def test_freshness_never_improves_with_age(cadence: Cadence, ages: list[timedelta]) -> None:
    first, second = (
        STATUS_ORDER.index(compute_freshness_status(cadence, READ_AT, READ_AT + age))
        for age in sorted(ages)
    )
    assert first <= second


def test_worst_status_of_no_sources_is_never() -> None:
    assert worst_status([]) is FreshnessStatus.NEVER
    assert worst_status([FreshnessStatus.LATE, FreshnessStatus.FRESH]) is FreshnessStatus.LATE


def build_coverage(**table: Any) -> Coverage:
    found = parse_coverage(DeclarationTable("a", "", {"covers": table}, {"covers"}))
    assert found is not None
    return found


def test_coverage_round_trips_through_dump_and_load() -> None:
    coverage = build_coverage(levels=["LOCAL"], areas=["20"], years=[2560, 2562])
    assert Coverage.load(coverage.dump()) == coverage


def test_coverage_of_some_areas_excludes_the_whole_country() -> None:
    coverage = build_coverage(levels=["LOCAL"], areas=["20", "21"], years=[2560])
    wide, narrow = (
        CellScope(None, None, None, (2019,)),
        CellScope(None, None, frozenset({"20"}), (2019,)),
    )
    assert not coverage.includes(wide)
    assert coverage.includes(narrow)


def test_coverage_of_ministries_excludes_cells_of_a_single_agency() -> None:
    coverage = build_coverage(levels=["MINISTRY"], years=[2560])
    assert coverage.includes(CellScope(None, None, None, (2019,)))
    assert not coverage.includes(CellScope(None, frozenset({"province:20"}), None, (2019,)))


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
def test_invalid_coverage_error_names_the_key(table: dict[str, Any], key: str) -> None:
    with pytest.raises(Invalid, match=f"covers.{key}"):
        build_coverage(**table)

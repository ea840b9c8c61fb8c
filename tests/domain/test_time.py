"""Fiscal years in both eras, and validity ranges."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.time import (
    FIRST_BE,
    LAST_BE,
    FiscalYear,
    FiscalYearRange,
    all_fiscal_years,
    is_in_force,
)
from hub.errors import Invalid

years = st.integers(FIRST_BE, LAST_BE).map(FiscalYear.from_be)
days = st.dates(date(1990, 1, 1), date(2090, 12, 31))


def test_fiscal_year_2555_runs_from_october_2011_to_september_2012() -> None:
    year = FiscalYear.from_be(2555)
    assert (year.starts_on, year.ends_on) == (date(2011, 10, 1), date(2012, 9, 30))
    assert year == FiscalYear.from_ce(2012)


@given(days)
def test_date_is_within_its_fiscal_year(day: date) -> None:
    year = FiscalYear.from_date(day)
    assert year.starts_on <= day <= year.ends_on


@given(years)
def test_fiscal_years_are_contiguous(year: FiscalYear) -> None:
    assert year.ends_on + timedelta(days=1) == FiscalYear(year.ce + 1).starts_on


@given(st.integers())
def test_no_number_is_a_year_in_both_eras(number: int) -> None:
    """An era mixed up by 543 years is therefore always an error and never another year."""

    def is_valid(year_class: type[FiscalYear], era: str) -> bool:
        try:
            getattr(year_class, era)(number)
        except Invalid:
            return False
        return True

    assert not (is_valid(FiscalYear, "from_be") and is_valid(FiscalYear, "from_ce"))


def test_year_of_the_other_era_is_rejected_with_a_suggestion() -> None:
    with pytest.raises(Invalid, match="send ce: 2011"):
        FiscalYear.from_be(2011)
    with pytest.raises(Invalid, match="send be: 2554"):
        FiscalYear.from_ce(2554)


def test_reversed_or_too_long_range_is_rejected() -> None:
    with pytest.raises(Invalid, match="swap them"):
        FiscalYearRange(FiscalYear(2012), FiscalYear(2011))
    with pytest.raises(Invalid, match="at most 30"):
        FiscalYearRange(FiscalYear(1990), FiscalYear(2020))


def test_all_fiscal_years_lists_every_valid_year() -> None:
    assert [year.be for year in all_fiscal_years()] == list(range(FIRST_BE, LAST_BE + 1))


@given(days, days, days)
def test_validity_range_includes_its_first_day_and_excludes_its_last(
    start: date, end: date, day: date
) -> None:
    assert is_in_force(start, end, day) is (start <= day < end)
    assert is_in_force(None, None, day)

"""Fiscal years and validity."""

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
def test_a_day_is_in_the_fiscal_year_that_holds_it(day: date) -> None:
    year = FiscalYear.from_date(day)
    assert year.starts_on <= day <= year.ends_on


@given(years)
def test_years_follow_each_other_without_a_gap(year: FiscalYear) -> None:
    assert year.ends_on + timedelta(days=1) == FiscalYear(year.ce + 1).starts_on


@given(st.integers())
def test_no_number_is_a_year_in_both_eras(number: int) -> None:
    """So a 543-year slip is always an error and never another year."""

    def fits(read: type[FiscalYear], era: str) -> bool:
        try:
            getattr(read, era)(number)
        except Invalid:
            return False
        return True

    assert not (fits(FiscalYear, "from_be") and fits(FiscalYear, "from_ce"))


def test_a_year_of_the_other_era_is_told_which_one_to_send() -> None:
    with pytest.raises(Invalid, match="send ce: 2011"):
        FiscalYear.from_be(2011)
    with pytest.raises(Invalid, match="send be: 2554"):
        FiscalYear.from_ce(2554)


def test_a_range_that_runs_backwards_or_too_long_is_refused() -> None:
    with pytest.raises(Invalid, match="swap them"):
        FiscalYearRange(FiscalYear(2012), FiscalYear(2011))
    with pytest.raises(Invalid, match="at most 30"):
        FiscalYearRange(FiscalYear(1990), FiscalYear(2020))


def test_every_year_is_every_legal_year() -> None:
    assert [year.be for year in all_fiscal_years()] == list(range(FIRST_BE, LAST_BE + 1))


@given(days, days, days)
def test_a_range_of_validity_holds_its_first_day_and_not_its_last(
    start: date, end: date, day: date
) -> None:
    assert is_in_force(start, end, day) is (start <= day < end)
    assert is_in_force(None, None, day)

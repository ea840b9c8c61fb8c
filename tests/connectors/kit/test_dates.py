"""Dates in either era are parsed; a timestamp is converted to its date in Bangkok."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit.dates import parse_date, parse_year_of_date
from hub.domain.sources.records import Doubt, QuarantineReason
from hub.domain.time import BUDDHIST_OFFSET, FiscalYear


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-10", date(2024, 1, 10)),
        ("2567-01-10", date(2024, 1, 10)),
        ("10/1/2567", date(2024, 1, 10)),
        ("๑๐/๐๑/๒๕๖๗", date(2024, 1, 10)),
        ("2567-02-29", date(2024, 2, 29)),
        ("29/02/2567", date(2024, 2, 29)),
        ("2024-09-30T16:59:59Z", date(2024, 9, 30)),
        ("2024-09-30T17:00:00Z", date(2024, 10, 1)),
        ("2024-09-30T23:59:59", date(2024, 9, 30)),
        ("2024-10-01T00:00:00+07:00", date(2024, 10, 1)),
        ("2567-09-30 17:00:00Z", date(2024, 10, 1)),
        ("10.01.2567", date(2024, 1, 10)),
        ("10-01-2567", date(2024, 1, 10)),
        ("2567/01/10", date(2024, 1, 10)),
        ("20240110", date(2024, 1, 10)),
        (25670110, date(2024, 1, 10)),
        ("10012567", date(2024, 1, 10)),
        ("25670229", date(2024, 2, 29)),
        ("10/01/2567 0:00", date(2024, 1, 10)),
        ("10.01.2567 23:59:59", date(2024, 1, 10)),
        ("10/1/2567 08.30 น.", date(2024, 1, 10)),
        ("10-JAN-2024", date(2024, 1, 10)),
        ("วันที่ ๑๐ มกราคม พ.ศ. ๒๕๖๗", date(2024, 1, 10)),
        ("10 มค 2567", date(2024, 1, 10)),
        ("", None),
        ("-", None),
        (None, None),
    ],
)
def test_date_in_either_era_is_parsed(text: Any, expected: date | None) -> None:
    assert parse_date(text, "on") == expected


@pytest.mark.parametrize(
    "value",
    [
        "31/02/2567",
        "2023-02-29",
        "soon",
        "10/13/2567",
        "67-01-01",
        5,
        [],
        "2024-1-1T9:00",
        "10/1/2567 12:00:00 AM",
        "10.01/2567",
        "1102567",
        "15007000",
        "20241301",
        "00000000",
        "31022567",
        "0:00",
    ],
)
def test_invalid_date_returns_a_doubt(value: Any) -> None:
    doubt = parse_date(value, "on")
    assert isinstance(doubt, Doubt)
    assert (doubt.reason, doubt.field) == (QuarantineReason.IMPOSSIBLE_YEAR, "on")


@given(st.dates(date(1962, 1, 1), date(2100, 12, 31)))
def test_buddhist_and_iso_forms_parse_to_the_same_date(day: date) -> None:
    buddhist = f"{day.day:02}/{day.month:02}/{day.year + BUDDHIST_OFFSET}"
    assert parse_date(buddhist, "on") == parse_date(day.isoformat(), "on") == day


@given(st.integers(1963, 2100))
def test_31_fiscal_year_begins_at_midnight_in_bangkok(year: int) -> None:
    first = parse_date(f"{year - 1}-09-30T17:00:00Z", "on")
    assert isinstance(first, date)
    assert FiscalYear.from_date(first).ce == year
    assert FiscalYear.from_date(first - timedelta(days=1)).ce == year - 1


def test_day_number_of_a_spreadsheet_is_doubted_with_the_day_it_may_mean() -> None:
    doubt = parse_date(45200, "on")
    assert isinstance(doubt, Doubt)
    assert "2023-10-01" in doubt.en
    assert "1/10/2566" in doubt.th


@given(st.dates(date(1962, 1, 1), date(2100, 12, 31)))
def test_eight_digits_are_one_date_in_either_order_and_era(day: date) -> None:
    year = day.year + BUDDHIST_OFFSET
    forms = [
        f"{day:%Y%m%d}", f"{day:%d%m%Y}", f"{year}{day:%m%d}", f"{day:%d%m}{year}",
    ]  # fmt: skip
    assert {parse_date(form, "on") for form in forms} == {day}


@pytest.mark.parametrize(
    ("text", "meanings"),
    [
        ("1/10/66", ("2023-10-01", "1/10/2566")),
        ("10.01.67", ("2024-01-10", "10/1/2567")),
        ("๓๐ ก.ย. ๖๖", ("2023-09-30", "30/9/2566")),
        ("1-Oct-23", ("2023-10-01", "1/10/2566", "1/10/2523")),
        ("31/12/99", ("1999-12-31", "31/12/2599")),
        ("29/2/67", ("2024-02-29",)),
    ],
)
def test_date_with_a_year_of_two_digits_waits_with_the_days_that_it_may_mean(
    text: str, meanings: tuple[str, ...]
) -> None:
    doubt = parse_date(text, "on")
    assert isinstance(doubt, Doubt)
    assert (doubt.reason, doubt.written) == (QuarantineReason.AMBIGUOUS_YEAR, text)
    for meaning in meanings:
        assert meaning in f"{doubt.th} {doubt.en}"


@pytest.mark.parametrize("text", ["31/2/66", "1/13/66", "0/1/66", "66/10/1", "1/10/666"])
def test_short_date_that_no_calendar_has_waits_without_a_proposal(text: str) -> None:
    doubt = parse_date(text, "on")
    assert isinstance(doubt, Doubt)
    assert (doubt.reason, doubt.en) == (
        QuarantineReason.IMPOSSIBLE_YEAR,
        "cannot be read as a date",
    )


@pytest.mark.parametrize(
    "text", ["1/10/1900", "1 ม.ค. 2444", "3000-01-01", "๑/๑๐/๒๖๔๓", "30/9/1961", "2700-01-01 08:30"]
)
def test_date_outside_the_fiscal_years_is_quoted_as_it_is_written(text: str) -> None:
    doubt = parse_year_of_date(text, "on")
    assert isinstance(doubt, Doubt)
    assert (doubt.reason, doubt.written) == (QuarantineReason.IMPOSSIBLE_YEAR, text)
    assert "outside 2505-2643" in doubt.en


def test_date_in_a_fiscal_year_has_that_year() -> None:
    assert parse_year_of_date("1/10/2566", "on") == FiscalYear(2024)
    assert parse_year_of_date("30/9/2643", "on") == FiscalYear(2100)
    assert parse_year_of_date("", "on") is None

"""Parse dates of sources: as systems and people write them, in either era, in Bangkok time.

A day comes before its month, or a year of four digits before both. Forms with `AM` or `PM`, in
which the month comes first in some programs, and years of two digits are doubted; the doubt about
two digits has the days that they may mean.
"""

import re
from datetime import date, datetime, timedelta
from typing import Any, Final

from connectors.kit import thai
from hub.domain.sources.records import Doubt, QuarantineReason
from hub.domain.thai_text import to_arabic_digits
from hub.domain.time import BANGKOK, BUDDHIST_OFFSET, FIRST_BE, LAST_BE, FiscalYear

MONTH_NUMBERS: Final = {
    name: number
    for number, names in enumerate(
        (
            "มกราคม ม.ค. มค january jan", "กุมภาพันธ์ ก.พ. กพ february feb",
            "มีนาคม มี.ค. มีค march mar", "เมษายน เม.ย. เมย april apr",
            "พฤษภาคม พ.ค. พค may", "มิถุนายน มิ.ย. มิย june jun",
            "กรกฎาคม ก.ค. กค july jul", "สิงหาคม ส.ค. สค august aug",
            "กันยายน ก.ย. กย september sep", "ตุลาคม ต.ค. ตค october oct",
            "พฤศจิกายน พ.ย. พย november nov", "ธันวาคม ธ.ค. ธค december dec",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
MONTH_NAMES: Final = "|".join(map(re.escape, sorted(MONTH_NUMBERS, key=len, reverse=True)))
MONTH_NAME_PATTERN: Final = re.compile(
    rf"(?:วันที่ ?)?(\d{{1,2}})[ -]?({MONTH_NAMES})[ -]?(?:พ\.ศ\. ?|ค\.ศ\. ?)?(\d{{4}})",
    re.IGNORECASE,
)
DAY_FIRST_PATTERN: Final = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
YEAR_FIRST_PATTERN: Final = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
SHORT_YEAR_PATTERN: Final = re.compile(
    rf"(?:วันที่ ?)?(?P<day>\d{{1,2}})(?:(?P<mark>[-/.])(?P<month>\d{{1,2}})(?P=mark)"
    rf"|[ -]?(?P<name>{MONTH_NAMES})[ -]?)(?P<year>\d{{2}})",
    re.IGNORECASE,
)
"""A date whose year has two digits, which may be of either era."""
COMPACT_PATTERN: Final = re.compile(r"\d{8}")
TIME_OF_DAY_PATTERN: Final = re.compile(r",? \d{1,2}[:.]\d\d([:.]\d\d([.]\d{1,6})?)?( ?น\.)?$")
"""The time behind a date, which does not change the day: sources write it in Bangkok time."""
TIMESTAMP_PATTERN: Final = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.]\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?"
)
FIRST_SERIAL_DAY: Final = date(1899, 12, 30)
"""Day 0 of the day numbers of spreadsheets."""
SERIAL_DAYS: Final = range(22_000, 74_000)
"""Day numbers of 1960 to 2102."""


def parse_date(raw_value: Any, field: str) -> date | Doubt | None:
    """Return a date, null for an empty value, or a doubt. A moment with an offset becomes a date in
    Bangkok.

    The year shows the era: no source contains years from 2505 CE on. 29 February of a Buddhist year
    exists in the year 543 earlier, so the year is converted before the date is built.
    """
    date_text = to_arabic_digits(thai.clean_text(raw_value))
    if date_text in thai.EMPTY_MARKS:
        return None
    try:
        if TIMESTAMP_PATTERN.fullmatch(date_text):
            return date_of_timestamp(date_text)
        if (day := parse_day(TIME_OF_DAY_PATTERN.sub("", date_text))) is not None:
            return day
    except ValueError:
        pass
    return build_date_doubt(raw_value, field)


def parse_year_of_date(raw_value: Any, field: str) -> FiscalYear | Doubt | None:
    """Return the fiscal year of a date, null for an empty value, or a doubt."""
    day = parse_date(raw_value, field)
    if day is None or isinstance(day, Doubt):
        return day
    year = FiscalYear.from_date(day)
    if FIRST_BE <= year.be <= LAST_BE:
        return year
    messages = (
        f"วันที่อยู่ในปีงบประมาณ พ.ศ. {year.be} ซึ่งอยู่นอกช่วง {FIRST_BE}–{LAST_BE}",
        f"is in fiscal year {year.be} BE, which is outside {FIRST_BE}-{LAST_BE}",
    )
    return thai.build_doubt(QuarantineReason.IMPOSSIBLE_YEAR, field, raw_value, *messages)


def parse_day(text: str) -> date | None:
    """Return the date in a text without a time; null for another form, `ValueError` for a day that
    no calendar has.
    """
    if match := YEAR_FIRST_PATTERN.fullmatch(text):
        return date(to_common_era(match[1]), int(match[3]), int(match[4]))
    if match := DAY_FIRST_PATTERN.fullmatch(text):
        return date(to_common_era(match[4]), int(match[3]), int(match[1]))
    if match := MONTH_NAME_PATTERN.fullmatch(text):
        return date(to_common_era(match[3]), MONTH_NUMBERS[match[2].casefold()], int(match[1]))
    return parse_compact_day(text) if COMPACT_PATTERN.fullmatch(text) else None


def parse_compact_day(digits: str) -> date | None:
    """Return the date in eight digits, year first or day first; null if they are no date.

    No digits are a date both ways: a year from 1962 on in one is a month above 12 in the other.
    """
    for year, month, day in (
        (digits[:4], digits[4:6], digits[6:]),
        (digits[4:], digits[2:4], digits[:2]),
    ):
        if FIRST_BE <= to_common_era(year) + BUDDHIST_OFFSET <= LAST_BE and 1 <= int(month) <= 12:
            return date(to_common_era(year), int(month), int(day))
    return None


def build_date_doubt(raw_value: Any, field: str) -> Doubt:
    """Return the doubt about a value that is not a date, with the days that it may mean."""
    if short := SHORT_YEAR_PATTERN.fullmatch(to_arabic_digits(thai.clean_text(raw_value))):
        return build_short_year_doubt(raw_value, field, short)
    messages = ("อ่านเป็นวันที่ไม่ได้", "cannot be read as a date")
    if isinstance(raw_value, int) and raw_value in SERIAL_DAYS:
        day = FIRST_SERIAL_DAY + timedelta(days=raw_value)
        buddhist = f"{day.day}/{day.month}/{day.year + BUDDHIST_OFFSET}"
        messages = (
            f"เป็นตัวเลข อาจเป็นวันที่ {buddhist} ที่เสียรูปแบบ ให้จัดรูปแบบเซลล์เป็นวันที่",
            f"is a number; it may be {day.isoformat()}, format the cell as a date",
        )
    return thai.build_doubt(QuarantineReason.IMPOSSIBLE_YEAR, field, raw_value, *messages)


def build_short_year_doubt(raw_value: Any, field: str, short: re.Match[str]) -> Doubt:
    """Return the doubt about a date with a year of two digits, with the days that it may mean."""
    month = int(short["month"] or MONTH_NUMBERS[short["name"].casefold()])
    days = []
    for year, _ in thai.list_short_years(int(short["year"])):
        try:
            days.append(date(year, month, int(short["day"])))
        except ValueError:
            continue
    if not days:
        messages = ("อ่านเป็นวันที่ไม่ได้", "cannot be read as a date")
        return thai.build_doubt(QuarantineReason.IMPOSSIBLE_YEAR, field, raw_value, *messages)
    buddhist = " หรือ ".join(f"{one.day}/{one.month}/{one.year + BUDDHIST_OFFSET}" for one in days)
    messages = (
        f"ปีมีสองหลัก อาจเป็น {buddhist} ให้เขียนปีสี่หลัก",
        f"has a year of two digits; it may be {' or '.join(map(str, days))}. Write four digits",
    )
    return thai.build_doubt(QuarantineReason.AMBIGUOUS_YEAR, field, raw_value, *messages)


def date_of_timestamp(timestamp: str) -> date:
    """Return the date of a moment in Bangkok; without an offset it is Bangkok time."""
    year = to_common_era(timestamp[:4])
    moment = datetime.fromisoformat(f"{year:04}{timestamp[4:]}")
    return moment.astimezone(BANGKOK).date() if moment.tzinfo else moment.date()


def to_common_era(year: str) -> int:
    """Return a year of either era in CE."""
    number = int(year)
    return number - BUDDHIST_OFFSET if number >= FIRST_BE else number

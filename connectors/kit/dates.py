"""Parse dates of sources: ISO 8601, day/month/year or 1 ต.ค. 2566, in either era, in Bangkok
time.
"""

import re
from datetime import date, datetime
from typing import Any, Final

from connectors.kit import thai
from hub.domain.sources.records import Doubt, QuarantineReason
from hub.domain.thai_text import to_arabic_digits
from hub.domain.time import BANGKOK, BUDDHIST_OFFSET, FIRST_BE

MONTH_NUMBERS: Final = {
    name: number
    for number, names in enumerate(
        (
            "มกราคม ม.ค.", "กุมภาพันธ์ ก.พ.", "มีนาคม มี.ค.", "เมษายน เม.ย.", "พฤษภาคม พ.ค.",
            "มิถุนายน มิ.ย.", "กรกฎาคม ก.ค.", "สิงหาคม ส.ค.", "กันยายน ก.ย.", "ตุลาคม ต.ค.",
            "พฤศจิกายน พ.ย.", "ธันวาคม ธ.ค.",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
MONTH_NAME_PATTERN: Final = re.compile(
    rf"(\d{{1,2}}) ?({'|'.join(map(re.escape, MONTH_NUMBERS))}) ?(?:พ\.ศ\. ?)?(\d{{4}})"
)
SLASHED_PATTERN: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
DASHED_PATTERN: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
TIMESTAMP_PATTERN: Final = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.]\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?"
)


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
        if match := DASHED_PATTERN.fullmatch(date_text):
            return date(to_common_era(match[1]), int(match[2]), int(match[3]))
        if match := SLASHED_PATTERN.fullmatch(date_text):
            return date(to_common_era(match[3]), int(match[2]), int(match[1]))
        if match := MONTH_NAME_PATTERN.fullmatch(date_text):
            return date(to_common_era(match[3]), MONTH_NUMBERS[match[2]], int(match[1]))
    except ValueError:
        pass
    messages = ("อ่านเป็นวันที่ไม่ได้", "cannot be read as a date")
    return thai.build_doubt(QuarantineReason.IMPOSSIBLE_YEAR, field, raw_value, *messages)


def date_of_timestamp(timestamp: str) -> date:
    """Return the date of a moment in Bangkok; without an offset it is Bangkok time."""
    year = to_common_era(timestamp[:4])
    moment = datetime.fromisoformat(f"{year:04}{timestamp[4:]}")
    return moment.astimezone(BANGKOK).date() if moment.tzinfo else moment.date()


def to_common_era(year: str) -> int:
    """Return a year of either era in CE."""
    number = int(year)
    return number - BUDDHIST_OFFSET if number >= FIRST_BE else number

"""How fiscal years are written in texts: a number, and words that only mark it as a year."""

import re
from typing import Final

from hub.domain.record import value
from hub.domain.sources.spec import Era
from hub.domain.thai_text import normalize_text, to_arabic_digits

YEAR_PATTERN: Final = re.compile(
    r"(?P<marker>(?:ประจำ|งบประมาณ|งบ)?ปี(?:งบประมาณ|งบ)?(?:ที่)?|FY|fiscal year)?[ :.]*"
    r"(?P<era>พ\.? ?ศ\.?|ค\.? ?ศ\.?|B\.?E\.?|C\.?E\.?|A\.?D\.?)? ?(?P<number>\d{1,9})(?:\.0+)?",
    re.IGNORECASE,
)
"""A year. `ปีการศึกษา` and `ปีปฏิทิน` are other years, which are not fiscal years."""


@value
class WrittenYear:
    """The number of a year, and its era if a word states it.

    `is_english`: an English word marks it, so that two digits are of an unknown era.
    """

    number: int
    digits: int
    era: Era | None
    is_english: bool


def parse_written_year(text: str) -> WrittenYear | None:
    """Return what a text states; null if it is not a year alone."""
    match = YEAR_PATTERN.fullmatch(to_arabic_digits(normalize_text(text)))
    if match is None:
        return None
    era = None
    if match["era"]:
        era = Era.BE if match["era"][0] in "พBb" else Era.CE
    marker = match["marker"] or ""
    return WrittenYear(
        int(match["number"]),
        len(match["number"]),
        era,
        marker[:1] in {"F", "f"},
    )

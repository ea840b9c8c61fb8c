"""Fiscal years, and two times that are never mixed: validity (`on`) and knowledge (`as_of`).

The Buddhist era (พ.ศ.) is used only for input and output: a fiscal year is stored as the Common Era
year it ends in. FY 2555 BE is FY 2012 CE: 1 October 2011 to 30 September 2012.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import ClassVar, Final, Protocol
from zoneinfo import ZoneInfo

from hub.domain.record import value
from hub.domain.text import LocalizedText
from hub.errors import Invalid

BUDDHIST_OFFSET: Final = 543
BANGKOK: Final = ZoneInfo("Asia/Bangkok")
"""The time zone in which days, and therefore fiscal years, begin."""
# The modern fiscal year (1 October) began with FY 2505 BE; the last year allows for long plans.
FIRST_BE: Final = 2505
LAST_BE: Final = 2643


@value
class FiscalYear:
    """A Thai fiscal year (ปีงบประมาณ): 1 October to 30 September, named by the year it ends in."""

    ce: int

    @classmethod
    def from_be(cls, be: int, field: str = "fiscalYear") -> "FiscalYear":
        """Return the year of a Buddhist year; `Invalid(field)` when out of range.

        The check catches a Common Era year sent as a Buddhist one, which is 543 years off.
        """
        if FIRST_BE <= be <= LAST_BE:
            return cls(be - BUDDHIST_OFFSET)
        hint_th = hint_en = ""
        if FIRST_BE <= be + BUDDHIST_OFFSET <= LAST_BE:
            hint_th = f" ถ้าหมายถึง ค.ศ. ให้ส่ง ce: {be}"
            hint_en = f"; if you mean the Common Era, send ce: {be}"
        raise Invalid(
            field,
            f"ปีงบประมาณ พ.ศ. {be} อยู่นอกช่วง {FIRST_BE}–{LAST_BE}{hint_th}",
            f"Buddhist fiscal year {be} is outside {FIRST_BE}-{LAST_BE}{hint_en}",
        )

    @classmethod
    def from_ce(cls, ce: int, field: str = "fiscalYear") -> "FiscalYear":
        """Return the year of a Common Era year; `Invalid(field)` when out of range."""
        first, last = FIRST_BE - BUDDHIST_OFFSET, LAST_BE - BUDDHIST_OFFSET
        if first <= ce <= last:
            return cls(ce)
        hint_th = hint_en = ""
        if first <= ce - BUDDHIST_OFFSET <= last:
            hint_th = f" ถ้าหมายถึง พ.ศ. ให้ส่ง be: {ce}"
            hint_en = f"; if you mean the Buddhist era, send be: {ce}"
        raise Invalid(
            field,
            f"ปีงบประมาณ ค.ศ. {ce} อยู่นอกช่วง {first}–{last}{hint_th}",
            f"Common Era fiscal year {ce} is outside {first}-{last}{hint_en}",
        )

    @classmethod
    def from_date(cls, day: date) -> "FiscalYear":
        """Return the fiscal year that contains a day."""
        return cls(day.year + 1 if day.month >= 10 else day.year)

    @classmethod
    def from_datetime(cls, moment: datetime) -> "FiscalYear":
        """Return the fiscal year of an instant; midnight in Bangkok is 17:00 UTC."""
        return cls.from_date(moment.astimezone(BANGKOK).date())

    @property
    def be(self) -> int:
        """Return the Buddhist year, which is the usual name."""
        return self.ce + BUDDHIST_OFFSET

    @property
    def starts_on(self) -> date:
        """Return 1 October; areas and agencies of the year are those in force on this day."""
        return date(self.ce - 1, 10, 1)

    @property
    def ends_on(self) -> date:
        """Return 30 September, the last day of the year."""
        return date(self.ce, 9, 30)

    @property
    def label(self) -> LocalizedText:
        """Return the display name: ปีงบประมาณ พ.ศ. 2554 · FY 2554 BE (2011)."""
        return LocalizedText(f"ปีงบประมาณ พ.ศ. {self.be}", f"FY {self.be} BE ({self.ce})")


@value
class FiscalYearRange:
    """Fiscal years from first to last, both included; at most 30."""

    MAX_YEARS: ClassVar[int] = 30

    first: FiscalYear
    last: FiscalYear

    def __post_init__(self) -> None:
        if self.first.ce > self.last.ce:
            raise Invalid(
                "fiscalYears",
                f"ปีเริ่มต้น {self.first.be} อยู่หลังปีสุดท้าย {self.last.be} สลับค่ากัน",
                f"from ({self.first.be} BE) is after to ({self.last.be} BE); swap them",
            )
        if self.last.ce - self.first.ce >= self.MAX_YEARS:
            raise Invalid(
                "fiscalYears",
                f"ช่วงปีงบประมาณยาวได้ไม่เกิน {self.MAX_YEARS} ปี",
                f"a range can have at most {self.MAX_YEARS} fiscal years",
            )

    def __iter__(self) -> Iterator[FiscalYear]:
        return (FiscalYear(ce) for ce in range(self.first.ce, self.last.ce + 1))

    def __contains__(self, year: FiscalYear) -> bool:
        return self.first.ce <= year.ce <= self.last.ce


def all_fiscal_years() -> Iterator[FiscalYear]:
    """Return every supported fiscal year, for questions without a year."""
    return (FiscalYear(be - BUDDHIST_OFFSET) for be in range(FIRST_BE, LAST_BE + 1))


FISCAL_YEAR_BOUNDS: Final = (
    FiscalYear(FIRST_BE - BUDDHIST_OFFSET),
    FiscalYear(LAST_BE - BUDDHIST_OFFSET),
)
"""The first and last supported fiscal year."""


class Clock(Protocol):
    """A function that returns the current time; injected, so that tests can set it."""

    def __call__(self) -> datetime:
        """Return the current time, with an offset."""
        ...


def is_in_force(valid_from: date | None, valid_to: date | None, on: date) -> bool:
    """Return whether `valid_from` <= `on` < `valid_to`; a null end is unbounded."""
    return (valid_from is None or valid_from <= on) and (valid_to is None or on < valid_to)

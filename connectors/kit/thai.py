"""Parse Thai numbers, years and names of registers: a value, null, or a doubt.

Nothing is guessed: units and eras are declared by the connector, and an ambiguous value becomes a
doubt with a message for the reviewer.
"""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from connectors.kit.amount_text import WrittenAmount, parse_written_amount, round_binary_noise
from connectors.kit.year_text import WrittenYear, parse_written_year
from hub.domain.sources.records import Doubt, QuarantineReason
from hub.domain.sources.rounding import is_rounding
from hub.domain.sources.spec import Era, MoneyUnit
from hub.domain.thai_text import escape_for_display, normalize_text, to_arabic_digits
from hub.domain.time import BUDDHIST_OFFSET, FIRST_BE, LAST_BE, FiscalYear

EMPTY_MARKS: Final = frozenset({"", "-", "–", "—"})
MAX_SATANG: Final = 10**17
"""The limit in satang: 10¹⁵ baht, more than any budget."""
MAX_NOISE: Final = Decimal("0.01")
"""The limit of a difference in satang that binary floating point explains."""
MAX_EXACT_NUMBER: Final = 10**15
"""Workbooks store fifteen digits of a number."""
BUDDHIST_SHORT_YEARS: Final = range(43, 86)
"""Two digits that are a year of a budget in BE only: 2543–2585. In CE they are 2043–2085, and no
plan reaches so far; 00–42 may be 2000–2042 CE."""
MAYBE_THOUSANDS: Final = re.compile(r"[1-9]\d{0,2}\.\d{3}")
"""A text that is a number with three decimals, or thousands with a dot as their separator."""
MAX_RANGE_YEARS: Final = 30
"""Years of a range, at most."""


def clean_text(value: Any) -> str:
    """Return a cell as a normalized text; empty for null."""
    return (
        normalize_text(value)
        if isinstance(value, str)
        else ""
        if value is None
        else normalize_text(str(value))
    )


def parse_amount(value: Any, unit: MoneyUnit, field: str) -> int | Doubt | None:
    """Return exact satang; null for an empty cell or a dash.

    A text may state its unit; one that differs from the declared unit gets a doubt.
    """
    if type(value) is int and 0 <= value < MAX_SATANG // unit.satang:
        return value * unit.satang
    written = parse_number(value, field)
    if written is None or isinstance(written, Doubt):
        return written
    if written.unit not in (None, unit):
        return build_unit_doubt(written, unit, value, field)
    number = written.number
    if number and number.adjusted() > 20:
        return amount_too_large_doubt(field, value)
    satang = convert_to_satang(number, unit)
    if abs(satang) >= MAX_SATANG:
        return amount_too_large_doubt(field, value)
    if satang != satang.to_integral_value():
        rounded = satang.to_integral_value(ROUND_HALF_UP)
        if not is_rounding() or not rounded:
            return amount_too_fine_doubt(field, value, unit, rounded)
        satang = rounded
    if number < 0:
        messages = ("จำนวนเงินติดลบ จะไม่นำไปรวม", "a negative amount; it is not included in sums")
        return build_doubt(QuarantineReason.NEGATIVE_AMOUNT, field, value, *messages, int(satang))
    if written.has_misplaced_separator:
        messages = (
            f"เครื่องหมายคั่นหลักพันผิดที่ เลขอาจขาด ตามที่เขียนเป็น {satang / 100:,.2f} บาท",
            f"a separator is misplaced, digits may be missing; as written {satang / 100:,.2f} baht",
        )
        return build_doubt(
            QuarantineReason.MISPLACED_SEPARATOR, field, value, *messages, int(satang)
        )
    return find_thousands_doubt(value, unit, field, int(satang)) or int(satang)


def convert_to_satang(number: Decimal, unit: MoneyUnit) -> Decimal:
    """Return satang, without the binary noise of a number that is not whole satang otherwise.

    Noise is smaller than a hundredth of a satang; more than that is a part of the number.
    """
    satang = number * unit.satang
    if satang == satang.to_integral_value():
        return satang
    rounded = round_binary_noise(number) * unit.satang
    is_noise = rounded == rounded.to_integral_value() and abs(rounded - satang) < MAX_NOISE
    return rounded if is_noise else satang


def build_unit_doubt(written: WrittenAmount, unit: MoneyUnit, value: Any, field: str) -> Doubt:
    """Return the doubt about an amount whose stated unit is not the declared one."""
    stated = written.unit or unit
    satang = written.number * stated.satang
    is_readable = satang == satang.to_integral_value() and abs(satang) < MAX_SATANG
    return build_doubt(
        QuarantineReason.NOT_A_NUMBER,
        field,
        value,
        f"เขียนหน่วยเป็น {stated.value} แต่ประกาศไว้เป็น {unit.value} ให้แก้ไฟล์ หรือแก้ money_unit",
        f"states {stated.value}, but {unit.value} is declared; correct the file or money_unit",
        int(satang) if is_readable else None,
    )


def readable_satang(satang_or_doubt: int | Doubt | None) -> int | None:
    """Return satang that could be read, with or without doubt; null if there are none."""
    return satang_or_doubt.satang if isinstance(satang_or_doubt, Doubt) else satang_or_doubt


def parse_number(value: Any, field: str) -> WrittenAmount | Doubt | None:
    """Return an exact number, null or a doubt; floats have lost digits and are doubted."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return build_doubt(
            QuarantineReason.WRONG_TYPE, field, value, "ไม่ใช่จำนวน", "is not a number"
        )
    if not isinstance(value, str):
        number = Decimal(value)
        if number.is_finite():
            return WrittenAmount(number, None, has_misplaced_separator=False)
        return build_doubt(
            QuarantineReason.NOT_A_NUMBER, field, value, "ไม่ใช่จำนวนที่นับได้", "is not a finite number"
        )
    if normalize_text(value) in EMPTY_MARKS:
        return None
    return parse_written_amount(value) or build_doubt(
        QuarantineReason.NOT_A_NUMBER, field, value, "อ่านเป็นจำนวนไม่ได้", "cannot be read as a number"
    )


def parse_fiscal_year(value: Any, era: Era, field: str) -> FiscalYear | Doubt:
    """Return a fiscal year from four digits in either era, or from two that mean one year; else a
    doubt.

    The eras do not overlap in four digits (2505–2643 and 1962–2100). Words before the number mark
    it as a year; if they state an era, the number must be in it.
    """
    written = parse_written_year(clean_text(value)) if not isinstance(value, bool) else None
    if written is None:
        messages = ("อ่านเป็นปีงบประมาณไม่ได้", "cannot be read as a fiscal year")
        return build_doubt(QuarantineReason.IMPOSSIBLE_YEAR, field, value, *messages)
    number = written.number
    if written.digits == 2:
        return parse_short_year(written, era) or short_year_doubt(number, field, value)
    if FIRST_BE <= number <= LAST_BE and written.era is not Era.CE:
        return FiscalYear(number - BUDDHIST_OFFSET)
    if FIRST_BE <= number + BUDDHIST_OFFSET <= LAST_BE and written.era is not Era.BE:
        return FiscalYear(number)
    messages = ("เป็นปีงบประมาณไม่ได้", "is not a fiscal year in either era")
    if written.era is not None:
        messages = (
            f"ไม่ใช่ปีงบประมาณตามศักราชที่เขียน ({written.era.value})",
            f"is not a fiscal year of the era that it states ({written.era.value})",
        )
    return build_doubt(QuarantineReason.IMPOSSIBLE_YEAR, field, value, *messages)


def parse_short_year(written: WrittenYear, era: Era) -> FiscalYear | None:
    """Return the fiscal year of two digits if they can mean only one, else null.

    `พ.ศ.` states the era. Without it, a source in BE may still have years in CE: 66 is no year of a
    budget in CE, but 23 is.
    """
    is_stated = written.era is Era.BE and 2500 + written.number >= FIRST_BE
    is_buddhist_only = written.era is None and era is Era.BE and not written.is_english
    if is_stated or (is_buddhist_only and written.number in BUDDHIST_SHORT_YEARS):
        return FiscalYear(2500 + written.number - BUDDHIST_OFFSET)
    return None


def list_short_years(number: int) -> list[tuple[int, bool]]:
    """Return the years in CE that two digits may mean, each with whether that is as a BE year."""
    years = [
        (2500 + number - BUDDHIST_OFFSET, True),
        (2000 + number, False),
        (1900 + number, False),
    ]
    return [one for one in years if FIRST_BE <= one[0] + BUDDHIST_OFFSET <= LAST_BE]


def short_year_doubt(number: int, field: str, value: Any) -> Doubt:
    """Return the doubt about a year of two digits, with the years that it may mean."""
    years = list_short_years(number)
    th = " หรือ ".join(
        f"พ.ศ. {2500 + number}" if is_be else f"ค.ศ. {year} (พ.ศ. {year + BUDDHIST_OFFSET})"
        for year, is_be in years
    )
    en = " or ".join(
        f"{2500 + number} BE" if is_be else f"{year} CE ({year + BUDDHIST_OFFSET} BE)"
        for year, is_be in years
    )
    messages = (f"ปีสองหลัก อาจเป็น {th} ให้เขียนปีสี่หลัก", f"two digits may be {en}; write four digits")
    return build_doubt(QuarantineReason.AMBIGUOUS_YEAR, field, value, *messages)


def find_thousands_doubt(value: Any, unit: MoneyUnit, field: str, satang: int) -> Doubt | None:
    """Return the doubt about an amount in baht whose dot may separate thousands; null for others.

    In baht, three decimals have no meaning; in larger units they do.
    """
    if unit is not MoneyUnit.BAHT or not isinstance(value, str) or "." not in value:
        return None
    text = to_arabic_digits(normalize_text(value))
    if not MAYBE_THOUSANDS.fullmatch(text):
        return None
    thousands = int(text.replace(".", ""))
    return build_doubt(
        QuarantineReason.MISPLACED_SEPARATOR,
        field,
        value,
        f"จุดอาจคั่นหลักพัน คือ {thousands:,} บาท ตามที่เขียนเป็น {satang / 100:,.2f} บาท",
        f"the dot may separate thousands: {thousands:,} baht; as written {satang / 100:,.2f} baht",
        satang,
    )


def amount_too_fine_doubt(field: str, value: Any, unit: MoneyUnit, rounded: Decimal) -> Doubt:
    """Return the doubt about an amount finer than a satang, such as a third of a million.

    A person may decide to round it; one that would become 0 cannot be rounded.
    """
    th = f"ละเอียดกว่าสตางค์เมื่ออ่านเป็น {unit.value} หน่วยเงินอาจผิด"
    en = f"is finer than a satang in {unit.value}; the unit may be wrong"
    if rounded:
        th = f"{th} ปัดเป็นสตางค์ได้ {rounded / 100:,.2f} บาท"
        en = f"{en}; rounded to the satang it is {rounded / 100:,.2f} baht"
    return build_doubt(QuarantineReason.AMOUNT_TOO_FINE, field, value, th, en)


def amount_too_large_doubt(field: str, value: Any) -> Doubt:
    """Return the doubt about an amount larger than any budget."""
    return build_doubt(
        QuarantineReason.AMOUNT_TOO_LARGE,
        field,
        value,
        "จำนวนเงินใหญ่เกินจริง",
        "is larger than any budget",
    )


def build_doubt(
    reason: QuarantineReason, field: str, value: Any, th: str, en: str, satang: int | None = None
) -> Doubt:
    """Return a doubt about the value of a field."""
    value_text = str(value) if isinstance(value, Decimal) else value
    return Doubt(reason, field, escape_for_display(value_text), th, en, satang=satang)


def parse_fiscal_years(value: Any, era: Era, field: str) -> tuple[FiscalYear, ...] | Doubt:
    """Return fiscal years: 2566, 2566-2570, 2566 ถึง 2570, separated by commas; empty if there
    are none.
    """
    parsed_years: list[FiscalYear] = []
    for part in re.split("[,;]", clean_text(value)):
        if part.strip() in EMPTY_MARKS:
            continue
        ends = [parse_fiscal_year(end, era, field) for end in re.split("-|–|ถึง", part)]
        invalid = next((end for end in ends if isinstance(end, Doubt)), None)
        if invalid:
            return invalid
        year_numbers = [end.ce for end in ends if isinstance(end, FiscalYear)]
        if (
            len(year_numbers) > 2
            or year_numbers[0] > year_numbers[-1]
            or year_numbers[-1] - year_numbers[0] >= MAX_RANGE_YEARS
        ):
            messages = ("ไม่ใช่ช่วงปีงบประมาณ", "is not a range of fiscal years")
            return build_doubt(QuarantineReason.IMPOSSIBLE_YEAR, field, value, *messages)
        parsed_years += [FiscalYear(ce) for ce in range(year_numbers[0], year_numbers[-1] + 1)]
    return tuple(dict.fromkeys(parsed_years))

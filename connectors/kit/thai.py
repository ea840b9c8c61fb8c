"""Parse Thai numbers, years and names of registers: a value, null, or a doubt.

Nothing is guessed: units and eras are declared by the connector, and an ambiguous value becomes a
doubt with a message for the reviewer.
"""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from hub.domain.sources.records import Doubt, QuarantineReason
from hub.domain.sources.rounding import is_rounding
from hub.domain.sources.spec import Era, MoneyUnit
from hub.domain.thai_text import escape_for_display, normalize_text, to_arabic_digits
from hub.domain.time import BUDDHIST_OFFSET, FIRST_BE, LAST_BE, FiscalYear

NUMBER_PATTERN: Final = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?")
LOOSE_NUMBER_PATTERN: Final = re.compile(r"\d[\d,]*(\.\d+)?")
"""A number whose separators may be misplaced."""
EMPTY_MARKS: Final = frozenset({"", "-", "–", "—"})
MAX_SATANG: Final = 10**17
"""The limit in satang: 10¹⁵ baht, more than any budget."""
MAX_EXACT_NUMBER: Final = 10**15
"""Workbooks store fifteen digits of a number."""
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
    """Return exact satang; null for an empty cell or a dash."""
    if type(value) is int and 0 <= value < MAX_SATANG // unit.satang:
        return value * unit.satang
    number = parse_decimal(value, field)
    if number is None or isinstance(number, Doubt):
        return number
    if number and number.adjusted() > 20:
        return amount_too_large_doubt(field, value)
    satang = number * unit.satang
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
    if (
        isinstance(value, str)
        and "," in value
        and not NUMBER_PATTERN.fullmatch(unsigned_number(value))
    ):
        messages = (
            f"เครื่องหมายคั่นหลักพันผิดที่ เลขอาจขาด ตามที่เขียนเป็น {satang / 100:,.2f} บาท",
            f"a separator is misplaced, digits may be missing; as written {satang / 100:,.2f} baht",
        )
        return build_doubt(
            QuarantineReason.MISPLACED_SEPARATOR, field, value, *messages, int(satang)
        )
    return int(satang)


def readable_satang(satang_or_doubt: int | Doubt | None) -> int | None:
    """Return satang that could be read, with or without doubt; null if there are none."""
    return satang_or_doubt.satang if isinstance(satang_or_doubt, Doubt) else satang_or_doubt


def unsigned_number(value: str) -> str:
    """Return a number as written, in Arabic digits and without minus sign or brackets."""
    return to_arabic_digits(normalize_text(value)).strip("()").removeprefix("-").strip()


def parse_decimal(value: Any, field: str) -> Decimal | Doubt | None:
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
            return number
        return build_doubt(
            QuarantineReason.NOT_A_NUMBER, field, value, "ไม่ใช่จำนวนที่นับได้", "is not a finite number"
        )
    number_text = to_arabic_digits(normalize_text(value))
    if number_text in EMPTY_MARKS:
        return None
    negative = number_text.startswith("-") or (
        number_text.startswith("(") and number_text.endswith(")")
    )
    unsigned = unsigned_number(value) if negative else number_text
    if not unsigned.isascii() or not LOOSE_NUMBER_PATTERN.fullmatch(unsigned):
        return build_doubt(
            QuarantineReason.NOT_A_NUMBER,
            field,
            value,
            "อ่านเป็นจำนวนไม่ได้",
            "cannot be read as a number",
        )
    number = Decimal(unsigned.replace(",", ""))
    return -number if negative else number


def parse_fiscal_year(value: Any, era: Era, field: str) -> FiscalYear | Doubt:
    """Return a fiscal year from four digits in either era, or two digits in a BE source; else a
    doubt.

    The eras do not overlap in four digits (2505–2643 and 1962–2100). Two digits in a CE source are
    ambiguous, so a person decides.
    """
    number_text = to_arabic_digits(clean_text(value)) if not isinstance(value, bool) else ""
    if not number_text.isascii() or not number_text.isdigit():
        messages = ("อ่านเป็นปีงบประมาณไม่ได้", "cannot be read as a fiscal year")
        return build_doubt(QuarantineReason.IMPOSSIBLE_YEAR, field, value, *messages)
    number = int(number_text[:9])
    if len(number_text) == 2 and era is Era.BE and 2500 + number >= FIRST_BE:
        return FiscalYear(2500 + number - BUDDHIST_OFFSET)
    if len(number_text) == 2:
        messages = ("ปีสองหลัก ไม่แน่ว่าเป็น พ.ศ. หรือ ค.ศ.", "two digits: BE or CE is unclear")
        return build_doubt(QuarantineReason.AMBIGUOUS_YEAR, field, value, *messages)
    if FIRST_BE <= number <= LAST_BE:
        return FiscalYear(number - BUDDHIST_OFFSET)
    if FIRST_BE <= number + BUDDHIST_OFFSET <= LAST_BE:
        return FiscalYear(number)
    messages = ("เป็นปีงบประมาณไม่ได้", "is not a fiscal year in either era")
    return build_doubt(QuarantineReason.IMPOSSIBLE_YEAR, field, value, *messages)


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


def parse_code(value: Any, field: str) -> str | Doubt:
    """Return a code as normalized text with Arabic digits.

    A number that is fractional, or has so many digits that some may be lost, gets a doubt.
    """
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        number = Decimal(value)
        if (
            not number.is_finite()
            or number != number.to_integral_value()
            or number >= MAX_EXACT_NUMBER
        ):
            messages = (
                "เป็นตัวเลขที่เสียหลักไปแล้ว ให้เก็บเป็นข้อความ",
                "is a number that has lost digits; store it as text",
            )
            return build_doubt(QuarantineReason.WRONG_TYPE, field, value, *messages)
        return str(int(number))
    return to_arabic_digits(clean_text(value))


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

"""Thai numbers, years and names as registers write them: a value, nothing, or a doubt.

What a cell means is never guessed: units and eras are declared by the connector, and what cannot be
read for certain becomes a doubt with the words a reviewer needs.
"""

import re
from decimal import Decimal
from typing import Any, Final

from hub.domain.sources.records import Doubt, QuarantineReason
from hub.domain.sources.spec import Era, MoneyUnit
from hub.domain.thai_text import escape_for_display, normalize_text, to_arabic_digits
from hub.domain.time import BUDDHIST_OFFSET, FIRST_BE, LAST_BE, FiscalYear

NUMBER: Final = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?")
SEPARATED: Final = re.compile(r"\d[\d,]*(\.\d+)?")
"""A number whose separators may be out of place."""
NOTHING: Final = frozenset({"", "-", "–", "—"})
MOST: Final = 10**17
"""Satang: a million milliard baht, more than any budget."""
EXACT: Final = 10**15
"""A workbook keeps fifteen digits of a number and no more."""
LONGEST: Final = 30
"""Years of a range, at most."""


def text(found: Any) -> str:
    """A cell as a clean text; what is not there is empty."""
    return (
        normalize_text(found)
        if isinstance(found, str)
        else ""
        if found is None
        else normalize_text(str(found))
    )


def amount(found: Any, unit: MoneyUnit, field: str) -> int | Doubt | None:
    """Satang, exactly; null where nothing is written (empty, or a dash)."""
    if type(found) is int and 0 <= found < MOST // unit.satang:
        return found * unit.satang
    number = decimal(found, field)
    if number is None or isinstance(number, Doubt):
        return number
    if number and number.adjusted() > 20:
        return too_large(field, found)
    satang = number * unit.satang
    if abs(satang) >= MOST:
        return too_large(field, found)
    if satang != satang.to_integral_value():
        return doubt(
            QuarantineReason.AMOUNT_TOO_FINE,
            field,
            found,
            f"ละเอียดกว่าสตางค์เมื่ออ่านเป็น {unit.value} หน่วยเงินอาจผิด",
            f"is finer than a satang when read as {unit.value}; the unit may be another",
        )
    if number < 0:
        why = ("จำนวนเงินติดลบ จะไม่นำไปรวม", "a negative amount; it is not summed silently")
        return doubt(QuarantineReason.NEGATIVE_AMOUNT, field, found, *why, int(satang))
    if isinstance(found, str) and "," in found and not NUMBER.fullmatch(plain_of(found)):
        why = (
            f"เครื่องหมายคั่นหลักพันผิดที่ เลขอาจขาด ตามที่เขียนเป็น {satang / 100:,.2f} บาท",
            f"a separator is out of place, digits may be lost; as written {satang / 100:,.2f} baht",
        )
        return doubt(QuarantineReason.MISPLACED_SEPARATOR, field, found, *why, int(satang))
    return int(satang)


def believed(found: int | Doubt | None) -> int | None:
    """Satang that can be read, trusted or doubted; null where there is nothing to count."""
    return found.satang if isinstance(found, Doubt) else found


def plain_of(found: str) -> str:
    """A number as written, in Arabic digits and without the signs of a negative one."""
    return to_arabic_digits(normalize_text(found)).strip("()").removeprefix("-").strip()


def decimal(found: Any, field: str) -> Decimal | Doubt | None:
    """A number as it is written; floats are refused, for they have lost what was written."""
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | Decimal | str):
        return doubt(QuarantineReason.WRONG_TYPE, field, found, "ไม่ใช่จำนวน", "is no number")
    if not isinstance(found, str):
        number = Decimal(found)
        if number.is_finite():
            return number
        return doubt(
            QuarantineReason.NOT_A_NUMBER, field, found, "ไม่ใช่จำนวนที่นับได้", "is not a finite number"
        )
    plain = to_arabic_digits(normalize_text(found))
    if plain in NOTHING:
        return None
    negative = plain.startswith("-") or (plain.startswith("(") and plain.endswith(")"))
    body = plain_of(found) if negative else plain
    if not body.isascii() or not SEPARATED.fullmatch(body):
        return doubt(
            QuarantineReason.NOT_A_NUMBER,
            field,
            found,
            "อ่านเป็นจำนวนไม่ได้",
            "cannot be read as a number",
        )
    number = Decimal(body.replace(",", ""))
    return -number if negative else number


def year(found: Any, era: Era, field: str) -> FiscalYear | Doubt:
    """A fiscal year, written in full in either era, or by two digits where the source is Buddhist.

    The eras do not overlap in four digits (2505–2643 against 1962–2100); two digits of a Common Era
    source may mean either, so a person decides.
    """
    written = to_arabic_digits(text(found)) if not isinstance(found, bool) else ""
    if not written.isascii() or not written.isdigit():
        why = ("อ่านเป็นปีงบประมาณไม่ได้", "cannot be read as a fiscal year")
        return doubt(QuarantineReason.IMPOSSIBLE_YEAR, field, found, *why)
    number = int(written[:9])
    if len(written) == 2 and era is Era.BE and 2500 + number >= FIRST_BE:
        return FiscalYear(2500 + number - BUDDHIST_OFFSET)
    if len(written) == 2:
        why = ("ปีสองหลัก ไม่แน่ว่าเป็น พ.ศ. หรือ ค.ศ.", "two digits, of either era")
        return doubt(QuarantineReason.AMBIGUOUS_YEAR, field, found, *why)
    if FIRST_BE <= number <= LAST_BE:
        return FiscalYear(number - BUDDHIST_OFFSET)
    if FIRST_BE <= number + BUDDHIST_OFFSET <= LAST_BE:
        return FiscalYear(number)
    why = ("เป็นปีงบประมาณไม่ได้", "is no fiscal year of either era")
    return doubt(QuarantineReason.IMPOSSIBLE_YEAR, field, found, *why)


def too_large(field: str, found: Any) -> Doubt:
    """The doubt about an amount that no budget holds."""
    return doubt(
        QuarantineReason.AMOUNT_TOO_LARGE,
        field,
        found,
        "จำนวนเงินใหญ่เกินจริง",
        "is larger than any budget",
    )


def doubt(
    reason: QuarantineReason, field: str, found: Any, th: str, en: str, satang: int | None = None
) -> Doubt:
    """A doubt about what stands in a field."""
    written = str(found) if isinstance(found, Decimal) else found
    return Doubt(reason, field, escape_for_display(written), th, en, satang=satang)


def code(found: Any, field: str) -> str | Doubt:
    """A code as it is written; a number in a workbook is doubted where it has lost digits."""
    if isinstance(found, Decimal | int) and not isinstance(found, bool):
        number = Decimal(found)
        if not number.is_finite() or number != number.to_integral_value() or number >= EXACT:
            why = (
                "เป็นตัวเลขที่เสียหลักไปแล้ว ให้เก็บเป็นข้อความ",
                "is a number and has lost digits; keep it as text",
            )
            return doubt(QuarantineReason.WRONG_TYPE, field, found, *why)
        return str(int(number))
    return to_arabic_digits(text(found))


def years(found: Any, era: Era, field: str) -> tuple[FiscalYear, ...] | Doubt:
    """Fiscal years: 2566, 2566-2570, 2566 ถึง 2570, with commas between; none where empty."""
    told: list[FiscalYear] = []
    for part in re.split("[,;]", text(found)):
        if part.strip() in NOTHING:
            continue
        ends = [year(end, era, field) for end in re.split("-|–|ถึง", part)]
        wrong = next((end for end in ends if isinstance(end, Doubt)), None)
        if wrong:
            return wrong
        known = [end.ce for end in ends if isinstance(end, FiscalYear)]
        if len(known) > 2 or known[0] > known[-1] or known[-1] - known[0] >= LONGEST:
            why = ("ไม่ใช่ช่วงปีงบประมาณ", "is no range of fiscal years")
            return doubt(QuarantineReason.IMPOSSIBLE_YEAR, field, found, *why)
        told += [FiscalYear(ce) for ce in range(known[0], known[-1] + 1)]
    return tuple(dict.fromkeys(told))

"""Parse codes, and doubt those that a spreadsheet changed.

A spreadsheet stores a code of digits as a number: it loses leading zeros and the digits behind the
fifteenth, and may write it as 1.23E+15. Which code it was cannot be read from the number, so the
row waits, with the code that it may be.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any, Final

from connectors.kit.amount_text import EXACT_DIGITS
from connectors.kit.thai import MAX_EXACT_NUMBER, build_doubt, clean_text
from hub.domain.sources.file_mapping import ANY_CODE, CodeFormat, FileMapping
from hub.domain.sources.records import Doubt, QuarantineReason
from hub.domain.thai_text import to_arabic_digits

QUOTED_PATTERN: Final = re.compile(r"""=\s*"([^"]*)"|'(\d+)""")
"""A code that was exported so that a spreadsheet reads it as a text: `="0500"`, or `'0500`."""
SCIENTIFIC_PATTERN: Final = re.compile(
    r"\d(?:[.,]\d+)? ?E ?\+ ?\d+|\d[.,]\d+ ?E ?\d+|#+", re.IGNORECASE
)
"""A number as a spreadsheet shows it in a narrow column. `1E5` without a plus may be a code."""
LOOK_ALIKE_DIGITS: Final = str.maketrans("OoIl", "0011")
"""Letters that are typed or read from print in place of digits."""
SEPARATOR_PATTERN: Final = re.compile(r"[\s.\-\u2010-\u2015/]+")
FORMATTED_NUMBER_PATTERN: Final = re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?|\d+\.0+")
MAX_LENGTH_DIFFERENCE: Final = 3
"""Digits by which a code may differ from the usual length and be a spoilt one of it."""
MIN_CLEARED_DIGITS: Final = 4
"""Zeros behind the fifteenth digit that one code has by chance in fewer than 1 of 1,000 cases."""

MIN_CLEARED_CODES: Final = 5
"""Different codes that do not all end in zeros by chance."""


def parse_code(
    value: Any, field: str, code_format: CodeFormat = ANY_CODE, usual_length: int | None = None
) -> str | Doubt:
    """Return a code as normalized text with Arabic digits, or a doubt about a changed one.

    A number is padded with zeros to the declared length. `usual_length`: the length of such codes,
    if nothing is declared; digits that are one short of it have lost a zero.
    """
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return parse_number_code(value, field, code_format, usual_length)
    code = to_arabic_digits(clean_text(value))
    if quoted := QUOTED_PATTERN.fullmatch(code):
        code = quoted[1] if quoted[1] is not None else quoted[2]
    if SCIENTIFIC_PATTERN.fullmatch(code) or FORMATTED_NUMBER_PATTERN.fullmatch(code):
        return lost_digits_doubt(field, value)
    if code_format.length is not None:
        is_right = not code or len(code) == code_format.length
        return code if is_right else length_doubt(code, field, code_format.length)
    if usual_length is not None and code:
        compact = SEPARATOR_PATTERN.sub("", code)
        code = compact if compact.isdigit() else code
        if doubt := find_unusual_code(code, field, usual_length):
            return doubt
    if not code_format.ends_in_zeros and has_cleared_digits(code, MIN_CLEARED_DIGITS):
        return cleared_digits_doubt(field, value)
    return code


def find_unusual_code(code: str, field: str, usual_length: int) -> Doubt | None:
    """Return the doubt about a code that is nearly one of so many digits; null for others.

    Codes of another kind, shorter or longer, are taken as they are.
    """
    digits = sum(character.isdigit() for character in code)
    if code.isdigit() and len(code) == usual_length:
        return None
    read = code.translate(LOOK_ALIKE_DIGITS)
    if read.isdigit() and len(read) == usual_length:
        return build_doubt(
            QuarantineReason.WRONG_TYPE,
            field,
            code,
            f"มีตัวอักษรที่คล้ายตัวเลข อาจเป็น {read}",
            f"has letters that look like digits; it may be {read}",
        )
    is_near = abs(digits - usual_length) <= MAX_LENGTH_DIFFERENCE
    return length_doubt(code, field, usual_length) if is_near else None


def parse_number_code(
    number: int | Decimal, field: str, code_format: CodeFormat, usual_length: int | None
) -> str | Doubt:
    """Return the code of a number, if its format is declared and no digit is lost; else a doubt."""
    exact = Decimal(number)
    if (
        not exact.is_finite()
        or exact != exact.to_integral_value()
        or not 0 <= exact < MAX_EXACT_NUMBER
    ):
        return lost_digits_doubt(field, number)
    digits = str(int(exact))
    if code_format.length is not None:
        if len(digits) > code_format.length:
            return length_doubt(digits, field, code_format.length)
        return digits.zfill(code_format.length)
    if code_format.is_number:
        return digits
    proposal_th = proposal_en = ""
    if usual_length is not None and len(digits) == usual_length - 1:
        proposal_th = f" อาจเป็น {digits.zfill(usual_length)}"
        proposal_en = f"; it may be {digits.zfill(usual_length)}"
    return build_doubt(
        QuarantineReason.WRONG_TYPE,
        field,
        number,
        f"รหัสเป็นตัวเลข ศูนย์ข้างหน้าอาจหายไป{proposal_th} ให้เก็บเป็นข้อความ หรือประกาศรูปแบบใน mapping.codes",
        f"is a number, so leading zeros may be lost{proposal_en}. "
        "Store it as text, or declare its format in mapping.codes",
    )


def has_cleared_digits(code: str, least: int = 1) -> bool:
    """Return whether all digits behind the fifteenth are zeros, and there are at least so many."""
    cleared = code[EXACT_DIGITS:]
    return len(cleared) >= least and code.isascii() and code.isdigit() and not cleared.strip("0")


def find_cleared_columns(
    rows: Iterator[Sequence[Any]], names: Sequence[str], mapping: FileMapping
) -> frozenset[str]:
    """Return the columns of codes in which every long code ends in cleared digits.

    One code of sixteen digits in ten ends in a zero; `MIN_CLEARED_CODES` different ones that all do
    have lost a digit. `rows` include the header.
    """
    columns = {
        index: name
        for index, name in enumerate(names)
        for field, column in mapping.fields.items()
        if name == column
        and field.endswith("code")
        and not mapping.codes.get(field, ANY_CODE).ends_in_zeros
    }
    found: dict[int, set[str]] = {index: set() for index in columns}
    for cells in islice(rows, mapping.header_rows[-1], None):
        for index in [index for index in found if index < len(cells)]:
            code = to_arabic_digits(clean_text(cells[index]))
            if len(code) <= EXACT_DIGITS or not code.isdigit():
                continue
            if not has_cleared_digits(code):
                del found[index]
            elif len(found[index]) < MIN_CLEARED_CODES:
                found[index].add(code)
    return frozenset(columns[one] for one, seen in found.items() if len(seen) >= MIN_CLEARED_CODES)


def lost_digits_doubt(field: str, value: Any) -> Doubt:
    """Return the doubt about a code that became a number and lost digits."""
    messages = (
        "เป็นตัวเลขที่เสียหลักไปแล้ว ให้เก็บเป็นข้อความ",
        "is a number that has lost digits; store it as text",
    )
    return build_doubt(QuarantineReason.WRONG_TYPE, field, value, *messages)


def cleared_digits_doubt(field: str, value: Any) -> Doubt:
    """Return the doubt about a code whose last digits a spreadsheet may have set to zero."""
    return build_doubt(
        QuarantineReason.WRONG_TYPE,
        field,
        value,
        "หลักหลังหลักที่ 15 เป็นศูนย์ทั้งหมด โปรแกรมตารางอาจล้างค่าไป ตรวจกับต้นฉบับ "
        "ถ้ารหัสลงท้ายด้วยศูนย์จริง ให้ประกาศ ends_in_zeros ใน mapping.codes",
        "has only zeros behind the fifteenth digit, as a spreadsheet leaves them; compare it with "
        "the original. If such codes are right, declare ends_in_zeros in mapping.codes",
    )


def length_doubt(code: str, field: str, length: int) -> Doubt:
    """Return the doubt about a code of another length, with the code it was if zeros are lost."""
    if code.isdigit() and len(code) < length:
        return build_doubt(
            QuarantineReason.WRONG_TYPE,
            field,
            code,
            f"มี {len(code)} หลัก ควรมี {length} ศูนย์ข้างหน้าอาจหายไป อาจเป็น {code.zfill(length)}",
            f"has {len(code)} digits instead of {length}; leading zeros may be lost, "
            f"it may be {code.zfill(length)}",
        )
    return build_doubt(
        QuarantineReason.WRONG_TYPE,
        field,
        code,
        f"ยาว {len(code)} ตัวอักษร ควรยาว {length}",
        f"has {len(code)} characters instead of {length}",
    )

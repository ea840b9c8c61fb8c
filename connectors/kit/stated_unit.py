"""The unit of money that a heading states: the name of a column, or a row above the header."""

import re
from collections.abc import Sequence
from typing import Any, Final

from hub.domain.sources.file_mapping import FileMapping
from hub.domain.sources.spec import MoneyUnit, SourceSpec
from hub.domain.thai_text import normalize_text
from hub.errors import SourceRefused

UNIT: Final = (
    r"((?:พันล้าน|ร้อยล้าน|สิบล้าน|ล้าน|แสน|หมื่น|พัน)บาท|ลบ\.|(?:million|thousand) baht|\bmb\b"
    r"|(?<![ก-๛])บาท(?![ก-๛])|\bbaht\b|สตางค์)"
)
LABEL: Final = r"(?:หน่วย(?:เงิน|นับ)?|\b(?:currency |money )?unit)\s*[:=]?\s*"
COLUMN_PATTERN: Final = re.compile(UNIT, re.IGNORECASE)
CELL_PATTERN: Final = re.compile(
    rf"\W*{UNIT}\W*|.*{LABEL}{UNIT}\W*|.*\(\s*{UNIT}\s*\)\W*", re.IGNORECASE
)
"""A whole cell that is a unit, or a text that ends with one after its label or in parentheses."""
UNITS: Final = {
    "ล้านบาท": MoneyUnit.MILLION_BAHT, "ลบ.": MoneyUnit.MILLION_BAHT, "mb": MoneyUnit.MILLION_BAHT,
    "million baht": MoneyUnit.MILLION_BAHT,
    "พันบาท": MoneyUnit.THOUSAND_BAHT, "thousand baht": MoneyUnit.THOUSAND_BAHT,
    "บาท": MoneyUnit.BAHT, "baht": MoneyUnit.BAHT,
    "สตางค์": MoneyUnit.SATANG,
}  # fmt: skip
"""Units by their Thai or English name; amounts in any other, such as แสนบาท, cannot be declared."""


def find_unit_of_column(name: str) -> str | None:
    """Return the name of a unit in the name of a column; null if it states none."""
    found = COLUMN_PATTERN.search(normalize_text(name))
    return found[1].casefold() if found else None


def find_unit_of_cell(text: str) -> str | None:
    """Return the name of a unit in a cell above the header; null if it states none."""
    found = CELL_PATTERN.fullmatch(normalize_text(text))
    return next(filter(None, found.groups())).casefold() if found else None


def describe_unit(unit_name: str, declared: MoneyUnit) -> tuple[str, str] | None:
    """Return what is wrong with a declared unit, given the one that a heading names; null if right.

    The text goes on from the thing that states the unit, in Thai and in English.
    """
    stated = UNITS.get(unit_name)
    if stated is declared:
        return None
    if stated is None:
        return (
            f"บอกหน่วยเป็น {unit_name} ซึ่งประกาศไม่ได้ ให้แปลงจำนวนเป็นบาทก่อน",
            f"states the unit {unit_name}, which cannot be declared; convert the amounts to baht",
        )
    fix = f'unit = "{stated.value}"'
    th = (
        f"บอกหน่วยเป็น {unit_name} แต่ประกาศไว้เป็น {declared.value} "
        f"ให้แก้ money_unit หรือใส่ {fix} ใน mapping.amounts"
    )
    en = (
        f"states the unit {unit_name}, but {declared.value} is declared; "
        f"correct money_unit, or set {fix} in mapping.amounts"
    )
    return th, en


def check_stated_units(
    head: Sequence[Sequence[Any]], mapping: FileMapping, spec: SourceSpec, file: str
) -> None:
    """Raise `SourceRefused` if a row above the header states another unit than the declared one.

    It is about the columns of amounts whose own unit is neither declared nor in their name.
    """
    if all(one.unit or find_unit_of_column(one.column) for one in mapping.amounts):
        return
    for number, cells in enumerate(head, 1):
        for cell in cells if number not in mapping.header_rows else ():
            unit_name = find_unit_of_cell(cell) if isinstance(cell, str) else None
            problem = describe_unit(unit_name, spec.money_unit) if unit_name else None
            if problem:
                th, en = problem
                raise SourceRefused(f"{file}: แถวที่ {number} {th} · row {number} {en}")

"""The source contract as the hub checks it; `docs/source-contract.yaml` is what agencies read.

A test holds the two to each other, field by field.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from hub.domain.budget import BudgetPhase
from hub.domain.record import value

MOST: Final = 500
BAHT: Final = re.compile(r"[0-9]{1,15}([.][0-9]{1,2})?")
PROVINCE: Final = re.compile(r"[0-9]{2}")
MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([.]\d{1,9})?(Z|[+-]\d\d:\d\d)")


def text(most: int, least: int = 1) -> Callable[[Any], bool]:
    """A text of so many characters."""
    return lambda found: isinstance(found, str) and least <= len(found) <= most


def year(found: Any) -> bool:
    """A fiscal year of the Buddhist era."""
    return isinstance(found, int) and not isinstance(found, bool) and 2500 <= found <= 2700


def moment(found: Any) -> bool:
    """A moment with its offset from UTC."""
    return when(found) is not None


def when(found: Any) -> datetime | None:
    """The moment a text stands for; null where it stands for none."""
    if not isinstance(found, str) or MOMENT.fullmatch(found) is None:
        return None
    try:
        return datetime.fromisoformat(found)
    except ValueError:
        return None


def amounts(found: Any) -> bool:
    """A list; its elements are looked at one by one."""
    return isinstance(found, list)


@value
class Field:
    """A field: whether it must be there, what it must be, and in words."""

    needed: bool
    fits: Callable[[Any], bool]
    th: str
    en: str


MOMENTS: Final = Field(True, moment, "วันเวลาพร้อมเขตเวลา", "a date-time with its offset")
IDENTITY: Final = Field(True, text(200), "ข้อความ 1–200 อักขระ", "a text of 1 to 200 characters")
YEAR: Final = Field(True, year, "จำนวนเต็ม 2500–2700", "a whole number from 2500 to 2700")
TOMBSTONE: Final = {
    "id": IDENTITY,
    "updated_at": MOMENTS,
    "deleted": Field(True, lambda found: found is True, "true", "true"),
}
PROJECT: Final = {
    "id": IDENTITY,
    "updated_at": MOMENTS,
    "deleted": Field(True, lambda found: found is False, "false", "false"),
    "title_th": Field(True, text(2000), "ข้อความไม่ว่าง", "a text"),
    "title_en": Field(False, text(2000, 0), "ข้อความ", "a text"),
    "agency_code": Field(True, text(50), "ข้อความไม่ว่าง", "a text"),
    "agency_name": Field(True, text(500), "ข้อความไม่ว่าง", "a text"),
    "fiscal_year_be": YEAR,
    "province_code": Field(
        False,
        lambda found: isinstance(found, str) and PROVINCE.fullmatch(found) is not None,
        "ตัวเลขสองหลัก",
        "two digits",
    ),
    "province_name": Field(False, text(100), "ข้อความไม่ว่าง", "a text"),
    "strategy": Field(False, text(2000, 0), "ข้อความ", "a text"),
    "amounts": Field(True, amounts, "รายการ", "a list"),
}
AMOUNT: Final = {
    "phase": Field(
        True,
        lambda found: found in [phase.value for phase in BudgetPhase],
        "ระยะของงบประมาณ",
        "a phase of the budget",
    ),
    "fiscal_year_be": YEAR,
    "baht": Field(
        True,
        lambda found: isinstance(found, str) and BAHT.fullmatch(found) is not None,
        "ข้อความจำนวนเงินบาท ทศนิยมไม่เกินสอง",
        "a string of baht with two decimals at most",
    ),
}


def faults(record: Any) -> Iterator[tuple[str, str]]:
    """What is wrong with a record, in Thai and English; nothing where it keeps the contract."""
    if not isinstance(record, Mapping):
        yield "ระเบียนไม่ใช่วัตถุ", "a record is no object"
        return
    gone = record.get("deleted") is True
    yield from misfits(record, TOMBSTONE if gone else PROJECT, "")
    elements = record.get("amounts")
    for number, element in enumerate(elements if isinstance(elements, list) and not gone else ()):
        where = f"amounts[{number}]"
        if isinstance(element, Mapping):
            yield from misfits(element, AMOUNT, f"{where}.")
        else:
            yield f"{where} ไม่ใช่วัตถุ", f"{where} is no object"


def misfits(
    found: Mapping[str, Any], fields: Mapping[str, Field], at: str
) -> Iterator[tuple[str, str]]:
    """The fields that are missing, wrong, or not in the contract."""
    for name, field in fields.items():
        if name not in found:
            if field.needed:
                yield f"ไม่มี {at}{name}", f"{at}{name} is missing"
        elif not field.fits(found[name]):
            yield f"{at}{name} ต้องเป็น{field.th}", f"{at}{name} must be {field.en}"
    for name in found.keys() - fields.keys():
        yield f"{at}{name} ไม่อยู่ในสัญญา", f"{at}{name} is not in the contract"

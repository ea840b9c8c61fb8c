"""The rules of the source contract, as the hub checks them; agencies read
`docs/source-contract.yaml`.

A test compares the two, field by field.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from hub.domain.budget import BudgetPhase
from hub.domain.record import value

MAX_LIMIT: Final = 500
BAHT_PATTERN: Final = re.compile(r"[0-9]{1,15}([.][0-9]{1,2})?")
SHARE_PATTERN: Final = re.compile(r"1([.]0{1,6})?|0[.][0-9]{1,6}")
PROVINCE_CODE_PATTERN: Final = re.compile(r"[0-9]{2}")
TIMESTAMP_PATTERN: Final = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([.]\d{1,9})?(Z|[+-]\d\d:\d\d)"
)


def text_of_length(max_length: int, min_length: int = 1) -> Callable[[Any], bool]:
    """Return a check for texts of such a length."""
    return lambda field_value: (
        isinstance(field_value, str) and min_length <= len(field_value) <= max_length
    )


def is_fiscal_year(field_value: Any) -> bool:
    """Return whether a value is a fiscal year in BE."""
    return (
        isinstance(field_value, int)
        and not isinstance(field_value, bool)
        and 2500 <= field_value <= 2700
    )


def is_timestamp(field_value: Any) -> bool:
    """Return whether a value is a moment with a UTC offset."""
    return parse_timestamp(field_value) is not None


def parse_timestamp(field_value: Any) -> datetime | None:
    """Return the moment of a text; null if it is none."""
    if not isinstance(field_value, str) or TIMESTAMP_PATTERN.fullmatch(field_value) is None:
        return None
    try:
        return datetime.fromisoformat(field_value)
    except ValueError:
        return None


def is_list(field_value: Any) -> bool:
    """Return whether a value is a list; its elements are checked separately."""
    return isinstance(field_value, list)


@value
class FieldRule:
    """A field: whether it is required, the check of its value, and its description."""

    is_required: bool
    is_valid: Callable[[Any], bool]
    th: str
    en: str


TIMESTAMP_FIELD: Final = FieldRule(
    True, is_timestamp, "วันเวลาพร้อมเขตเวลา", "a date-time with its offset"
)
ID_FIELD: Final = FieldRule(
    True, text_of_length(200), "ข้อความ 1–200 อักขระ", "a text of 1 to 200 characters"
)
YEAR_FIELD: Final = FieldRule(
    True, is_fiscal_year, "จำนวนเต็ม 2500–2700", "a whole number from 2500 to 2700"
)
TOMBSTONE_FIELDS: Final = {
    "id": ID_FIELD,
    "updated_at": TIMESTAMP_FIELD,
    "deleted": FieldRule(True, lambda field_value: field_value is True, "true", "true"),
}
PROJECT_FIELDS: Final = {
    "id": ID_FIELD,
    "updated_at": TIMESTAMP_FIELD,
    "deleted": FieldRule(True, lambda field_value: field_value is False, "false", "false"),
    "title_th": FieldRule(True, text_of_length(2000), "ข้อความไม่ว่าง", "a text"),
    "title_en": FieldRule(False, text_of_length(2000, 0), "ข้อความ", "a text"),
    "agency_code": FieldRule(True, text_of_length(50), "ข้อความไม่ว่าง", "a text"),
    "agency_name": FieldRule(True, text_of_length(500), "ข้อความไม่ว่าง", "a text"),
    "fiscal_year_be": YEAR_FIELD,
    "province_code": FieldRule(
        False,
        lambda field_value: (
            isinstance(field_value, str)
            and PROVINCE_CODE_PATTERN.fullmatch(field_value) is not None
        ),
        "ตัวเลขสองหลัก",
        "two digits",
    ),
    "province_name": FieldRule(False, text_of_length(100), "ข้อความไม่ว่าง", "a text"),
    "strategy": FieldRule(False, text_of_length(2000, 0), "ข้อความ", "a text"),
    "amounts": FieldRule(True, is_list, "รายการ", "a list"),
    "linkages": FieldRule(False, is_list, "รายการ", "a list"),
}
AMOUNT_FIELDS: Final = {
    "phase": FieldRule(
        True,
        lambda field_value: field_value in [phase.value for phase in BudgetPhase],
        "ระยะของงบประมาณ",
        "a phase of the budget",
    ),
    "fiscal_year_be": YEAR_FIELD,
    "baht": FieldRule(
        True,
        lambda field_value: (
            isinstance(field_value, str) and BAHT_PATTERN.fullmatch(field_value) is not None
        ),
        "ข้อความจำนวนเงินบาท ทศนิยมไม่เกินสอง",
        "a string of baht with two decimals at most",
    ),
}

LINKAGE_FIELDS: Final = {
    "area": FieldRule(True, text_of_length(200), "รหัสพื้นที่", "the code of an area"),
    "fiscal_year_be": YEAR_FIELD,
    "issue_code": FieldRule(True, text_of_length(200), "รหัสประเด็น", "the code of an issue"),
    "stage_code": FieldRule(False, text_of_length(200), "รหัสขั้น", "the code of a stage"),
    "share": FieldRule(
        False,
        lambda field_value: (
            isinstance(field_value, str)
            and SHARE_PATTERN.fullmatch(field_value) is not None
            and Decimal(field_value) > 0
        ),
        "ข้อความสัดส่วน มากกว่า 0 ไม่เกิน 1 ทศนิยมไม่เกินหก",
        "a string of more than 0 and at most 1, with six decimals at most",
    ),
}
ELEMENT_FIELDS: Final = {"amounts": AMOUNT_FIELDS, "linkages": LINKAGE_FIELDS}
"""The fields of the elements of each list."""


def find_violations(record: Any) -> Iterator[tuple[str, str]]:
    """Yield the violations of a record, in Thai and English."""
    if not isinstance(record, Mapping):
        yield "ระเบียนไม่ใช่วัตถุ", "a record is no object"
        return
    is_deleted = record.get("deleted") is True
    yield from find_field_violations(record, TOMBSTONE_FIELDS if is_deleted else PROJECT_FIELDS, "")
    for name, fields in ELEMENT_FIELDS.items():
        elements = record.get(name)
        for number, element in enumerate(
            elements if isinstance(elements, list) and not is_deleted else ()
        ):
            path = f"{name}[{number}]"
            if isinstance(element, Mapping):
                yield from find_field_violations(element, fields, f"{path}.")
            else:
                yield f"{path} ไม่ใช่วัตถุ", f"{path} is no object"


def find_field_violations(
    record: Mapping[str, Any], fields: Mapping[str, FieldRule], path: str
) -> Iterator[tuple[str, str]]:
    """Yield the fields that are missing, invalid or not in the contract."""
    for name, field in fields.items():
        if name not in record:
            if field.is_required:
                yield f"ไม่มี {path}{name}", f"{path}{name} is missing"
        elif not field.is_valid(record[name]):
            yield f"{path}{name} ต้องเป็น{field.th}", f"{path}{name} must be {field.en}"
    for name in record.keys() - fields.keys():
        yield f"{path}{name} ไม่อยู่ในสัญญา", f"{path}{name} is not in the contract"

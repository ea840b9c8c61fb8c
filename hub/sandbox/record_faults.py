"""Faults in records: how a fault changes one record of a page.

Values that JSON cannot express (NaN, an undecodable byte) are written as marks and replaced in the
encoded body.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from hub.sandbox.records import JsonObject

RECORD_FAULTS: Final = {
    "nan": "จำนวนเงินเป็น NaN · an amount that is NaN",
    "infinity": "จำนวนเงินเป็น Infinity · an amount that is Infinity",
    "huge-number": "จำนวนเงิน 1e400 · an amount of 1e400",
    "negative": "จำนวนเงินติดลบ · a negative amount",
    "thai-digits": "เลขไทย · Thai digits in amount and year",
    "separators": "คั่นหลักพัน · an amount with separators",
    "misplaced": "คั่นหลักพันผิดที่ · a misplaced separator",
    "ce-year": "ปี ค.ศ. · a year of the Common Era",
    "short-year": "ปีสองหลัก · a year of two digits",
    "no-year": "ปีที่เป็นไปไม่ได้ · an impossible year",
    "bad-bytes": "ไบต์ที่ถอดรหัสไม่ได้ · bytes that do not decode",
    "unknown-province": "ไม่มีจังหวัดนี้ · an unknown province",
    "wrong-province": "รหัสกับชื่อจังหวัดขัดกัน · a province's code beside another's name",
    "renamed-agency": "ชื่อใหม่ของหน่วยงาน · the later name of an agency",
    "nul": "อักขระ NUL · a NUL in a title",
    "surrogate": "ครึ่งอักขระ · a lone surrogate in a title",
    "bidi": "อักขระกลับทิศ · marks of direction in a title",
    "long-name": "ชื่อยาวล้านอักษร · a title of a million characters",
    "decomposed": "สระอำแยกตัว · decomposed vowels and other blanks in a title",
    "no-key": "ไม่มีรหัส · a record without a key",
    "same-key": "รหัสเดียวสองค่า · a key repeated with other values",
    "renamed-column": "เปลี่ยนชื่อคอลัมน์ · a column under another name",
    "new-column": "คอลัมน์ใหม่ · a column that was not declared",
    "wrong-type": "ชนิดข้อมูลเปลี่ยน · a list instead of a text",
    "gone": "ระเบียนถูกลบ · a deleted record",
    "late-correction": "แก้ย้อนหลัง · another amount for a closed year",
    "boundary": "เที่ยงคืนปีงบ · signed at midnight of 1 October in Bangkok, written in UTC",
}
RAW_MARK_PATTERN: Final = re.compile('"⟦([^⟧]*)⟧"')
NEW_DEPARTMENT_NAME: Final = "กรมการแพทย์แผนไทยและการแพทย์ทางเลือก"
"""The later name of department 21005, an alias in the reference data."""
FISCAL_YEAR_START: Final = "2024-09-30T17:00:00Z"
"""The first moment of the fiscal year 2568 BE in Bangkok."""
THAI_DIGITS: Final = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")


@dataclass(frozen=True, slots=True)
class ApiColumns:
    """The columns of an API by their meaning; `amount` is in each element of the list `amounts`."""

    key: str
    title: str
    year: str
    province: str
    agency: str
    agency_code: str | None
    amounts: str | None
    amount: str


CONTRACT_COLUMNS: Final = ApiColumns(
    "id", "title_th", "fiscal_year_be", "province_name", "agency_name", "agency_code",
    "amounts", "baht",
)  # fmt: skip
COLUMNS_BY_API: Final = {
    "budget": ApiColumns(
        "objc_level1_name", "name", "bb_year", "bb_province", "agc", "agc_code", "compare",
        "bb_amount",
    ),
    "ministry": CONTRACT_COLUMNS,
    "local": CONTRACT_COLUMNS,
    "contracts": ApiColumns(
        "project_id", "project_name", "budget_year", "province", "dept_name", None, "contract",
        "price_agree",
    ),
    "catalog": ApiColumns(
        "รหัสโครงการ", "ชื่อโครงการ", "ปีงบประมาณ", "จังหวัด", "หน่วยงาน", None, None,
        "เบิกจ่าย (บาท)",
    ),
}  # fmt: skip
FAULTY_TITLES: Final = {
    "nul": "ถนน\x00สายใหม่",
    "surrogate": "⟦\\ud800ถนน⟧",
    "bad-bytes": "ถนน\udcff\udcfe",
    "bidi": "\u202eถนน\u202c",
    "long-name": "ก" * 1_000_000,
    "decomposed": "นํ้าประปา\u200b  หมู่บ้าน",
}
FAULTY_AMOUNTS: Final = {
    "nan": "⟦NaN⟧",
    "infinity": "⟦Infinity⟧",
    "huge-number": "⟦1e400⟧",
    "negative": "-500.00",
    "misplaced": "1,00,0.00",
}


def apply_record_fault(name: str, api: str, records: list[JsonObject]) -> list[JsonObject]:
    """Return the records of a page with the fault applied to the first one."""
    if not records:
        return records
    first, *rest = records
    if name == "gone":
        tombstone = {"deleted": True, "id": first.get("id"), "updated_at": first.get("updated_at")}
        return [tombstone, *rest] if "deleted" in first else rest
    if name == "same-key":
        return [first, *rest, alter_record("late-correction", COLUMNS_BY_API[api], first)]
    return [alter_record(name, COLUMNS_BY_API[api], first), *rest]


def alter_record(name: str, columns: ApiColumns, record: JsonObject) -> JsonObject:
    """Return one record with a fault."""
    if name in FAULTY_TITLES:
        return {**record, columns.title: FAULTY_TITLES[name]}
    if name in FAULTY_AMOUNTS:
        return with_first_amount(columns, record, lambda _: FAULTY_AMOUNTS[name])
    alterations: dict[str, Callable[[], JsonObject]] = {
        "late-correction": lambda: with_first_amount(columns, record, lambda _: "7,777.00"),
        "separators": lambda: with_first_amount(
            columns, record, lambda amount: f"{parse_float(amount):,.2f}"
        ),
        "thai-digits": lambda: {
            **with_first_amount(
                columns, record, lambda amount: f"{parse_float(amount):,.2f}".translate(THAI_DIGITS)
            ),
            columns.year: str(record[columns.year]).translate(THAI_DIGITS),
        },
        "ce-year": lambda: {**record, columns.year: int(record[columns.year]) - 543},
        "short-year": lambda: {**record, columns.year: str(record[columns.year])[-2:]},
        "no-year": lambda: {**record, columns.year: 1200},
        "unknown-province": lambda: with_province(columns, record, "จังหวัดที่ไม่มี", "99"),
        "wrong-province": lambda: with_province(columns, record, "ตราด", "22"),
        "renamed-agency": lambda: {
            **record,
            columns.agency: NEW_DEPARTMENT_NAME,
            **({columns.agency_code: ""} if columns.agency_code else {}),
        },
        "no-key": lambda: {**record, columns.key: ""},
        "renamed-column": lambda: {
            (f"{key}_new" if key == columns.title else key): one for key, one in record.items()
        },
        "new-column": lambda: {**record, "คอลัมน์ใหม่": 1},
        "wrong-type": lambda: {**record, columns.amounts or columns.amount: {"ก": 1}},
        "boundary": lambda: {
            **record,
            columns.year: "",
            "contract": [{**one, "contract_date": FISCAL_YEAR_START} for one in record["contract"]],
        },
    }
    return alterations[name]()


def with_first_amount(
    columns: ApiColumns, record: JsonObject, change: Callable[[Any], Any]
) -> JsonObject:
    """Return a record with its first amount changed."""
    if columns.amounts is None:
        return {**record, columns.amount: change(record[columns.amount])}
    first, *rest = record[columns.amounts]
    return {
        **record,
        columns.amounts: [{**first, columns.amount: change(first[columns.amount])}, *rest],
    }


def parse_float(amount: Any) -> float:
    """Return an amount as a float; generated amounts are small enough to be exact."""
    return float(str(amount).replace(",", ""))


def with_province(columns: ApiColumns, record: JsonObject, name: str, code: str) -> JsonObject:
    """Return a record in another province."""
    if "province_code" in record:
        return {**record, columns.province: name, "province_code": code}
    if columns.province in record:
        return {**record, columns.province: name}
    first, *rest = record[columns.amounts or ""]
    return {**record, columns.amounts or "": [{**first, columns.province: name}, *rest]}


def encode_answer(answer: Mapping[str, Any]) -> bytes:
    """Return a response body, with the marks replaced by their values."""
    text = RAW_MARK_PATTERN.sub(restore_mark, json.dumps(answer, ensure_ascii=False))
    return text.encode("utf-8", "surrogateescape")


def restore_mark(match: re.Match[str]) -> str:
    """Return the value of a mark: a bare number, or a string with an escape."""
    inner = match[1].replace("\\\\", "\\")
    return f'"{inner}"' if "\\" in inner else inner

"""Records that are not as they should be: what a fault makes of one record of a page.

What JSON has no value for (NaN, a byte that is no character) is written as a mark and put into the
body when that is bytes.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from hub.sandbox.records import Record

ROWS: Final = {
    "nan": "จำนวนเงินเป็น NaN · an amount that is NaN",
    "infinity": "จำนวนเงินเป็น Infinity · an amount that is Infinity",
    "huge-number": "จำนวนเงิน 1e400 · an amount of 1e400",
    "negative": "จำนวนเงินติดลบ · a negative amount",
    "thai-digits": "เลขไทย · Thai digits in amount and year",
    "separators": "คั่นหลักพัน · an amount with separators",
    "misplaced": "คั่นหลักพันผิดที่ · a separator out of place",
    "ce-year": "ปี ค.ศ. · a year of the Common Era",
    "short-year": "ปีสองหลัก · a year of two digits",
    "no-year": "ปีที่เป็นไปไม่ได้ · a year that cannot be",
    "bad-bytes": "ไบต์ที่ถอดรหัสไม่ได้ · bytes that do not decode",
    "unknown-province": "ไม่มีจังหวัดนี้ · a province that is none",
    "wrong-province": "รหัสกับชื่อจังหวัดขัดกัน · a province's code beside another's name",
    "renamed-agency": "ชื่อใหม่ของหน่วยงาน · an agency by the name it has since been given",
    "nul": "อักขระ NUL · a NUL in a title",
    "surrogate": "ครึ่งอักขระ · a lone surrogate in a title",
    "bidi": "อักขระกลับทิศ · marks of direction in a title",
    "long-name": "ชื่อยาวล้านอักษร · a title of a million characters",
    "decomposed": "สระอำแยกตัว · decomposed vowels and other blanks in a title",
    "no-key": "ไม่มีรหัส · a record without a key",
    "same-key": "รหัสเดียวสองค่า · a key that comes twice with other values",
    "renamed-column": "เปลี่ยนชื่อคอลัมน์ · a column under another name",
    "new-column": "คอลัมน์ใหม่ · a column that was not declared",
    "wrong-type": "ชนิดข้อมูลเปลี่ยน · a list where a text was",
    "gone": "ระเบียนถูกลบ · a record that was removed",
    "late-correction": "แก้ย้อนหลัง · another amount for a closed year",
    "boundary": "เที่ยงคืนปีงบ · signed at midnight of 1 October in Bangkok, told in UTC",
}
RAW: Final = re.compile('"⟦([^⟧]*)⟧"')
NEW_NAME: Final = "กรมการแพทย์แผนไทยและการแพทย์ทางเลือก"
"""What department 21005 has been called since; the reference data has it as an alias."""
MIDNIGHT: Final = "2024-09-30T17:00:00Z"
"""The first moment of the fiscal year 2568 in Bangkok."""
THAI: Final = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns of an API by what they hold; `amount` is in each of the list `amounts`."""

    key: str
    title: str
    year: str
    province: str
    agency: str
    agency_code: str | None
    amounts: str | None
    amount: str


CONTRACT: Final = Shape(
    "id", "title_th", "fiscal_year_be", "province_name", "agency_name", "agency_code",
    "amounts", "baht",
)  # fmt: skip
SHAPES: Final = {
    "budget": Shape(
        "objc_level1_name", "name", "bb_year", "bb_province", "agc", "agc_code", "compare",
        "bb_amount",
    ),
    "ministry": CONTRACT,
    "local": CONTRACT,
    "contracts": Shape(
        "project_id", "project_name", "budget_year", "province", "dept_name", None, "contract",
        "price_agree",
    ),
    "catalog": Shape(
        "รหัสโครงการ", "ชื่อโครงการ", "ปีงบประมาณ", "จังหวัด", "หน่วยงาน", None, None,
        "เบิกจ่าย (บาท)",
    ),
}  # fmt: skip
TITLES: Final = {
    "nul": "ถนน\x00สายใหม่",
    "surrogate": "⟦\\ud800ถนน⟧",
    "bad-bytes": "ถนน\udcff\udcfe",
    "bidi": "\u202eถนน\u202c",
    "long-name": "ก" * 1_000_000,
    "decomposed": "นํ้าประปา\u200b  หมู่บ้าน",
}
NUMBERS: Final = {
    "nan": "⟦NaN⟧",
    "infinity": "⟦Infinity⟧",
    "huge-number": "⟦1e400⟧",
    "negative": "-500.00",
    "misplaced": "1,00,0.00",
}


def spoilt(name: str, api: str, records: list[Record]) -> list[Record]:
    """The records of a page, the first of them as a fault wants it."""
    if not records:
        return records
    first, *rest = records
    if name == "gone":
        told = {"deleted": True, "id": first.get("id"), "updated_at": first.get("updated_at")}
        return [told, *rest] if "deleted" in first else rest
    if name == "same-key":
        return [first, *rest, made("late-correction", SHAPES[api], first)]
    return [made(name, SHAPES[api], first), *rest]


def made(name: str, shape: Shape, record: Record) -> Record:
    """One record as a fault wants it."""
    if name in TITLES:
        return {**record, shape.title: TITLES[name]}
    if name in NUMBERS:
        return amended(shape, record, lambda _: NUMBERS[name])
    told: dict[str, Callable[[], Record]] = {
        "late-correction": lambda: amended(shape, record, lambda _: "7,777.00"),
        "separators": lambda: amended(shape, record, lambda amount: f"{plain(amount):,.2f}"),
        "thai-digits": lambda: {
            **amended(shape, record, lambda amount: f"{plain(amount):,.2f}".translate(THAI)),
            shape.year: str(record[shape.year]).translate(THAI),
        },
        "ce-year": lambda: {**record, shape.year: int(record[shape.year]) - 543},
        "short-year": lambda: {**record, shape.year: str(record[shape.year])[-2:]},
        "no-year": lambda: {**record, shape.year: 1200},
        "unknown-province": lambda: placed(shape, record, "จังหวัดที่ไม่มี", "99"),
        "wrong-province": lambda: placed(shape, record, "ตราด", "22"),
        "renamed-agency": lambda: {
            **record,
            shape.agency: NEW_NAME,
            **({shape.agency_code: ""} if shape.agency_code else {}),
        },
        "no-key": lambda: {**record, shape.key: ""},
        "renamed-column": lambda: {
            (f"{key}_new" if key == shape.title else key): one for key, one in record.items()
        },
        "new-column": lambda: {**record, "คอลัมน์ใหม่": 1},
        "wrong-type": lambda: {**record, shape.amounts or shape.amount: {"ก": 1}},
        "boundary": lambda: {
            **record,
            shape.year: "",
            "contract": [{**one, "contract_date": MIDNIGHT} for one in record["contract"]],
        },
    }
    return told[name]()


def amended(shape: Shape, record: Record, change: Callable[[Any], Any]) -> Record:
    """A record with its first amount changed."""
    if shape.amounts is None:
        return {**record, shape.amount: change(record[shape.amount])}
    first, *rest = record[shape.amounts]
    return {**record, shape.amounts: [{**first, shape.amount: change(first[shape.amount])}, *rest]}


def plain(amount: Any) -> float:
    """An amount as a number; a generated one is small enough for it."""
    return float(str(amount).replace(",", ""))


def placed(shape: Shape, record: Record, name: str, code: str) -> Record:
    """A record in another province."""
    if "province_code" in record:
        return {**record, shape.province: name, "province_code": code}
    if shape.province in record:
        return {**record, shape.province: name}
    first, *rest = record[shape.amounts or ""]
    return {**record, shape.amounts or "": [{**first, shape.province: name}, *rest]}


def encoded(answer: Mapping[str, Any]) -> bytes:
    """An answer as bytes, with what JSON has no value for."""
    text = RAW.sub(fragment, json.dumps(answer, ensure_ascii=False))
    return text.encode("utf-8", "surrogateescape")


def fragment(match: re.Match[str]) -> str:
    """What a mark stands for: a bare number, or a string with an escape in it."""
    inner = match[1].replace("\\\\", "\\")
    return f'"{inner}"' if "\\" in inner else inner

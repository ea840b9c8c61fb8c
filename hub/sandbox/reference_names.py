"""The words of generated titles, and names of the reference data."""

import csv
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

REFERENCE: Final = Path(__file__).parents[1] / "reference"

ACTIONS: Final = (
    "ก่อสร้าง", "ปรับปรุง", "ส่งเสริม", "พัฒนา", "อบรม", "ซ่อมแซม", "สนับสนุน", "ขยาย", "สำรวจ", "ฟื้นฟู",
)  # fmt: skip
SUBJECTS: Final = (
    "ถนนคอนกรีต", "แหล่งน้ำชุมชน", "ตลาดชุมชน", "ศูนย์เรียนรู้การเกษตร", "ระบบประปาหมู่บ้าน", "เส้นทางท่องเที่ยว",
    "กลุ่มอาชีพสตรี", "ป่าชายเลน", "ระบบเตือนภัย", "โรงเรือนผลไม้", "อาคารผู้สูงอายุ", "ท่าเรือเล็ก",
)  # fmt: skip
PLACES: Final = (
    "บ้านดอน", "บ้านนา", "บ้านเกาะ", "บ้านคลอง", "บ้านหนอง", "บ้านโคก", "บ้านทุ่ง", "บ้านท่า",
    "บ้านสวน", "บ้านเขา",
)  # fmt: skip
CATEGORIES: Final = ("งบบุคลากร", "งบดำเนินงาน", "งบลงทุน", "งบเงินอุดหนุน", "งบรายจ่ายอื่น")
PLANS: Final = ("แผนงานพื้นฐาน", "แผนงานยุทธศาสตร์", "แผนงานบูรณาการ")
STRATEGIES: Final = ("ด้านความมั่นคง", "ด้านการสร้างความสามารถในการแข่งขัน", "ด้านสิ่งแวดล้อม")
MINISTRY_IDS: Final = tuple(f"ministry:{code}" for code in ("07", "08", "09", "15", "20", "21"))
AUTHORITY_PROVINCES: Final = ("20", "21", "22", "23", "50", "90")
"""Provinces with one generated local authority each."""
CENTRAL: Final = "ส่วนกลาง"
"""The name of central money, which has no province."""


class CodedName(NamedTuple):
    """A code and its name."""

    code: str
    name: str


@cache
def list_ministries() -> tuple[CodedName, ...]:
    """Return six ministries that have existed for long, with their budget codes."""
    return tuple(
        CodedName(row["id"].split(":")[1], row["name_th"])
        for row in read_reference_rows("agencies.csv")
        if row["id"] in MINISTRY_IDS
    )


@cache
def list_departments(ministry: str) -> tuple[CodedName, ...]:
    """Return the existing departments of a ministry."""
    return tuple(
        CodedName(code, row["name_th"])
        for row in read_reference_rows("agencies.csv")
        if row["kind"] == "DEPARTMENT"
        and not row["valid_to"]
        and (code := row["id"].split(":")[1]).startswith(ministry)
    )


@cache
def list_unambiguous_departments(ministry: str) -> tuple[CodedName, ...]:
    """Return the departments of a ministry with a unique name, which can be resolved without a
    code.
    """
    name_counts = Counter(row["name_th"] for row in read_reference_rows("agencies.csv"))
    return tuple(one for one in list_departments(ministry) if name_counts[one.name] == 1)


@cache
def list_provinces() -> tuple[CodedName, ...]:
    """Return the existing provinces and Bangkok."""
    return tuple(
        CodedName(row["code"], row["name_th"])
        for row in read_reference_rows("areas.csv")
        if row["level"] == "PROVINCE" and not row["valid_to"]
    )


@cache
def list_authorities() -> tuple[tuple[CodedName, CodedName], ...]:
    """Return the generated local authorities, each with its province."""
    return tuple(
        (CodedName(f"{one.code}-01", f"เทศบาลทดลอง{one.name}"), one)
        for one in list_provinces()
        if one.code in AUTHORITY_PROVINCES
    )


def read_reference_rows(file: str) -> list[dict[str, str]]:
    """Return the rows of a reference file."""
    with (REFERENCE / file).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))

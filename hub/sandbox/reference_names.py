"""The words that generated titles are made of, and the names taken from the reference data."""

import csv
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

REFERENCE: Final = Path(__file__).parents[1] / "reference"

DEEDS: Final = (
    "ก่อสร้าง", "ปรับปรุง", "ส่งเสริม", "พัฒนา", "อบรม", "ซ่อมแซม", "สนับสนุน", "ขยาย", "สำรวจ", "ฟื้นฟู",
)  # fmt: skip
THINGS: Final = (
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
LASTING: Final = tuple(f"ministry:{code}" for code in ("07", "08", "09", "15", "20", "21"))
TOWNS: Final = ("20", "21", "22", "23", "50", "90")
"""Provinces with a made-up local authority each."""
CENTRAL: Final = "ส่วนกลาง"
"""Central money: no province."""


class Named(NamedTuple):
    """A code and the name that goes with it."""

    code: str
    name: str


@cache
def ministries() -> tuple[Named, ...]:
    """Six ministries that have stood for long; the code is that of the budget's own coding."""
    return tuple(
        Named(row["id"].split(":")[1], row["name_th"])
        for row in rows("agencies.csv")
        if row["id"] in LASTING
    )


@cache
def departments(ministry: str) -> tuple[Named, ...]:
    """The departments of a ministry that stand today."""
    return tuple(
        Named(code, row["name_th"])
        for row in rows("agencies.csv")
        if row["kind"] == "DEPARTMENT"
        and not row["valid_to"]
        and (code := row["id"].split(":")[1]).startswith(ministry)
    )


@cache
def told_apart(ministry: str) -> tuple[Named, ...]:
    """The departments of a ministry whose name no other body bears: it will do without a code."""
    times = Counter(row["name_th"] for row in rows("agencies.csv"))
    return tuple(one for one in departments(ministry) if times[one.name] == 1)


@cache
def provinces() -> tuple[Named, ...]:
    """The provinces of today and Bangkok."""
    return tuple(
        Named(row["code"], row["name_th"])
        for row in rows("areas.csv")
        if row["level"] == "PROVINCE" and not row["valid_to"]
    )


@cache
def authorities() -> tuple[tuple[Named, Named], ...]:
    """The made-up local authorities, each with its province."""
    return tuple(
        (Named(f"{one.code}-01", f"เทศบาลทดลอง{one.name}"), one)
        for one in provinces()
        if one.code in TOWNS
    )


def rows(file: str) -> list[dict[str, str]]:
    """The rows of a reference file."""
    with (REFERENCE / file).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))

"""A generated act: every budget unit of the reference, with the errors of reading from print.

The kinds of error are those of the public extraction of the act of FY 2565, and their rates are at
least as high: 1 name in 40 is misread, half of the clusters lose their number, 1 amount in 900 is
unreadable.
"""

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hub.bootstrap.startup import REFERENCE_FOLDER

ACT_DAY: Final = "2021-10-01"
VOLUME: Final = "2022.9.9"
COLUMNS: Final = (
    "", "ITEM_ID", "REF_DOC", "REF_PAGE_NO", "MINISTRY", "BUDGETARY_UNIT", "CROSS_FUNC?",
    "BUDGET_PLAN", "OUTPUT", "PROJECT", "CATEGORY_LV1", "CATEGORY_LV2", "CATEGORY_LV3",
    "CATEGORY_LV4", "CATEGORY_LV5", "CATEGORY_LV6", "ITEM_DESCRIPTION", "FISCAL_YEAR", "AMOUNT",
    "OBLIGED?", "DEBUG_LOG",
)  # fmt: skip
FRAGMENTS: Final = (" P.", " de u", " ผ้", " ญ", " ส่", " สะ")
MARKS: Final = "่้๊๋์็"
MISREAD_NAMES: Final = 1 / 40
UNREADABLE_AMOUNTS: Final = 1 / 900
UNREADABLE: Final = ("300,0", "3,333,333.3333333335", "ตามที่จ่ายจริง", "1,2,3")
"""A misplaced separator, a third of an amount, a text, and separators that group nothing."""


@dataclass
class Unit:
    """A budget unit of the act: its heading, how it is written, and the agency that it is.

    `waits`: what is written can mean more than one agency, or none.
    """

    heading: str
    written: str
    agency: str
    waits: bool = False


def read_lines(name: str) -> list[dict[str, str]]:
    with (REFERENCE_FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def is_in_force(line: dict[str, str]) -> bool:
    return line["valid_from"] <= ACT_DAY and (not line["valid_to"] or line["valid_to"] > ACT_DAY)


def list_units() -> list[Unit]:
    """Return every agency of the reference that can be a budget unit of FY 2565, as printed."""
    agencies = {one["id"]: one for one in read_lines("agencies")}
    parents = {
        one["agency_id"]: one["parent_id"]
        for one in read_lines("agency_placements")
        if is_in_force(one)
    }
    areas = {one["code"]: one["name_th"] for one in read_lines("areas")}
    province_of = {
        one["child_code"]: areas[one["parent_code"]]
        for one in read_lines("area_memberships")
        if one["child_code"].startswith("lao:")
    }
    units = []
    for key, one in agencies.items():
        if not is_in_force(one) or one["kind"] in {"MINISTRY", "GROUP"}:
            continue
        parent = parents.get(key)
        heading, written = agencies[parent]["name_th"] if parent else one["name_th"], one["name_th"]
        if one["kind"] == "LOCAL_AUTHORITY":
            heading = "องค์กรปกครองส่วนท้องถิ่น"
            if written.startswith("เทศบาล"):
                kind = "เทศบาลนคร" if written.startswith("เทศบาลนคร") else "เทศบาลเมือง"
                written = f"{kind}ในพื้นที่จังหวัด{province_of[key]} {written}"
        elif one["kind"] == "PROVINCE" and not written.startswith("จังหวัด"):
            written = f"จังหวัด{written}"
        units.append(Unit(heading, written, key))
    return units


def misread(units: list[Unit], draw: random.Random) -> None:
    """Misread units in place, in each of the ways of the public extraction."""
    for unit in units:
        stem, _, number = unit.written.rpartition(" ")
        if unit.written.startswith("กลุ่มจังหวัด") and number.isdigit():
            unit.written, unit.waits = (
                (stem, True) if draw.random() < 0.5 else (unit.written, False)
            )
    offices = [one for one in units if one.agency.startswith(("department:", "unit:"))]
    for turn, unit in enumerate(draw.sample(offices, round(len(units) * MISREAD_NAMES * 2))):
        marked = [at for at, letter in enumerate(unit.written) if letter in MARKS]
        if turn % 2:
            unit.written += FRAGMENTS[turn // 2 % len(FRAGMENTS)]
        elif turn % 4 and marked:
            at = draw.choice(marked)
            unit.written = unit.written[:at] + unit.written[at + 1 :]
        else:
            at = draw.randrange(3, len(unit.written) - 3)
            unit.written, unit.waits = unit.written[:at] + "ฮ" + unit.written[at + 1 :], True


def generate_rows(count: int) -> Iterator[tuple[dict[str, str], str | None]]:
    """Yield `count` rows, each with the agency that it belongs to; null: the row has to wait."""
    draw = random.Random(2565)  # noqa: S311 - a repeatable sample, no secret
    units = list_units()
    misread(units, draw)
    # Only its ministry distinguishes a single office of a minister; here the ministry is lost.
    lost = [Unit("", "สำนักงานรัฐมนตรี", "", True), Unit("", "สำนักงานปลัดกระทรวง", "", True)]
    number = 0
    for place, unit in enumerate(units):
        share = count * (place + 1) // len(units) - count * place // len(units)
        for _ in range(share):
            yield build_row(number, unit, draw)
            number += 1
    for unit in lost:
        yield build_row(number, unit, draw)
        number += 1


def build_row(number: int, unit: Unit, draw: random.Random) -> tuple[dict[str, str], str | None]:
    """Return one row of a unit, and the agency that it belongs to."""
    amount, agency = f"{draw.randrange(1, 900_000) * 100:,}", None if unit.waits else unit.agency
    if number % 7 == 0:
        amount = f"{amount}.0"
    if draw.random() < UNREADABLE_AMOUNTS:
        amount, agency = draw.choice(UNREADABLE), None
    heading = (
        f"{unit.heading} ({number % 5 + 1})" if unit.heading.startswith("กระทรวง") else unit.heading
    )
    plan = "แผนงานทดลอง" if number % 11 else "แผนงานทดลอง งบประมาณ 1,000 บุคลากร 2,000 รวม 3,000"
    category = ("งบลงทุน", "งบดาเนินงาน", "งบรายจ่ายอื่น หน้า 12")[number % 3]
    row = dict.fromkeys(COLUMNS, "")
    row |= {
        "": str(number), "ITEM_ID": f"{VOLUME}.{number}", "REF_DOC": VOLUME,
        "REF_PAGE_NO": str(number // 20), "MINISTRY": heading, "BUDGETARY_UNIT": unit.written,
        "CROSS_FUNC?": "False", "BUDGET_PLAN": plan, "OUTPUT": f"ผลผลิตทดลอง {number % 4}",
        "CATEGORY_LV1": category, "ITEM_DESCRIPTION": f"รายการทดลอง {number}",
        "FISCAL_YEAR": str(2022 if number % 9 else draw.choice((1967, 2019, 2023, 2026))),
        "AMOUNT": amount, "OBLIGED?": "False",
    }  # fmt: skip
    return row, agency


def write_act(path: Path, count: int) -> dict[str, str | None]:
    """Write an act of `count` rows and more; return the agency of each row by its key."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        agencies = {}
        for row, agency in generate_rows(count):
            writer.writerow(row)
            agencies[row["ITEM_ID"]] = agency
    return agencies

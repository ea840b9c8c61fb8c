"""Generate records from their number; nothing is stored, so a million records need no memory.

A record depends on the seed and its number only. Years and ministries are blocks of numbers, so a
filter is a range of numbers and the last page costs as much as the first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from hub.sandbox.declared import declare_linkages
from hub.sandbox.reference_names import (
    ACTIONS,
    CATEGORIES,
    CENTRAL,
    PLACES,
    PLANS,
    STRATEGIES,
    SUBJECTS,
    CodedName,
    list_authorities,
    list_departments,
    list_ministries,
    list_provinces,
    list_unambiguous_departments,
)

YEARS: Final = (2565, 2566, 2567, 2568)
FIRST_CHANGE_AT: Final = datetime(2025, 1, 1, tzinfo=UTC)
UINT64_MASK: Final = (1 << 64) - 1
JsonObject = dict[str, Any]


def mix_bits(seed: int, number: int) -> int:
    """Return 64 pseudo-random bits (splitmix64), equal on every machine and without state."""
    z = (seed * 0x9E3779B97F4A7C15 + number * 0xBF58476D1CE4E5B9 + 0x94D049BB133111EB) & UINT64_MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & UINT64_MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & UINT64_MASK
    return z ^ (z >> 31)


@dataclass(frozen=True, slots=True)
class GeneratedRecords:
    """The records of one seed, by number."""

    count: int
    seed: int = 1

    def year_and_ministry(self, number: int) -> tuple[int, CodedName]:
        """Return the year and the ministry of a record."""
        block = number * len(YEARS) * len(list_ministries()) // max(self.count, 1)
        year, ministry = divmod(block, len(list_ministries()))
        return YEARS[year], list_ministries()[ministry]

    def number_ranges(self, year: str | None, min_code: str | None) -> list[range]:
        """Return the ranges of numbers that match a filter."""
        ranges = []
        blocks = len(YEARS) * len(list_ministries())
        edges = [-(-self.count * block // blocks) for block in range(blocks + 1)]
        for block in range(blocks):
            year_index, ministry = divmod(block, len(list_ministries()))
            code = list_ministries()[ministry].code
            if year in {None, str(YEARS[year_index])} and min_code in {None, code, f"{code}000"}:
                ranges.append(range(edges[block], edges[block + 1]))
        return ranges

    def title(self, number: int) -> str:
        """Return a title of three words and a number."""
        bits = mix_bits(self.seed, number)
        action, subject, place = (
            ACTIONS[bits % 10],
            SUBJECTS[bits // 10 % 12],
            PLACES[bits // 120 % 10],
        )
        return f"โครงการ{action}{subject}{place} หมู่ที่ {number + 1}"

    def budget(self, number: int) -> JsonObject:
        """Return a record of the budget and disbursement service; amounts in baht."""
        bits = mix_bits(self.seed, number)
        year, ministry = self.year_and_ministry(number)
        ministry_departments = list_departments(ministry.code)
        department = ministry_departments[bits % len(ministry_departments)]
        elements, total_appropriated, total_disbursed = [], 0, 0
        for part in range(bits // 7 % 3 + 1):
            part_bits = mix_bits(self.seed + 1 + part, number)
            appropriated = (part_bits % 90_000 + 1) * 100
            disbursed = part_bits // 90_000 % (appropriated + 1)
            province = list_provinces()[part_bits // 7 % len(list_provinces())].name
            element: JsonObject = {"bb_amount": appropriated, "bb_province": province}
            if part_bits % 5:
                element["gf_amount"] = disbursed
                element["gf_province"] = CENTRAL if part_bits % 2 else province
                total_disbursed += disbursed
            total_appropriated += appropriated
            elements.append(element)
        return {
            "bb_code": f"{department.code}{number:011}",
            "bb_year": str(year),
            "amount": total_appropriated,
            "gf_amount_sum": total_disbursed,
            "min_code": f"{ministry.code}000",
            "min": ministry.name,
            "agc_code": department.code,
            "agc": department.name,
            "plan_name": PLANS[bits // 11 % 3],
            "stg_name": STRATEGIES[bits // 13 % 3],
            "objc_level1_name": CATEGORIES[bits // 17 % 5],
            "name": self.title(number),
            "compare": elements,
        }

    def project(self, number: int, kind: str, revision: int = 0) -> JsonObject:
        """Return a record of the source contract; amounts are decimal strings in baht."""
        bits = mix_bits(self.seed + (100 if kind == "ministry" else 200), number)
        year, ministry = self.year_and_ministry(number)
        owner, province = ministry, list_provinces()[bits % len(list_provinces())]
        if kind == "local":
            owner, province = list_authorities()[bits % len(list_authorities())]
        requested = (bits // 77 % 900_000 + 1) * 100 + revision
        linkages = []
        if kind == "ministry":
            linkages = declare_linkages(self.seed, ministry.code, year, province.code, bits)
        return {
            "id": build_project_key(kind, number),
            "updated_at": initial_change_timestamp(number),
            "deleted": False,
            "title_th": self.title(number),
            "agency_code": owner.code,
            "agency_name": owner.name,
            "fiscal_year_be": year,
            "province_code": province.code,
            "province_name": province.name,
            "strategy": STRATEGIES[bits // 13 % 3],
            "amounts": [
                {"phase": "REQUESTED", "fiscal_year_be": year, "baht": f"{requested}.00"},
                {
                    "phase": "APPROPRIATED",
                    "fiscal_year_be": year,
                    "baht": f"{requested * 4 // 5}.50",
                },
            ],
            **({"linkages": linkages} if linkages else {}),
        }

    def contract(self, number: int) -> JsonObject:
        """Return a record of the contracts service; amounts are strings in baht with commas."""
        bits = mix_bits(self.seed + 300, number)
        year, ministry = self.year_and_ministry(number)
        ministry_departments = list_unambiguous_departments(ministry.code)
        prices = [
            mix_bits(self.seed + 301 + part, number) % 90_000_000 + 100
            for part in range(bits // 7 % 3 + 1)
        ]
        signed_on = f"{year - 543}-{bits % 9 + 1:02}-{bits // 9 % 28 + 1:02}"
        return {
            "project_id": f"{year % 100}{number:09}",
            "project_name": self.title(number),
            "project_type_name": "จ้างก่อสร้าง",
            "dept_name": ministry_departments[bits % len(ministry_departments)].name,
            "dept_sub_name": "",
            "purchase_method_name": "ประกวดราคาอิเล็กทรอนิกส์ (e-bidding)",
            "project_money": format_baht(sum(prices)),
            "sum_price_agree": format_baht(sum(prices)),
            "budget_year": str(year),
            "transaction_date": signed_on,
            "province": list_provinces()[bits // 3 % len(list_provinces())].name,
            "contract": [
                {
                    "contract_no": f"{part + 1}/{year}",
                    "contract_date": signed_on,
                    "price_agree": format_baht(price),
                    "winner": "บริษัท ทดลอง จำกัด",
                }
                for part, price in enumerate(prices)
            ],
        }

    def row(self, number: int) -> JsonObject:
        """Return a row of the catalogue's table: one amount as a number in million baht, one as
        text in baht.
        """
        bits = mix_bits(self.seed + 400, number)
        year, ministry = self.year_and_ministry(number)
        ministry_departments = list_unambiguous_departments(ministry.code)
        amount = bits // 11 % 90_000 + 1
        return {
            "_id": number + 1,
            "รหัสโครงการ": f"T{number:08}",
            "ชื่อโครงการ": self.title(number),
            "หน่วยงาน": ministry_departments[bits % len(ministry_departments)].name,
            "จังหวัด": list_provinces()[bits // 3 % len(list_provinces())].name,
            "ปีงบประมาณ": year,
            "งบประมาณ (ล้านบาท)": amount / 1000,
            "เบิกจ่าย (บาท)": format_baht(amount * 80_000),
            "หมายเหตุ": "",
        }

    def iterate_budget(self) -> Iterator[JsonObject]:
        """Return an iterator over all budget records, in order."""
        return (self.budget(number) for number in range(self.count))


def format_baht(satang: int) -> str:
    """Return satang as baht with commas and two decimals."""
    return f"{satang // 100:,}.{satang % 100:02}"


def build_project_key(kind: str, number: int) -> str:
    """Return the key of a project in its agency."""
    return f"{kind}-{number:08}"


def initial_change_time(number: int) -> datetime:
    """Return when record `number` was last changed before the start."""
    return FIRST_CHANGE_AT + timedelta(seconds=number)


def initial_change_timestamp(number: int) -> str:
    """Return that moment in the format of the source contract."""
    return initial_change_time(number).isoformat().replace("+00:00", "Z")

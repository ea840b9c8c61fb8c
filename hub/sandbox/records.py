"""Generated records by their number: nothing is kept, so a million cost no memory.

A record depends on seed and number alone. Years and ministries lie in blocks, so that a filter is
a range of numbers and the last page costs what the first did.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from hub.sandbox.reference_names import (
    CATEGORIES,
    CENTRAL,
    DEEDS,
    PLACES,
    PLANS,
    STRATEGIES,
    THINGS,
    Named,
    authorities,
    departments,
    ministries,
    provinces,
    told_apart,
)

YEARS: Final = (2565, 2566, 2567, 2568)
BEGAN: Final = datetime(2025, 1, 1, tzinfo=UTC)
WORD: Final = (1 << 64) - 1
Record = dict[str, Any]


def mixed(seed: int, number: int) -> int:
    """64 well-stirred bits (splitmix64): the same everywhere, and no state to keep."""
    z = (seed * 0x9E3779B97F4A7C15 + number * 0xBF58476D1CE4E5B9 + 0x94D049BB133111EB) & WORD
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & WORD
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & WORD
    return z ^ (z >> 31)


@dataclass(frozen=True, slots=True)
class Generated:
    """So many records of one seed."""

    count: int
    seed: int = 1

    def block(self, number: int) -> tuple[int, Named]:
        """The year and the ministry a record belongs to."""
        block = number * len(YEARS) * len(ministries()) // max(self.count, 1)
        year, ministry = divmod(block, len(ministries()))
        return YEARS[year], ministries()[ministry]

    def numbers(self, year: str | None, min_code: str | None) -> list[range]:
        """The ranges of numbers that a filter leaves."""
        found = []
        blocks = len(YEARS) * len(ministries())
        edges = [-(-self.count * block // blocks) for block in range(blocks + 1)]
        for block in range(blocks):
            at, ministry = divmod(block, len(ministries()))
            code = ministries()[ministry].code
            if year in {None, str(YEARS[at])} and min_code in {None, code, f"{code}000"}:
                found.append(range(edges[block], edges[block + 1]))
        return found

    def title(self, number: int) -> str:
        """A title of three words and a number."""
        bits = mixed(self.seed, number)
        deed, thing, place = DEEDS[bits % 10], THINGS[bits // 10 % 12], PLACES[bits // 120 % 10]
        return f"โครงการ{deed}{thing}{place} หมู่ที่ {number + 1}"

    def budget(self, number: int) -> Record:
        """A record as the budget's disbursement service shapes it; amounts in baht."""
        bits = mixed(self.seed, number)
        year, ministry = self.block(number)
        theirs = departments(ministry.code)
        department = theirs[bits % len(theirs)]
        parts, budget, paid = [], 0, 0
        for part in range(bits // 7 % 3 + 1):
            more = mixed(self.seed + 1 + part, number)
            given = (more % 90_000 + 1) * 100
            spent = more // 90_000 % (given + 1)
            home = provinces()[more // 7 % len(provinces())].name
            element: Record = {"bb_amount": given, "bb_province": home}
            if more % 5:
                element["gf_amount"] = spent
                element["gf_province"] = CENTRAL if more % 2 else home
                paid += spent
            budget += given
            parts.append(element)
        return {
            "bb_code": f"{department.code}{number:011}",
            "bb_year": str(year),
            "amount": budget,
            "gf_amount_sum": paid,
            "min_code": f"{ministry.code}000",
            "min": ministry.name,
            "agc_code": department.code,
            "agc": department.name,
            "plan_name": PLANS[bits // 11 % 3],
            "stg_name": STRATEGIES[bits // 13 % 3],
            "objc_level1_name": CATEGORIES[bits // 17 % 5],
            "name": self.title(number),
            "compare": parts,
        }

    def project(self, number: int, kind: str, revision: int = 0) -> Record:
        """A record of the source contract; amounts are decimal strings in baht."""
        bits = mixed(self.seed + (100 if kind == "ministry" else 200), number)
        year, ministry = self.block(number)
        owner, province = ministry, provinces()[bits % len(provinces())]
        if kind == "local":
            owner, province = authorities()[bits % len(authorities())]
        asked = (bits // 77 % 900_000 + 1) * 100 + revision
        return {
            "id": identity(kind, number),
            "updated_at": stamp(number),
            "deleted": False,
            "title_th": self.title(number),
            "agency_code": owner.code,
            "agency_name": owner.name,
            "fiscal_year_be": year,
            "province_code": province.code,
            "province_name": province.name,
            "strategy": STRATEGIES[bits // 13 % 3],
            "amounts": [
                {"phase": "REQUESTED", "fiscal_year_be": year, "baht": f"{asked}.00"},
                {"phase": "APPROPRIATED", "fiscal_year_be": year, "baht": f"{asked * 4 // 5}.50"},
            ],
        }

    def contract(self, number: int) -> Record:
        """A record as the service of contracts shapes it; amounts are strings with commas."""
        bits = mixed(self.seed + 300, number)
        year, ministry = self.block(number)
        theirs = told_apart(ministry.code)
        prices = [
            mixed(self.seed + 301 + part, number) % 90_000_000 + 100
            for part in range(bits // 7 % 3 + 1)
        ]
        signed = f"{year - 543}-{bits % 9 + 1:02}-{bits // 9 % 28 + 1:02}"
        return {
            "project_id": f"{year % 100}{number:09}",
            "project_name": self.title(number),
            "project_type_name": "จ้างก่อสร้าง",
            "dept_name": theirs[bits % len(theirs)].name,
            "dept_sub_name": "",
            "purchase_method_name": "ประกวดราคาอิเล็กทรอนิกส์ (e-bidding)",
            "project_money": commas(sum(prices)),
            "sum_price_agree": commas(sum(prices)),
            "budget_year": str(year),
            "transaction_date": signed,
            "province": provinces()[bits // 3 % len(provinces())].name,
            "contract": [
                {
                    "contract_no": f"{part + 1}/{year}",
                    "contract_date": signed,
                    "price_agree": commas(price),
                    "winner": "บริษัท ทดลอง จำกัด",
                }
                for part, price in enumerate(prices)
            ],
        }

    def row(self, number: int) -> Record:
        """A row of the catalogue's table: one amount a number in million baht, one a text."""
        bits = mixed(self.seed + 400, number)
        year, ministry = self.block(number)
        theirs = told_apart(ministry.code)
        given = bits // 11 % 90_000 + 1
        return {
            "_id": number + 1,
            "รหัสโครงการ": f"T{number:08}",
            "ชื่อโครงการ": self.title(number),
            "หน่วยงาน": theirs[bits % len(theirs)].name,
            "จังหวัด": provinces()[bits // 3 % len(provinces())].name,
            "ปีงบประมาณ": year,
            "งบประมาณ (ล้านบาท)": given / 1000,
            "เบิกจ่าย (บาท)": commas(given * 80_000),
            "หมายเหตุ": "",
        }

    def all_budget(self) -> Iterator[Record]:
        """Every budget record, in order."""
        return (self.budget(number) for number in range(self.count))


def commas(satang: int) -> str:
    """Satang as baht with commas and two decimals."""
    return f"{satang // 100:,}.{satang % 100:02}"


def identity(kind: str, number: int) -> str:
    """The key of a project in its own agency."""
    return f"{kind}-{number:08}"


def moment(number: int) -> datetime:
    """When record `number` was last changed, while nothing has happened to it since."""
    return BEGAN + timedelta(seconds=number)


def stamp(number: int) -> str:
    """The same, as the contract writes it."""
    return moment(number).isoformat().replace("+00:00", "Z")

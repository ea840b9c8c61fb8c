"""A generated register of budget and disbursement, and its records as the source sends them.

All of it is made up: codes, names, amounts and places are drawn with a seed. A few projects have
amounts in two provinces, a few are central, one name in five is of a road, and some names only look
like one.
"""

import csv
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from connectors.registry import find_connector
from hub.bootstrap.startup import REFERENCE_FOLDER
from hub.domain.sources.ledger import Outcome
from hub.domain.sources.records import RawPage, RawRecord
from hub.ingest.run import SourceInput, ingest
from hub.store.database import Database

YEARS: Final = (2551, 2552, 2553, 2554)
"""The cluster of 2552 was not in force on 1 October of the first two."""
CLUSTER: Final = "C2552-09"
CLUSTER_PROVINCES: Final = ("20", "21", "22", "23")
CENTRAL: Final = "ส่วนกลาง"
ROAD: Final = "ถนน"
TITLES: Final = (
    f"ก่อสร้าง{ROAD}สายสมมุติ", "ฝึกอาชีพที่ถนัด", "ขุดลอกคลองสมมุติ", "อบรมชาวถนอมป่า", "อาคารสมมุติ"
)  # fmt: skip
"""The second and the fourth look like the first."""
DEPARTMENTS: Final = (
    "03004", "03005", "03006", "03007", "05003", "05004", "07003", "07006", "09003", "09006",
    "15003", "15004",
)  # fmt: skip
PAGE_SIZE: Final = 2_000
SOURCE: Final = "govspending_budget"


def write_baht(satang: int) -> str:
    return f"{satang // 100}.{satang % 100:02}"


@dataclass(frozen=True)
class Element:
    """Satang that a project was appropriated in one place and disbursed in another, by name."""

    place: str
    satang: int
    disbursed_in: str
    disbursed: int


@dataclass(frozen=True)
class RegisterProject:
    """A project of one fiscal year, which is the unit of the register."""

    number: int
    year: int
    department: str
    title: str
    elements: tuple[Element, ...]

    @property
    def code(self) -> str:
        return f"{self.department}{self.number:011}"

    @property
    def record(self) -> dict[str, Any]:
        """The record of the source, with baht."""
        return {
            "bb_code": self.code, "bb_year": str(self.year),
            "min_code": f"{self.department[:2]}000", "agc_code": self.department, "min": "",
            "agc": department_names()[self.department],
            "name": self.title, "objc_level1_name": "งบสมมุติ",
            "amount": write_baht(sum(one.satang for one in self.elements)),
            "gf_amount_sum": write_baht(sum(one.disbursed for one in self.elements)),
            "compare": [
                {
                    "bb_amount": write_baht(one.satang), "bb_province": one.place,
                    "gf_amount": write_baht(one.disbursed), "gf_province": one.disbursed_in,
                }
                for one in self.elements
            ],
        }  # fmt: skip


@dataclass(frozen=True)
class RegisterLine:
    """An amount of a project: its phase, its province (null: central) and satang."""

    project: RegisterProject
    phase: str
    province: str | None
    satang: int


def read_names(file: str, code: str, **values: str) -> dict[str, str]:
    with (REFERENCE_FOLDER / file).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return {
        row[code]: row["name_th"]
        for row in rows
        if all(row[column] == value for column, value in values.items())
    }


def department_names() -> dict[str, str]:
    """Return the names of departments by their code of the budget."""
    if not _DEPARTMENT_NAMES:
        names = read_names("agencies.csv", "id", kind="DEPARTMENT")
        _DEPARTMENT_NAMES.update((key.removeprefix("department:"), names[key]) for key in names)
    return _DEPARTMENT_NAMES


_DEPARTMENT_NAMES: dict[str, str] = {}
PROVINCE_NAMES: Final = {
    code: name
    for code, name in read_names("areas.csv", "code", level="PROVINCE").items()
    if code != "38"  # founded within the last of the years
}
PROVINCE_CODES: Final = {name: code for code, name in PROVINCE_NAMES.items()}


def draw_register(count: int, seed: int = 7) -> list[RegisterProject]:
    """Return a register of `count` projects; equal arguments return equal registers."""
    dice = random.Random(seed)  # noqa: S311 - made-up data
    provinces = [*PROVINCE_NAMES.values()]
    own = [PROVINCE_NAMES[code] for code in CLUSTER_PROVINCES]
    register = []
    for number in range(count):
        department = dice.choice(DEPARTMENTS)
        places = dice.sample(own if dice.random() < 0.2 else provinces, 2)
        if dice.random() < 0.1:
            places[0] = CENTRAL
        elements = []
        for place in places[: 2 if dice.random() < 0.1 else 1]:
            satang = round(10 ** dice.uniform(6, 10))
            # The first departments disburse little, and half of all money is disbursed centrally.
            rate = dice.uniform(0.2, 0.6 if department < "05" else 1.0)
            center = CENTRAL if dice.random() < 0.5 else place
            elements.append(Element(place, satang, center, int(satang * rate)))
        title = f"{dice.choice(TITLES)} ที่ {number}"
        year = dice.choice(YEARS)
        register.append(RegisterProject(number, year, department, title, tuple(elements)))
    return register


def correct_register(register: Sequence[RegisterProject]) -> list[RegisterProject]:
    """Return the next reading of a register: one project in twenty has twice its budget."""
    return [
        replace(one, elements=tuple(replace(part, satang=2 * part.satang) for part in one.elements))
        if one.number % 20 == 0
        else one
        for one in register
    ]


def list_lines(register: Sequence[RegisterProject]) -> Iterator[RegisterLine]:
    """Yield the budget lines of a register."""
    for project in register:
        for one in project.elements:
            place = PROVINCE_CODES.get(one.place)
            yield RegisterLine(project, "APPROPRIATED", place, one.satang)
            place = PROVINCE_CODES.get(one.disbursed_in)
            yield RegisterLine(project, "DISBURSED", place, one.disbursed)


async def ingest_register(database: Database, register: Sequence[RegisterProject]) -> None:
    """Ingest a register as its source sends it; every record must be stored."""
    source = find_connector(SOURCE)
    now = datetime.now(UTC)

    async def fetch_pages(cursor: str | None) -> AsyncIterator[RawPage]:
        for start in range(int(cursor or 0), len(register), PAGE_SIZE):
            end = start + PAGE_SIZE
            raws = [RawRecord(None, one.record, "register", now) for one in register[start:end]]
            following = str(end) if end < len(register) else None
            yield RawPage(raws, str(start), following, "register", now)

    done = await ingest(database, source.spec, source.read, SourceInput(fetch_pages, "register"))
    assert done.ledger.balanced
    assert done.ledger.count_of(Outcome.QUARANTINED) == 0, done.ledger
    assert done.ledger.read == len(register)

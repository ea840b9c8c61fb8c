"""Computes the answers of the analyst questions from the lines of a register, without SQL."""

import csv
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from decimal import ROUND_HALF_UP, Decimal

from hub.bootstrap.startup import REFERENCE_FOLDER
from tests.questions.analyst.register import (
    CLUSTER_PROVINCES,
    ROAD,
    RegisterLine,
    RegisterProject,
)

FIRST_YEAR_OF_CLUSTER = 2553


def sum_by(lines: Sequence[RegisterLine], *keys: str) -> dict[tuple[str, ...], int]:
    """Return the satang of lines by department, year, province or phase, in the order of `keys`."""
    sums: dict[tuple[str, ...], int] = defaultdict(int)
    for line in lines:
        values = {
            "department": f"department:{line.project.department}",
            "year": str(line.project.year),
            "province": line.province or "",
            "phase": line.phase,
        }
        sums[tuple(values[key] for key in keys)] += line.satang
    return dict(sums)


def count_projects(lines: Sequence[RegisterLine], key: str) -> dict[str, int]:
    """Return the number of projects by year or province."""
    pairs = {
        (str(one.project.year) if key == "year" else one.province or "", one.project.number)
        for one in lines
    }
    return dict(Counter(value for value, _ in pairs))


def appropriated(lines: Sequence[RegisterLine]) -> list[RegisterLine]:
    """Return the lines of the budget."""
    return [one for one in lines if one.phase == "APPROPRIATED"]


def percent(part: int, whole: int) -> str:
    """Return a percentage with two decimals, rounded half up."""
    return str((Decimal(part) * 100 / whole).quantize(Decimal("0.01"), ROUND_HALF_UP))


def of_cluster(lines: Sequence[RegisterLine], *, each_year: bool = False) -> list[RegisterLine]:
    """Return the lines in the cluster's provinces; `each_year`: while the cluster was in force."""
    return [
        one
        for one in lines
        if one.province in CLUSTER_PROVINCES
        and not (each_year and one.project.year < FIRST_YEAR_OF_CLUSTER)
    ]


def in_year(lines: Sequence[RegisterLine], year: int) -> list[RegisterLine]:
    """Return the lines of a fiscal year."""
    return [one for one in lines if one.project.year == year]


def top_departments(lines: Sequence[RegisterLine]) -> list[tuple[str, int]]:
    """Return the ten departments with the largest budget, the largest first."""
    sums = sum_by(appropriated(lines), "department")
    return sorted(((key, n) for (key,), n in sums.items()), key=lambda one: -one[1])[:10]


def rates_of_provinces(lines: Sequence[RegisterLine]) -> dict[str, str]:
    """Return the percentage that was disbursed of the budget of each province with both."""
    sums = sum_by(lines, "province", "phase")
    return {
        province: percent(sums[province, "DISBURSED"], sums[province, "APPROPRIATED"])
        for province, phase in sums
        if province and phase == "APPROPRIATED" and (province, "DISBURSED") in sums
    }


def not_linked(lines: Sequence[RegisterLine], linked: Collection[int]) -> list[RegisterLine]:
    """Return the lines of projects that are not linked."""
    return [one for one in lines if one.project.number not in linked]


def roads(lines: Sequence[RegisterLine], province: str) -> list[RegisterLine]:
    """Return the lines in a province of projects whose name contains the word road."""
    return [one for one in lines if one.province == province and ROAD in one.project.title]


def below_half(lines: Sequence[RegisterLine]) -> set[tuple[str, str]]:
    """Return departments and years with less than half of the budget disbursed."""
    sums = sum_by(lines, "department", "year", "phase")
    return {
        (department, year)
        for department, year, phase in sums
        if phase == "APPROPRIATED"
        and 2 * sums.get((department, year, "DISBURSED"), 0) < sums[department, year, phase]
    }


def largest_projects(
    lines: Sequence[RegisterLine], province: str
) -> tuple[int, list[tuple[str, int]]]:
    """Return how many projects act in a province, and the ten largest with all their budget."""
    inside = {one.project.number for one in lines if one.province == province}
    sums: dict[RegisterProject, int] = defaultdict(int)
    for one in appropriated(lines):
        if one.project.number in inside:
            sums[one.project] += one.satang
    largest = sorted(sums.items(), key=lambda one: -one[1])[:10]
    return len(inside), [(project.code, satang) for project, satang in largest]


def regions_of_provinces() -> dict[str, str]:
    """Return the region of each province in the edition of 2552, by the files of the reference."""
    with (REFERENCE_FOLDER / "area_memberships.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    region_of_cluster = {
        row["child_code"]: row["parent_code"]
        for row in rows
        if row["child_code"].startswith("C2552-")
    }
    return {
        row["child_code"]: region_of_cluster[row["parent_code"]]
        for row in rows
        if row["parent_code"] in region_of_cluster
    }

"""Read the codes of hub/reference that the labelled data refers to."""

import csv
from pathlib import Path
from typing import Final

from hub.domain.time import FiscalYear

REFERENCE: Final = Path(__file__).parents[3] / "hub" / "reference"

Row = dict[str, str]


def reference_rows(name: str, key: str = "code") -> dict[str, Row]:
    """Return the rows of a reference file by key."""
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {row[key]: row for row in csv.DictReader(file)}


def stage_codes() -> set[str]:
    """Return every stage as `chain/stage`."""
    with (REFERENCE / "stages.csv").open(encoding="utf-8", newline="") as file:
        return {f"{row['chain_code']}/{row['code']}" for row in csv.DictReader(file)}


def exists_in(row: Row, year_be: int) -> bool:
    """Return whether a row is valid on at least a day of a fiscal year; `valid_to` is exclusive."""
    year = FiscalYear.from_be(year_be)
    first, after_last = f"{year.ce - 1}-10-01", f"{year.ce}-10-01"
    return row["valid_from"] < after_last and (not row["valid_to"] or first < row["valid_to"])

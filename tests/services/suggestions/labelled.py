"""Read the labelled titles and pairs of `data`, and compute their halves and figures.

`data/README.md` documents the columns and the guidelines.
"""

import csv
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal

DATA = Path(__file__).parent / "data"
SEED = 2569
NO_CHAIN = "NONE"

Half = Literal["open", "frozen"]


@dataclass(frozen=True)
class LabelledTitle:
    """A made-up project title and the stage it belongs to.

    `first_choice` and the members of `acceptable` are `chain/stage`, or `NONE`: no chain fits.
    """

    id: str
    title: str
    owner: str
    area: str
    fiscal_year_be: int
    stated_strategy: str | None
    budget_plan: str | None
    difficulty: str
    feature: str
    first_choice: str
    acceptable: frozenset[str]

    @property
    def chain(self) -> str:
        """Return the code of the first choice's chain, or `NONE`."""
        return self.first_choice.partition("/")[0]

    @property
    def strata(self) -> tuple[str, str, str]:
        """Return what the halves are balanced by, the most important first."""
        return self.chain, self.first_choice, self.difficulty


@dataclass(frozen=True)
class PairedProject:
    """One project of a pair."""

    title: str
    owner: str
    area: str
    fiscal_year_be: int


@dataclass(frozen=True)
class LabelledPair:
    """Two made-up projects and the finding that is expected: OVERLAP, DOUBLE_COUNT or NONE."""

    id: str
    expected: str
    kind: str
    left: PairedProject
    right: PairedProject
    reason: str

    @property
    def strata(self) -> tuple[str, str, str]:
        """Return what the halves are balanced by, the most important first."""
        return self.expected, self.kind, ""


Labelled = LabelledTitle | LabelledPair


@dataclass(frozen=True)
class DeckPair:
    """Two expected roles of the deck: REPEAT or DIVISION_OF_LABOUR, with their levels."""

    left_role: str
    right_role: str
    expected: str
    left_level: str
    right_level: str
    reason: str


def labelled_titles(half: Half) -> list[LabelledTitle]:
    """Return the titles of a half, in order of id.

    Develop with `open`; read `frozen` only to measure what is finished.
    """
    return [
        LabelledTitle(
            id=row["id"],
            title=row["title"],
            owner=row["owner"],
            area=row["area"],
            fiscal_year_be=int(row["fiscal_year_be"]),
            stated_strategy=row["stated_strategy"] or None,
            budget_plan=row["budget_plan"] or None,
            difficulty=row["difficulty"],
            feature=row["feature"],
            first_choice=row["first_choice"],
            acceptable=frozenset(filter(None, row["acceptable"].split("|"))),
        )
        for row in rows_of(f"titles_{half}.csv")
    ]


def labelled_pairs(half: Half) -> list[LabelledPair]:
    """Return the pairs of a half, in order of id."""
    return [
        LabelledPair(
            id=row["id"],
            expected=row["expected"],
            kind=row["kind"],
            left=_project(row, "left"),
            right=_project(row, "right"),
            reason=row["reason"],
        )
        for row in rows_of(f"pairs_{half}.csv")
    ]


def deck_pairs() -> list[DeckPair]:
    """Return the labelled pairs of expected roles of slides 73-78."""
    return [DeckPair(**row) for row in rows_of("deck_pairs.csv")]


def second_pass() -> dict[str, str]:
    """Return the first choice of the second pass by the id of the title."""
    return {row["id"]: row["first_choice"] for row in rows_of("second_pass.csv")}


def rows_of(name: str) -> list[dict[str, str]]:
    """Return the rows of a file of `data`."""
    return rows_of_file(DATA / name)


def rows_of_file(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def frozen_ids(rows: Sequence[Labelled], seed: int) -> set[str]:
    """Return the ids of the half that is frozen.

    Rows of one stage (kind) are sorted by difficulty and drawn in twos, one for each half; what is
    left over in the stages is drawn in twos in the same way. SHA-256 draws, because it returns the
    same in every Python version.
    """
    ordered = sorted(rows, key=lambda row: (row.strata, _draw(row.id, seed)))
    frozen: set[str] = set()
    left_over: list[Labelled] = []
    for _, members in groupby(ordered, key=lambda row: row.strata[:2]):
        stratum = list(members)
        if len(stratum) % 2:
            left_over.append(stratum.pop())
        frozen |= _one_of_two(stratum, seed)
    return frozen | _one_of_two(left_over, seed)


def cohens_kappa(first: Sequence[str], second: Sequence[str]) -> float:
    """Return Cohen's kappa of two label lists in the same order: 1 is full agreement, 0 chance."""
    total = len(first)
    observed = sum(a == b for a, b in zip(first, second, strict=True)) / total
    counts, others = Counter(first), Counter(second)
    chance = sum(counts[label] * others[label] for label in counts) / total**2
    return (observed - chance) / (1 - chance)


def sha256_of(name: str) -> str:
    """Return the SHA-256 of a file of `data` as hexadecimal digits."""
    return hashlib.sha256((DATA / name).read_bytes()).hexdigest()


def _project(row: dict[str, str], side: str) -> PairedProject:
    return PairedProject(
        title=row[f"{side}_title"],
        owner=row[f"{side}_owner"],
        area=row[f"{side}_area"],
        fiscal_year_be=int(row[f"{side}_fiscal_year_be"]),
    )


def _draw(key: str, seed: int) -> str:
    return hashlib.sha256(f"{seed}:{key}".encode()).hexdigest()


def _one_of_two(rows: Sequence[Labelled], seed: int) -> set[str]:
    return {
        min(two, key=lambda row: _draw(f"half:{row.id}", seed)).id
        for two in zip(rows[::2], rows[1::2], strict=False)
    }

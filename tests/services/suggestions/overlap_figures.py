"""Measure the finder of overlaps on the labelled pairs of a half: precision and recall.

    .venv/bin/python -m tests.services.suggestions.overlap_figures open

Only aggregate figures are printed, so that the frozen half stays unread.
"""

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from hub.domain.overlaps.find import TitledProject, find_overlaps
from tests.services.suggestions.labelled import (
    Half,
    LabelledPair,
    PairedProject,
    labelled_pairs,
)
from tests.services.suggestions.reference_codes import reference_rows

COUNTRY = "TH"


@dataclass(frozen=True)
class Figures:
    """Counts of pairs, and of the kinds of pairs that were raised or missed wrongly."""

    found: int
    false_alarms: int
    missed: int
    wrong_kinds: Counter[str]

    @property
    def precision(self) -> float:
        """Return the share of raised pairs that are overlaps."""
        return self.found / (self.found + self.false_alarms)

    @property
    def recall(self) -> float:
        """Return the share of overlaps that are raised."""
        return self.found / (self.found + self.missed)


def measure(half: Half) -> Figures:
    """Return the figures of a half; all its projects are compared with one another."""
    pairs = labelled_pairs(half)
    raised = {pair.id for pair in pairs if is_raised(pair)}
    expected = {pair.id for pair in pairs if pair.expected == "OVERLAP"}
    return Figures(
        found=len(raised & expected),
        false_alarms=len(raised - expected),
        missed=len(expected - raised),
        wrong_kinds=Counter(pair.kind for pair in pairs if pair.id in raised ^ expected),
    )


def is_raised(pair: LabelledPair) -> bool:
    """Return whether the finder raises an overlap of the two projects of a pair."""
    return bool(find_overlaps([titled("left", pair.left), titled("right", pair.right)]))


def raised_across_pairs(pairs: Sequence[LabelledPair]) -> list[tuple[str, str]]:
    """Return the overlaps that are raised among projects of different pairs."""
    projects = [
        titled(f"{pair.id}-{side}", one)
        for pair in pairs
        for side, one in (("left", pair.left), ("right", pair.right))
    ]
    return [
        (one.left, one.right)
        for one in find_overlaps(projects)
        if one.left.partition("-")[0] != one.right.partition("-")[0]
    ]


def titled(key: str, one: PairedProject) -> TitledProject:
    """Return a project of a pair with the names of its place from the reference."""
    areas = reference_rows("areas")
    province = one.area.removeprefix("lao:").partition("-")[0]
    within = {province} if one.area.startswith("lao:") else set()
    return TitledProject(
        id=key,
        title=one.title,
        owner=one.owner,
        owners_above=frozenset(
            {f"ministry:{one.owner.removeprefix('department:')[:2]}"}
            if one.owner.startswith("department:")
            else ()
        ),
        areas=frozenset({one.area}),
        within=frozenset(within),
        place_names=tuple(
            sorted(areas[code]["name_th"] for code in {one.area, *within} - {COUNTRY})
        ),
        years=frozenset({one.fiscal_year_be}),
    )


def main() -> None:
    """Print the figures of the halves that the command line names."""
    for half in sys.argv[1:]:
        figures = measure("frozen" if half == "frozen" else "open")
        sys.stdout.write(
            f"{half}: precision {figures.precision:.2f}, recall {figures.recall:.2f}; "
            f"{figures.found} found, {figures.false_alarms} false alarms, {figures.missed} missed; "
            f"wrong by kind: {dict(figures.wrong_kinds)}\n"
        )


if __name__ == "__main__":
    main()

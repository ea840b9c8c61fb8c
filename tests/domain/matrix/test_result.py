"""The state of a matrix cell, and the precedence of the states."""

import pytest

from hub.domain.linkages import LinkageStatus
from hub.domain.matrix.result import STATE_PRECEDENCE, CellState, Figures, compute_cell_state


def build_figures(
    projects: int = 0, hidden: int = 0, disputed: int = 0, *, overlap: bool = False
) -> Figures:
    linkages = {LinkageStatus.DISPUTED: disputed} if disputed else {}
    return Figures(projects, {}, linkages, hidden, overlap)


@pytest.mark.parametrize(
    ("cell", "expected", "unreported", "state"),
    [
        (build_figures(hidden=1, disputed=1), True, True, CellState.RESTRICTED),
        (build_figures(projects=1, hidden=1), True, True, CellState.COVERED),
        (build_figures(projects=2, disputed=1, overlap=True), True, True, CellState.DISPUTED),
        (build_figures(projects=2, overlap=True), True, True, CellState.OVERLAP),
        (build_figures(projects=2), True, True, CellState.COVERED),
        (build_figures(), True, True, CellState.NOT_REPORTED),
        (build_figures(), True, False, CellState.GAP),
        (build_figures(), False, False, CellState.NOT_EXPECTED),
    ],
)
def test_cell_state_is_the_first_that_applies(
    cell: Figures, expected: bool, unreported: bool, state: CellState
) -> None:
    assert compute_cell_state(cell, expected=expected, unreported=unreported) is state


def test_precedence_contains_every_state() -> None:
    assert set(STATE_PRECEDENCE) == set(CellState)

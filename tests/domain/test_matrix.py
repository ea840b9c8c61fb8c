"""Why a cell is in its state."""

import pytest

from hub.domain.linkages import LinkageStatus
from hub.domain.matrix.result import STATE_PRECEDENCE, CellState, Figures, compute_cell_state


def figures(
    projects: int = 0, hidden: int = 0, disputed: int = 0, *, overlap: bool = False
) -> Figures:
    linkages = {LinkageStatus.DISPUTED: disputed} if disputed else {}
    return Figures(projects, {}, linkages, hidden, overlap)


@pytest.mark.parametrize(
    ("cell", "expected", "unreported", "state"),
    [
        (figures(hidden=1, disputed=1), True, True, CellState.RESTRICTED),
        (figures(projects=1, hidden=1), True, True, CellState.COVERED),
        (figures(projects=2, disputed=1, overlap=True), True, True, CellState.DISPUTED),
        (figures(projects=2, overlap=True), True, True, CellState.OVERLAP),
        (figures(projects=2), True, True, CellState.COVERED),
        (figures(), True, True, CellState.NOT_REPORTED),
        (figures(), True, False, CellState.GAP),
        (figures(), False, False, CellState.NOT_EXPECTED),
    ],
)
def test_the_first_state_that_holds_is_the_cells(
    cell: Figures, expected: bool, unreported: bool, state: CellState
) -> None:
    assert compute_cell_state(cell, expected=expected, unreported=unreported) is state


def test_every_state_has_its_place_in_the_order() -> None:
    assert set(STATE_PRECEDENCE) == set(CellState)

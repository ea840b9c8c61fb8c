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
        (build_figures(), None, True, CellState.NOT_REPORTED),
        (build_figures(), True, False, CellState.GAP),
        (build_figures(), False, False, CellState.NOT_EXPECTED),
        (build_figures(), None, False, CellState.NOT_JUDGED),
    ],
)
def test_cell_state_is_the_first_that_applies(
    cell: Figures, expected: bool | None, unreported: bool, state: CellState
) -> None:
    assert compute_cell_state(cell, expected=expected, unreported=unreported) is state


def test_state_of_an_empty_cell_that_was_not_in_force_is_neither_a_gap_nor_unreported() -> None:
    state = compute_cell_state(build_figures(), expected=True, unreported=True, in_force=False)
    assert state is CellState.NOT_IN_FORCE


def test_project_of_an_area_that_was_not_in_force_still_covers_its_cell() -> None:
    state = compute_cell_state(build_figures(projects=1), expected=None, in_force=False)
    assert state is CellState.COVERED


def test_precedence_contains_every_state() -> None:
    assert set(STATE_PRECEDENCE) == set(CellState)

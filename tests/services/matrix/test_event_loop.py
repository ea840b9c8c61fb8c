"""A large matrix lets the event loop answer other requests while its cells are evaluated."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import pytest

from hub.domain.matrix.question import AxisQuestion, DimensionKind, MatrixQuestion
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.services.matrix.compute_matrix import CELLS_PER_TURN, compute_matrix
from hub.services.matrix.evaluate_cells import CellEvaluator
from hub.store.unit_of_work import UnitOfWork


async def test_cells_are_evaluated_in_several_turns_of_the_loop(
    unit: UnitOfWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_cell = CellEvaluator.build_cell
    in_turn = [0]

    def _count(*arguments: Any) -> Any:
        in_turn[-1] += 1
        return build_cell(*arguments)

    async def _mark_turns() -> None:
        while True:
            in_turn.append(0)
            await asyncio.sleep(0)

    monkeypatch.setattr(CellEvaluator, "build_cell", _count)
    year = FiscalYear(2011)
    question = MatrixQuestion(
        AxisQuestion(DimensionKind.AREA),
        AxisQuestion(DimensionKind.AGENCY),
        FiscalYearRange(year, year),
    )
    marking = asyncio.create_task(_mark_turns())
    try:
        matrix = await compute_matrix(
            unit, question, as_of_time=None, now=datetime.now(UTC), today=date(2026, 6, 1)
        )
    finally:
        marking.cancel()
    assert sum(in_turn) == len(matrix.cells) > 4 * CELLS_PER_TURN
    assert max(in_turn) < CELLS_PER_TURN + len(matrix.columns.headers)

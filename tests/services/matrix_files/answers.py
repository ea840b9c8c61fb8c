"""Answers for tests of files: of generated worlds, and of the reference data."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from hypothesis import settings

from hub.domain.budget import BudgetPhase
from hub.domain.matrix.question import MatrixQuestion
from hub.domain.matrix.result import Figures
from hub.services.matrix_files.read_answer import MatrixAnswer, read_answer
from hub.store.unit_of_work import UnitOfWork
from tests.services.matrix.generated_world import World
from tests.services.matrix.test_compute_matrix import compute

TODAY: Final = date(2010, 6, 1)
NOW: Final = datetime(2010, 6, 1, 5, 30, tzinfo=UTC)
LINK: Final = "https://hub.test/?key=k"
EXAMPLES: Final = max(30, settings().max_examples // 4)
"""Generated worlds of a test: 30 in every run."""
MAX_SATANG: Final = 10**12
"""Amounts below it, and their sums, are exact in the numbers of a spreadsheet (15 digits)."""


async def answer_question(
    unit: UnitOfWork,
    question: MatrixQuestion,
    phase: BudgetPhase = BudgetPhase.APPROPRIATED,
    max_lines: int = 10_000,
) -> MatrixAnswer:
    """Return the answer to a question."""
    matrix = await compute(unit, question)
    return await read_answer(unit, matrix, phase, TODAY, max_lines)


def with_small_amounts(world: World) -> World:
    """Return a world whose amounts a spreadsheet stores exactly."""
    projects = tuple(
        replace(
            project,
            lines=tuple(replace(line, amount=line.amount % MAX_SATANG) for line in project.lines),
        )
        for project in world.projects
    )
    return replace(world, projects=projects)


def expected_baht(figures: Figures, phase: BudgetPhase) -> Decimal | None:
    """Return the figure of a phase in baht; null if there is no line of it."""
    satang = figures.money.get(phase)
    return None if satang is None else Decimal(satang) / 100

"""Resolvers of rates of cells and totals: one phase by another, a year by the year before."""

from collections.abc import Sequence

from hub.domain.budget import BudgetPhase
from hub.domain.matrix.result import Cell, Total
from hub.domain.rates import Rate, RatePart, build_rate
from hub.domain.time import FiscalYear
from hub.services.matrix.compare_years import fetch_figures_of_two_years
from hub.services.matrix.evaluate_cells import NO_FIGURES
from resolvers.context import Context
from resolvers.matrix import group_by_matrix, to_money


def rate(
    groups: Sequence[Cell | Total],
    _context: Context,
    *,
    of: BudgetPhase = BudgetPhase.DISBURSED,
    to: BudgetPhase = BudgetPhase.APPROPRIATED,
) -> Sequence[Rate | None]:
    """Return one phase of each group as a part of another, both of the same cells."""
    return [
        build_rate(
            *(RatePart(phase, to_money(group.figures.money.get(phase))) for phase in (of, to))
        )
        for group in groups
    ]


async def year_on_year(
    groups: Sequence[Cell | Total],
    context: Context,
    *,
    fiscal_year: FiscalYear,
    phase: BudgetPhase = BudgetPhase.APPROPRIATED,
) -> Sequence[Rate | None]:
    """Return the figure of a year as a part of the year before, in the same cells."""
    previous_year = FiscalYear(fiscal_year.ce - 1)
    found: dict[int, Rate | None] = {}
    for matrix_groups in group_by_matrix(groups).values():
        pair = await fetch_figures_of_two_years(
            context.unit, matrix_groups[0].matrix, fiscal_year, today=context.today
        )
        for group in matrix_groups:
            amounts = [figures.get(group.group, NO_FIGURES).money.get(phase) for figures in pair]
            parts = zip(amounts, (fiscal_year, previous_year), strict=True)
            found[id(group)] = build_rate(
                *(RatePart(phase, to_money(amount), year) for amount, year in parts)
            )
    return [found[id(group)] for group in groups]

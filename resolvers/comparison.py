"""Resolvers of comparisons of matrices."""

from collections.abc import Sequence

from hub.domain.matrix.result import Matrix
from hub.domain.time import FiscalYear
from resolvers.context import Context


def years_of_matrices(
    matrices: Sequence[Matrix], _context: Context
) -> Sequence[Sequence[FiscalYear]]:
    """Return the fiscal years of each matrix, ascending."""
    return [list(one.question.fiscal_years) for one in matrices]

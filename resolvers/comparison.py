"""Resolvers of comparisons of matrices."""

from collections.abc import Sequence
from dataclasses import replace

from hub.domain.lookups import AsOf
from hub.domain.matrix.comparison import MatrixComparison, compare_matrices
from hub.domain.matrix.result import Matrix
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.errors import Invalid
from resolvers.context import Context
from resolvers.matrix import compute_for_request


async def compare(
    matrices: Sequence[Matrix],
    context: Context,
    *,
    to: AsOf | None = None,
    fiscal_years: FiscalYearRange | None = None,
) -> Sequence[MatrixComparison | BaseException]:
    """Return each matrix compared with the same question at another time, or for other years."""
    if to is None and fiscal_years is None:
        error = Invalid(
            "to",
            "ระบุ to หรือ fiscalYears ที่จะเทียบ",
            "name what to compare with: to, fiscalYears, or both",
        )
        return [error for _ in matrices]
    found = []
    for one in matrices:
        question = replace(
            one.question,
            as_of=one.question.as_of if to is None else to,
            fiscal_years=fiscal_years or one.question.fiscal_years,
        )
        found.append(compare_matrices(await compute_for_request(context, question), one))
    return found


def years_of_matrices(
    matrices: Sequence[Matrix], _context: Context
) -> Sequence[Sequence[FiscalYear]]:
    """Return the fiscal years of each matrix, ascending."""
    return [list(one.question.fiscal_years) for one in matrices]

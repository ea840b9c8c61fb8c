"""Resolvers of counts that a source reports."""

from collections.abc import Sequence

from hub.domain.areas import AreaLevel
from hub.domain.lookups import AsOf
from hub.domain.reported_counts import IssueCount, PlanGradeCount
from hub.domain.time import FiscalYearRange
from resolvers.arguments import resolve_as_of
from resolvers.context import Context


async def plan_grades(
    _roots: Sequence[None],
    context: Context,
    *,
    level: AreaLevel,
    fiscal_years: FiscalYearRange | None = None,
    as_of: AsOf | None = None,
) -> Sequence[Sequence[PlanGradeCount]]:
    """Return how many plans of a level have each grade, the best grade first."""
    at = await resolve_as_of(context, as_of)
    return [await context.unit.reported_counts.list_plan_grades(level, fiscal_years, at)]


async def issue_counts(
    _roots: Sequence[None],
    context: Context,
    *,
    level: AreaLevel | None = None,
    fiscal_years: FiscalYearRange | None = None,
    as_of: AsOf | None = None,
) -> Sequence[Sequence[IssueCount]]:
    """Return how many areas have an issue of each theme, in the order of the source."""
    at = await resolve_as_of(context, as_of)
    return [await context.unit.reported_counts.list_issue_counts(level, fiscal_years, at)]

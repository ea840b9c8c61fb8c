"""Statements about counts that a source reports."""

from datetime import datetime
from typing import Any

import asyncpg
import sqlalchemy as sa

from hub.domain.areas import AreaLevel
from hub.domain.reported_counts import Grade, IssueCount, PlanGradeCount
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.store.as_of import table_as_of
from hub.store.read_transaction import ReadTransaction
from hub.store.tables import issue_count, plan_grade_count


def counts_statement(
    table: sa.Table,
    level: AreaLevel | None,
    years: FiscalYearRange | None,
    at: datetime | None,
) -> sa.Select[Any]:
    """Return the statement for the counts of a table, in the order of the source.

    A count whose level or year the source lost could be of any level or year, so each filter
    retains it.
    """
    counts = table_as_of(table, at)
    statement = sa.select(counts).order_by(counts.c.ordinal, counts.c.id)
    if level is not None:
        statement = statement.where(sa.or_(counts.c.level.is_(None), counts.c.level == level.value))
    if years is not None:
        statement = statement.where(
            sa.or_(
                counts.c.fiscal_year.is_(None),
                counts.c.fiscal_year.between(years.first.ce, years.last.ce),
            )
        )
    return statement


def plan_grade_count_of(row: asyncpg.Record) -> PlanGradeCount:
    """Return the count of plans of a row."""
    return PlanGradeCount(
        id=row["id"],
        level=AreaLevel(row["level"]),
        fiscal_year=FiscalYear(row["fiscal_year"]) if row["fiscal_year"] else None,
        grade=Grade(row["grade"]),
        count=row["count"],
        of=row["of"],
    )


def issue_count_of(row: asyncpg.Record) -> IssueCount:
    """Return the count of issues of a row."""
    return IssueCount(
        id=row["id"],
        level=AreaLevel(row["level"]) if row["level"] else None,
        theme=row["theme"],
        rank=row["rank"],
        count=row["count"],
    )


class ReportedCounts:
    """Reported counts in one request's snapshot, as known at an instant (null: now)."""

    def __init__(self, transaction: ReadTransaction) -> None:
        self._transaction = transaction

    async def list_plan_grades(
        self, level: AreaLevel, years: FiscalYearRange | None, at: datetime | None
    ) -> list[PlanGradeCount]:
        """Return how many plans of a level have each grade, the best grade first."""
        rows = await self._transaction.fetch_rows(
            counts_statement(plan_grade_count, level, years, at)
        )
        return [plan_grade_count_of(row) for row in rows]

    async def list_issue_counts(
        self, level: AreaLevel | None, years: FiscalYearRange | None, at: datetime | None
    ) -> list[IssueCount]:
        """Return how many areas have an issue of each theme, in the order of the source."""
        rows = await self._transaction.fetch_rows(counts_statement(issue_count, level, years, at))
        return [issue_count_of(row) for row in rows]

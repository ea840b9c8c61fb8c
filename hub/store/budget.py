"""Statements about budget lines, current and as of an instant; satang, by phase, never added up
here.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from hub.domain.budget import BudgetLine, BudgetPhase, FundingSource
from hub.domain.identity.viewer import Viewer
from hub.domain.money import Money
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.store.as_of import table_as_of
from hub.store.key_hashes import is_any_of
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import text_array_parameter
from hub.store.tables import budget_line, project
from hub.store.visibility import is_visible, unpublished_columns

PHASE_ORDER: Final = {phase.value: position for position, phase in enumerate(BudgetPhase)}


@lru_cache(maxsize=256)
def visible_lines_by_project(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """Return the statement for lines of projects `ids` the viewer may see, by years and phases."""
    line, owner_project = table_as_of(budget_line, at), table_as_of(project, at)
    first = sa.bindparam("first_year", type_=sa.SmallInteger)
    last = sa.bindparam("last_year", type_=sa.SmallInteger)
    return (
        sa.select(line, *unpublished_columns("Project", owner_project.c.id, owner_project, viewer))
        .join(owner_project, owner_project.c.id == line.c.project_id)
        .where(
            line.c.project_id == sa.any_(text_array_parameter("ids")),
            line.c.fiscal_year.between(first, last),
            line.c.phase == sa.any_(sa.bindparam("phases", type_=ARRAY(sa.Text))),
            is_visible(owner_project, viewer, at),
        )
        .order_by(
            line.c.project_id,
            line.c.fiscal_year,
            sa.case(PHASE_ORDER, value=line.c.phase),
            line.c.id,
        )
    )


@lru_cache(maxsize=256)
def visible_lines_by_id(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """Return the statement for lines `ids` whose project the viewer may see."""
    line, owner_project = table_as_of(budget_line, at), table_as_of(project, at)
    return (
        sa.select(line, *unpublished_columns("Project", owner_project.c.id, owner_project, viewer))
        .join(owner_project, owner_project.c.id == line.c.project_id)
        .where(
            is_any_of(line.c.id, text_array_parameter("ids")), is_visible(owner_project, viewer, at)
        )
    )


def line_of(row: asyncpg.Record, at: datetime | None) -> BudgetLine:
    """Return the budget line of a row, as known at an instant (null: now)."""
    return BudgetLine(
        id=row["id"],
        project_id=row["project_id"],
        area_id=row["area_id"],
        fiscal_year=FiscalYear(row["fiscal_year"]),
        phase=BudgetPhase(row["phase"]),
        funding=FundingSource(row["funding"]),
        amount=Money(row["amount"]),
        holder_id=row["holder_id"],
        disburser_id=row["disburser_id"],
        record_id=row["record_id"],
        as_of_time=at,
    )


class BudgetLines:
    """Budget lines of projects the viewer may see, in one request's snapshot."""

    def __init__(self, transaction: ReadTransaction, viewer: Viewer) -> None:
        self._transaction = transaction
        self._viewer = viewer

    async def by_id(self, ids: Sequence[str], at: datetime | None = None) -> dict[str, BudgetLine]:
        """Return the lines by id; unknown and invisible ones are absent."""
        rows = await self._transaction.fetch_rows(
            visible_lines_by_id(self._viewer, at), ids=list(set(ids))
        )
        return {row["id"]: line_of(row, at) for row in rows}

    async def by_projects(
        self,
        project_ids: Sequence[str],
        *,
        years: FiscalYearRange | None = None,
        phases: Sequence[BudgetPhase] = tuple(BudgetPhase),
        at: datetime | None = None,
    ) -> dict[str, list[BudgetLine]]:
        """Return the lines by project, ordered by year and phase; projects without lines are
        absent.
        """
        found: dict[str, list[BudgetLine]] = defaultdict(list)
        rows = await self._transaction.fetch_rows(
            visible_lines_by_project(self._viewer, at),
            ids=list(set(project_ids)),
            first_year=years.first.ce if years else 0,
            last_year=years.last.ce if years else 9999,
            phases=[phase.value for phase in phases],
        )
        for row in rows:
            found[row["project_id"]].append(line_of(row, at))
        return found

"""The amount of a project in a phase: the sum of its lines over years, in satang.

Of several sources of one project, year and phase one counts, as in figures (ADR 6): the project's
own, otherwise the first of the others.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.selectable import FromClause

from hub.domain.budget import BudgetPhase
from hub.domain.identity.viewer import Viewer
from hub.domain.time import FiscalYearRange
from hub.store.as_of import table_as_of
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import text_array_parameter
from hub.store.tables import budget_line, project
from hub.store.visibility import is_visible, unpublished_columns

FIRST_YEAR: Final[sa.BindParameter[int]] = sa.bindparam("first_year", type_=sa.SmallInteger)
LAST_YEAR: Final[sa.BindParameter[int]] = sa.bindparam("last_year", type_=sa.SmallInteger)
PHASES: Final[sa.BindParameter[Any]] = sa.bindparam("phases", type_=ARRAY(sa.Text))


def year_parameters(years: FiscalYearRange | None) -> dict[str, int]:
    """Return the values of `FIRST_YEAR` and `LAST_YEAR`; null: all years."""
    return {
        "first_year": years.first.ce if years else 0,
        "last_year": years.last.ce if years else 9999,
    }


def sum_amounts(projects: FromClause, at: datetime | None) -> FromClause:
    """Return the amounts of projects (id, source_id) by `project_id` and `phase`.

    Lines of the years and phases of the parameters. The window ranks only lines of projects that
    have one of another source, which are few.
    """
    line = table_as_of(budget_line, at)
    lines = (
        sa.select(
            projects.c.id.label("project_id"),
            line.c.fiscal_year,
            line.c.phase,
            line.c.amount,
            line.c.source_id,
            line.c.source_id.is_distinct_from(projects.c.source_id).label("of_another"),
        )
        .join(projects, projects.c.id == line.c.project_id)
        .where(line.c.fiscal_year.between(FIRST_YEAR, LAST_YEAR), line.c.phase == sa.any_(PHASES))
        .cte("amount_lines")
    )
    contested = sa.select(lines.c.project_id).where(lines.c.of_another).cte("contested_projects")
    is_contested = sa.exists().where(contested.c.project_id == lines.c.project_id)
    precedence = sa.func.dense_rank().over(
        partition_by=[lines.c.project_id, lines.c.fiscal_year, lines.c.phase],
        order_by=[lines.c.of_another, lines.c.source_id],
    )
    columns = lines.c.project_id, lines.c.phase, lines.c.amount
    ranked = sa.select(*columns, precedence.label("precedence")).where(is_contested).subquery()
    counted = sa.union_all(
        sa.select(*columns).where(sa.not_(is_contested)),
        sa.select(ranked.c.project_id, ranked.c.phase, ranked.c.amount).where(
            ranked.c.precedence == 1
        ),
    ).subquery("counted")
    amount = sa.cast(sa.func.sum(counted.c.amount), sa.BigInteger).label("amount")
    return (
        sa.select(counted.c.project_id, counted.c.phase, amount)
        .group_by(counted.c.project_id, counted.c.phase)
        .subquery("amounts")
    )


@lru_cache(maxsize=256)
def amounts_of_projects(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """Return the statement for the amounts of visible projects `ids` by phase."""
    table = table_as_of(project, at)
    markers = unpublished_columns("Project", table.c.id, table, viewer)
    visible = (
        sa.select(table.c.id, table.c.source_id, *markers)
        .where(table.c.id == sa.any_(text_array_parameter("ids")), is_visible(table, viewer, at))
        .cte("visible")
    )
    amounts = sum_amounts(visible, at)
    names = [column for column in visible.c if column.name not in {"id", "source_id"}]
    return sa.select(amounts, *names).join(visible, visible.c.id == amounts.c.project_id)


class ProjectAmounts:
    """Amounts of projects the viewer may see, in one request's snapshot."""

    def __init__(self, transaction: ReadTransaction, viewer: Viewer) -> None:
        self._transaction = transaction
        self._viewer = viewer

    async def by_phase(
        self,
        ids: Sequence[str],
        phases: Sequence[BudgetPhase],
        years: FiscalYearRange | None,
        at: datetime | None = None,
    ) -> dict[str, dict[BudgetPhase, int]]:
        """Return the satang of each project by phase; a phase without a line is absent."""
        found: dict[str, dict[BudgetPhase, int]] = defaultdict(dict)
        for row in await self._transaction.fetch_rows(
            amounts_of_projects(self._viewer, at),
            ids=list(set(ids)),
            phases=[phase.value for phase in phases],
            **year_parameters(years),
        ):
            found[row["project_id"]][BudgetPhase(row["phase"])] = row["amount"]
        return found

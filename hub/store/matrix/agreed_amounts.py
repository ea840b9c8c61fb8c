"""Amounts of agreements as budget lines, and the reported lines that they replace (ADR 45).

An amount replaces the reported lines of the same project, fiscal year, phase, funding and area; of
several facts about the same, the last one counts. A reported line is never changed.
"""

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.sql.selectable import FromClause

from hub.domain.matrix.layout import MatrixScope
from hub.domain.sessions.kinds import AgreedField
from hub.store import tables
from hub.store.as_of import table_as_of
from hub.store.matrix.agreed import facts_in_force

AGREED_LINE: Final = "agreed:"
"""The prefix of the id of a line that an agreement asserts; the id of its fact follows."""


def agreed_amounts(scope: MatrixScope, name: str, *, counted: bool) -> FromClause:
    """Return the amounts of facts in force: of those that count the last of each place, or the
    others.

    Columns: id, project_id, fiscal_year, phase, funding, area_id and amount_satang.
    """
    facts = facts_in_force(scope, AgreedField.AMOUNT.value).subquery(f"{name}_in_force")
    f = facts.c
    place = [f.project_id, f.fiscal_year, f.phase, f.funding, f.area_id]
    rows = sa.select(f.id, *place, f.amount_satang).where(f.counted == sa.literal(counted))
    if counted:
        rows = rows.ext(distinct_on(*place)).order_by(*place, f.asserted_at.desc(), f.id.desc())
    return rows.subquery(name)


def is_same_place(fact: FromClause, line: FromClause) -> sa.ColumnElement[bool]:
    """Return the predicate that a fact is about the place of a line."""
    return sa.and_(
        fact.c.project_id == line.c.project_id,
        fact.c.fiscal_year == line.c.fiscal_year,
        fact.c.phase == line.c.phase,
        fact.c.funding == line.c.funding,
        fact.c.area_id.is_not_distinct_from(line.c.area_id),
    )


def is_replaced(scope: MatrixScope, line: FromClause) -> sa.ColumnElement[bool]:
    """Return the predicate that an amount of an agreement counts instead of a reported line."""
    amounts = agreed_amounts(scope, "replacing", counted=True)
    return sa.exists().where(is_same_place(amounts, line)).correlate_except(amounts)


def agreed_lines(scope: MatrixScope, *, counted: bool) -> FromClause:
    """Return amounts of agreements with the columns of `budget_line` that figures need.

    A line has the holder of the reports that it replaces, if they have the same one, and the source
    whose report counts for its project, year and phase: so it takes their place among the reports
    of an activity. Both are looked up by the index of lines, for each of a few facts.
    """
    at = scope.as_of_time
    name = "agreed_counted" if counted else "agreed_other"
    amounts = agreed_amounts(scope, name, counted=counted)
    project = table_as_of(tables.project, at).alias(f"{name}_project")
    reported = table_as_of(tables.budget_line, at).alias("reported")
    replaced = table_as_of(tables.budget_line, at).alias("replaced")
    ranked: Any = (
        sa.select(reported.c.source_id, sa.true().label("found"))
        .where(
            reported.c.project_id == amounts.c.project_id,
            reported.c.fiscal_year == amounts.c.fiscal_year,
            reported.c.phase == amounts.c.phase,
        )
        .order_by(reported.c.source_id.is_distinct_from(project.c.source_id), reported.c.source_id)
        .limit(1)
        .lateral("counting_report")
    )
    holder = sa.func.min(replaced.c.holder_id)
    is_only = sa.and_(
        holder == sa.func.max(replaced.c.holder_id),
        sa.func.count(replaced.c.holder_id) == sa.func.count(),
    )
    holders: Any = (
        sa.select(sa.case((is_only, holder)).label("holder_id"))
        .where(is_same_place(amounts, replaced))
        .lateral("holders")
    )
    return (
        sa.select(
            (sa.literal(AGREED_LINE, sa.Text) + amounts.c.id).label("id"),
            amounts.c.project_id,
            amounts.c.area_id,
            amounts.c.fiscal_year,
            amounts.c.funding,
            amounts.c.phase,
            amounts.c.amount_satang.label("amount"),
            holders.c.holder_id,
            sa.case((ranked.c.found, ranked.c.source_id), else_=project.c.source_id).label(
                "source_id"
            ),
        )
        .select_from(
            amounts.join(project, project.c.id == amounts.c.project_id)
            .outerjoin(ranked, sa.true())
            .outerjoin(holders, sa.true())
        )
        .subquery(f"{name}_line")
    )

"""Lines of reports that repeat an activity which another report counts."""

import sqlalchemy as sa
from sqlalchemy.sql.selectable import CTE, FromClause


def duplicate_lines(lines: CTE) -> FromClause:
    """Return the lines (`line_id`) of reports for which another report of the same activity counts.

    Of several reports of one activity the one that the others repeat counts for a year and phase;
    of several sources on one project the project's own. If that one has no line, the first of the
    others counts. Only activities with a line of another report or source are ranked.
    """
    contested = (
        sa.select(lines.c.identity)
        .where(sa.or_(lines.c.project_id != lines.c.identity, lines.c.of_another))
        .subquery("contested")
    )
    m = lines.alias("report").c
    precedence = sa.func.dense_rank().over(
        partition_by=[m.identity, m.fiscal_year, m.phase],
        order_by=[m.project_id != m.identity, m.project_id, m.of_another, m.source_id],
    )
    ranked = (
        sa.select(m.line_id, precedence.label("precedence"))
        .where(m.identity.in_(sa.select(contested.c.identity)))
        .subquery("ranked_reports")
    )
    # A line is ranked once; DISTINCT makes PostgreSQL expect few of them, as there are.
    duplicates = sa.select(ranked.c.line_id).where(ranked.c.precedence > 1).distinct()
    return duplicates.subquery("duplicates")

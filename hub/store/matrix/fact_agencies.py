"""The agency of a fact in the role that a filter asks for."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.sql.selectable import FromClause

from hub.domain.matrix.layout import MatrixScope
from hub.domain.matrix.question import AgencyRole
from hub.store import tables
from hub.store.as_of import table_as_of
from hub.store.matrix.pairs import is_among_ids, pairs_table


def join_agency(
    source: FromClause,
    scope: MatrixScope,
    visible: FromClause,
    *,
    holder_id: sa.ColumnElement[Any],
) -> tuple[FromClause, sa.ColumnElement[Any]]:
    """Return `source` with what the agency of a fact needs, and the agency in the filter's role."""
    match scope.filter.agency_role:
        case AgencyRole.OWNER:
            return source, visible.c.owner_id
        case AgencyRole.HOLDER:
            return source, holder_id
        case AgencyRole.IMPLEMENTER:
            lead = lead_implementers(scope)
            joined = source.outerjoin(lead, lead.c.project_id == visible.c.id)
            return joined, lead.c.agency_id


def is_of_agencies(
    scope: MatrixScope,
    project_id: sa.ColumnElement[Any],
    agency: sa.ColumnElement[Any],
    year: sa.ColumnElement[Any],
) -> sa.ColumnElement[bool]:
    """Return the predicate that a fact is of one of the filter's agencies in its year.

    By implementer, any implementer of the project counts, not only the first.
    """
    pairs = pairs_table("agencies", scope.agencies or frozenset())
    ids = {key for key, _ in scope.agencies or ()}
    if scope.filter.agency_role is not AgencyRole.IMPLEMENTER:
        is_pair = sa.exists().where(pairs.c.id == agency, pairs.c.year == year)
        return sa.and_(is_among_ids(agency, ids), is_pair.correlate_except(pairs))
    implementer = table_as_of(tables.project_implementer, scope.as_of_time)
    return (
        sa.exists()
        .select_from(implementer.join(pairs, pairs.c.id == implementer.c.agency_id))
        .where(implementer.c.project_id == project_id, pairs.c.year == year)
        .correlate_except(implementer, pairs)
    )


def lead_implementers(scope: MatrixScope) -> FromClause:
    """Return the first implementer of each project."""
    implementer = table_as_of(tables.project_implementer, scope.as_of_time)
    return (
        sa.select(implementer.c.project_id, implementer.c.agency_id)
        .ext(distinct_on(implementer.c.project_id))
        .order_by(implementer.c.project_id, implementer.c.ordinal)
        .subquery("lead")
    )

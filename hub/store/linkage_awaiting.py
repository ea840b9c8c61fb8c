"""The predicate that the decision of an agency or area is awaited, on a linkage or its share."""

import sqlalchemy as sa
from sqlalchemy.sql.selectable import FromClause

from hub.domain.agencies import ActorLevel
from hub.domain.linkages import ConsentDecision, LinkageStatus, Side
from hub.store import tables

AREA_LEVELS = (ActorLevel.PROVINCE.value, ActorLevel.CLUSTER.value, ActorLevel.LOCAL.value)


def awaits_agency(
    linkage: FromClause, project: FromClause, agency_id: str
) -> sa.ColumnElement[bool]:
    """Return the predicate that an agency's decision is awaited: as the owner of the project, or as
    the agency of the area.

    `hub.domain.linkage_decisions.sides_awaited` is the same for one linkage.
    """
    home = tables.agency.alias("home")
    area = (
        sa.select(home.c.area_id)
        .where(home.c.id == agency_id, sa.or_(*(home.c.level == level for level in AREA_LEVELS)))
        .scalar_subquery()
    )
    plan = tables.plan.alias("awaiting_plan")
    is_own_plan = sa.or_(
        plan.c.area_id == area, sa.and_(plan.c.area_id.is_(None), plan.c.agency_id == agency_id)
    )
    return sa.or_(
        sa.and_(project.c.owner_id == agency_id, awaits_side(linkage, Side.FUNCTION)),
        sa.and_(serves_plan(linkage, plan, is_own_plan), awaits_side(linkage, Side.AREA)),
    )


def awaits_area(linkage: FromClause, area_id: str) -> sa.ColumnElement[bool]:
    """Return the predicate that the decision of an area is awaited."""
    plan = tables.plan.alias("awaiting_plan")
    return sa.and_(
        serves_plan(linkage, plan, plan.c.area_id == area_id), awaits_side(linkage, Side.AREA)
    )


def serves_plan(
    linkage: FromClause, plan: FromClause, condition: sa.ColumnElement[bool]
) -> sa.ColumnElement[bool]:
    """Return the predicate that a linkage is to an issue of a plan that satisfies a condition."""
    issue = tables.issue.alias("awaiting_issue")
    issues = sa.select(issue.c.id).join(plan, plan.c.id == issue.c.plan_id).where(condition)
    return linkage.c.issue_id.in_(issues)


def awaits_side(linkage: FromClause, side: Side) -> sa.ColumnElement[bool]:
    """Return the predicate that the decision of a side is awaited."""
    decision = linkage.c[f"{side.value.lower()}_decision"]
    is_undecided = sa.and_(linkage.c.status == LinkageStatus.PROPOSED.value, decision.is_(None))
    has_pending = sa.and_(
        linkage.c.pending_side == side.other.value,
        decision.is_distinct_from(ConsentDecision.DISPUTED.value),
    )
    return sa.or_(is_undecided, sa.func.coalesce(has_pending, sa.false()))

"""Linkages as a basis counts them: without what agreements changed that do not count (ADR 45)."""

from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.sql.selectable import FromClause

from hub.domain.matrix.layout import MatrixScope
from hub.domain.sessions.kinds import AgreedField, AgreementStatus
from hub.store.matrix.agreed import OF_LINKAGES, is_counted, is_in_force
from hub.store.rows import is_one_of
from hub.store.tables import agreed_fact, agreement


class LinkageState(NamedTuple):
    """A table of linkages as a basis counts them: `source` joins what it needs, and `conditions`
    are that a linkage exists.
    """

    source: FromClause
    status: sa.ColumnElement[Any]
    share: sa.ColumnElement[Any]
    conditions: tuple[sa.ColumnElement[bool], ...]


def state_of_linkages(scope: MatrixScope, linkage: FromClause) -> LinkageState:
    """Return linkages with the status and share that the basis of a scope counts.

    That is the linkage's own row, which agreements have changed; only if an agreement does not
    count, what was there before the earliest such fact.
    """
    if not scope.agreed.linkages:
        return LinkageState(linkage, linkage.c.status, linkage.c.share, ())
    before = states_before(scope, f"{linkage.name}_before")  # type: ignore[attr-defined]
    exists = sa.or_(
        before.c.linkage_id.is_(None), sa.not_(before.c.has_status), before.c.status.is_not(None)
    )
    return LinkageState(
        linkage.outerjoin(before, before.c.linkage_id == linkage.c.id),
        sa.case((before.c.has_status, before.c.status), else_=linkage.c.status),
        sa.case((before.c.has_share, before.c.share), else_=linkage.c.share),
        (exists,),
    )


def states_before(scope: MatrixScope, name: str) -> FromClause:
    """Return the status and share of linkages before the agreements that do not count.

    Columns: linkage_id, has_status and status (null: the linkage did not exist), has_share and
    share. A fact of a superseded agreement has ended, but what was there before it is what was
    there before the agreements. A fact that counts ends what is undone: only later ones are.
    """
    at = scope.as_of_time
    is_superseded = agreement.c.status == AgreementStatus.SUPERSEDED.value
    begun = (
        sa.true()
        if at is None
        else agreed_fact.c.asserted_at <= sa.literal(at, sa.DateTime(timezone=True))
    )
    in_force = is_in_force(at)
    facts = (
        sa.select(
            agreed_fact.c.id,
            agreed_fact.c.linkage_id,
            agreed_fact.c.field,
            agreed_fact.c.status_before,
            agreed_fact.c.share_before,
            agreed_fact.c.asserted_at,
            in_force.label("in_force"),
            sa.and_(in_force, is_counted(scope.basis, at)).label("counted"),
        )
        .join(agreement, agreement.c.id == agreed_fact.c.agreement_id)
        .where(is_one_of(agreed_fact.c.field, OF_LINKAGES), begun, sa.or_(in_force, is_superseded))
        .subquery(f"facts_of_{name}")
    )
    f = facts.c
    is_status = f.field == AgreedField.LINKAGE.value

    def _last_counted(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[Any]:
        counted = sa.func.max(f.asserted_at).filter(sa.and_(f.counted, condition))
        return counted.over(partition_by=f.linkage_id)

    ranked = sa.select(
        facts,
        _last_counted(is_status).label("status_counted_at"),
        _last_counted(sa.true()).label("share_counted_at"),
    ).subquery(f"ranked_{name}")
    k = ranked.c
    undoes_status = sa.and_(
        k.field == AgreedField.LINKAGE.value,
        sa.not_(k.counted),
        sa.func.coalesce(k.asserted_at > k.status_counted_at, sa.true()),
    )
    undoes_share = sa.and_(
        sa.not_(k.counted), sa.func.coalesce(k.asserted_at > k.share_counted_at, sa.true())
    )

    def _earliest(
        column: sa.ColumnElement[Any], condition: sa.ColumnElement[bool]
    ) -> sa.ColumnElement[Any]:
        ordered: Any = sa.func.array_agg(aggregate_order_by(column, k.asserted_at, k.id)).filter(
            condition
        )
        return sa.type_coerce(ordered, ARRAY(column.type))[1]

    return (
        sa.select(
            k.linkage_id,
            sa.func.bool_or(sa.and_(undoes_status, k.in_force)).label("has_status"),
            _earliest(k.status_before, undoes_status).label("status"),
            sa.func.bool_or(sa.and_(undoes_share, k.in_force)).label("has_share"),
            _earliest(k.share_before, undoes_share).label("share"),
        )
        .group_by(k.linkage_id)
        .subquery(name)
    )

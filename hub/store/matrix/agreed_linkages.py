"""Linkages as a basis counts them: without what agreements changed that do not count (ADR 45)."""

from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.sql.selectable import FromClause

from hub.domain.matrix.layout import MatrixScope
from hub.domain.sessions.kinds import AgreedField
from hub.store.matrix.agreed import linkage_facts


class CountedLinkages(NamedTuple):
    """A table of linkages as a basis counts them: `source` joins what it needs, and `conditions`
    are that a linkage exists.
    """

    source: FromClause
    status: sa.ColumnElement[Any]
    share: sa.ColumnElement[Any]
    conditions: tuple[sa.ColumnElement[bool], ...]


def state_of_linkages(scope: MatrixScope, linkage: FromClause) -> CountedLinkages:
    """Return linkages with the status and share that the basis of a scope counts.

    That is the linkage's own row, which agreements have changed; only if an agreement does not
    count, what was there before the earliest such fact. Of an agreement that was not ratified the
    row still has the state, until somebody changes it.
    """
    if not scope.agreed.linkages:
        return CountedLinkages(linkage, linkage.c.status, linkage.c.share, ())
    before = states_before(scope, f"{linkage.name}_before")  # type: ignore[attr-defined]
    is_unchanged = sa.or_(before.c.in_force, linkage.c.known_from <= before.c.ended_at)
    has_status = sa.and_(before.c.has_status, is_unchanged)
    has_share = sa.and_(before.c.has_share, is_unchanged)
    exists = sa.or_(sa.not_(sa.func.coalesce(has_status, sa.false())), before.c.status.is_not(None))
    return CountedLinkages(
        linkage.outerjoin(before, before.c.linkage_id == linkage.c.id),
        sa.case((has_status, before.c.status), else_=linkage.c.status),
        sa.case((has_share, before.c.share), else_=linkage.c.share),
        (exists,),
    )


def states_before(scope: MatrixScope, name: str) -> FromClause:
    """Return the status and share of linkages before the agreements that do not count.

    Columns: linkage_id, has_status and status (null: the linkage did not exist), has_share and
    share, in_force and ended_at of these facts. A fact that has ended, because a later one replaced
    it or its agreement was not ratified, does not count. A fact that counts ends what is undone:
    only later ones are.
    """
    facts = linkage_facts(scope).subquery(f"facts_of_{name}")
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
    undoes = sa.or_(undoes_status, undoes_share)

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
            sa.func.bool_or(undoes_status).label("has_status"),
            _earliest(k.status_before, undoes_status).label("status"),
            sa.func.bool_or(undoes_share).label("has_share"),
            _earliest(k.share_before, undoes_share).label("share"),
            sa.func.bool_or(sa.and_(undoes, k.in_force)).label("in_force"),
            sa.func.max(k.ended_at).filter(undoes).label("ended_at"),
        )
        .group_by(k.linkage_id)
        .subquery(name)
    )

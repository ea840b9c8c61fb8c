"""Counting: facts placed on two axes, and each line counted once per group.

The way of a figure: facts stand somewhere (`hub.store.matrix.project_facts`), linkages say what
they serve, the two axes turn both into ordinals, and window functions count each line once in every
group: the earlier cell in row-major order counts, the later one says ALREADY_COUNTED.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.selectable import CTE

from hub.domain.identity.viewer import Viewer
from hub.domain.matrix.layout import Layout
from hub.domain.matrix.question import Counting, DimensionKind
from hub.store.matrix import project_facts
from hub.store.matrix.linkage_filter import links
from hub.store.rows import listing


def placed(layout: Layout, viewer: Viewer, *, hidden: bool = False) -> CTE:
    """One row per fact and linkage, with the ordinals of its row and column."""
    scope = layout.scope
    stood = project_facts.standing(scope, viewer, hidden=hidden)
    served = links(scope, viewer, hidden=hidden, every_status=layout.includes_every_status)
    value = {
        DimensionKind.ACTOR_LEVEL: stood.c.actor_level,
        DimensionKind.AGENCY: stood.c.agency_id,
        DimensionKind.AREA: stood.c.area_id,
        DimensionKind.FISCAL_YEAR: sa.cast(stood.c.fiscal_year, sa.Text),
        DimensionKind.FUNDING: stood.c.funding,
        DimensionKind.ISSUE: served.c.issue_id,
        DimensionKind.STAGE: served.c.stage_id,
        DimensionKind.LINKAGE_STATUS: served.c.status,
    }
    source: Any = stood.join(
        served, served.c.project_id == stood.c.project_id, isouter=not scope.needs_linkage
    )
    ordinals = []
    for name, places in (("row_places", layout.rows), ("column_places", layout.columns)):
        held = sorted(places.ordinals, key=str)
        listed = listing(
            name,
            ("id", sa.Text, [h[0] for h in held]),
            ("year", sa.SmallInteger, [h[1] for h in held]),
            ("ordinal", sa.Integer, [h[2] for h in held]),
        )
        source = source.outerjoin(
            listed,
            sa.and_(
                listed.c.id == value[places.dimension],
                sa.or_(listed.c.year.is_(None), listed.c.year == stood.c.fiscal_year),
            ),
        )
        ordinals.append(sa.func.coalesce(listed.c.ordinal, places.unassigned_ordinal))
    return (
        sa.select(
            stood.c.project_id,
            stood.c.identity,
            stood.c.line_id,
            stood.c.phase,
            stood.c.amount,
            stood.c.duplicate,
            served.c.id.label("linkage_id"),
            served.c.status,
            served.c.share,
            ordinals[0].label("r"),
            ordinals[1].label("c"),
        )
        .select_from(source)
        .cte("placed")
    )


def counted(layout: Layout, viewer: Viewer) -> tuple[CTE, CTE]:
    """`placed`, and each line once per cell with what it counts in cell, row, column and total."""
    facts_placed = placed(layout, viewer)
    p = facts_placed.c
    unit = (
        sa.select(
            p.project_id,
            p.identity,
            p.line_id,
            p.phase,
            p.amount,
            p.duplicate,
            p.r,
            p.c,
            sa.func.sum(p.share).label("share"),
            sa.func.bool_and(p.share.is_not(None)).label("share_known"),
            sa.func.min(p.linkage_id).label("linkage_id"),
        )
        .group_by(p.project_id, p.identity, p.line_id, p.phase, p.amount, p.duplicate, p.r, p.c)
        .cte("unit")
    )
    u = unit.c
    thing = [u.project_id, u.line_id]
    row_major = [u.r, u.c]

    def first(*within: Any) -> sa.ColumnElement[bool]:
        return sa.func.row_number().over(partition_by=[*thing, *within], order_by=row_major) == 1

    may_share = layout.counting is Counting.SHARED and layout.has_linkage_axis
    shared = sa.func.bool_and(u.share_known).over(partition_by=thing) if may_share else sa.false()
    running = sa.func.least(
        sa.func.sum(u.share).over(partition_by=thing, order_by=row_major, rows=(None, 0)), 1
    )
    before = sa.func.least(
        sa.func.sum(u.share).over(partition_by=thing, order_by=row_major, rows=(None, 0)) - u.share,
        1,
    )
    part = sa.cast(
        sa.func.floor(u.amount * running) - sa.func.floor(u.amount * before), sa.BigInteger
    )
    first_cell_r = sa.func.first_value(u.r).over(partition_by=thing, order_by=row_major)
    first_cell_c = sa.func.first_value(u.c).over(partition_by=thing, order_by=row_major)
    ranked = sa.select(
        unit,
        shared.label("shared"),
        (part if may_share else sa.cast(sa.null(), sa.BigInteger)).label("part"),
        first().label("first_in_all"),
        first(u.r).label("first_in_row"),
        first(u.c).label("first_in_column"),
        first_cell_r.label("first_r"),
        first_cell_c.label("first_c"),
        sa.func.first_value(u.c).over(partition_by=[*thing, u.r], order_by=u.c).label("row_c"),
        sa.func.first_value(u.r).over(partition_by=[*thing, u.c], order_by=u.r).label("column_r"),
    ).cte("ranked")
    k = ranked.c

    def amount(is_first: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        whole = sa.true() if layout.counting is Counting.MENTIONS else is_first
        return sa.case(
            (k.duplicate, 0),
            (k.shared, k.part),
            (whole, k.amount),
            (k.amount.is_not(None), 0),
        )

    figures = sa.select(
        ranked,
        amount(sa.true()).label("in_cell"),
        amount(k.first_in_row).label("in_row"),
        amount(k.first_in_column).label("in_column"),
        amount(k.first_in_all).label("in_all"),
    ).cte("counted")
    return facts_placed, figures

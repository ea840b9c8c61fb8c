"""Count facts on two axes: each line counts once per group.

Facts have places (`hub.store.matrix.project_facts`), linkages say what they serve, the axes turn
both into ordinals, and window functions count each line once in every group: the first cell in
row-major order counts, later ones are ALREADY_COUNTED.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.selectable import CTE

from hub.domain.identity.viewer import Viewer
from hub.domain.matrix.layout import Layout
from hub.domain.matrix.question import Counting, DimensionKind
from hub.store.matrix.linkage_filter import filtered_linkages
from hub.store.matrix.project_facts import project_facts
from hub.store.rows import values_table


def facts_on_axes(layout: Layout, viewer: Viewer, *, hidden: bool = False) -> CTE:
    """Return one row per fact and linkage, with the ordinals of its row (`r`) and column (`c`)."""
    scope = layout.scope
    facts = project_facts(scope, viewer, hidden=hidden)
    linkages = filtered_linkages(
        scope, viewer, hidden=hidden, every_status=layout.includes_every_status
    )
    column_by_dimension = {
        DimensionKind.ACTOR_LEVEL: facts.c.actor_level,
        DimensionKind.AGENCY: facts.c.agency_id,
        DimensionKind.AREA: facts.c.area_id,
        DimensionKind.FISCAL_YEAR: sa.cast(facts.c.fiscal_year, sa.Text),
        DimensionKind.FUNDING: facts.c.funding,
        DimensionKind.ISSUE: linkages.c.issue_id,
        DimensionKind.STAGE: linkages.c.stage_id,
        DimensionKind.LINKAGE_STATUS: linkages.c.status,
    }
    joined_facts: Any = facts.join(
        linkages,
        linkages.c.project_id == facts.c.project_id,
        isouter=not scope.needs_linkage,
    )
    ordinals = []
    for name, axis in (("row_places", layout.rows), ("column_places", layout.columns)):
        ordered = sorted(axis.ordinals, key=str)
        axis_values = values_table(
            name,
            ("id", sa.Text, [entry[0] for entry in ordered]),
            ("year", sa.SmallInteger, [entry[1] for entry in ordered]),
            ("ordinal", sa.Integer, [entry[2] for entry in ordered]),
        )
        joined_facts = joined_facts.outerjoin(
            axis_values,
            sa.and_(
                axis_values.c.id == column_by_dimension[axis.dimension],
                sa.or_(axis_values.c.year.is_(None), axis_values.c.year == facts.c.fiscal_year),
            ),
        )
        ordinals.append(sa.func.coalesce(axis_values.c.ordinal, axis.unassigned_ordinal))
    return (
        sa.select(
            facts.c.project_id,
            facts.c.identity,
            facts.c.line_id,
            facts.c.phase,
            facts.c.amount,
            facts.c.duplicate,
            linkages.c.id.label("linkage_id"),
            linkages.c.status,
            linkages.c.share,
            ordinals[0].label("r"),
            ordinals[1].label("c"),
        )
        .select_from(joined_facts)
        .cte("placed")
    )


def counted_lines(layout: Layout, viewer: Viewer) -> tuple[CTE, CTE]:
    """Return the CTE of `facts_on_axes`, and each line once per cell with its amounts.

    Amounts in satang: `in_cell`, `in_row`, `in_column` and `in_all` are what the line adds to the
    figure of the cell, the row, the column and the whole. Other columns say where the line counts
    instead.
    """
    facts_placed = facts_on_axes(layout, viewer)
    p = facts_placed.c
    lines_per_cell = (
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
            sa.func.bool_and(p.share.is_not(None)).label("all_shares_set"),
            sa.func.min(p.linkage_id).label("linkage_id"),
        )
        .group_by(p.project_id, p.identity, p.line_id, p.phase, p.amount, p.duplicate, p.r, p.c)
        .cte("unit")
    )
    u = lines_per_cell.c
    line_key = [u.project_id, u.line_id]
    row_major = [u.r, u.c]

    def _is_first_within(*groups: Any) -> sa.ColumnElement[bool]:
        return sa.func.row_number().over(partition_by=[*line_key, *groups], order_by=row_major) == 1

    can_share = layout.counting is Counting.SHARED and layout.has_linkage_axis
    shared = (
        sa.func.bool_and(u.all_shares_set).over(partition_by=line_key) if can_share else sa.false()
    )
    cumulative_share = sa.func.least(
        sa.func.sum(u.share).over(partition_by=line_key, order_by=row_major, rows=(None, 0)), 1
    )
    preceding_share = sa.func.least(
        sa.func.sum(u.share).over(partition_by=line_key, order_by=row_major, rows=(None, 0))
        - u.share,
        1,
    )
    shared_amount = sa.cast(
        sa.func.floor(u.amount * cumulative_share) - sa.func.floor(u.amount * preceding_share),
        sa.BigInteger,
    )
    first_cell_r = sa.func.first_value(u.r).over(partition_by=line_key, order_by=row_major)
    first_cell_c = sa.func.first_value(u.c).over(partition_by=line_key, order_by=row_major)
    ranked = sa.select(
        lines_per_cell,
        shared.label("shared"),
        (shared_amount if can_share else sa.cast(sa.null(), sa.BigInteger)).label("part"),
        _is_first_within().label("first_in_all"),
        _is_first_within(u.r).label("first_in_row"),
        _is_first_within(u.c).label("first_in_column"),
        first_cell_r.label("first_r"),
        first_cell_c.label("first_c"),
        sa.func.first_value(u.c).over(partition_by=[*line_key, u.r], order_by=u.c).label("row_c"),
        sa.func.first_value(u.r)
        .over(partition_by=[*line_key, u.c], order_by=u.r)
        .label("column_r"),
    ).cte("ranked")
    k = ranked.c

    def _counted_amount(is_first: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        counts_in_full = sa.true() if layout.counting is Counting.MENTIONS else is_first
        return sa.case(
            (k.duplicate, 0),
            (k.shared, k.part),
            (counts_in_full, k.amount),
            (k.amount.is_not(None), 0),
        )

    figures = sa.select(
        ranked,
        _counted_amount(sa.true()).label("in_cell"),
        _counted_amount(k.first_in_row).label("in_row"),
        _counted_amount(k.first_in_column).label("in_column"),
        _counted_amount(k.first_in_all).label("in_all"),
    ).cte("counted")
    return facts_placed, figures

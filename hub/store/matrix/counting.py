"""Place facts on two axes, and count each line once per group.

Facts have places (`hub.store.matrix.project_facts`), linkages say what they serve, the axes turn
both into ordinals. Without an axis of linkages each fact has exactly one cell. With one, a fact has
a cell for each of its linkages, and window functions count each line once in every group: the first
cell in row-major order counts, later ones are ALREADY_COUNTED.
"""

from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.sql.selectable import CTE, FromClause

from hub.domain.identity.viewer import Viewer
from hub.domain.matrix.layout import AxisOrdinals, Layout
from hub.domain.matrix.question import Counting, DimensionKind
from hub.store.matrix.linkage_filter import filtered_linkages, report_members
from hub.store.matrix.ordinals import ordinals_table
from hub.store.matrix.project_facts import project_facts

LINE_COLUMNS: Final = (
    "project_id", "identity", "line_id", "phase", "amount", "duplicate", "r", "c",
)  # fmt: skip
LEFT_OUT: Final = "left_out"
"""The column with the treatment of lines that do not count because of agreements."""


class MatrixFacts(NamedTuple):
    """The facts that match a layout's filter, and the linkages that match it.

    `facts` also has other reports of the activities of linked projects; where the filter asks for
    linkages, only facts of projects with a linkage count.
    """

    facts: CTE
    linkages: CTE


def matrix_facts(
    layout: Layout,
    viewer: Viewer,
    *,
    hidden: bool = False,
    live: FromClause | None = None,
    with_left_out: bool = False,
) -> MatrixFacts:
    """Return the facts and linkages of a layout; `live` and `with_left_out` as for `project_facts`.

    Where the filter asks for linkages, the statement starts from them.
    """
    scope, projects = layout.scope, None
    linkages = filtered_linkages(
        scope, viewer, hidden=hidden, every_status=layout.includes_every_status
    )
    if scope.needs_linkage:
        projects = report_members(scope, linkages)
    facts = project_facts(
        scope,
        viewer,
        hidden=hidden,
        projects=projects,
        live=live,
        with_duplicates=not hidden,
        with_left_out=with_left_out,
    )
    return MatrixFacts(facts, linkages)


def place_facts(layout: Layout, found: MatrixFacts, name: str, *, with_linkages: bool) -> CTE:
    """Return one row per fact with the ordinals of its row (`r`) and column (`c`).

    `with_linkages`: one row per fact and linkage, with linkage_id, status and share. Without them
    a linkage axis places everything at its unassigned ordinal.
    """
    facts, linkages = found
    null = sa.null()
    linkage_columns: dict[DimensionKind, Any] = (
        {
            DimensionKind.ISSUE: linkages.c.issue_id,
            DimensionKind.STAGE: linkages.c.stage_id,
            DimensionKind.LINKAGE_STATUS: linkages.c.status,
        }
        if with_linkages
        else {}
    )
    columns: dict[DimensionKind, Any] = {
        DimensionKind.ACTOR_LEVEL: facts.c.actor_level,
        DimensionKind.AGENCY: facts.c.agency_id,
        **place_columns(facts),
        **linkage_columns,
    }
    source: FromClause = facts
    if with_linkages:
        source = facts.join(
            linkages,
            linkages.c.project_id == facts.c.project_id,
            isouter=not layout.scope.needs_linkage,
        )
    ordinals: list[sa.ColumnElement[int]] = []
    for axis_name, axis in (("row_places", layout.rows), ("column_places", layout.columns)):
        column = columns.get(axis.dimension)
        if column is None:
            ordinals.append(sa.literal(axis.unassigned_ordinal, sa.Integer))
            continue
        source, ordinal = join_ordinals(source, axis_name, axis, column, facts.c.fiscal_year)
        ordinals.append(ordinal)
    placed = sa.select(
        facts.c.project_id,
        facts.c.identity,
        facts.c.line_id,
        facts.c.phase,
        facts.c.amount,
        facts.c.duplicate,
        (linkages.c.id if with_linkages else sa.cast(null, sa.Text)).label("linkage_id"),
        (linkages.c.status if with_linkages else sa.cast(null, sa.Text)).label("status"),
        (linkages.c.share if with_linkages else sa.cast(null, sa.Numeric)).label("share"),
        ordinals[0].label("r"),
        ordinals[1].label("c"),
    ).select_from(source)
    if LEFT_OUT in facts.c:
        placed = placed.add_columns(facts.c[LEFT_OUT])
    if layout.scope.needs_linkage and not with_linkages:
        placed = placed.where(has_linkage(facts, linkages))
    return placed.cte(name)


def join_ordinals(
    source: FromClause,
    name: str,
    axis: AxisOrdinals,
    column: sa.ColumnElement[Any],
    year: sa.ColumnElement[Any],
) -> tuple[FromClause, sa.ColumnElement[int]]:
    """Return `source` joined with the ordinals of an axis, and the ordinal of each row."""
    places = ordinals_table(name, axis)
    is_place = places.c.id == column
    if "year" in places.c:
        is_place = sa.and_(is_place, places.c.year == year)
    ordinal = sa.func.coalesce(places.c.ordinal, axis.unassigned_ordinal)
    return source.outerjoin(places, is_place), ordinal


def place_columns(table: FromClause) -> dict[DimensionKind, sa.ColumnElement[Any]]:
    """Return the columns of a table by dimension, for the dimensions of places."""
    return {
        DimensionKind.AREA: table.c.area_id,
        DimensionKind.FISCAL_YEAR: sa.cast(table.c.fiscal_year, sa.Text),
        DimensionKind.FUNDING: table.c.funding,
    }


def has_linkage(facts: FromClause, linkages: CTE) -> sa.ColumnElement[bool]:
    """Return the predicate that a fact's project has a matching linkage."""
    return sa.exists().where(linkages.c.project_id == facts.c.project_id).correlate_except(linkages)


def facts_on_axes(layout: Layout, viewer: Viewer, live: FromClause | None = None) -> CTE:
    """Return one row per fact and linkage of a layout, with the ordinals of its row and column.

    `live` as for `project_facts`.
    """
    found = matrix_facts(layout, viewer, live=live)
    return place_facts(layout, found, "placed", with_linkages=True)


def counted_lines(layout: Layout, viewer: Viewer, *, with_linkages: bool = True) -> CTE:
    """Return each line once per cell with its amounts.

    Satang: `in_cell`, `in_row`, `in_column` and `in_all` are added to these figures. Others say
    where the line counts instead; `left_out`, if there, why nowhere. Without `with_linkages` an
    axis of linkages alone gives `linkage_id`.
    """
    found = matrix_facts(layout, viewer, with_left_out=True)
    if layout.has_linkage_axis:
        return count_once(layout, place_facts(layout, found, "placed", with_linkages=True))
    placed = place_facts(layout, found, "placed", with_linkages=False)
    return count_single(placed, found.linkages if with_linkages else None)


def line_columns(placed: CTE) -> tuple[str, ...]:
    """Return the names of the columns of a line in a cell."""
    return (*LINE_COLUMNS, LEFT_OUT) if LEFT_OUT in placed.c else LINE_COLUMNS


def count_single(placed: CTE, linkages: CTE | None) -> CTE:
    """Return the lines of `counted_lines` where each fact has one cell."""
    names = line_columns(placed)
    units = sa.select(*(placed.c[name] for name in names)).distinct().subquery("unit")
    u = units.c
    source: FromClause = units
    linkage_id: sa.ColumnElement[Any] = sa.cast(sa.null(), sa.Text).label("linkage_id")
    if linkages is not None:
        k = linkages.c
        ids = sa.select(k.project_id, sa.func.min(k.id).label("linkage_id")).group_by(k.project_id)
        first = ids.subquery("first_linkage")
        source = units.outerjoin(first, first.c.project_id == u.project_id)
        linkage_id = first.c.linkage_id
    amount = sa.case((u.duplicate, 0), else_=u.amount)
    return (
        sa.select(
            *(u[name] for name in names),
            linkage_id,
            sa.false().label("shared"),
            *(sa.true().label(f"first_in_{group}") for group in ("all", "row", "column")),
            u.r.label("first_r"),
            u.c.label("first_c"),
            u.c.label("row_c"),
            u.r.label("column_r"),
            *(amount.label(f"in_{group}") for group in ("cell", "row", "column", "all")),
        )
        .select_from(source)
        .cte("counted")
    )


def count_once(layout: Layout, placed: CTE) -> CTE:
    """Return the lines of `counted_lines` where a fact may have several cells."""
    p = placed.c
    names = line_columns(placed)
    lines_per_cell = (
        sa.select(
            *(p[name] for name in names),
            sa.func.sum(p.share).label("share"),
            sa.func.bool_and(p.share.is_not(None)).label("all_shares_set"),
            sa.func.min(p.linkage_id).label("linkage_id"),
        )
        .group_by(*(p[name] for name in names))
        .cte("unit")
    )
    u = lines_per_cell.c
    line_key = [u.project_id, u.line_id]
    row_major = [u.r, u.c]

    def _is_first_within(*groups: Any) -> sa.ColumnElement[bool]:
        return sa.func.row_number().over(partition_by=[*line_key, *groups], order_by=row_major) == 1

    can_share = layout.counting is Counting.SHARED
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

    return sa.select(
        ranked,
        _counted_amount(sa.true()).label("in_cell"),
        _counted_amount(k.first_in_row).label("in_row"),
        _counted_amount(k.first_in_column).label("in_column"),
        _counted_amount(k.first_in_all).label("in_all"),
    ).cte("counted")

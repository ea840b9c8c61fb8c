"""Figures from the rollup (`hub.store.rollup`), for questions that it can answer.

The rollup has published projects whose contribution depends on nothing but their own rows; drafts,
activities reported twice and projects written since the last compaction are counted from the facts
(`live_projects`), and the figures of both add up. Projects are counted by their sets of places, so
that a project in two provinces counts once in their region; counts are never added across places
or years.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.selectable import CTE, FromClause

from hub.domain.identity.viewer import Visibility
from hub.domain.linkages import LinkageStatus
from hub.domain.matrix.layout import Layout, MatrixScope
from hub.domain.matrix.question import AgencyRole, AreaRole
from hub.store.matrix.counting import join_ordinals, place_columns
from hub.store.matrix.figure_rows import (
    FigureKind,
    figure_row,
    grouping_sets,
    number_cell,
    ordinals_of_cell,
)
from hub.store.matrix.linkage_filter import is_one_of
from hub.store.matrix.pairs import join_pairs, pairs_table
from hub.store.matrix.project_facts import requires_lines
from hub.store.matrix.rollup_money import (
    attribute_column,
    attribute_conditions,
    changed_entries,
    sum_money,
    year_conditions,
)
from hub.store.tables import rollup_change, rollup_count, rollup_entry, rollup_place

WHOLE_PROJECT = 0
"""The fiscal year of sets of places in all years."""
STATUS_COLUMNS = {
    LinkageStatus.PROPOSED: "proposed",
    LinkageStatus.AGREED: "agreed",
    LinkageStatus.DISPUTED: "disputed",
}


def reason_for_facts(layout: Layout) -> str | None:
    """Return why the rollup cannot answer a question, for operators; null if it can."""
    scope, matrix_filter = layout.scope, layout.scope.filter
    by_implementer = matrix_filter.agency_role is AgencyRole.IMPLEMENTER
    reasons = {
        "as of an instant": scope.as_of_time is not None,
        "all years": scope.years is None,
        "an axis of linkages": layout.has_linkage_axis,
        "a filter of linkages": scope.needs_linkage or matrix_filter.linked is not None,
        "text": bool(matrix_filter.text),
        "the area of the holder": matrix_filter.area_role is not AreaRole.PERFORMED_IN,
        "money without an area": matrix_filter.without_area is not None,
        "the holder": matrix_filter.agency_role is AgencyRole.HOLDER,
        "any implementer": by_implementer and bool(matrix_filter.agencies),
        "agencies that change within the years": not has_same_agencies(scope),
    }
    return next((reason for reason, applies in reasons.items() if applies), None)


def has_same_agencies(scope: MatrixScope) -> bool:
    """Return whether the filter has the same agencies in each of its years."""
    if scope.agencies is None or scope.years is None:
        return True
    ids = {key for key, _ in scope.agencies}
    return len(scope.agencies) == len(ids) * len(list(scope.years))


def live_projects(visibility: Visibility) -> FromClause:
    """Return the projects (`project_id`) of a visibility that the rollup does not answer for.

    A project written since its entry is among them whatever its visibility was. It is a subquery
    and no CTE, so that PostgreSQL knows its size.
    """
    entry = rollup_entry.c
    live = sa.select(entry.project_id).where(entry.live, entry.visibility == visibility.value)
    return live.union(sa.select(rollup_change.c.project_id)).subquery("live")


def rollup_figures(layout: Layout, *, hidden: bool = False) -> list[sa.Select[Any]]:
    """Return the statements of the figures of published projects; with `hidden`, of the number of
    LISTED projects, which a viewer without agency may count and not see.
    """
    visibility = Visibility.LISTED if hidden else Visibility.PUBLISHED
    places = matching_places(layout, "hidden_" if hidden else "")
    placed = place_counts(layout, counts_of(layout.scope, visibility), places)
    groups = count_groups(placed)
    is_counted = sa.or_(groups.c.projects != 0, sa.and_(groups.c.r.is_(None), groups.c.c.is_(None)))
    kind = FigureKind.HIDDEN if hidden else FigureKind.PROJECTS
    g = groups.c
    statements = [figure_row(kind, g.r, g.c, g.projects).where(is_counted)]
    if hidden:
        return statements
    statements += [
        figure_row(FigureKind.LINKAGES, g.r, g.c, g[name], sa.literal(status.value)).where(
            g[name] != 0
        )
        for status, name in STATUS_COLUMNS.items()
    ]
    return [*statements, sum_money(layout)]


def counts_of(scope: MatrixScope, visibility: Visibility) -> CTE:
    """Return the counted projects by attributes and set of places, without those written since."""
    years = scope.years
    year = years.first.ce if years and years.first == years.last else WHOLE_PROJECT
    changed = changed_entries("rollup_counts", rollup_count)
    names = ("projects", *STATUS_COLUMNS.values())
    both = [
        sa.select(
            *(table.c[key] for key in ("owner_id", "lead_id", "actor_level", "place_set")),
            sa.literal(sign, sa.Integer).label("sign"),
            *((sign * table.c[name]).label(name) for name in names),
        ).where(
            table.c.fiscal_year == year,
            table.c.visibility == visibility.value,
            *attribute_conditions(scope, table),
        )
        for table, sign in ((rollup_count, 1), (changed, -1))
    ]
    return sa.union_all(*both).cte(f"counts_{visibility.value.lower()}")


def matching_places(layout: Layout, prefix: str) -> CTE:
    """Return the places of each set that match the filter, with the ordinals of axes of places.

    As in `project_facts`: a set has the places of matching lines, and only without one its own.
    Columns: place_set, fiscal_year, r, c (null where the axis is none of places).
    """
    scope = layout.scope
    place, columns = rollup_place, place_columns(rollup_place)
    source: FromClause = place
    ordinals: list[Any] = []
    for name, axis in (("row_places", layout.rows), ("column_places", layout.columns)):
        column = columns.get(axis.dimension)
        if column is None:
            ordinals.append(sa.cast(sa.null(), sa.Integer))
            continue
        source, ordinal = join_ordinals(source, name, axis, column, place.c.fiscal_year)
        ordinals.append(ordinal)
    matching = sa.select(
        place.c.place_set,
        place.c.is_line,
        place.c.fiscal_year,
        ordinals[0].label("r"),
        ordinals[1].label("c"),
    )
    if scope.areas is not None:
        areas = pairs_table("areas", scope.areas)
        source = join_pairs(source, areas, place.c.area_id, place.c.fiscal_year)
    matching = matching.select_from(source).where(*year_conditions(scope, place))
    if scope.filter.funding:
        matching = matching.where(is_one_of(place.c.funding, scope.filter.funding))
    if requires_lines(scope.filter):
        matching = matching.where(place.c.is_line)
    found = matching.cte(f"{prefix}matching_places")
    lines = sa.select(found.c.place_set).where(found.c.is_line).distinct()
    with_line = lines.cte(f"{prefix}sets_with_line")
    has_line = sa.exists().where(with_line.c.place_set == found.c.place_set)
    return (
        sa.select(found)
        .where(sa.or_(found.c.is_line, sa.not_(has_line.correlate_except(with_line))))
        .cte(f"{prefix}counted_places")
    )


def place_counts(layout: Layout, counts: CTE, places: CTE) -> CTE:
    """Return the counted projects once per place of their set, with the ordinals of both axes."""
    source: FromClause = counts.join(places, places.c.place_set == counts.c.place_set)
    ordinals: list[Any] = []
    for name, axis, placed in (
        ("row_agencies", layout.rows, places.c.r),
        ("column_agencies", layout.columns, places.c.c),
    ):
        if axis.dimension in place_columns(rollup_place):
            ordinals.append(placed)
            continue
        column = attribute_column(layout.scope, counts, axis.dimension)
        source, ordinal = join_ordinals(source, name, axis, column, places.c.fiscal_year)
        ordinals.append(ordinal)
    return (
        sa.select(counts, ordinals[0].label("r"), ordinals[1].label("c"))
        .select_from(source)
        .cte(f"placed_{counts.name}")
    )


def count_groups(placed: CTE) -> CTE:
    """Return the number of projects and linkages per cell, row, column and of all, as r and c.

    Most sets have one cell, and add up. A set with several cells counts once per group.
    """
    p = placed.c
    key = [p.sign, p.owner_id, p.lead_id, p.actor_level, p.place_set]
    measures = ("projects", *STATUS_COLUMNS.values())
    weights = [p[name] for name in measures]
    cell = number_cell(p.r, p.c)
    spans = (
        sa.select(*key, *weights, sa.func.min(cell).label("first"), sa.func.max(cell).label("last"))
        .group_by(*key, *weights)
        .cte(f"spans_of_{placed.name}")
    )
    s = spans.c
    single = (
        sa.select(
            *ordinals_of_cell(s.first),
            *(sa.func.sum(s[name]).label(name) for name in measures),
        )
        .where(s.first == s.last)
        .group_by(s.first)
        .subquery("single_cells")
    )
    one = single.c
    parts: list[Any] = [
        sa.select(
            one.r, one.c, *(sa.func.sum(one[name]).label(name) for name in measures)
        ).group_by(grouping_sets(one.r, one.c))
    ]
    several = (
        sa.select(placed)
        .join(spans, sa.and_(*(s[column.name] == column for column in key)))
        .where(s.first != s.last)
        .cte(f"several_of_{placed.name}")
    )
    null = sa.cast(sa.null(), sa.Integer)
    m = several.c
    for row, column in ((m.r, m.c), (m.r, null), (null, m.c), (null, null)):
        once = (
            sa.select(
                *(m[k.name] for k in key),
                *(m[name] for name in measures),
                row.label("r"),
                column.label("c"),
            )
            .distinct()
            .subquery()
        )
        sums = (sa.func.sum(once.c[name]) for name in measures)
        parts.append(sa.select(once.c.r, once.c.c, *sums).group_by(once.c.r, once.c.c))
    parts_of_groups = sa.union_all(*parts).subquery("parts")
    g = parts_of_groups.c
    return (
        sa.select(
            g.r, g.c, *(sa.func.coalesce(sa.func.sum(g[name]), 0).label(name) for name in measures)
        )
        .group_by(g.r, g.c)
        .cte(f"groups_of_{placed.name}")
    )

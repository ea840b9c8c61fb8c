"""Figures from the rollup (`hub.store.rollup`), for questions that it can answer.

The rollup has published projects whose contribution depends on nothing but their own rows; drafts,
activities reported twice and projects written since the last compaction are counted from the facts
(`live_projects`), and the figures of both add up. Projects are counted by their sets of places, so
that a project in two provinces counts once in their region; counts are never added across places
or years.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.selectable import CTE, FromClause

from hub.domain.identity.viewer import Visibility
from hub.domain.linkages import LinkageStatus
from hub.domain.matrix.layout import Layout, MatrixScope
from hub.store.matrix.changed_projects import changed_projects
from hub.store.matrix.counting import join_ordinals, place_columns
from hub.store.matrix.figure_rows import (
    FigureKind,
    figure_row,
    grouping_sets,
    number_cell,
    ordinals_of_cell,
)
from hub.store.matrix.rollup_money import (
    attribute_column,
    attribute_conditions,
    changed_entries,
    select_lines_as_projects,
    select_money,
    sum_money,
)
from hub.store.matrix.rollup_places import counted_once, matching_places
from hub.store.tables import (
    rollup_attributes,
    rollup_count,
    rollup_entry,
    rollup_place,
    rollup_place_set,
)

STATUS_COLUMNS = {
    LinkageStatus.PROPOSED: "proposed",
    LinkageStatus.AGREED: "agreed",
    LinkageStatus.DISPUTED: "disputed",
}


def live_projects(
    visibility: Visibility,
    at: datetime | None = None,
    *,
    linked: bool = False,
    touched: Sequence[sa.Select[Any]] = (),
) -> FromClause:
    """Return the projects (`project_key`) of a visibility that the rollup does not answer for.

    With `linked` also those with a linkage, of whose places only the facts say which are linked.
    Those of `changed_projects`, `touched` ones included, are among them whatever their visibility
    was. It is a subquery and no CTE, so that PostgreSQL knows its size.
    """
    entry, attributes = rollup_entry.c, rollup_attributes.c
    of_visibility = (
        sa.select(entry.project_key)
        .join(rollup_attributes, attributes.id == entry.attributes)
        .where(attributes.visibility == visibility.value)
    )
    selects = [of_visibility.where(entry.live), changed_projects(at, touched)]
    if linked:
        selects.append(of_visibility.where(attributes.linked))
    return sa.union(*selects).subquery("live")


def rollup_figures(
    layout: Layout, *, hidden: bool = False, with_counts: bool = True
) -> list[sa.Select[Any]]:
    """Return the statements of the figures of published projects; with `hidden`, of the number of
    LISTED projects, which a viewer without agency may count and not see.

    Without `with_counts` a project counts once per place instead of once per group, and one with
    money and without linkages once per line.
    """
    visibility = Visibility.LISTED if hidden else Visibility.PUBLISHED
    cells = sum_money(layout)
    by_money = not with_counts and not hidden
    prefix = "hidden_" if hidden else ""
    if layout.scope.areas is not None and not hidden:
        # The sets with a place in the areas are few, and so are their counts.
        places = matching_places(layout, prefix)
        counts = counts_of(layout.scope, visibility, without_money=by_money, places=places)
    else:
        counts = counts_of(layout.scope, visibility, without_money=by_money)
        places = matching_places(layout, prefix, counts if by_money or hidden else None)
    placed = place_counts(layout, counts, places)
    groups = count_groups(placed) if with_counts else count_places(placed)
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
    if by_money:
        statements.append(select_lines_as_projects(cells))
    return [*statements, select_money(cells)]


def counts_of(
    scope: MatrixScope,
    visibility: Visibility,
    *,
    without_money: bool = False,
    places: CTE | None = None,
) -> CTE:
    """Return the counted projects by attributes and set of places, without those written since.

    `without_money`: only those with a linkage, or with a place that is none of lines. `places`
    limits them to its sets.
    """
    changed = changed_entries("rollup_counts", rollup_count, scope)
    names = ("projects", *STATUS_COLUMNS.values())
    attributes = rollup_attributes.c
    own_sets = sa.select(rollup_place_set.c.id).where(rollup_place_set.c.own)
    both = [
        sa.select(
            attributes.owner_id,
            attributes.lead_id,
            attributes.actor_level,
            table.c.place_set,
            *((sign * table.c[name]).label(name) for name in names),
        )
        .join_from(table, rollup_attributes, attributes.id == table.c.attributes)
        .where(
            *counted_once(scope, table),
            attributes.visibility == visibility.value,
            *attribute_conditions(scope, rollup_attributes),
            *(
                [sa.or_(attributes.linked, table.c.place_set.in_(own_sets))]
                if without_money
                else ()
            ),
            *([] if places is None else [is_set_of(table.c.place_set, places)]),
        )
        for table, sign in ((rollup_count, 1), (changed, -1))
    ]
    counts = sa.union_all(*both).subquery()
    # A number stands for the columns of the key, which cost more to group and to join by.
    return sa.select(counts, sa.func.row_number().over().label("id")).cte(
        f"counts_{visibility.value.lower()}"
    )


def is_set_of(place_set: sa.ColumnElement[int], places: CTE) -> sa.ColumnElement[bool]:
    """Return the predicate that a set is one of those of `places`.

    PostgreSQL expects one place of a province and would read the counts again for each of the 400;
    `IS TRUE` makes it hash the sets.
    """
    return place_set.in_(sa.select(places.c.place_set)).is_(sa.true())


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


def count_places(placed: CTE) -> CTE:
    """Return the columns of `count_groups` with projects and linkages once per place of a group."""
    p = placed.c
    measures = ("projects", *STATUS_COLUMNS.values())
    cells = (
        sa.select(p.r, p.c, *(sa.func.sum(p[name]).label(name) for name in measures))
        .group_by(p.r, p.c)
        .subquery(f"cells_of_{placed.name}")
    )
    g = cells.c
    return (
        sa.select(
            g.r, g.c, *(sa.func.coalesce(sa.func.sum(g[name]), 0).label(name) for name in measures)
        )
        .group_by(grouping_sets(g.r, g.c))
        .cte(f"groups_of_{placed.name}")
    )


def count_groups(placed: CTE) -> CTE:
    """Return the number of projects and linkages per cell, row, column and of all, as r and c.

    Most sets have one cell, and add up. A set with several cells counts once per group.
    """
    p = placed.c
    measures = ("projects", *STATUS_COLUMNS.values())
    weights = [sa.func.min(p[name]).label(name) for name in measures]
    cell = number_cell(p.r, p.c)
    first, last = sa.func.min(cell).label("first"), sa.func.max(cell).label("last")
    spans = sa.select(p.id, *weights, first, last).group_by(p.id).cte(f"spans_of_{placed.name}")
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
        .join(spans, s.id == p.id)
        .where(s.first != s.last)
        .cte(f"several_of_{placed.name}")
    )
    null = sa.cast(sa.null(), sa.Integer)
    m = several.c
    for row, column in ((m.r, m.c), (m.r, null), (null, m.c), (null, null)):
        weights = [sa.func.min(m[name]).label(name) for name in measures]
        once = (
            sa.select(*weights, row.label("r"), column.label("c"))
            .group_by(m.id, row, column)
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

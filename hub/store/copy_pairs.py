"""Statements that find probable copies: projects of other sources that are probably one activity.

A copy has the name of the other by `project_title_key`, a common fiscal year, a common area or one
that directly contains the other, and the same owner, an unknown one, or one directly above or
below. Keys are compared by their stored hash of 64 bits. Without any area both owners must be
known. Reports that are known to be one activity, a project and its parent, and records of one
source are no copies. Both must be visible, so that a flag discloses nothing of a draft.
"""

from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.selectable import CTE, FromClause

from hub.domain.identity.viewer import Viewer
from hub.store.activities import activity_of
from hub.store.as_of import table_as_of
from hub.store.projects import select_projects
from hub.store.rows import is_valid_on, text_array_parameter
from hub.store.tables import (
    agency_placement,
    area_membership,
    budget_line,
    project,
    project_area,
)
from hub.store.visibility import TODAY, is_visible

IDS: Final = text_array_parameter("ids")


def array_of(statement: sa.Select[Any], item_type: Any = sa.Text) -> sa.ColumnElement[Any]:
    """Return the values of a statement with one column as an array."""
    return sa.func.array(statement.scalar_subquery(), type_=ARRAY(item_type))


def area_ids(table: FromClause, at: datetime | None) -> sa.ColumnElement[Any]:
    """Return the areas of a project and of its budget lines as an array."""
    own, line = table_as_of(project_area, at), table_as_of(budget_line, at)
    return array_of(
        sa.select(own.c.area_id).where(own.c.project_id == table.c.id).correlate(table)
    ).concat(
        array_of(
            sa.select(line.c.area_id)
            .where(line.c.project_id == table.c.id, line.c.area_id.is_not(None))
            .correlate(table)
        )
    )


def containing_areas(areas: sa.ColumnElement[Any], table: FromClause) -> sa.ColumnElement[Any]:
    """Return the areas that directly contain one of `areas` today, as an array."""
    membership = area_membership.alias("containing")
    return array_of(
        sa.select(membership.c.parent_id)
        .where(membership.c.child_id == sa.any_(areas), is_valid_on(membership, TODAY))
        .correlate(table)
    )


def compared_columns(table: FromClause) -> list[sa.ColumnElement[Any]]:
    """Return the columns of a project that are compared, without its areas."""
    return [
        table.c.id,
        table.c.title_hash,
        table.c.fiscal_years,
        table.c.source_id,
        table.c.owner_id,
        table.c.parent_id,
        activity_of(table).label("identity"),
    ]


def compared_projects(
    name: str, viewer: Viewer, at: datetime | None, *conditions: sa.ColumnElement[bool]
) -> CTE:
    """Return visible projects that satisfy the conditions, with what is compared."""
    table = table_as_of(project, at)
    placed = (
        sa.select(
            *compared_columns(table),
            area_ids(table, at).label("areas"),
        )
        .where(is_visible(table, viewer, at), table.c.source_id.is_not(None), *conditions)
        .subquery(f"placed_{name}")
    )
    return sa.select(placed, containing_areas(placed.c.areas, placed).label("within")).cte(name)


def are_alike(one: CTE, other: CTE) -> sa.ColumnElement[bool]:
    """Return the predicate that two projects are probable copies, if their areas agree."""
    a, b = one.c, other.c
    placement = agency_placement.alias("placement")
    is_placed = (
        sa.exists()
        .where(
            is_valid_on(placement, TODAY),
            sa.or_(
                sa.and_(placement.c.agency_id == a.owner_id, placement.c.parent_id == b.owner_id),
                sa.and_(placement.c.agency_id == b.owner_id, placement.c.parent_id == a.owner_id),
            ),
        )
        .correlate(one, other)
    )
    return sa.and_(
        a.title_hash == b.title_hash,
        a.source_id != b.source_id,
        a.identity != b.identity,
        a.parent_id.is_distinct_from(b.id),
        b.parent_id.is_distinct_from(a.id),
        a.fiscal_years.op("&&")(b.fiscal_years),
        sa.or_(a.owner_id == b.owner_id, a.owner_id.is_(None), b.owner_id.is_(None), is_placed),
    )


def have_owners(one: CTE, other: CTE) -> sa.ColumnElement[bool]:
    """Return the predicate that the owners of both projects are known."""
    return sa.and_(one.c.owner_id.is_not(None), other.c.owner_id.is_not(None))


def areas_agree(
    one: FromClause, other: FromClause, both_owned: sa.ColumnElement[bool]
) -> sa.ColumnElement[bool]:
    """Return the predicate that two projects share an area, or have none and known owners."""
    a, b = one.c, other.c
    no_areas = sa.and_(sa.func.cardinality(a.areas) == 0, sa.func.cardinality(b.areas) == 0)
    return sa.or_(
        a.areas.op("&&")(b.areas),
        a.areas.op("&&")(b.within),
        a.within.op("&&")(b.areas),
        sa.and_(no_areas, both_owned),
    )


@lru_cache(maxsize=256)
def copies_of_projects(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """Return the statement for the probable copies of visible projects `ids`, as `of_id`.

    The index of title hashes finds the candidates, so that the areas of few projects are read.
    """
    table = table_as_of(project, at)
    requested = compared_projects("requested", viewer, at, table.c.id == sa.any_(IDS))
    hashes = array_of(sa.select(requested.c.title_hash).correlate(None), sa.BigInteger)
    candidates = compared_projects("candidates", viewer, at, table.c.title_hash == sa.any_(hashes))
    pairs = (
        sa.select(
            requested.c.id.label("of_id"),
            candidates.c.id,
            requested.c.areas.op("&&")(candidates.c.areas).label("has_common_area"),
            (sa.func.cardinality(requested.c.areas) == 0).label("is_without_area"),
        )
        .select_from(
            requested.join(
                candidates,
                sa.and_(
                    are_alike(requested, candidates),
                    areas_agree(requested, candidates, have_owners(requested, candidates)),
                ),
            )
        )
        .subquery("pairs")
    )
    return (
        select_projects(table, viewer)
        .add_columns(pairs.c.of_id, pairs.c.has_common_area, pairs.c.is_without_area)
        .join(pairs, pairs.c.id == table.c.id)
        .order_by(pairs.c.of_id, table.c.id)
    )


@lru_cache(maxsize=256)
def first_copies(viewer: Viewer) -> sa.Select[Any]:
    """Return the statement for the ids of projects that are the first of their copies, by id.

    An index of title hashes has the titles of several sources; hidden ones are among them, and only
    visible projects are compared. Everything but areas is compared first. Areas are read last, in
    the order of the page, so that a page reads those of its own projects and of look-alikes in
    between. 230,000 projects, 30,000 of them copies: 1.4 s on a busy machine, before 15 s.
    """
    pairs = alike_pairs(viewer)
    own = with_areas(pairs, "own")
    others = (
        sa.func.unnest(pairs.c.others, pairs.c.both_owned)
        .table_valued(sa.column("id", sa.Text), sa.column("both_owned", sa.Boolean))
        .render_derived(name="other")
    )
    other = with_areas(others, "other_areas")
    first = (
        sa.select(sa.func.min(others.c.id).label("first_copy"))
        .select_from(others.join(other, sa.true()))
        .where(areas_agree(own, other, others.c.both_owned))
        .correlate(pairs, own)
        .lateral("first")
    )
    return (
        sa.select(pairs.c.id)
        .select_from(pairs.join(own, sa.true()).join(first, sa.true()))
        .where(first.c.first_copy > pairs.c.id)
        .order_by(pairs.c.id)
    )


def alike_pairs(viewer: Viewer) -> CTE:
    """Return visible projects with others that are alike but for areas.

    Columns: `id`; `others`, and for each whether both owners are known.
    """
    titled = project.alias("titled")
    several = (
        sa.select(titled.c.title_hash)
        .where(titled.c.source_id.is_not(None), titled.c.title_hash.is_not(None))
        .group_by(titled.c.title_hash)
        .having(sa.func.min(titled.c.source_id) < sa.func.max(titled.c.source_id))
    )
    one = (
        sa.select(*compared_columns(project))
        .where(
            project.c.title_hash.in_(several),
            is_visible(project, viewer),
            project.c.source_id.is_not(None),
        )
        .cte("candidates")
    )
    other = sa.select(one).cte("others")
    return (
        sa.select(
            one.c.id,
            sa.func.array_agg(other.c.id).label("others"),
            sa.func.array_agg(have_owners(one, other)).label("both_owned"),
        )
        .select_from(one.join(other, are_alike(one, other)))
        .group_by(one.c.id)
        .cte("alike_pairs")
    )


def with_areas(table: FromClause, name: str) -> FromClause:
    """Return the areas of a project `id` of a table, and those that contain them."""
    areas = sa.select(area_ids(table, None).label("areas")).correlate(table).lateral(f"{name}_own")
    return (
        sa.select(areas.c.areas, containing_areas(areas.c.areas, areas).label("within"))
        .select_from(areas)
        .lateral(name)
    )

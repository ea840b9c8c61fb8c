"""Columns and predicates about the areas of probable copies, of projects and of their lines."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.selectable import FromClause

from hub.store.as_of import table_as_of
from hub.store.rows import is_valid_on
from hub.store.tables import area_membership, budget_line, project_area
from hub.store.visibility import TODAY


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


def with_areas(table: FromClause, name: str) -> FromClause:
    """Return the areas of a project `id` of a table, and those that contain them."""
    areas = sa.select(area_ids(table, None).label("areas")).correlate(table).lateral(f"{name}_own")
    return (
        sa.select(areas.c.areas, containing_areas(areas.c.areas, areas).label("within"))
        .select_from(areas)
        .lateral(name)
    )

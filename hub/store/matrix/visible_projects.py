"""The projects that a viewer may see and that match a filter by their own fields."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.sql.selectable import FromClause

from hub.domain.identity.viewer import Viewer
from hub.domain.matrix.layout import MatrixScope
from hub.store import tables
from hub.store.as_of import table_as_of
from hub.store.matrix.agreed_identities import identity_of
from hub.store.rows import contains_text, is_one_of
from hub.store.visibility import can_only_count, disjoint_visibility

FEW_AREAS: Final = 1_000
"""Of the country's 8,000: a province has some 100, a cluster some 500."""


def visible_projects(
    scope: MatrixScope,
    viewer: Viewer,
    *,
    hidden: bool,
    projects: FromClause | None,
    live: FromClause | None,
) -> list[FromClause]:
    """Return disjoint tables that together are the projects that match the filter's own fields.

    Columns: those of `project`, and `identity`, as which all reports of an activity are counted on
    the basis of the scope.
    """
    matrix_filter = scope.filter
    project = table_as_of(tables.project, scope.as_of_time)
    at = scope.as_of_time
    source, identity = identity_of(scope, project)
    selected = sa.select(
        project.c.id,
        project.c.actor_level,
        project.c.owner_id,
        project.c.fiscal_years,
        project.c.source_id,
        identity.label("identity"),
    ).select_from(source)
    if matrix_filter.actor_levels:
        selected = selected.where(is_one_of(project.c.actor_level, matrix_filter.actor_levels))
    if matrix_filter.text:
        selected = selected.where(matches_text(project, matrix_filter.text))
    if projects is not None:
        selected = selected.where(project.c.id.in_(sa.select(projects.c.project_id)))
    permissions = (
        [can_only_count(project, viewer, at)]
        if hidden
        else disjoint_visibility(project, viewer, at)
    )
    tables_of_projects: list[FromClause] = []
    for number, permission in enumerate(permissions):  # the first is that of published projects
        visible = selected.where(permission)
        if live is not None and number == 0:
            visible = visible.where(is_live(project, live, scope))
        tables_of_projects.append(visible.subquery(f"visible_{number}"))
    return tables_of_projects


def is_live(project: FromClause, live: FromClause, scope: MatrixScope) -> sa.ColumnElement[bool]:
    """Return the predicate that a project is one of `live` (`project_key`).

    As of an instant PostgreSQL has no statistics of keys and would read all projects; an array of
    keys makes it use the indexes of the table and of its history. The projects of few areas are
    looked up one by one: reading all live ones (33,000 of 200,000) twice took 0.15 s of 0.4 s.
    OFFSET keeps PostgreSQL from making a join of it.
    """
    keys = sa.select(live.c.project_key)
    if scope.as_of_time is None and has_few_areas(scope):
        same = keys.where(live.c.project_key == project.c.key).correlate(project)
        return same.offset(sa.literal_column("0")).exists()
    if scope.as_of_time is None:
        return project.c.key.in_(keys)
    is_one: sa.ColumnElement[bool] = project.c.key == sa.any_(sa.func.array(keys.scalar_subquery()))
    return is_one


def has_few_areas(scope: MatrixScope) -> bool:
    """Return whether the filter names a province or a few, with what is in them."""
    return scope.areas is not None and len({area for area, _ in scope.areas}) <= FEW_AREAS


def matches_text(project: FromClause, text: str) -> sa.ColumnElement[bool]:
    """Return the predicate that a name contains each word of a text, in any case and order, or that
    the text is the code, as it is or in capitals.
    """

    def _contains_all(name: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
        return sa.and_(*(contains_text(name, term) for term in text.split() or [text]))

    return sa.or_(
        _contains_all(project.c.name_th),
        _contains_all(project.c.name_en),
        project.c.code == text,
        project.c.code == text.upper(),
    )

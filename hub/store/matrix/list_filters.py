"""The filter of a matrix as predicates, for lists of projects and linkages."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.selectable import CTE, FromClause

from hub.domain.identity.viewer import Viewer
from hub.domain.matrix.layout import AreaGroups, MatrixScope
from hub.store.matrix.linkage_filter import filtered_linkages
from hub.store.matrix.project_facts import project_facts


def is_project_in_scope(
    scope: MatrixScope, viewer: Viewer, project_id: sa.ColumnElement[Any]
) -> sa.ColumnElement[bool]:
    """Return the predicate that a project matches the filter, for lists of projects."""
    linkages = filtered_linkages(scope, viewer) if scope.needs_linkage else None
    facts = project_facts(scope, viewer, projects=linkages, with_duplicates=False)
    return project_id.in_(sa.select(facts.c.project_id))


def is_linkage_in_scope(
    scope: MatrixScope, viewer: Viewer, linkage: FromClause
) -> sa.ColumnElement[bool]:
    """Return the predicate that a linkage and its project match the filter, for lists of
    linkages.
    """
    linkages = filtered_linkages(scope, viewer, every_status=True)
    facts = project_facts(scope, viewer, projects=linkages, with_duplicates=False)
    return sa.and_(
        linkage.c.id.in_(sa.select(linkages.c.id)),
        linkage.c.project_id.in_(sa.select(facts.c.project_id)),
    )


def projects_in_areas(groups: AreaGroups, scope: MatrixScope, viewer: Viewer) -> CTE:
    """Return pairs of a group of areas (`area_group`) and a project that acts in one of them."""
    facts = project_facts(scope, viewer, groups=groups, with_duplicates=False)
    return sa.select(facts.c.area_group, facts.c.project_id).distinct().cte("projects_in_areas")

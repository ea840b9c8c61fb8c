"""The linkages that match a filter, and the predicate that a project serves its area's issues."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.selectable import CTE

from hub.domain.identity.viewer import Viewer
from hub.domain.linkages import DEFAULT_LINKAGE_STATUSES
from hub.domain.matrix.layout import MatrixScope
from hub.store import tables
from hub.store.as_of import table_as_of
from hub.store.issue_wordings import visible_issue_wordings
from hub.store.rows import values_table
from hub.store.visibility import can_only_count, is_visible


def is_one_of(column: sa.ColumnElement[Any], values: list[str]) -> sa.ColumnElement[bool]:
    """Return the predicate that a column equals one of the values, bound as one parameter."""
    return column == sa.any_(sa.literal(values, ARRAY(sa.Text)))


def filtered_linkages(
    scope: MatrixScope, viewer: Viewer, *, hidden: bool = False, every_status: bool = False
) -> CTE:
    """Return the linkages that match the filter and that the viewer may see (`hidden`: or count).

    A linkage belongs to a chain by its stage; without a stage by its issue's current wording.
    """
    matrix_filter = scope.filter
    linkage = table_as_of(tables.linkage, scope.as_of_time)
    is_permitted = is_visible(linkage, viewer, scope.as_of_time)
    if hidden:
        is_permitted = sa.or_(is_permitted, can_only_count(linkage, viewer, scope.as_of_time))
    rows = sa.select(
        linkage.c.id,
        linkage.c.project_id,
        linkage.c.issue_id,
        linkage.c.stage_id,
        linkage.c.status,
        linkage.c.share,
    ).where(is_permitted)
    if matrix_filter.linkage_status or not every_status:
        rows = rows.where(
            is_one_of(linkage.c.status, [status.value for status in scope.linkage_statuses])
        )
    if matrix_filter.issues:
        rows = rows.where(is_one_of(linkage.c.issue_id, list(matrix_filter.issues)))
    if matrix_filter.chains:
        stage = table_as_of(tables.stage, scope.as_of_time)
        issue_wordings = visible_issue_wordings(viewer, scope.as_of_time).subquery("worded")
        chains = list(matrix_filter.chains)
        is_in_chain_by_stage = sa.exists().where(
            stage.c.id == linkage.c.stage_id, is_one_of(stage.c.chain_id, chains)
        )
        is_in_chain_by_issue = sa.exists().where(
            issue_wordings.c.issue_id == linkage.c.issue_id,
            issue_wordings.c.in_use,
            is_one_of(issue_wordings.c.chain_id, chains),
        )
        rows = rows.where(
            sa.or_(
                is_in_chain_by_stage, sa.and_(linkage.c.stage_id.is_(None), is_in_chain_by_issue)
            )
        )
    return rows.cte("links")


def is_linked_to_area_issue(
    scope: MatrixScope, viewer: Viewer, project_facts: CTE
) -> sa.ColumnElement[bool]:
    """Return the predicate that a fact's project serves an issue of its area, or of the area's
    cluster.

    The issue's plan must run in the fact's fiscal year. Central money, which has no area, is linked
    by an issue of any plan of that year. An issue counts while a version that the viewer may see
    contains it.
    """
    linkage = table_as_of(tables.linkage, scope.as_of_time)
    issue_wordings = visible_issue_wordings(viewer, scope.as_of_time).subquery("worded")
    ordered = sorted(scope.issue_areas, key=str)
    issue_areas = values_table(
        "issue_areas",
        ("id", sa.Text, [home[0] for home in ordered]),
        ("year", sa.SmallInteger, [home[1] for home in ordered]),
        ("home", sa.Text, [home[2] for home in ordered]),
    )
    is_area_issue = (
        sa.exists()
        .select_from(issue_areas)
        .where(
            issue_areas.c.id == project_facts.c.area_id,
            sa.or_(issue_areas.c.year.is_(None), issue_areas.c.year == project_facts.c.fiscal_year),
            issue_areas.c.home == issue_wordings.c.area_id,
        )
        .correlate_except(issue_areas)
    )
    return (
        sa.exists()
        .select_from(linkage.join(issue_wordings, issue_wordings.c.issue_id == linkage.c.issue_id))
        .where(
            linkage.c.project_id == project_facts.c.project_id,
            is_visible(linkage, viewer, scope.as_of_time),
            is_one_of(linkage.c.status, [status.value for status in DEFAULT_LINKAGE_STATUSES]),
            issue_wordings.c.in_use,
            project_facts.c.fiscal_year.between(
                issue_wordings.c.first_year, issue_wordings.c.last_year
            ),
            sa.or_(project_facts.c.area_id.is_(None), is_area_issue),
        )
        .correlate_except(linkage, issue_wordings)
    )

"""The linkages that match a filter, and the predicate that a project serves its area's issues."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.sql.selectable import CTE, FromClause

from hub.domain.identity.viewer import Viewer
from hub.domain.linkages import DEFAULT_LINKAGE_STATUSES
from hub.domain.matrix.layout import MatrixScope
from hub.domain.matrix.question import MatrixFilter
from hub.store import tables
from hub.store.activities import activity_of
from hub.store.as_of import table_as_of
from hub.store.issue_wordings import visible_issue_wordings
from hub.store.matrix.agreed_linkages import state_of_linkages
from hub.store.rows import is_one_of, values_table
from hub.store.visibility import can_only_count, is_visible


def filtered_linkages(
    scope: MatrixScope, viewer: Viewer, *, hidden: bool = False, every_status: bool = False
) -> CTE:
    """Return the linkages that match the filter and that the viewer may see (`hidden`: or count).

    A linkage belongs to a chain by its stage; without a stage by its issue's current wording. It
    has the status and share that the basis of the scope counts.
    """
    matrix_filter = scope.filter
    linkage = table_as_of(tables.linkage, scope.as_of_time)
    state = state_of_linkages(scope, linkage)
    is_permitted = is_visible(linkage, viewer, scope.as_of_time)
    if hidden:
        is_permitted = sa.or_(is_permitted, can_only_count(linkage, viewer, scope.as_of_time))
    rows = (
        sa.select(
            linkage.c.id,
            linkage.c.project_id,
            linkage.c.issue_id,
            linkage.c.stage_id,
            state.status.label("status"),
            state.share.label("share"),
        )
        .select_from(state.source)
        .where(is_permitted, *state.conditions)
    )
    if matrix_filter.linkage_status or not every_status:
        rows = rows.where(is_one_of(state.status, scope.linkage_statuses))
    if matrix_filter.issues:
        rows = rows.where(is_one_of(linkage.c.issue_id, matrix_filter.issues))
    if matrix_filter.names_issues:
        # A linkage belongs to a chain by its stage first, so chains are matched below.
        named = replace(matrix_filter, chains=())
        issues = issues_of_filter(named, viewer, scope.as_of_time)
        rows = rows.where(linkage.c.issue_id.in_(issues))
    if matrix_filter.chains:
        stage = table_as_of(tables.stage, scope.as_of_time)
        issue_wordings = visible_issue_wordings(viewer, scope.as_of_time).subquery("worded")
        chains = matrix_filter.chains
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
    return rows.cte("hidden_links" if hidden else "links")


def issues_of_filter(
    matrix_filter: MatrixFilter, viewer: Viewer, at: datetime | None
) -> sa.Select[Any]:
    """Return the ids of the issues that a filter selects by id, chain, rank and theme, as worded by
    the current version of their plan.
    """
    worded = visible_issue_wordings(viewer, at).subquery("ranked")
    found = sa.select(worded.c.issue_id).where(worded.c.in_use)
    if matrix_filter.issues:
        found = found.where(is_one_of(worded.c.issue_id, matrix_filter.issues))
    if matrix_filter.chains:
        found = found.where(is_one_of(worded.c.chain_id, matrix_filter.chains))
    if matrix_filter.max_rank is not None:
        found = found.where(worded.c.rank <= matrix_filter.max_rank)
    if matrix_filter.themes:
        found = found.where(is_one_of(worded.c.theme, matrix_filter.themes))
    return found


def is_linked_to_area_issue(
    scope: MatrixScope, viewer: Viewer, project_facts: CTE
) -> sa.ColumnElement[bool]:
    """Return the predicate that a fact's project serves an issue of its area, or of the area's
    cluster.

    The issue's plan must run in the fact's fiscal year. Central money, which has no area, is linked
    by an issue of any plan of that year. An issue counts while a version that the viewer may see
    contains it.
    """
    served = served_places(scope, viewer)
    facts = project_facts.c
    return (
        sa.exists()
        .where(
            served.c.project_id == facts.project_id,
            served.c.area_id == sa.func.coalesce(facts.area_id, NO_AREA),
            facts.fiscal_year.between(served.c.first_year, served.c.last_year),
        )
        .correlate_except(served)
    )


NO_AREA: Final = ""
"""Stands for the missing area of central money in joins, which need equality."""


def served_places(scope: MatrixScope, viewer: Viewer) -> CTE:
    """Return the areas and fiscal years in which a linkage serves an issue: project_id, area_id
    (`NO_AREA`: central money), first_year, last_year (CE).
    """
    linkage = table_as_of(tables.linkage, scope.as_of_time)
    state = state_of_linkages(scope, linkage)
    issue_wordings = visible_issue_wordings(viewer, scope.as_of_time).subquery("worded")
    ordered = sorted(
        scope.issue_areas
        | {(NO_AREA, first, last, NO_AREA) for _, first, last, _ in scope.issue_areas}
    )
    issue_areas = values_table(
        "issue_areas",
        ("id", sa.Text, [area for area, _, _, _ in ordered]),
        ("first_year", sa.SmallInteger, [first for _, first, _, _ in ordered]),
        ("last_year", sa.SmallInteger, [last for _, _, last, _ in ordered]),
        ("home", sa.Text, [home for _, _, _, home in ordered]),
    )
    homes = (
        sa.select(linkage.c.project_id, issue_wordings.c.area_id.label("home"))
        .add_columns(issue_wordings.c.first_year, issue_wordings.c.last_year)
        .select_from(
            state.source.join(issue_wordings, issue_wordings.c.issue_id == linkage.c.issue_id)
        )
        .where(
            is_visible(linkage, viewer, scope.as_of_time),
            is_one_of(state.status, DEFAULT_LINKAGE_STATUSES),
            issue_wordings.c.in_use,
            *state.conditions,
        )
        .cte("served_homes")
    )
    any_home = sa.select(
        homes.c.project_id, sa.literal(NO_AREA).label("home"), homes.c.first_year, homes.c.last_year
    )
    served = sa.union_all(sa.select(homes), any_home).subquery("served")
    return (
        sa.select(
            served.c.project_id,
            issue_areas.c.id.label("area_id"),
            sa.func.greatest(issue_areas.c.first_year, served.c.first_year).label("first_year"),
            sa.func.least(issue_areas.c.last_year, served.c.last_year).label("last_year"),
        )
        .join(issue_areas, issue_areas.c.home == served.c.home)
        .where(
            issue_areas.c.first_year <= served.c.last_year,
            issue_areas.c.last_year >= served.c.first_year,
        )
        .cte("served_places")
    )


def report_members(scope: MatrixScope, linkages: CTE) -> FromClause:
    """Return the projects (`project_id`) with a linkage, and all other reports of their activities.

    The other reports are needed to decide which of them counts.
    """
    project = table_as_of(tables.project, scope.as_of_time)
    identities = (
        sa.select(activity_of(project).label("project_id"))
        .where(project.c.id.in_(sa.select(linkages.c.project_id)))
        .cte(f"identities_of_{linkages.name}")
    )
    others = [
        sa.select(project.c.id).where(column.in_(sa.select(identities.c.project_id)))
        for column in (project.c.duplicate_of, project.c.counted_as)
    ]
    return sa.union(sa.select(identities.c.project_id), *others).cte(f"projects_of_{linkages.name}")

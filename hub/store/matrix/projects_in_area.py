"""Projects that act in an area or below it, for many areas at once."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.selectable import CTE

from hub.domain.identity.viewer import Viewer
from hub.domain.matrix.layout import MatrixScope
from hub.store.matrix.linkage_filter import is_linked_to_area_issue
from hub.store.rows import values_table
from hub.store.tables import budget_line, project, project_area
from hub.store.visibility import is_visible

AreaAncestry = frozenset[tuple[str, int | None, str]]
"""An area, the fiscal year (CE; null: any), and the area it is in or equals."""


def projects_in_areas(ancestry: AreaAncestry, scope: MatrixScope, viewer: Viewer) -> CTE:
    """Return pairs of an area (`top`) and a project that acts in it.

    As in `hub.store.matrix.project_facts`, a project with a line in the area has the places of its
    lines, others have their own areas and years. `scope.filter.linked` keeps projects that are
    linked (or not) at their place.
    """
    ordered = sorted(ancestry, key=str)
    ancestor_rows = values_table(
        "below",
        ("id", sa.Text, [area for area, _, _ in ordered]),
        ("year", sa.SmallInteger, [year for _, year, _ in ordered]),
        ("top", sa.Text, [top for _, _, top in ordered]),
    )
    locations = project_locations(scope, viewer, ancestor_rows)
    pairs = sa.select(locations.c.top, locations.c.project_id).distinct()
    if (must_be_linked := scope.filter.linked) is not None:
        is_linked = is_linked_to_area_issue(scope, viewer, locations)
        pairs = pairs.where(is_linked if must_be_linked else sa.not_(is_linked))
    return pairs.cte("projects_in_areas")


def project_locations(scope: MatrixScope, viewer: Viewer, ancestor_rows: Any) -> CTE:
    """Return the places of each project in each area: top, project_id, area_id, fiscal_year."""
    lines = (
        sa.select(
            ancestor_rows.c.top,
            project.c.id.label("project_id"),
            budget_line.c.area_id,
            budget_line.c.fiscal_year,
        )
        .select_from(project)
        .join(budget_line, budget_line.c.project_id == project.c.id)
        .join(
            ancestor_rows,
            sa.and_(
                ancestor_rows.c.id == budget_line.c.area_id,
                sa.or_(
                    ancestor_rows.c.year.is_(None),
                    ancestor_rows.c.year == budget_line.c.fiscal_year,
                ),
            ),
        )
        .where(is_visible(project, viewer))
    )
    year = (
        sa.func.unnest(project.c.fiscal_years)
        .table_valued(sa.column("ce", sa.SmallInteger), name="own_year")
        .render_derived("own_year")
    )
    if scope.years is not None:
        first, last = scope.years.first.ce, scope.years.last.ce
        lines = lines.where(budget_line.c.fiscal_year.between(first, last))
    matching_lines = lines.cte("lines_in")
    without_lines = (
        sa.select(ancestor_rows.c.top, project.c.id, project_area.c.area_id, year.c.ce)
        .select_from(project)
        .join(year, sa.true())
        .join(project_area, project_area.c.project_id == project.c.id)
        .join(
            ancestor_rows,
            sa.and_(
                ancestor_rows.c.id == project_area.c.area_id,
                sa.or_(ancestor_rows.c.year.is_(None), ancestor_rows.c.year == year.c.ce),
            ),
        )
        .where(is_visible(project, viewer))
        .where(
            sa.not_(
                sa.exists().where(
                    matching_lines.c.top == ancestor_rows.c.top,
                    matching_lines.c.project_id == project.c.id,
                )
            )
        )
    )
    if scope.years is not None:
        without_lines = without_lines.where(
            year.c.ce.between(scope.years.first.ce, scope.years.last.ce)
        )
    return sa.select(matching_lines).union_all(without_lines).cte("project_locations")

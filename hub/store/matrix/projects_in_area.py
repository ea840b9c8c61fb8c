"""Which projects act in an area or anywhere below it, for many areas at once."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.selectable import CTE

from hub.domain.identity.viewer import Viewer
from hub.domain.matrix.layout import MatrixScope
from hub.store.matrix.linkage_filter import linked
from hub.store.rows import listing
from hub.store.tables import budget_line, project, project_area
from hub.store.visibility import visible

Below = frozenset[tuple[str, int | None, str]]
"""An area, the fiscal year meant (CE; null: any), and the area it lies in or is."""


def acting_in(below: Below, scope: MatrixScope, viewer: Viewer) -> CTE:
    """Pairs of an area (`top`) and a project that acts there.

    As in `hub.store.matrix.project_facts`: a project with a line in the area stands where its lines
    do, another at its own areas and years; `scope.filter.linked` keeps those that are linked where
    they stand.
    """
    held = sorted(below, key=str)
    tops = listing(
        "below",
        ("id", sa.Text, [area for area, _, _ in held]),
        ("year", sa.SmallInteger, [year for _, year, _ in held]),
        ("top", sa.Text, [top for _, _, top in held]),
    )
    stood = stood_in(scope, viewer, tops)
    pairs = sa.select(stood.c.top, stood.c.project_id).distinct()
    if (asked := scope.filter.linked) is not None:
        is_linked = linked(scope, viewer, stood)
        pairs = pairs.where(is_linked if asked else sa.not_(is_linked))
    return pairs.cte("acting")


def stood_in(scope: MatrixScope, viewer: Viewer, below: Any) -> CTE:
    """Where in each area each project stands: top, project_id, area_id, fiscal_year."""
    lines = (
        sa.select(
            below.c.top,
            project.c.id.label("project_id"),
            budget_line.c.area_id,
            budget_line.c.fiscal_year,
        )
        .select_from(project)
        .join(budget_line, budget_line.c.project_id == project.c.id)
        .join(
            below,
            sa.and_(
                below.c.id == budget_line.c.area_id,
                sa.or_(below.c.year.is_(None), below.c.year == budget_line.c.fiscal_year),
            ),
        )
        .where(visible(project, viewer))
    )
    year = (
        sa.func.unnest(project.c.fiscal_years)
        .table_valued(sa.column("ce", sa.SmallInteger), name="own_year")
        .render_derived("own_year")
    )
    if scope.years is not None:
        first, last = scope.years.first.ce, scope.years.last.ce
        lines = lines.where(budget_line.c.fiscal_year.between(first, last))
    matching = lines.cte("lines_in")
    own = (
        sa.select(below.c.top, project.c.id, project_area.c.area_id, year.c.ce)
        .select_from(project)
        .join(year, sa.true())
        .join(project_area, project_area.c.project_id == project.c.id)
        .join(
            below,
            sa.and_(
                below.c.id == project_area.c.area_id,
                sa.or_(below.c.year.is_(None), below.c.year == year.c.ce),
            ),
        )
        .where(visible(project, viewer))
        .where(
            sa.not_(
                sa.exists().where(
                    matching.c.top == below.c.top, matching.c.project_id == project.c.id
                )
            )
        )
    )
    if scope.years is not None:
        own = own.where(year.c.ce.between(scope.years.first.ce, scope.years.last.ce))
    return sa.select(matching).union_all(own).cte("stood_in")

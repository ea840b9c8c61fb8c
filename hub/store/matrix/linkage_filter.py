"""What projects serve: the linkages that count, and whether somebody's issue speaks for a place."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.selectable import CTE

from hub.domain.identity.viewer import Viewer
from hub.domain.linkages import DEFAULT_LINKAGE_STATUSES
from hub.domain.matrix.layout import MatrixScope
from hub.store import tables
from hub.store.as_of import as_known
from hub.store.plans import wordings
from hub.store.rows import listing
from hub.store.visibility import only_listed, visible


def one_of(column: sa.ColumnElement[Any], values: list[str]) -> sa.ColumnElement[bool]:
    """Whether a column holds one of the values, which are one parameter."""
    return column == sa.any_(sa.literal(values, ARRAY(sa.Text)))


def links(
    scope: MatrixScope, viewer: Viewer, *, hidden: bool = False, every_status: bool = False
) -> CTE:
    """Linkages the viewer may see (`hidden`: or count) that the filter does not rule out.

    A linkage is of a chain by its stage; without a stage by its issue, as it is worded now.
    """
    asked = scope.filter
    linkage = as_known(tables.linkage, scope.as_of_time)
    may = visible(linkage, viewer, scope.as_of_time)
    if hidden:
        may = sa.or_(may, only_listed(linkage, viewer, scope.as_of_time))
    rows = sa.select(
        linkage.c.id,
        linkage.c.project_id,
        linkage.c.issue_id,
        linkage.c.stage_id,
        linkage.c.status,
        linkage.c.share,
    ).where(may)
    if asked.linkage_status or not every_status:
        rows = rows.where(
            one_of(linkage.c.status, [status.value for status in scope.linkage_statuses])
        )
    if asked.issues:
        rows = rows.where(one_of(linkage.c.issue_id, list(asked.issues)))
    if asked.chains:
        stage = as_known(tables.stage, scope.as_of_time)
        worded = wordings(viewer, scope.as_of_time).subquery("worded")
        chains = list(asked.chains)
        by_stage = sa.exists().where(
            stage.c.id == linkage.c.stage_id, one_of(stage.c.chain_id, chains)
        )
        by_issue = sa.exists().where(
            worded.c.issue_id == linkage.c.issue_id,
            worded.c.in_use,
            one_of(worded.c.chain_id, chains),
        )
        rows = rows.where(sa.or_(by_stage, sa.and_(linkage.c.stage_id.is_(None), by_issue)))
    return rows.cte("links")


def linked(scope: MatrixScope, viewer: Viewer, stood: CTE) -> sa.ColumnElement[bool]:
    """Whether where it stands a project serves an issue of that area, or of its cluster, that year.

    Central money, which stands nowhere, is linked by any issue of a plan of that year. An issue
    counts while a version the viewer may see words it.
    """
    linkage = as_known(tables.linkage, scope.as_of_time)
    worded = wordings(viewer, scope.as_of_time).subquery("worded")
    held = sorted(scope.issue_areas, key=str)
    homes = listing(
        "homes",
        ("id", sa.Text, [home[0] for home in held]),
        ("year", sa.SmallInteger, [home[1] for home in held]),
        ("home", sa.Text, [home[2] for home in held]),
    )
    speaks = (
        sa.exists()
        .select_from(homes)
        .where(
            homes.c.id == stood.c.area_id,
            sa.or_(homes.c.year.is_(None), homes.c.year == stood.c.fiscal_year),
            homes.c.home == worded.c.area_id,
        )
        .correlate_except(homes)
    )
    return (
        sa.exists()
        .select_from(linkage.join(worded, worded.c.issue_id == linkage.c.issue_id))
        .where(
            linkage.c.project_id == stood.c.project_id,
            visible(linkage, viewer, scope.as_of_time),
            one_of(linkage.c.status, [status.value for status in DEFAULT_LINKAGE_STATUSES]),
            worded.c.in_use,
            stood.c.fiscal_year.between(worded.c.first_year, worded.c.last_year),
            sa.or_(stood.c.area_id.is_(None), speaks),
        )
        .correlate_except(linkage, worded)
    )

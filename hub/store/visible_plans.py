"""Visibility of plans: a plan is visible through any of its versions."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.selectable import FromClause

from hub.domain.identity.viewer import Viewer, Visibility
from hub.store.as_of import table_as_of
from hub.store.tables import plan_version
from hub.store.visibility import UNPUBLISHED_COLUMN, is_visible, unpublished_columns


def has_visible_version(
    viewer: Viewer, plan_table: FromClause, at: datetime | None
) -> sa.ColumnElement[bool]:
    """Return the predicate that the viewer may see any version of a plan.

    `plan_table` is plans as known at `at`.
    """
    version = table_as_of(plan_version, at)
    return (
        sa.exists()
        .where(version.c.plan_id == plan_table.c.id, is_visible(version, viewer, at))
        .correlate(plan_table)
    )


def unpublished_version_columns(
    viewer: Viewer, plan_table: FromClause, at: datetime | None = None
) -> tuple[sa.ColumnElement[Any], ...]:
    """Return the audit marker of the version that makes a plan visible, a published one if any."""
    version = table_as_of(plan_version, at).alias("visible_version")
    return tuple(
        sa.select(column)
        .where(version.c.plan_id == plan_table.c.id, is_visible(version, viewer, at))
        .order_by(version.c.visibility != Visibility.PUBLISHED.value, version.c.number.desc())
        .limit(1)
        .correlate(plan_table)
        .scalar_subquery()
        .label(UNPUBLISHED_COLUMN)
        for column in unpublished_columns("PlanVersion", version.c.id, version, viewer)
    )

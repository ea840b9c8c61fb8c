"""Whether a plan is seen: through any version of it, and through which."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.selectable import FromClause

from hub.domain.identity.viewer import Viewer, Visibility
from hub.store.as_of import as_known
from hub.store.tables import plan_version
from hub.store.visibility import UNPUBLISHED, unpublished, visible


def told(viewer: Viewer, whole: FromClause, at: datetime | None) -> sa.ColumnElement[bool]:
    """Plans of `whole` (plans as known at `at`) of which the viewer may see any version."""
    version = as_known(plan_version, at)
    return (
        sa.exists()
        .where(version.c.plan_id == whole.c.id, visible(version, viewer, at))
        .correlate(whole)
    )


def told_by(
    viewer: Viewer, whole: FromClause, at: datetime | None = None
) -> tuple[sa.ColumnElement[Any], ...]:
    """For the log of access: the version through which a plan is seen, a published one if any."""
    version = as_known(plan_version, at).alias("telling")
    return tuple(
        sa.select(column)
        .where(version.c.plan_id == whole.c.id, visible(version, viewer, at))
        .order_by(version.c.visibility != Visibility.PUBLISHED.value, version.c.number.desc())
        .limit(1)
        .correlate(whole)
        .scalar_subquery()
        .label(UNPUBLISHED)
        for column in unpublished("PlanVersion", version.c.id, version, viewer)
    )

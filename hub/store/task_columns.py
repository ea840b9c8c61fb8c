"""The columns of a task, and the agency whose tasks are read."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.selectable import FromClause

from hub.domain.identity.viewer import Viewer
from hub.domain.tasks import TaskKind
from hub.store.visibility import UNPUBLISHED_COLUMN


def own_agency(viewer: Viewer) -> sa.ColumnElement[str]:
    """Return the agency of the viewer as a value; null without one."""
    return sa.literal(viewer.agency_id, sa.Text)


def task_columns(
    kind: TaskKind,
    *,
    key: sa.ColumnElement[Any],
    subject: sa.ColumnElement[Any],
    agency_id: sa.ColumnElement[Any],
    created_at: sa.ColumnElement[Any],
    source: FromClause,
    area_id: sa.ColumnElement[Any] | None = None,
    fiscal_year: sa.ColumnElement[Any] | None = None,
    requested_by_id: sa.ColumnElement[Any] | None = None,
    due_on: sa.ColumnElement[Any] | None = None,
    rows: sa.ColumnElement[Any] | None = None,
    unpublished: Sequence[sa.ColumnElement[Any]] = (),
) -> sa.Select[Any]:
    """Return a SELECT with the columns of a task; one that a kind does not have is null."""
    columns: Mapping[str, tuple[sa.ColumnElement[Any] | None, Any]] = {
        "id": (sa.literal(f"{kind.value}:", sa.Text) + key, sa.Text),
        "kind": (sa.literal(kind.value, sa.Text), sa.Text),
        "subject": (subject, sa.Text),
        "agency_id": (agency_id, sa.Text),
        "area_id": (area_id, sa.Text),
        "fiscal_year": (fiscal_year, sa.Integer),
        "requested_by_id": (requested_by_id, sa.Text),
        "due_on": (due_on, sa.Date),
        "created_at": (created_at, sa.DateTime(timezone=True)),
        "rows": (rows, sa.Integer),
        UNPUBLISHED_COLUMN: (next(iter(unpublished), None), JSONB),
    }
    return sa.select(
        *(
            sa.cast(sa.null() if column is None else column, type_).label(name)
            for name, (column, type_) in columns.items()
        )
    ).select_from(source)

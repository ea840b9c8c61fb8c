"""The projects of which the rollup does not have the state that a question is about.

Those written since the last compaction, those that agreements touch on the basis of the question,
and for a question as of an instant those of which any row has changed since. A project of which
none has changed was then what it is now, so that the rollup answers for it. Indexes by the time of
a change find the rows (migration 0037).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.sql.selectable import FromClause

from hub.domain.global_id import GlobalId
from hub.store import tables
from hub.store.as_of import history_table
from hub.store.key_hashes import hash_of
from hub.store.tables import rollup_change

OF_PROJECTS: Final = (
    tables.budget_line,
    tables.project_area,
    tables.project_implementer,
    tables.linkage,
    tables.finding_subject,
)
"""The tables, beside `project` and `provenance`, on which the contribution of a project depends."""
MAX_CHANGED: Final = 20_000
"""Projects changed since an instant up to which the rollup is worth its part of the answer."""


def changed_projects(
    at: datetime | None, touched: Sequence[sa.Select[Any]] = ()
) -> sa.Select[Any] | sa.CompoundSelect[Any]:
    """Return the statement for the projects (`project_key`) that the rollup cannot answer for.

    A project may occur several times. `touched`: those whose figures agreements change
    (`agreed.touched_projects`).
    """
    noted = sa.select(rollup_change.c.project_key)
    others = [*touched, *(() if at is None else changed_since(at))]
    return noted.union_all(*others) if others else noted


def changed_since(at: datetime) -> list[sa.Select[Any]]:
    """Return the statements for the projects of which a row has changed since an instant."""
    selects = []
    for table in (tables.project, *OF_PROJECTS, tables.provenance):
        past = history_table(table)
        instant = sa.literal(at, sa.DateTime(timezone=True))
        for rows, is_changed in (
            (table, table.c.known_from > instant),
            (past, past.c.known_to > instant),
        ):
            selects += [keys.where(is_changed) for keys in select_keys(table, rows)]
    return selects


def select_keys(table: sa.Table, rows: FromClause) -> list[sa.Select[Any]]:
    """Return the statements for the keys of the projects that rows of a table contribute to."""
    if table is tables.provenance:
        return select_subjects(rows)
    if table is not tables.project:
        return [sa.select(key_of(rows.c.project_id).label("project_key"))]
    # A report also decides on the activity that it repeats.
    repeated = [
        sa.select(key_of(column).label("project_key")).where(column.is_not(None))
        for column in (rows.c.duplicate_of, rows.c.counted_as)
    ]
    return [sa.select(rows.c.key.label("project_key")), *repeated]


def select_subjects(rows: FromClause) -> list[sa.Select[Any]]:
    """Return the statements for the projects that rows of provenance are about."""
    selects = []
    for kind, table, column in (
        ("Project", None, None),
        ("Linkage", tables.linkage, tables.linkage.c.id),
        ("BudgetLine", tables.budget_line, tables.budget_line.c.id),
    ):
        prefix = str(GlobalId(kind, ""))
        about = rows.c.subject.like(f"{prefix}%")
        key = sa.func.substr(rows.c.subject, len(prefix) + 1)
        if table is None or column is None:
            selects.append(sa.select(key_of(key).label("project_key")).where(about))
            continue
        is_same = sa.and_(hash_of(column) == hash_of(key), column == key)
        selects.append(
            sa.select(key_of(table.c.project_id).label("project_key"))
            .select_from(
                rows.join(table, is_same if table is tables.budget_line else column == key)
            )
            .where(about)
        )
    return selects


def key_of(project_id: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    """Return the key of a project's id."""
    key: sa.ColumnElement[int] = sa.func.record_id_of(project_id)
    return key


def count_changed(at: datetime) -> sa.Select[Any]:
    """Return the statement for the number of rows changed since an instant, `MAX_CHANGED` + 1 at
    most.
    """
    changed = sa.union_all(*changed_since(at)).limit(MAX_CHANGED + 1).subquery("changed")
    return sa.select(sa.func.count()).select_from(changed)

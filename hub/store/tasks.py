"""Statements about tasks: pages of what waits for the viewer's agency, and counts by kind."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import asyncpg
import sqlalchemy as sa

from hub.domain.identity.viewer import Viewer
from hub.domain.paging import Connection, PageRequest, build_connection
from hub.domain.tasks import (
    EPOCH,
    NO_DUE_DAY,
    Task,
    TaskCount,
    TaskFilter,
    TaskKind,
    task_sort_key,
)
from hub.domain.time import FiscalYear
from hub.store.paging import fetch_page
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import epoch_microseconds, text_array_parameter
from hub.store.sessions.task_branches import SESSION_BRANCHES
from hub.store.task_branches import BRANCHES, areas_to_decide
from hub.store.task_columns import own_agency
from hub.store.visibility import TODAY, UNPUBLISHED_COLUMN

ALL_BRANCHES: Final = {**BRANCHES, **SESSION_BRANCHES}
IDS = text_array_parameter("ids")


@lru_cache(maxsize=256)
def select_tasks(viewer: Viewer, conditions: TaskFilter) -> sa.Subquery | None:
    """Return the tasks that satisfy the conditions; null if no kind of task can exist."""
    kinds = [kind for kind in ALL_BRANCHES if conditions.kinds is None or kind in conditions.kinds]
    branches = [branch for kind in kinds for branch in ALL_BRANCHES[kind](viewer)]
    if not branches:
        return None
    tasks = sa.union_all(*branches).subquery("task")
    where = []
    if conditions.area_id is not None:
        where.append(tasks.c.area_id == conditions.area_id)
    if conditions.due_before is not None:
        where.append(tasks.c.due_on <= conditions.due_before)
    due_days = sa.func.coalesce(tasks.c.due_on - sa.literal(EPOCH, sa.Date), NO_DUE_DAY)
    is_overdue = sa.func.coalesce(tasks.c.due_on < TODAY, sa.false())
    return (
        sa.select(
            tasks,
            sa.cast(due_days, sa.BigInteger).label("due_days"),
            epoch_microseconds(tasks.c.created_at).label("microseconds"),
            is_overdue.label("overdue"),
        )
        .where(*where)
        .subquery("selected_task")
    )


def task_of(row: asyncpg.Record) -> Task:
    """Return the task of a row."""
    return Task(
        id=row["id"],
        kind=TaskKind(row["kind"]),
        subject_gid=row["subject"],
        agency_id=row["agency_id"],
        area_id=row["area_id"],
        fiscal_year=FiscalYear(row["fiscal_year"]) if row["fiscal_year"] else None,
        requested_by_id=row["requested_by_id"],
        due_on=row["due_on"],
        overdue=row["overdue"],
        created_at=row["created_at"],
        count=row["rows"],
    )


class Tasks:
    """The tasks of the viewer's agency, in one request's snapshot."""

    def __init__(self, transaction: ReadTransaction, viewer: Viewer) -> None:
        self._transaction = transaction
        self._viewer = viewer

    async def page(self, page: PageRequest, conditions: TaskFilter) -> Connection[Task]:
        """Return a page of tasks: the earliest date first, then what has waited longest."""
        tasks = select_tasks(self._viewer, conditions)
        if tasks is None:
            return build_connection([], page, task_sort_key, 0)
        order = [tasks.c.due_days, tasks.c.microseconds, tasks.c.id]
        return await fetch_page(
            self._transaction, sa.select(tasks), page, order, task_of, task_sort_key
        )

    async def by_id(self, ids: Sequence[str]) -> dict[str, Task]:
        """Return the tasks by id; done, unknown and invisible ones are absent."""
        kinds = [kind for kind in TaskKind if any(key.startswith(f"{kind.value}:") for key in ids)]
        tasks = select_tasks(self._viewer, TaskFilter(tuple(kinds)))
        if tasks is None:
            return {}
        statement = sa.select(tasks).where(tasks.c.id == sa.any_(IDS))
        rows = await self._transaction.fetch_rows(statement, ids=list(set(ids)))
        return {row["id"]: task_of(row) for row in rows}

    async def counts(self) -> list[TaskCount]:
        """Return the number of tasks of each kind that has any, in the order of the enum."""
        tasks = select_tasks(self._viewer, TaskFilter())
        if tasks is None:
            return []
        markers = sa.func.jsonb_agg(sa.distinct(tasks.c[UNPUBLISHED_COLUMN])).filter(
            tasks.c[UNPUBLISHED_COLUMN].is_not(None)
        )
        statement = sa.select(
            tasks.c.kind,
            sa.func.count().label("tasks"),
            sa.func.count().filter(tasks.c.overdue).label("overdue"),
            markers.label(UNPUBLISHED_COLUMN),
        ).group_by(tasks.c.kind)
        rows = await self._transaction.fetch_rows(statement)
        found = {TaskKind(row["kind"]): row for row in rows}
        return [
            TaskCount(kind, found[kind]["tasks"], found[kind]["overdue"])
            for kind in TaskKind
            if kind in found
        ]

    async def areas(self) -> list[str]:
        """Return the ids of areas for which the viewer's agency may decide, ascending."""
        if self._viewer.agency_id is None:
            return []
        areas = areas_to_decide(own_agency(self._viewer)).distinct()
        rows = await self._transaction.fetch_rows(areas)
        return sorted(row["area_id"] for row in rows)

"""Projects as they are remembered, and as they were; where they act and who implements them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import asyncpg
import sqlalchemy as sa
from sqlalchemy.sql.selectable import FromClause

from hub.domain.agencies import ActorLevel
from hub.domain.identity.viewer import Viewer, Visibility
from hub.domain.matrix.layout import MatrixScope
from hub.domain.paging import Connection, PageRequest, SortKey, build_connection
from hub.domain.projects import AreaShare, Project, ShareBasis
from hub.domain.time import FiscalYear
from hub.store.as_of import as_known
from hub.store.database import Reading
from hub.store.matrix.project_facts import matching
from hub.store.matrix.projects_in_area import Below, acting_in
from hub.store.paging import paged_by
from hub.store.rows import keyed, listed, localized, texts
from hub.store.tables import project, project_area, project_implementer
from hub.store.visibility import unpublished, visible

IDS: Final = texts("ids")


def selected(table: FromClause, viewer: Viewer) -> sa.Select[Any]:
    """Projects of `table`, with what the log of access needs to know of them."""
    return sa.select(table, *unpublished("Project", table.c.id, table, viewer))


@lru_cache(maxsize=256)
def seen_by_id(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """Projects of `ids` that the viewer may see."""
    table = as_known(project, at)
    return selected(table, viewer).where(table.c.id == sa.any_(IDS), visible(table, viewer, at))


@lru_cache(maxsize=256)
def seen_by_code(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """The first project in Thai dictionary order that bears a code."""
    table = as_known(project, at)
    return (
        selected(table, viewer)
        .where(table.c.code == sa.bindparam("asked", type_=sa.Text), visible(table, viewer, at))
        .order_by(table.c.sort_key, table.c.id)
        .limit(1)
    )


@lru_cache(maxsize=256)
def copies(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """Every project that reports the activity of one of `ids`, itself included."""
    mine, theirs = as_known(project, at).alias("mine"), as_known(project, at).alias("theirs")
    return (
        selected(theirs, viewer)
        .add_columns(mine.c.id.label("of_id"))
        .select_from(
            mine.join(
                theirs,
                sa.func.coalesce(theirs.c.duplicate_of, theirs.c.id)
                == sa.func.coalesce(mine.c.duplicate_of, mine.c.id),
            )
        )
        .where(mine.c.id == sa.any_(IDS), mine.c.id != theirs.c.id)
        .where(visible(mine, viewer, at), visible(theirs, viewer, at))
        .order_by(mine.c.id, theirs.c.sort_key, theirs.c.id)
    )


@lru_cache(maxsize=64)
def shares_of(at: datetime | None) -> sa.Select[Any]:
    """The areas of projects of `ids`."""
    table = as_known(project_area, at)
    return (
        sa.select(table)
        .where(table.c.project_id == sa.any_(IDS))
        .order_by(table.c.project_id, table.c.area_id)
    )


@lru_cache(maxsize=64)
def implementers_of(at: datetime | None) -> sa.Select[Any]:
    """The implementers of projects of `ids`, the first first."""
    table = as_known(project_implementer, at)
    return (
        sa.select(table.c.project_id, table.c.agency_id)
        .where(table.c.project_id == sa.any_(IDS))
        .order_by(table.c.project_id, table.c.ordinal)
    )


def project_of(row: asyncpg.Record, at: datetime | None) -> Project:
    """The record of a row, as known at an instant (null: now)."""
    return Project(
        id=row["id"],
        code=row["code"],
        name=localized(row, "name"),
        actor_level=ActorLevel(row["actor_level"]) if row["actor_level"] else None,
        owner_id=row["owner_id"],
        fiscal_years=[FiscalYear(ce) for ce in row["fiscal_years"]],
        visibility=Visibility(row["visibility"]),
        duplicate_of=row["duplicate_of"],
        parent_id=row["parent_id"],
        as_of_time=at,
        sort_key=row["sort_key"],
    )


def by_name(item: Project) -> SortKey:
    """Where a project stands in a list."""
    return item.sort_key, item.id


class Projects:
    """Projects in one request's snapshot, as far as the viewer may see them.

    `at` is an instant of knowledge (null: now): what the hub held then, not what was valid then.
    """

    def __init__(self, reading: Reading, viewer: Viewer) -> None:
        self._reading = reading
        self._viewer = viewer

    async def by_id(self, ids: Sequence[str], at: datetime | None = None) -> dict[str, Project]:
        """Projects by id; unknown and unseen ones are absent."""
        rows = await self._reading.rows(seen_by_id(self._viewer, at), ids=list(set(ids)))
        return {row["id"]: project_of(row, at) for row in rows}

    async def by_code(self, code: str, at: datetime | None = None) -> Project | None:
        """The project that bears a code; the first in order where several do."""
        rows = await self._reading.rows(seen_by_code(self._viewer, at), asked=code)
        return project_of(rows[0], at) if rows else None

    async def same_as(
        self, ids: Sequence[str], at: datetime | None = None
    ) -> dict[str, list[Project]]:
        """Other reports of the same activity, by project."""
        found: dict[str, list[Project]] = defaultdict(list)
        for row in await self._reading.rows(copies(self._viewer, at), ids=list(set(ids))):
            found[row["of_id"]].append(project_of(row, at))
        return found

    async def shares(
        self, ids: Sequence[str], at: datetime | None = None
    ) -> dict[str, list[AreaShare]]:
        """The areas each project acts in."""
        found: dict[str, list[AreaShare]] = defaultdict(list)
        for row in await self._reading.rows(shares_of(at), ids=list(set(ids))):
            found[row["project_id"]].append(
                AreaShare(row["area_id"], row["share"], ShareBasis(row["basis"]))
            )
        return found

    async def implementers(
        self, ids: Sequence[str], at: datetime | None = None
    ) -> dict[str, list[str]]:
        """The agencies that implement each project, the first first."""
        found: dict[str, list[str]] = defaultdict(list)
        for row in await self._reading.rows(implementers_of(at), ids=list(set(ids))):
            found[row["project_id"]].append(row["agency_id"])
        return found

    async def matching(self, page: PageRequest, scope: MatrixScope) -> Connection[Project]:
        """Projects that a filter looks at, as known at its instant."""
        table = as_known(project, scope.as_of_time)
        return await self.page(
            page,
            table,
            where=[matching(scope, self._viewer, table.c.id)],
            at=scope.as_of_time,
        )

    async def everything(self, page: PageRequest, at: datetime | None) -> Connection[Project]:
        """Every project the viewer may see, as known at an instant (null: now)."""
        return await self.page(page, as_known(project, at), at=at)

    async def page(
        self,
        page: PageRequest,
        table: FromClause = project,
        *,
        where: Sequence[sa.ColumnElement[bool]] = (),
        at: datetime | None = None,
    ) -> Connection[Project]:
        """Projects by extra predicates over `table` (projects as known at `at`), in Thai order."""
        statement = selected(table, self._viewer).where(visible(table, self._viewer, at), *where)
        rows = await self._reading.rows(listed(statement, page, table.c.sort_key, table.c.id))
        total = rows[0]["total"] if rows else (0 if page.after is None else None)
        return build_connection([project_of(r, at) for r in rows], page, by_name, total)

    async def pages_by_area(
        self, area_ids: Sequence[str], page: PageRequest, below: Below, scope: MatrixScope
    ) -> dict[str, Connection[Project]]:
        """The same page of the projects that act in each area or below it, in one statement."""
        acting = acting_in(below, scope, self._viewer)
        statement = (
            selected(project, self._viewer)
            .join(acting, acting.c.project_id == project.c.id)
            .where(visible(project, self._viewer))
        )
        paged = keyed(statement, acting.c.top, page, [project.c.sort_key, project.c.id])
        rows = await self._reading.rows(paged)
        return paged_by(area_ids, rows, page, lambda row: project_of(row, None), by_name)

"""Linkages as they are remembered, and as they were. One is seen only where its project is."""

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any, Final

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.selectable import FromClause

from hub.domain.identity.viewer import Viewer
from hub.domain.linkages import Linkage, LinkageStatus, Reason
from hub.domain.matrix.layout import MatrixScope
from hub.domain.paging import Connection, PageRequest, SortKey, build_connection
from hub.domain.text import LocalizedText, TranslationOrigin
from hub.store.as_of import as_known
from hub.store.database import Reading
from hub.store.matrix.project_facts import matching_linkage
from hub.store.paging import paged_by
from hub.store.rows import keyed, listed, texts
from hub.store.tables import linkage, project
from hub.store.visibility import unpublished, visible

IDS: Final = texts("ids")


def seen(viewer: Viewer, table: FromClause, at: datetime | None) -> sa.Select[Any]:
    """Linkages of `table` the viewer may see, of projects the viewer may see."""
    of = as_known(project, at)
    return (
        sa.select(table, *unpublished("Linkage", table.c.id, table, viewer))
        .join(of, of.c.id == table.c.project_id)
        .where(visible(table, viewer, at), visible(of, viewer, at))
    )


@lru_cache(maxsize=256)
def seen_by_id(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """Linkages of `ids`."""
    table = as_known(linkage, at)
    return seen(viewer, table, at).where(table.c.id == sa.any_(IDS))


def origin(text: str | None) -> TranslationOrigin | None:
    """Who worded a text, where the JSON says so."""
    return TranslationOrigin(text) if text else None


def reason_of(held: dict[str, Any]) -> Reason:
    """One reason as it is kept in JSON: code, th, en, who worded them, weight."""
    return Reason(
        code=held["code"],
        text=LocalizedText(
            held["th"], held.get("en"), origin(held.get("th_origin")), origin(held.get("en_origin"))
        ),
        weight=Decimal(str(held["weight"])),
    )


def linkage_of(row: asyncpg.Record, at: datetime | None) -> Linkage:
    """The record of a row, as known at an instant (null: now)."""
    return Linkage(
        id=row["id"],
        version=row["version"],
        updated_at=row["known_from"],
        project_id=row["project_id"],
        issue_id=row["issue_id"],
        stage_id=row["stage_id"],
        status=LinkageStatus(row["status"]),
        share=row["share"],
        reasons=[reason_of(held) for held in json.loads(row["reasons"], parse_float=Decimal)],
        proposed_by_id=row["proposed_by_id"],
        as_of_time=at,
    )


def by_id(item: Linkage) -> SortKey:
    """Where a linkage stands in a list: a stable order, and no more."""
    return (item.id,)


class Linkages:
    """Linkages in one request's snapshot, as far as the viewer may see them."""

    def __init__(self, reading: Reading, viewer: Viewer) -> None:
        self._reading = reading
        self._viewer = viewer

    async def by_id(self, ids: Sequence[str], at: datetime | None = None) -> dict[str, Linkage]:
        """Linkages by id; unknown and unseen ones are absent."""
        rows = await self._reading.rows(seen_by_id(self._viewer, at), ids=list(set(ids)))
        return {row["id"]: linkage_of(row, at) for row in rows}

    async def matching(self, page: PageRequest, scope: MatrixScope) -> Connection[Linkage]:
        """Linkages that a filter looks at, of projects it looks at, as known at its instant."""
        table = as_known(linkage, scope.as_of_time)
        where = [matching_linkage(scope, self._viewer, table)]
        return await self.page(page, table, where=where, at=scope.as_of_time)

    async def everything(self, page: PageRequest, at: datetime | None) -> Connection[Linkage]:
        """Every linkage the viewer may see, as known at an instant (null: now)."""
        return await self.page(page, as_known(linkage, at), at=at)

    async def page(
        self,
        page: PageRequest,
        table: FromClause = linkage,
        *,
        where: Sequence[sa.ColumnElement[bool]] = (),
        at: datetime | None = None,
    ) -> Connection[Linkage]:
        """Linkages by extra predicates over `table` (linkages as known at `at`)."""
        statement = seen(self._viewer, table, at).where(*where)
        rows = await self._reading.rows(listed(statement, page, table.c.id))
        total = rows[0]["total"] if rows else (0 if page.after is None else None)
        return build_connection([linkage_of(r, at) for r in rows], page, by_id, total)

    async def pages_by_project(
        self, project_ids: Sequence[str], page: PageRequest, at: datetime | None = None
    ) -> dict[str, Connection[Linkage]]:
        """The same page of the linkages of each project."""
        table = as_known(linkage, at)
        return await self._pages(
            project_ids, seen(self._viewer, table, at), table, table.c.project_id, page, at
        )

    async def pages_by_issue(
        self,
        issue_ids: Sequence[str],
        page: PageRequest,
        *,
        statuses: Sequence[LinkageStatus] | None = None,
        at: datetime | None = None,
    ) -> dict[str, Connection[Linkage]]:
        """The same page of the linkages to each issue, of some statuses where they are named."""
        table = as_known(linkage, at)
        statement = seen(self._viewer, table, at)
        if statuses is not None:
            names = sa.literal([status.value for status in statuses], ARRAY(sa.Text))
            statement = statement.where(table.c.status == sa.any_(names))
        return await self._pages(issue_ids, statement, table, table.c.issue_id, page, at)

    async def _pages(
        self,
        keys: Sequence[str],
        statement: sa.Select[Any],
        table: FromClause,
        group: sa.ColumnElement[Any],
        page: PageRequest,
        at: datetime | None,
    ) -> dict[str, Connection[Linkage]]:
        paged = keyed(statement.where(group == sa.any_(IDS)), group, page, [table.c.id])
        rows = await self._reading.rows(paged, ids=list(set(keys)))
        return paged_by(keys, rows, page, partial(linkage_of, at=at), by_id)

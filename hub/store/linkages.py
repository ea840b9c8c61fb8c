"""Statements about linkages, current and as of an instant; one is visible only if its project
is.
"""

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

from hub.domain.global_id import GlobalId
from hub.domain.identity.viewer import Viewer
from hub.domain.linkage_declarations import Declaration, declaration_differs
from hub.domain.linkages import Linkage, LinkageDeclaration, LinkageStatus, Reason
from hub.domain.matrix.layout import MatrixScope
from hub.domain.paging import Connection, PageRequest, SortKey
from hub.domain.text import LocalizedText, TranslationOrigin
from hub.store.as_of import table_as_of
from hub.store.linkage_awaiting import awaits_agency, awaits_area
from hub.store.linkage_states import state_of
from hub.store.matrix.list_filters import is_linkage_in_scope
from hub.store.paging import build_connections, fetch_page
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import paginate_by_group, text_array_parameter
from hub.store.tables import linkage, project
from hub.store.visibility import is_visible, unpublished_columns

IDS: Final = text_array_parameter("ids")


def visible_linkages(viewer: Viewer, table: FromClause, at: datetime | None) -> sa.Select[Any]:
    """Return the statement for linkages of `table` that the viewer may see, with their projects."""
    linked_project = table_as_of(project, at)
    return (
        sa.select(table, *unpublished_columns("Linkage", table.c.id, table, viewer))
        .join(linked_project, linked_project.c.id == table.c.project_id)
        .where(is_visible(table, viewer, at), is_visible(linked_project, viewer, at))
    )


@lru_cache(maxsize=256)
def visible_linkages_by_id(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """Return the statement for visible linkages `ids`."""
    table = table_as_of(linkage, at)
    return visible_linkages(viewer, table, at).where(table.c.id == sa.any_(IDS))


@lru_cache(maxsize=256)
def linkages_by_project(viewer: Viewer, page: PageRequest, at: datetime | None) -> sa.Select[Any]:
    """Return the statement for a page of the visible linkages of each of the projects `ids`.

    Building it costs more than executing it for 100 projects.
    """
    table = table_as_of(linkage, at)
    statement = visible_linkages(viewer, table, at).where(table.c.project_id == sa.any_(IDS))
    return paginate_by_group(statement, table.c.project_id, page, [table.c.id])


def parse_origin(text: str | None) -> TranslationOrigin | None:
    """Return who worded a text; null if the JSON does not say so."""
    return TranslationOrigin(text) if text else None


def parse_reason(stored: dict[str, Any]) -> Reason:
    """Return a reason from its stored JSON: code, th, en, origins of both, weight."""
    return Reason(
        code=stored["code"],
        text=LocalizedText(
            stored["th"],
            stored.get("en"),
            parse_origin(stored.get("th_origin")),
            parse_origin(stored.get("en_origin")),
        ),
        weight=Decimal(str(stored["weight"])),
        record_ids=tuple(stored.get("records", ())),
        rule_code=stored.get("rule"),
    )


def linkage_of(row: asyncpg.Record, at: datetime | None) -> Linkage:
    """Return the linkage of a row, as known at an instant (null: now)."""
    return Linkage(
        id=row["id"],
        version=row["version"],
        created_at=row["created_at"],
        updated_at=row["known_from"],
        project_id=row["project_id"],
        issue_id=row["issue_id"],
        stage_id=row["stage_id"],
        state=state_of(row),
        reasons=[
            parse_reason(stored_reason)
            for stored_reason in json.loads(row["reasons"], parse_float=Decimal)
        ],
        proposed_by_id=row["proposed_by_id"],
        work_request_id=row["work_request_id"],
        declaration=declaration_of(row, at),
        as_of_time=at,
    )


def declaration_of(row: asyncpg.Record, at: datetime | None) -> LinkageDeclaration | None:
    """Return what a source declares, as known at an instant (null: now); null if none does."""
    if row["declared_source_id"] is None:
        return None
    return LinkageDeclaration(
        row["declared_source_id"],
        row["declared_record_id"],
        row["declared_current"],
        row["declared_share"],
        row["declared_stage_code"],
        row["declared_stage_id"],
        declaration_differs(
            LinkageStatus(row["status"]),
            row["share"],
            row["stage_id"],
            Declaration(
                row["declared_current"],
                row["declared_share"],
                row["declared_stage_code"],
                row["declared_stage_id"],
            ),
        ),
        at,
    )


def cursor_key(item: Linkage) -> SortKey:
    """Return the sort key of a linkage: its id, which only makes the order stable."""
    return (item.id,)


def build_awaiting(
    table: FromClause, awaiting: GlobalId | None, at: datetime | None
) -> list[sa.ColumnElement[bool]]:
    """Return the condition that an agency's or area's decision is awaited; none for null."""
    if awaiting is None:
        return []
    if awaiting.type == "Area":
        return [awaits_area(table, awaiting.key)]
    return [awaits_agency(table, table_as_of(project, at), awaiting.key)]


class Linkages:
    """Linkages the viewer may see, in one request's snapshot."""

    def __init__(self, transaction: ReadTransaction, viewer: Viewer) -> None:
        self._transaction = transaction
        self._viewer = viewer

    async def by_id(self, ids: Sequence[str], at: datetime | None = None) -> dict[str, Linkage]:
        """Return the linkages by id; unknown and invisible ones are absent."""
        rows = await self._transaction.fetch_rows(
            visible_linkages_by_id(self._viewer, at), ids=list(set(ids))
        )
        return {row["id"]: linkage_of(row, at) for row in rows}

    async def page_in_scope(
        self, page: PageRequest, scope: MatrixScope, awaiting: GlobalId | None = None
    ) -> Connection[Linkage]:
        """Return a page of the linkages that match a filter, of projects that match it, as of its
        instant; `awaiting`: only those that wait for this agency or area.
        """
        table = table_as_of(linkage, scope.as_of_time)
        where = [is_linkage_in_scope(scope, self._viewer, table)]
        where += build_awaiting(table, awaiting, scope.as_of_time)
        return await self.page(page, table, where=where, at=scope.as_of_time)

    async def ids_in_scope(self, ids: Sequence[str], scope: MatrixScope) -> set[str]:
        """Return the ids of those linkages that match a filter, of projects that match it."""
        statement = visible_linkages(self._viewer, linkage, None).where(
            linkage.c.id == sa.any_(IDS), is_linkage_in_scope(scope, self._viewer, linkage)
        )
        rows = await self._transaction.fetch_rows(statement, ids=list(set(ids)))
        return {row["id"] for row in rows}

    async def page_all(
        self, page: PageRequest, at: datetime | None, awaiting: GlobalId | None = None
    ) -> Connection[Linkage]:
        """Return a page of all linkages the viewer may see, as known at an instant (null: now);
        `awaiting`: only those that wait for this agency or area.
        """
        table = table_as_of(linkage, at)
        return await self.page(page, table, where=build_awaiting(table, awaiting, at), at=at)

    async def page(
        self,
        page: PageRequest,
        table: FromClause = linkage,
        *,
        where: Sequence[sa.ColumnElement[bool]] = (),
        at: datetime | None = None,
    ) -> Connection[Linkage]:
        """Return a page of linkages that satisfy extra predicates over `table` (linkages as known
        at `at`).
        """
        statement = visible_linkages(self._viewer, table, at).where(*where)
        build_item = partial(linkage_of, at=at)
        return await fetch_page(
            self._transaction, statement, page, [table.c.id], build_item, cursor_key
        )

    async def pages_by_project(
        self, project_ids: Sequence[str], page: PageRequest, at: datetime | None = None
    ) -> dict[str, Connection[Linkage]]:
        """Return the same page of the linkages of each project."""
        statement = linkages_by_project(self._viewer, page, at)
        rows = await self._transaction.fetch_rows(statement, ids=list(set(project_ids)))
        return build_connections(project_ids, rows, page, partial(linkage_of, at=at), cursor_key)

    async def pages_by_issue(
        self,
        issue_ids: Sequence[str],
        page: PageRequest,
        *,
        statuses: Sequence[LinkageStatus] | None = None,
        at: datetime | None = None,
    ) -> dict[str, Connection[Linkage]]:
        """Return the same page of the linkages to each issue; `statuses` null: of any status."""
        table = table_as_of(linkage, at)
        statement = visible_linkages(self._viewer, table, at)
        if statuses is not None:
            names = sa.literal([status.value for status in statuses], ARRAY(sa.Text))
            statement = statement.where(table.c.status == sa.any_(names))
        return await self._fetch_pages(issue_ids, statement, table, table.c.issue_id, page, at)

    async def _fetch_pages(
        self,
        keys: Sequence[str],
        statement: sa.Select[Any],
        table: FromClause,
        group: sa.ColumnElement[Any],
        page: PageRequest,
        at: datetime | None,
    ) -> dict[str, Connection[Linkage]]:
        paged = paginate_by_group(statement.where(group == sa.any_(IDS)), group, page, [table.c.id])
        rows = await self._transaction.fetch_rows(paged, ids=list(set(keys)))
        return build_connections(keys, rows, page, partial(linkage_of, at=at), cursor_key)

"""Findings of probable copies among the projects that a viewer may see."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import asyncpg
import sqlalchemy as sa

from hub.domain.copies import (
    AreaMatch,
    CopiesFinding,
    finding_of_copies,
    match_agencies,
)
from hub.domain.findings import Dismissal, FindingKind, FindingStatus
from hub.domain.identity.viewer import Viewer
from hub.domain.paging import Connection, PageRequest, build_connection
from hub.domain.projects import Project
from hub.store.as_of import table_as_of
from hub.store.copy_pairs import IDS, copies_of_projects, first_copies
from hub.store.projects import Projects, project_of
from hub.store.read_transaction import ReadTransaction
from hub.store.tables import finding

WEAKEST_FIRST: Final = (AreaMatch.WITHIN, AreaMatch.NONE, AreaMatch.COMMON)
"""What is stated of several copies: the weakest that holds of one of them."""


def match_areas(row: asyncpg.Record) -> AreaMatch:
    """Return how the areas of a pair of copies agree."""
    if row["has_common_area"]:
        return AreaMatch.COMMON
    return AreaMatch.NONE if row["is_without_area"] else AreaMatch.WITHIN


class Copies:
    """Findings of probable copies among the projects that the viewer may see."""

    def __init__(self, transaction: ReadTransaction, viewer: Viewer, projects: Projects) -> None:
        self._transaction = transaction
        self._viewer = viewer
        self._projects = projects

    async def by_project(
        self, ids: Sequence[str], at: datetime | None = None
    ) -> dict[str, CopiesFinding]:
        """Return the finding of each project that has probable copies; others are absent."""
        copies: dict[str, list[Project]] = defaultdict(list)
        sources: dict[str, set[str]] = defaultdict(set)
        areas: dict[str, set[AreaMatch]] = defaultdict(set)
        for row in await self._transaction.fetch_rows(
            copies_of_projects(self._viewer, at), ids=list(set(ids))
        ):
            copies[row["of_id"]].append(project_of(row, at))
            sources[row["of_id"]].add(row["source_id"])
            areas[row["of_id"]].add(match_areas(row))
        own = await self._projects.by_id(list(copies), at) if copies else {}
        found = {
            key: finding_of_copies(
                [own[key], *others],
                len(sources[key]) + 1,
                match_agencies(own[key].owner_id, [one.owner_id for one in others]),
                next(one for one in WEAKEST_FIRST if one in areas[key]),
            )
            for key, others in copies.items()
        }
        return await self._with_decisions(found, at)

    async def _with_decisions(
        self, found: Mapping[str, CopiesFinding], at: datetime | None
    ) -> dict[str, CopiesFinding]:
        """Return the findings with what people decided about exactly their projects."""
        if not found:
            return {}
        rows = await self._transaction.fetch_rows(
            decisions_about(at), ids=[one.stored_id for one in found.values()]
        )
        stored = {row["id"]: row for row in rows}
        return {
            key: with_decision(one, row) if (row := stored.get(one.stored_id)) else one
            for key, one in found.items()
        }

    async def by_finding_key(self, keys: Sequence[str]) -> dict[str, CopiesFinding]:
        """Return the findings by the key of their global id; unknown keys are absent."""
        prefix = f"{FindingKind.DOUBLE_COUNT.value}:"
        ids = [key.removeprefix(prefix) for key in keys if key.startswith(prefix)]
        found = await self.by_project(ids) if ids else {}
        return {f"{prefix}{key}": one for key, one in found.items() if one.projects[0].id == key}

    async def page(self, page: PageRequest) -> Connection[CopiesFinding]:
        """Return a page of the open findings, by the id of their first project."""
        return build_connection(
            await self.list_after(page), page, lambda one: (one.projects[0].id,)
        )

    async def list_after(
        self, page: PageRequest, statuses: Collection[FindingStatus] = (FindingStatus.OPEN,)
    ) -> list[CopiesFinding]:
        """Return up to `first + 1` findings of these statuses (empty: all) after a cursor, by the
        id of their first project.
        """
        found: list[CopiesFinding] = []
        after = page.after[0] if page.after is not None else None
        while len(found) <= page.first:
            statement = first_copies(self._viewer)
            [column] = statement.selected_columns
            if after is not None:
                statement = statement.where(column > after)
            rows = await self._transaction.fetch_rows(statement.limit(page.first + 1))
            ids = [row["id"] for row in rows]
            by_id = await self.by_project(ids) if ids else {}
            found += [by_id[key] for key in ids if not statuses or by_id[key].status in statuses]
            if len(rows) <= page.first:
                break
            after = ids[-1]
        return found[: page.first + 1]


@lru_cache(maxsize=64)
def decisions_about(at: datetime | None) -> sa.Select[Any]:
    """Return the statement for the decisions about probable copies `ids`."""
    table = table_as_of(finding, at)
    return sa.select(table).where(table.c.id == sa.any_(IDS))


def with_decision(one: CopiesFinding, row: asyncpg.Record) -> CopiesFinding:
    """Return a finding with the decision of a row."""
    dismissal = None
    if row["status"] == FindingStatus.DISMISSED.value:
        dismissal = Dismissal(row["dismissed_by"], row["dismissed_at"], row["dismissal_reason"])
    return replace(
        one,
        version=row["version"],
        status=FindingStatus(row["status"]),
        dismissal=dismissal,
        created_at=row["created_at"],
        updated_at=max(one.updated_at, row["known_from"]),
    )

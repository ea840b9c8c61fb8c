"""Findings of probable copies among the projects that a viewer may see."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import asyncpg

from hub.domain.copies import (
    AreaMatch,
    CopiesFinding,
    finding_of_copies,
    match_agencies,
)
from hub.domain.findings import FindingKind
from hub.domain.identity.viewer import Viewer
from hub.domain.paging import Connection, PageRequest, build_connection
from hub.domain.projects import Project
from hub.store.copy_pairs import copies_of_projects, first_copies
from hub.store.projects import Projects, project_of
from hub.store.read_transaction import ReadTransaction

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
        return {
            key: finding_of_copies(
                [own[key], *found],
                len(sources[key]) + 1,
                match_agencies(own[key].owner_id, [one.owner_id for one in found]),
                next(one for one in WEAKEST_FIRST if one in areas[key]),
            )
            for key, found in copies.items()
        }

    async def by_finding_key(self, keys: Sequence[str]) -> dict[str, CopiesFinding]:
        """Return the findings by the key of their global id; unknown keys are absent."""
        prefix = f"{FindingKind.DOUBLE_COUNT.value}:"
        ids = [key.removeprefix(prefix) for key in keys if key.startswith(prefix)]
        found = await self.by_project(ids) if ids else {}
        return {f"{prefix}{key}": one for key, one in found.items() if one.projects[0].id == key}

    async def page(self, page: PageRequest) -> Connection[CopiesFinding]:
        """Return a page of the findings, by the id of their first project."""
        return build_connection(
            await self.list_after(page), page, lambda one: (one.projects[0].id,)
        )

    async def list_after(self, page: PageRequest) -> list[CopiesFinding]:
        """Return up to `first + 1` findings after a cursor, by the id of their first project."""
        statement = first_copies(self._viewer)
        [column] = statement.selected_columns
        if page.after is not None:
            statement = statement.where(column > page.after[0])
        rows = await self._transaction.fetch_rows(statement.limit(page.first + 1))
        ids = [row["id"] for row in rows]
        found = await self.by_project(ids) if ids else {}
        return [found[key] for key in ids]

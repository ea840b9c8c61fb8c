"""Statements about lists of strategic issues: of plan versions, of areas, and of all plans."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa

from hub.domain.matrix.absence import ChainUse
from hub.domain.paging import Connection, PageRequest
from hub.domain.plans import StrategicIssue
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.store.as_of import table_as_of
from hub.store.issue_wordings import (
    issue_of,
    issue_sort_key,
    latest_issue_wordings,
    visible_issue_wordings,
)
from hub.store.paging import build_connections, fetch_page
from hub.store.plans import IDS, Plans
from hub.store.rows import paginate_by_group
from hub.store.tables import area


class Issues(Plans):
    """Plans, and pages of their issues ordered by rank; issues without a rank come last."""

    def _all_wordings(self, at: datetime | None = None) -> sa.Subquery:
        return visible_issue_wordings(self._viewer, at).subquery("wording")

    async def issues_by_id(
        self, ids: Sequence[str], at: datetime | None = None
    ) -> dict[str, StrategicIssue]:
        """Return the issues by id in their latest wording, as known at an instant (null: now)."""
        rows = await self._transaction.fetch_rows(
            latest_issue_wordings(self._viewer, at), ids=list(set(ids))
        )
        return {row["issue_id"]: issue_of(row, at) for row in rows}

    async def list_issues(
        self,
        areas: Collection[str] | None,
        years: FiscalYearRange,
        at: datetime | None = None,
    ) -> list[StrategicIssue]:
        """Return all issues of plans of `areas` (null: any) that run in `years`, by area and rank.

        As known at an instant (null: now), in each plan's current version.
        """
        issue_wordings, area_table = self._all_wordings(at), table_as_of(area, at)
        statement = (
            sa.select(issue_wordings)
            .join(area_table, area_table.c.id == issue_wordings.c.area_id, isouter=True)
            .where(issue_wordings.c.in_use)
            .where(
                runs_in_years(issue_wordings, years),
            )
            .order_by(
                area_table.c.sort_key,
                issue_wordings.c.area_id,
                issue_wordings.c.place_by_rank,
                issue_wordings.c.sort_key,
                issue_wordings.c.issue_id,
            )
        )
        parameters: dict[str, Any] = {}
        if areas is not None:
            statement = statement.where(issue_wordings.c.area_id == sa.any_(IDS))
            parameters["ids"] = list(areas)
        return [
            issue_of(row, at) for row in await self._transaction.fetch_rows(statement, **parameters)
        ]

    async def uses_of_chain(self, chain_id: str, at: datetime | None = None) -> list[ChainUse]:
        """Return the issues of areas that follow a value chain, in each plan's current version.

        With the years of their plans, ordered by issue; as known at an instant (null: now).
        """
        issue_wordings = self._all_wordings(at)
        statement = sa.select(issue_wordings).where(
            issue_wordings.c.in_use,
            issue_wordings.c.chain_id == sa.any_(IDS),
            issue_wordings.c.area_id.is_not(None),
        )
        statement = statement.order_by(issue_wordings.c.issue_id)
        rows = await self._transaction.fetch_rows(statement, ids=[chain_id])
        return [
            ChainUse(
                row["issue_id"],
                row["area_id"],
                FiscalYearRange(FiscalYear(row["first_year"]), FiscalYear(row["last_year"])),
            )
            for row in rows
        ]

    async def wordings_by_version(
        self, version_ids: Sequence[str], at: datetime | None = None
    ) -> dict[tuple[str, str], StrategicIssue]:
        """Return all issues of versions by version and id, as that version words them."""
        issue_wordings = self._all_wordings(at)
        statement = sa.select(issue_wordings).where(issue_wordings.c.version_id == sa.any_(IDS))
        rows = await self._transaction.fetch_rows(statement, ids=list(set(version_ids)))
        return {(row["version_id"], row["issue_id"]): issue_of(row, at) for row in rows}

    async def revisions_by_issue(
        self, issue_ids: Sequence[str], page: PageRequest, at: datetime | None = None
    ) -> dict[str, Connection[StrategicIssue]]:
        """Return the same page of the wordings of each issue, in ascending order of version."""
        issue_wordings = self._all_wordings(at)
        statement = sa.select(issue_wordings).where(issue_wordings.c.issue_id == sa.any_(IDS))
        order = [issue_wordings.c.number, issue_wordings.c.version_id]
        rows = await self._transaction.fetch_rows(
            paginate_by_group(statement, issue_wordings.c.issue_id, page, order),
            ids=list(set(issue_ids)),
        )
        numbers = {row["version_id"]: row["number"] for row in rows}
        return build_connections(
            issue_ids,
            rows,
            page,
            partial(issue_of, at=at),
            lambda one: (numbers[one.version_id], one.version_id),
        )

    async def issues_by_version(
        self, version_ids: Sequence[str], page: PageRequest, at: datetime | None = None
    ) -> dict[str, Connection[StrategicIssue]]:
        """Return the same page of the issues of each version, as that version words them."""
        issue_wordings = self._all_wordings(at)
        statement = sa.select(issue_wordings).where(issue_wordings.c.version_id == sa.any_(IDS))
        return await self._fetch_pages(
            version_ids, statement, issue_wordings, issue_wordings.c.version_id, page, at
        )

    async def issues_by_area(
        self, area_ids: Sequence[str], page: PageRequest, *, years: FiscalYearRange | None
    ) -> dict[str, Connection[StrategicIssue]]:
        """Return the same page of the issues of each area's own plans, in their current version."""
        issue_wordings = self._all_wordings()
        statement = sa.select(issue_wordings).where(
            issue_wordings.c.area_id == sa.any_(IDS), issue_wordings.c.in_use
        )
        if years is not None:
            statement = statement.where(runs_in_years(issue_wordings, years))
        return await self._fetch_pages(
            area_ids, statement, issue_wordings, issue_wordings.c.area_id, page
        )

    async def _fetch_pages(
        self,
        keys: Sequence[str],
        statement: sa.Select[Any],
        issue_wordings: sa.Subquery,
        group: sa.ColumnElement[Any],
        page: PageRequest,
        at: datetime | None = None,
    ) -> dict[str, Connection[StrategicIssue]]:
        order = [
            issue_wordings.c.place_by_rank,
            issue_wordings.c.sort_key,
            issue_wordings.c.issue_id,
        ]
        rows = await self._transaction.fetch_rows(
            paginate_by_group(statement, group, page, order), ids=list(set(keys))
        )
        return build_connections(keys, rows, page, partial(issue_of, at=at), issue_sort_key)

    async def issue_page(
        self,
        page: PageRequest,
        *,
        area_id: str | None,
        theme: str | None,
        max_rank: int | None,
        years: FiscalYearRange | None,
    ) -> Connection[StrategicIssue]:
        """Return a page of the issues of current versions, by area, theme, rank and years."""
        issue_wordings = self._all_wordings()
        statement: sa.Select[Any] = sa.select(issue_wordings).where(issue_wordings.c.in_use)
        if area_id is not None:
            statement = statement.where(issue_wordings.c.area_id == area_id)
        if theme is not None:
            statement = statement.where(issue_wordings.c.theme == theme)
        if max_rank is not None:
            statement = statement.where(sa.cast(issue_wordings.c.rank, sa.Integer) <= max_rank)
        if years is not None:
            statement = statement.where(runs_in_years(issue_wordings, years))
        order = issue_wordings.c.place_by_rank, issue_wordings.c.sort_key, issue_wordings.c.issue_id
        return await fetch_page(self._transaction, statement, page, order, issue_of, issue_sort_key)


def runs_in_years(issue_wordings: sa.Subquery, years: FiscalYearRange) -> sa.ColumnElement[bool]:
    """Return the predicate that an issue's plan runs in one of the fiscal years."""
    return sa.and_(
        issue_wordings.c.first_year <= years.last.ce, issue_wordings.c.last_year >= years.first.ce
    )

"""Lists of strategic issues: of versions, of areas, and of everything."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa

from hub.domain.paging import Connection, PageRequest, build_connection
from hub.domain.plans import StrategicIssue
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.store.as_of import as_known
from hub.store.paging import paged_by
from hub.store.plans import IDS, Plans, by_rank, issue_of, wordings
from hub.store.rows import keyed, listed
from hub.store.tables import area


class Issues(Plans):
    """Plans, and their issues page by page, by rank; issues without a rank stand last."""

    def _every(self, at: datetime | None = None) -> sa.Subquery:
        return wordings(self._viewer, at).subquery("wording")

    async def issues_of(
        self,
        areas: Collection[str] | None,
        years: FiscalYearRange,
        at: datetime | None = None,
    ) -> list[StrategicIssue]:
        """Every issue of plans of some areas (null: any) that run in some years, by area and rank.

        Read as known at an instant (null: now).
        """
        every, place = self._every(at), as_known(area, at)
        statement = (
            sa.select(every)
            .join(place, place.c.id == every.c.area_id, isouter=True)
            .where(every.c.in_use)
            .where(every.c.first_year <= years.last.ce, every.c.last_year >= years.first.ce)
            .order_by(
                place.c.sort_key,
                every.c.area_id,
                every.c.place_by_rank,
                every.c.sort_key,
                every.c.issue_id,
            )
        )
        given: dict[str, Any] = {}
        if areas is not None:
            statement = statement.where(every.c.area_id == sa.any_(IDS))
            given["ids"] = list(areas)
        return [issue_of(row, at) for row in await self._reading.rows(statement, **given)]

    async def issues_by_version(
        self, version_ids: Sequence[str], page: PageRequest, at: datetime | None = None
    ) -> dict[str, Connection[StrategicIssue]]:
        """The same page of the issues of each version, as that version words them."""
        every = self._every(at)
        statement = sa.select(every).where(every.c.version_id == sa.any_(IDS))
        return await self._pages(version_ids, statement, every, every.c.version_id, page, at)

    async def issues_by_area(
        self, area_ids: Sequence[str], page: PageRequest, *, year: FiscalYear | None
    ) -> dict[str, Connection[StrategicIssue]]:
        """The same page of the issues of each area's own plans, in their current version."""
        every = self._every()
        statement = sa.select(every).where(every.c.area_id == sa.any_(IDS), every.c.in_use)
        if year is not None:
            statement = statement.where(during(every, year))
        return await self._pages(area_ids, statement, every, every.c.area_id, page)

    async def _pages(
        self,
        keys: Sequence[str],
        statement: sa.Select[Any],
        every: sa.Subquery,
        group: sa.ColumnElement[Any],
        page: PageRequest,
        at: datetime | None = None,
    ) -> dict[str, Connection[StrategicIssue]]:
        order = [every.c.place_by_rank, every.c.sort_key, every.c.issue_id]
        rows = await self._reading.rows(keyed(statement, group, page, order), ids=list(set(keys)))
        return paged_by(keys, rows, page, partial(issue_of, at=at), by_rank)

    async def issue_page(
        self,
        page: PageRequest,
        *,
        area_id: str | None,
        theme: str | None,
        max_rank: int | None,
        year: FiscalYear | None,
    ) -> Connection[StrategicIssue]:
        """Issues of current versions by area, theme, rank and fiscal year."""
        every = self._every()
        statement: sa.Select[Any] = sa.select(every).where(every.c.in_use)
        if area_id is not None:
            statement = statement.where(every.c.area_id == area_id)
        if theme is not None:
            statement = statement.where(every.c.theme == theme)
        if max_rank is not None:
            statement = statement.where(sa.cast(every.c.rank, sa.Integer) <= max_rank)
        if year is not None:
            statement = statement.where(during(every, year))
        order = every.c.place_by_rank, every.c.sort_key, every.c.issue_id
        rows = await self._reading.rows(listed(statement, page, *order))
        total = rows[0]["total"] if rows else (0 if page.after is None else None)
        return build_connection([issue_of(r) for r in rows], page, by_rank, total)


def during(every: sa.Subquery, year: FiscalYear) -> sa.ColumnElement[bool]:
    """Issues of plans that run in a fiscal year."""
    return sa.and_(every.c.first_year <= year.ce, every.c.last_year >= year.ce)

"""Plans, versions and strategic issues as they are remembered.

A list of issues reads the plan's current version, the highest-numbered one the viewer may see; a
look-up reads the latest wording the issue has, because an id is found again after an issue is
dropped.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, Final

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from hub.domain.identity.viewer import Viewer
from hub.domain.paging import Connection, PageRequest, SortKey, build_connection
from hub.domain.plans import Plan, PlanKind, PlanStatus, PlanVersion, StrategicIssue
from hub.domain.time import FiscalYear
from hub.store.as_of import as_known, past_of
from hub.store.database import Reading
from hub.store.paging import paged_by
from hub.store.rows import keyed, listed, localized, texts
from hub.store.tables import issue, issue_revision, plan, plan_version
from hub.store.visibility import still_visible, unpublished, visible
from hub.store.visible_plans import told, told_by

IDS: Final = texts("ids")
RANKLESS: Final = 32767
"""Behind every rank: an issue whose rank the deck lost."""


@lru_cache(maxsize=256)
def plans_by_id(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """Plans by id, as known at an instant (null: now)."""
    whole = as_known(plan, at)
    return sa.select(whole, *told_by(viewer, whole, at)).where(
        whole.c.id == sa.any_(IDS), told(viewer, whole, at)
    )


@lru_cache(maxsize=256)
def versions_seen(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """Versions the viewer may see, of plans known by then, as known at an instant (null: now)."""
    version, whole = as_known(plan_version, at), as_known(plan, at)
    return (
        sa.select(version, *unpublished("PlanVersion", version.c.id, version, viewer))
        .join(whole, whole.c.id == version.c.plan_id)
        .where(visible(version, viewer, at))
    )


@lru_cache(maxsize=256)
def versions_by_id(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """Versions by id."""
    seen = versions_seen(viewer, at).subquery("seen")
    return sa.select(seen).where(seen.c.id == sa.any_(IDS))


@lru_cache(maxsize=256)
def versions_in_use(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """The highest-numbered version of each plan."""
    seen = versions_seen(viewer, at).subquery("seen")
    return (
        sa.select(seen)
        .where(seen.c.plan_id == sa.any_(IDS))
        .ext(distinct_on(seen.c.plan_id))
        .order_by(seen.c.plan_id, seen.c.number.desc())
    )


@lru_cache(maxsize=256)
def wordings(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """Every wording of an issue the viewer may see, as known at an instant (null: now).

    Columns: those of `issue_revision` (issue_id, version_id, chain_id, …), the plan's plan_id,
    area_id, first_year and last_year, the version's number, place_by_rank, and `in_use`: whether
    that version is the plan's current one.
    """
    version, revision = as_known(plan_version, at), as_known(issue_revision, at)
    lineage, whole = as_known(issue, at), as_known(plan, at)
    other = version.alias("other")
    newest = (
        sa.select(sa.func.max(other.c.number))
        .where(other.c.plan_id == version.c.plan_id, visible(other, viewer, at))
        .correlate(version)
        .scalar_subquery()
    )
    return (
        sa.select(
            revision,
            lineage.c.plan_id,
            whole.c.area_id,
            whole.c.first_year,
            whole.c.last_year,
            version.c.number,
            (version.c.number == newest).label("in_use"),
            sa.func.coalesce(revision.c.rank, RANKLESS).label("place_by_rank"),
            *unpublished("StrategicIssue", revision.c.issue_id, version, viewer),
        )
        .select_from(
            revision.join(lineage, lineage.c.id == revision.c.issue_id)
            .join(whole, whole.c.id == lineage.c.plan_id)
            .join(version, version.c.id == revision.c.version_id)
        )
        .where(visible(version, viewer, at))
    )


@lru_cache(maxsize=256)
def latest_wordings(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """The latest wording of each issue of `ids`."""
    every = wordings(viewer, at).subquery("wording")
    return (
        sa.select(every)
        .where(every.c.issue_id == sa.any_(IDS))
        .ext(distinct_on(every.c.issue_id))
        .order_by(every.c.issue_id, every.c.number.desc())
    )


@lru_cache(maxsize=256)
def first_seen(viewer: Viewer) -> sa.Select[Any]:
    """The first instant as of which the viewer may see a version."""
    asked = sa.bindparam("version_id", type_=sa.Text)
    moments = sa.union_all(
        *(
            sa.select(state.c.known_from).where(
                state.c.id == asked, visible(state, viewer), still_visible(state, viewer)
            )
            for state in (plan_version, past_of(plan_version))
        )
    ).subquery("moments")
    return sa.select(sa.func.min(moments.c.known_from).label("since"))


def plan_of(row: asyncpg.Record, at: datetime | None = None) -> Plan:
    """The record of a row, as known at an instant (null: now)."""
    return Plan(
        id=row["id"],
        kind=PlanKind(row["kind"]),
        title=localized(row, "title"),
        area_id=row["area_id"],
        agency_id=row["agency_id"],
        first_year=FiscalYear(row["first_year"]),
        last_year=FiscalYear(row["last_year"]),
        as_of_time=at,
        sort_key=row["sort_key"],
    )


def version_of(row: asyncpg.Record, at: datetime | None = None) -> PlanVersion:
    """The record of a row, as known at an instant (null: now)."""
    return PlanVersion(
        id=row["id"],
        plan_id=row["plan_id"],
        number=row["number"],
        status=PlanStatus(row["status"]),
        decided_on=row["decided_on"],
        decided_by=row["decided_by"],
        vision=localized(row, "vision") if row["vision_th"] else None,
        as_of_time=at,
    )


def issue_of(row: asyncpg.Record, at: datetime | None = None) -> StrategicIssue:
    """The record of a wording, as known at an instant (null: now)."""
    return StrategicIssue(
        id=row["issue_id"],
        code=row["code"],
        version_id=row["version_id"],
        plan_id=row["plan_id"],
        area_id=row["area_id"],
        name=localized(row, "name"),
        rank=row["rank"],
        rank_basis=row["rank_basis"],
        theme=row["theme"],
        chain_id=row["chain_id"],
        as_of_time=at,
        sort_key=row["sort_key"],
    )


def by_title(item: Plan) -> SortKey:
    """Where a plan stands in a list."""
    return item.sort_key, item.id


def by_number(item: PlanVersion) -> SortKey:
    """Where a version stands among those of its plan."""
    return item.number, item.id


def by_rank(item: StrategicIssue) -> SortKey:
    """Where an issue stands in a list: by rank, those without one behind."""
    return RANKLESS if item.rank is None else item.rank, item.sort_key, item.id


class Plans:
    """Plans in one request's snapshot, as far as the viewer may see them."""

    def __init__(self, reading: Reading, viewer: Viewer) -> None:
        self._reading = reading
        self._viewer = viewer

    async def by_id(self, ids: Sequence[str], at: datetime | None = None) -> dict[str, Plan]:
        """Plans by id, as known at an instant (null: now); unknown and unseen ones are absent."""
        rows = await self._reading.rows(plans_by_id(self._viewer, at), ids=list(set(ids)))
        return {row["id"]: plan_of(row, at) for row in rows}

    async def versions(
        self, ids: Sequence[str], at: datetime | None = None
    ) -> dict[str, PlanVersion]:
        """Versions by id, as known at an instant (null: now); unseen ones are absent."""
        rows = await self._reading.rows(versions_by_id(self._viewer, at), ids=list(set(ids)))
        return {row["id"]: version_of(row, at) for row in rows}

    async def current(
        self, plan_ids: Sequence[str], at: datetime | None = None
    ) -> dict[str, PlanVersion]:
        """The highest-numbered version the viewer may see, by plan."""
        rows = await self._reading.rows(versions_in_use(self._viewer, at), ids=list(set(plan_ids)))
        return {row["plan_id"]: version_of(row, at) for row in rows}

    async def issues_by_id(
        self, ids: Sequence[str], at: datetime | None = None
    ) -> dict[str, StrategicIssue]:
        """Issues by id in their latest wording, as known at an instant (null: now)."""
        rows = await self._reading.rows(latest_wordings(self._viewer, at), ids=list(set(ids)))
        return {row["issue_id"]: issue_of(row, at) for row in rows}

    async def known_since(self, version_id: str) -> datetime | None:
        """Since when the viewer may see a version; null for one it never may, or may no more."""
        rows = await self._reading.rows(first_seen(self._viewer), version_id=version_id)
        since: datetime | None = rows[0]["since"]
        return since

    async def page(
        self,
        page: PageRequest,
        *,
        kind: PlanKind | None,
        area_id: str | None,
        agency_id: str | None,
        year: FiscalYear | None,
    ) -> Connection[Plan]:
        """Plans by kind, area, agency and fiscal year, in Thai dictionary order of their titles."""
        statement: sa.Select[Any] = sa.select(plan, *told_by(self._viewer, plan)).where(
            told(self._viewer, plan, None)
        )
        if kind is not None:
            statement = statement.where(plan.c.kind == kind.value)
        if area_id is not None:
            statement = statement.where(plan.c.area_id == area_id)
        if agency_id is not None:
            statement = statement.where(plan.c.agency_id == agency_id)
        if year is not None:
            statement = statement.where(plan.c.first_year <= year.ce, plan.c.last_year >= year.ce)
        rows = await self._reading.rows(listed(statement, page, plan.c.sort_key, plan.c.id))
        total = rows[0]["total"] if rows else (0 if page.after is None else None)
        return build_connection([plan_of(r) for r in rows], page, by_title, total)

    async def pages_by_area(
        self, area_ids: Sequence[str], page: PageRequest, *, kind: PlanKind | None
    ) -> dict[str, Connection[Plan]]:
        """The same page of each area's own plans."""
        statement: sa.Select[Any] = sa.select(plan, *told_by(self._viewer, plan)).where(
            plan.c.area_id == sa.any_(IDS), told(self._viewer, plan, None)
        )
        if kind is not None:
            statement = statement.where(plan.c.kind == kind.value)
        paged = keyed(statement, plan.c.area_id, page, [plan.c.sort_key, plan.c.id])
        rows = await self._reading.rows(paged, ids=list(set(area_ids)))
        return paged_by(area_ids, rows, page, plan_of, by_title)

    async def versions_by_plan(
        self, plan_ids: Sequence[str], page: PageRequest, at: datetime | None = None
    ) -> dict[str, Connection[PlanVersion]]:
        """The same page of each plan's versions, the first version first."""
        seen = versions_seen(self._viewer, at).subquery("seen")
        statement = sa.select(seen).where(seen.c.plan_id == sa.any_(IDS))
        paged = keyed(statement, seen.c.plan_id, page, [seen.c.number, seen.c.id])
        rows = await self._reading.rows(paged, ids=list(set(plan_ids)))
        return paged_by(plan_ids, rows, page, partial(version_of, at=at), by_number)

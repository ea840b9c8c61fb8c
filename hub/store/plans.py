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
from hub.store.as_of import history_table, table_as_of
from hub.store.database import ReadTransaction
from hub.store.paging import build_connections
from hub.store.rows import localized_text_of, paginate, paginate_by_group, text_array_parameter
from hub.store.tables import issue, issue_revision, plan, plan_version
from hub.store.visibility import is_still_visible, is_visible, unpublished_columns
from hub.store.visible_plans import has_visible_version, unpublished_version_columns

IDS: Final = text_array_parameter("ids")
UNRANKED_POSITION: Final = 32767
"""Behind every rank: an issue whose rank the deck lost."""


@lru_cache(maxsize=256)
def visible_plans_by_id(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """Plans by id, as known at an instant (null: now)."""
    plan_table = table_as_of(plan, at)
    return sa.select(plan_table, *unpublished_version_columns(viewer, plan_table, at)).where(
        plan_table.c.id == sa.any_(IDS), has_visible_version(viewer, plan_table, at)
    )


@lru_cache(maxsize=256)
def visible_versions(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """Versions the viewer may see, of plans known by then, as known at an instant (null: now)."""
    version, plan_table = table_as_of(plan_version, at), table_as_of(plan, at)
    return (
        sa.select(version, *unpublished_columns("PlanVersion", version.c.id, version, viewer))
        .join(plan_table, plan_table.c.id == version.c.plan_id)
        .where(is_visible(version, viewer, at))
    )


@lru_cache(maxsize=256)
def visible_versions_by_id(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """Versions by id."""
    versions = visible_versions(viewer, at).subquery("seen")
    return sa.select(versions).where(versions.c.id == sa.any_(IDS))


@lru_cache(maxsize=256)
def current_versions(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """The highest-numbered version of each plan."""
    versions = visible_versions(viewer, at).subquery("seen")
    return (
        sa.select(versions)
        .where(versions.c.plan_id == sa.any_(IDS))
        .ext(distinct_on(versions.c.plan_id))
        .order_by(versions.c.plan_id, versions.c.number.desc())
    )


@lru_cache(maxsize=256)
def visible_issue_wordings(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """Every wording of an issue the viewer may see, as known at an instant (null: now).

    Columns: those of `issue_revision` (issue_id, version_id, chain_id, …), the plan's plan_id,
    area_id, first_year and last_year, the version's number, place_by_rank, and `in_use`: whether
    that version is the plan's current one.
    """
    version, revision = table_as_of(plan_version, at), table_as_of(issue_revision, at)
    issue_table, plan_table = table_as_of(issue, at), table_as_of(plan, at)
    other_version = version.alias("other")
    newest_number = (
        sa.select(sa.func.max(other_version.c.number))
        .where(other_version.c.plan_id == version.c.plan_id, is_visible(other_version, viewer, at))
        .correlate(version)
        .scalar_subquery()
    )
    return (
        sa.select(
            revision,
            issue_table.c.plan_id,
            plan_table.c.area_id,
            plan_table.c.first_year,
            plan_table.c.last_year,
            version.c.number,
            (version.c.number == newest_number).label("in_use"),
            sa.func.coalesce(revision.c.rank, UNRANKED_POSITION).label("place_by_rank"),
            *unpublished_columns("StrategicIssue", revision.c.issue_id, version, viewer),
        )
        .select_from(
            revision.join(issue_table, issue_table.c.id == revision.c.issue_id)
            .join(plan_table, plan_table.c.id == issue_table.c.plan_id)
            .join(version, version.c.id == revision.c.version_id)
        )
        .where(is_visible(version, viewer, at))
    )


@lru_cache(maxsize=256)
def latest_issue_wordings(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """The latest wording of each issue of `ids`."""
    issue_wordings = visible_issue_wordings(viewer, at).subquery("wording")
    return (
        sa.select(issue_wordings)
        .where(issue_wordings.c.issue_id == sa.any_(IDS))
        .ext(distinct_on(issue_wordings.c.issue_id))
        .order_by(issue_wordings.c.issue_id, issue_wordings.c.number.desc())
    )


@lru_cache(maxsize=256)
def version_visible_since(viewer: Viewer) -> sa.Select[Any]:
    """The first instant as of which the viewer may see a version."""
    version_id = sa.bindparam("version_id", type_=sa.Text)
    visible_moments = sa.union_all(
        *(
            sa.select(version_table.c.known_from).where(
                version_table.c.id == version_id,
                is_visible(version_table, viewer),
                is_still_visible(version_table, viewer),
            )
            for version_table in (plan_version, history_table(plan_version))
        )
    ).subquery("moments")
    return sa.select(sa.func.min(visible_moments.c.known_from).label("since"))


def plan_of(row: asyncpg.Record, at: datetime | None = None) -> Plan:
    """The record of a row, as known at an instant (null: now)."""
    return Plan(
        id=row["id"],
        kind=PlanKind(row["kind"]),
        title=localized_text_of(row, "title"),
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
        vision=localized_text_of(row, "vision") if row["vision_th"] else None,
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
        name=localized_text_of(row, "name"),
        rank=row["rank"],
        rank_basis=row["rank_basis"],
        theme=row["theme"],
        chain_id=row["chain_id"],
        as_of_time=at,
        sort_key=row["sort_key"],
    )


def plan_sort_key(item: Plan) -> SortKey:
    """Where a plan stands in a list."""
    return item.sort_key, item.id


def version_sort_key(item: PlanVersion) -> SortKey:
    """Where a version stands among those of its plan."""
    return item.number, item.id


def issue_sort_key(item: StrategicIssue) -> SortKey:
    """Where an issue stands in a list: by rank, those without one behind."""
    return UNRANKED_POSITION if item.rank is None else item.rank, item.sort_key, item.id


class Plans:
    """Plans in one request's snapshot, as far as the viewer may see them."""

    def __init__(self, transaction: ReadTransaction, viewer: Viewer) -> None:
        self._transaction = transaction
        self._viewer = viewer

    async def by_id(self, ids: Sequence[str], at: datetime | None = None) -> dict[str, Plan]:
        """Plans by id, as known at an instant (null: now); unknown and unseen ones are absent."""
        rows = await self._transaction.fetch_rows(
            visible_plans_by_id(self._viewer, at), ids=list(set(ids))
        )
        return {row["id"]: plan_of(row, at) for row in rows}

    async def versions_by_id(
        self, ids: Sequence[str], at: datetime | None = None
    ) -> dict[str, PlanVersion]:
        """Versions by id, as known at an instant (null: now); unseen ones are absent."""
        rows = await self._transaction.fetch_rows(
            visible_versions_by_id(self._viewer, at), ids=list(set(ids))
        )
        return {row["id"]: version_of(row, at) for row in rows}

    async def current_versions_by_plan(
        self, plan_ids: Sequence[str], at: datetime | None = None
    ) -> dict[str, PlanVersion]:
        """The highest-numbered version the viewer may see, by plan."""
        rows = await self._transaction.fetch_rows(
            current_versions(self._viewer, at), ids=list(set(plan_ids))
        )
        return {row["plan_id"]: version_of(row, at) for row in rows}

    async def issues_by_id(
        self, ids: Sequence[str], at: datetime | None = None
    ) -> dict[str, StrategicIssue]:
        """Issues by id in their latest wording, as known at an instant (null: now)."""
        rows = await self._transaction.fetch_rows(
            latest_issue_wordings(self._viewer, at), ids=list(set(ids))
        )
        return {row["issue_id"]: issue_of(row, at) for row in rows}

    async def visible_since(self, version_id: str) -> datetime | None:
        """Since when the viewer may see a version; null for one it never may, or may no more."""
        rows = await self._transaction.fetch_rows(
            version_visible_since(self._viewer), version_id=version_id
        )
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
        statement: sa.Select[Any] = sa.select(
            plan, *unpublished_version_columns(self._viewer, plan)
        ).where(has_visible_version(self._viewer, plan, None))
        if kind is not None:
            statement = statement.where(plan.c.kind == kind.value)
        if area_id is not None:
            statement = statement.where(plan.c.area_id == area_id)
        if agency_id is not None:
            statement = statement.where(plan.c.agency_id == agency_id)
        if year is not None:
            statement = statement.where(plan.c.first_year <= year.ce, plan.c.last_year >= year.ce)
        rows = await self._transaction.fetch_rows(
            paginate(statement, page, plan.c.sort_key, plan.c.id)
        )
        total = rows[0]["total"] if rows else (0 if page.after is None else None)
        return build_connection([plan_of(r) for r in rows], page, plan_sort_key, total)

    async def pages_by_area(
        self, area_ids: Sequence[str], page: PageRequest, *, kind: PlanKind | None
    ) -> dict[str, Connection[Plan]]:
        """The same page of each area's own plans."""
        statement: sa.Select[Any] = sa.select(
            plan, *unpublished_version_columns(self._viewer, plan)
        ).where(plan.c.area_id == sa.any_(IDS), has_visible_version(self._viewer, plan, None))
        if kind is not None:
            statement = statement.where(plan.c.kind == kind.value)
        paged = paginate_by_group(statement, plan.c.area_id, page, [plan.c.sort_key, plan.c.id])
        rows = await self._transaction.fetch_rows(paged, ids=list(set(area_ids)))
        return build_connections(area_ids, rows, page, plan_of, plan_sort_key)

    async def versions_by_plan(
        self, plan_ids: Sequence[str], page: PageRequest, at: datetime | None = None
    ) -> dict[str, Connection[PlanVersion]]:
        """The same page of each plan's versions, the first version first."""
        versions = visible_versions(self._viewer, at).subquery("seen")
        statement = sa.select(versions).where(versions.c.plan_id == sa.any_(IDS))
        paged = paginate_by_group(
            statement, versions.c.plan_id, page, [versions.c.number, versions.c.id]
        )
        rows = await self._transaction.fetch_rows(paged, ids=list(set(plan_ids)))
        return build_connections(plan_ids, rows, page, partial(version_of, at=at), version_sort_key)

"""Statements about plans and plan versions.

The current version of a plan is the highest-numbered one the viewer may see.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, Final

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from hub.domain.identity.viewer import Viewer, Visibility
from hub.domain.paging import Connection, PageRequest, SortKey
from hub.domain.plans import Plan, PlanKind, PlanStatus, PlanVersion
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.store.as_of import history_table, table_as_of
from hub.store.paging import build_connections, fetch_page
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import localized_text_of, paginate_by_group, text_array_parameter
from hub.store.tables import plan, plan_version
from hub.store.visibility import is_still_visible, is_visible, unpublished_columns
from hub.store.visible_plans import has_visible_version, unpublished_version_columns

IDS: Final = text_array_parameter("ids")


@lru_cache(maxsize=256)
def visible_plans_by_id(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """Return the statement for visible plans `ids`, as known at an instant (null: now)."""
    plan_table = table_as_of(plan, at)
    return sa.select(plan_table, *unpublished_version_columns(viewer, plan_table, at)).where(
        plan_table.c.id == sa.any_(IDS), has_visible_version(viewer, plan_table, at)
    )


@lru_cache(maxsize=256)
def visible_versions(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """Return the statement for versions the viewer may see, with their plans, as known at an
    instant.
    """
    version, plan_table = table_as_of(plan_version, at), table_as_of(plan, at)
    return (
        sa.select(version, *unpublished_columns("PlanVersion", version.c.id, version, viewer))
        .join(plan_table, plan_table.c.id == version.c.plan_id)
        .where(is_visible(version, viewer, at))
    )


@lru_cache(maxsize=256)
def visible_versions_by_id(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """Return the statement for visible versions `ids`."""
    versions = visible_versions(viewer, at).subquery("seen")
    return sa.select(versions).where(versions.c.id == sa.any_(IDS))


@lru_cache(maxsize=256)
def current_versions(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """Return the statement for the highest-numbered visible version of each plan of `ids`."""
    versions = visible_versions(viewer, at).subquery("seen")
    return (
        sa.select(versions)
        .where(versions.c.plan_id == sa.any_(IDS))
        .ext(distinct_on(versions.c.plan_id))
        .order_by(versions.c.plan_id, versions.c.number.desc())
    )


@lru_cache(maxsize=256)
def version_visible_since(viewer: Viewer) -> sa.Select[Any]:
    """Return the statement for the first instant as of which the viewer may see a version."""
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
    """Return the plan of a row, as known at an instant (null: now)."""
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
        updated_at=row["known_from"],
    )


def version_of(row: asyncpg.Record, at: datetime | None = None) -> PlanVersion:
    """Return the plan version of a row, as known at an instant (null: now)."""
    return PlanVersion(
        id=row["id"],
        plan_id=row["plan_id"],
        number=row["number"],
        status=PlanStatus(row["status"]),
        decided_on=row["decided_on"],
        decided_by=row["decided_by"],
        vision=localized_text_of(row, "vision") if row["vision_th"] else None,
        visibility=Visibility(row["visibility"]),
        version=row["version"],
        supersedes_id=row["supersedes_id"],
        owner_id=row["owner_id"],
        created_at=row["created_at"],
        as_of_time=at,
        updated_at=row["known_from"],
    )


def plan_sort_key(item: Plan) -> SortKey:
    """Return the sort key of a plan in lists."""
    return item.sort_key, item.id


def version_sort_key(item: PlanVersion) -> SortKey:
    """Return the sort key of a version among those of its plan."""
    return item.number, item.id


class Plans:
    """Plans the viewer may see, in one request's snapshot."""

    def __init__(self, transaction: ReadTransaction, viewer: Viewer) -> None:
        self._transaction = transaction
        self._viewer = viewer

    async def by_id(self, ids: Sequence[str], at: datetime | None = None) -> dict[str, Plan]:
        """Return the plans by id, as known at an instant (null: now).

        Unknown and invisible ones are absent.
        """
        rows = await self._transaction.fetch_rows(
            visible_plans_by_id(self._viewer, at), ids=list(set(ids))
        )
        return {row["id"]: plan_of(row, at) for row in rows}

    async def versions_by_id(
        self, ids: Sequence[str], at: datetime | None = None
    ) -> dict[str, PlanVersion]:
        """Return the versions by id, as known at an instant (null: now); invisible ones are
        absent.
        """
        rows = await self._transaction.fetch_rows(
            visible_versions_by_id(self._viewer, at), ids=list(set(ids))
        )
        return {row["id"]: version_of(row, at) for row in rows}

    async def current_versions_by_plan(
        self, plan_ids: Sequence[str], at: datetime | None = None
    ) -> dict[str, PlanVersion]:
        """Return the highest-numbered version the viewer may see, by plan."""
        rows = await self._transaction.fetch_rows(
            current_versions(self._viewer, at), ids=list(set(plan_ids))
        )
        return {row["plan_id"]: version_of(row, at) for row in rows}

    async def visible_since(self, version_id: str) -> datetime | None:
        """Return since when the viewer may see a version; null if never, or not any more."""
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
        years: FiscalYearRange | None,
    ) -> Connection[Plan]:
        """Return a page of the plans by kind, area, agency and fiscal years.

        In Thai dictionary order of their titles.
        """
        statement: sa.Select[Any] = sa.select(
            plan, *unpublished_version_columns(self._viewer, plan)
        ).where(has_visible_version(self._viewer, plan, None))
        if kind is not None:
            statement = statement.where(plan.c.kind == kind.value)
        if area_id is not None:
            statement = statement.where(plan.c.area_id == area_id)
        if agency_id is not None:
            statement = statement.where(plan.c.agency_id == agency_id)
        if years is not None:
            statement = statement.where(
                plan.c.first_year <= years.last.ce, plan.c.last_year >= years.first.ce
            )
        order = plan.c.sort_key, plan.c.id
        return await fetch_page(self._transaction, statement, page, order, plan_of, plan_sort_key)

    async def pages_by_area(
        self, area_ids: Sequence[str], page: PageRequest, *, kind: PlanKind | None
    ) -> dict[str, Connection[Plan]]:
        """Return the same page of each area's own plans."""
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
        """Return the same page of each plan's versions, in ascending order of number."""
        versions = visible_versions(self._viewer, at).subquery("seen")
        statement = sa.select(versions).where(versions.c.plan_id == sa.any_(IDS))
        paged = paginate_by_group(
            statement, versions.c.plan_id, page, [versions.c.number, versions.c.id]
        )
        rows = await self._transaction.fetch_rows(paged, ids=list(set(plan_ids)))
        return build_connections(plan_ids, rows, page, partial(version_of, at=at), version_sort_key)

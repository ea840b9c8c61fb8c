"""Statements about projects, current and as of an instant; their areas and implementers."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, Final

import asyncpg
import sqlalchemy as sa
from sqlalchemy.sql.selectable import FromClause

from hub.domain.agencies import ActorLevel
from hub.domain.identity.viewer import Viewer, Visibility
from hub.domain.matrix.layout import AreaGroups, MatrixScope
from hub.domain.paging import Connection, PageRequest, SortKey, build_connection
from hub.domain.projects import (
    AreaShare,
    Project,
    ProjectOrder,
    ProjectOrderField,
    ShareBasis,
)
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.store.activities import activity_of
from hub.store.as_of import table_as_of
from hub.store.matrix.list_filters import is_project_in_scope, projects_in_areas
from hub.store.paging import build_connections, fetch_page
from hub.store.project_amounts import year_parameters
from hub.store.project_order import has_descending_key, key_of_row, ordered_projects
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import count_rows, localized_text_of, paginate_by_group, text_array_parameter
from hub.store.tables import project, project_area, project_implementer
from hub.store.visibility import is_visible, unpublished_columns

IDS: Final = text_array_parameter("ids")


def select_projects(table: FromClause, viewer: Viewer) -> sa.Select[Any]:
    """Select projects of `table`, with the column that the audit log needs."""
    return sa.select(table, *unpublished_columns("Project", table.c.id, table, viewer))


@lru_cache(maxsize=256)
def visible_projects_by_id(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """Return the statement for projects `ids` that the viewer may see."""
    table = table_as_of(project, at)
    return select_projects(table, viewer).where(
        table.c.id == sa.any_(IDS), is_visible(table, viewer, at)
    )


@lru_cache(maxsize=256)
def other_reports(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """Return the statement for all other visible projects that report the activity of one of `ids`.

    Column `of_id` is the project of `ids`.
    """
    requested, other = (
        table_as_of(project, at).alias("requested"),
        table_as_of(project, at).alias("other"),
    )
    return (
        select_projects(other, viewer)
        .add_columns(requested.c.id.label("of_id"))
        .select_from(
            requested.join(
                other,
                activity_of(other) == activity_of(requested),
            )
        )
        .where(requested.c.id == sa.any_(IDS), requested.c.id != other.c.id)
        .where(is_visible(requested, viewer, at), is_visible(other, viewer, at))
        .order_by(requested.c.id, other.c.sort_key, other.c.id)
    )


@lru_cache(maxsize=64)
def areas_of_projects(at: datetime | None) -> sa.Select[Any]:
    """Return the statement for the areas of projects `ids`."""
    table = table_as_of(project_area, at)
    return (
        sa.select(table)
        .where(table.c.project_id == sa.any_(IDS))
        .order_by(table.c.project_id, table.c.area_id)
    )


@lru_cache(maxsize=64)
def implementers_of_projects(at: datetime | None) -> sa.Select[Any]:
    """Return the statement for the implementers of projects `ids`, lead implementer first."""
    table = table_as_of(project_implementer, at)
    return (
        sa.select(table.c.project_id, table.c.agency_id)
        .where(table.c.project_id == sa.any_(IDS))
        .order_by(table.c.project_id, table.c.ordinal)
    )


def project_of(row: asyncpg.Record, at: datetime | None) -> Project:
    """Return the project of a row, as known at an instant (null: now)."""
    return Project(
        id=row["id"],
        version=row["version"],
        code=row["code"],
        name=localized_text_of(row, "name"),
        actor_level=ActorLevel(row["actor_level"]) if row["actor_level"] else None,
        owner_id=row["owner_id"],
        fiscal_years=[FiscalYear(ce) for ce in row["fiscal_years"]],
        visibility=Visibility(row["visibility"]),
        duplicate_of=row["duplicate_of"],
        counted_as=row["counted_as"],
        parent_id=row["parent_id"],
        as_of_time=at,
        sort_key=row["sort_key"],
        updated_at=row["known_from"],
    )


def project_sort_key(item: Project) -> SortKey:
    """Return the sort key of a project in lists."""
    return item.sort_key, item.id


class Projects:
    """Projects the viewer may see, in one request's snapshot.

    `at` is an instant of known time (null: now): what the hub knew then, not what was valid then.
    """

    def __init__(self, transaction: ReadTransaction, viewer: Viewer) -> None:
        self._transaction = transaction
        self._viewer = viewer

    async def by_id(self, ids: Sequence[str], at: datetime | None = None) -> dict[str, Project]:
        """Return the projects by id; unknown and invisible ones are absent."""
        rows = await self._transaction.fetch_rows(
            visible_projects_by_id(self._viewer, at), ids=list(set(ids))
        )
        return {row["id"]: project_of(row, at) for row in rows}

    async def other_reports_by_project(
        self, ids: Sequence[str], at: datetime | None = None
    ) -> dict[str, list[Project]]:
        """Return the other reports of the same activity, by project."""
        found: dict[str, list[Project]] = defaultdict(list)
        for row in await self._transaction.fetch_rows(
            other_reports(self._viewer, at), ids=list(set(ids))
        ):
            found[row["of_id"]].append(project_of(row, at))
        return found

    async def area_shares_by_project(
        self, ids: Sequence[str], at: datetime | None = None
    ) -> dict[str, list[AreaShare]]:
        """Return the areas of each project, with their shares."""
        found: dict[str, list[AreaShare]] = defaultdict(list)
        for row in await self._transaction.fetch_rows(areas_of_projects(at), ids=list(set(ids))):
            found[row["project_id"]].append(
                AreaShare(row["area_id"], row["share"], ShareBasis(row["basis"]))
            )
        return found

    async def implementer_ids_by_project(
        self, ids: Sequence[str], at: datetime | None = None
    ) -> dict[str, list[str]]:
        """Return the ids of the agencies that implement each project, lead implementer first."""
        found: dict[str, list[str]] = defaultdict(list)
        for row in await self._transaction.fetch_rows(
            implementers_of_projects(at), ids=list(set(ids))
        ):
            found[row["project_id"]].append(row["agency_id"])
        return found

    async def page_in_scope(self, page: PageRequest, scope: MatrixScope) -> Connection[Project]:
        """Return a page of the projects that match a filter, as of its instant."""
        table = table_as_of(project, scope.as_of_time)
        return await self.page(
            page,
            table,
            where=[is_project_in_scope(scope, self._viewer, table.c.id)],
            at=scope.as_of_time,
        )

    async def page_all(self, page: PageRequest, at: datetime | None) -> Connection[Project]:
        """Return a page of all projects the viewer may see, as known at an instant (null: now)."""
        return await self.page(page, table_as_of(project, at), at=at)

    async def page_ordered(
        self,
        page: PageRequest,
        order: ProjectOrder,
        scope: MatrixScope | None,
        years: FiscalYearRange | None,
        at: datetime | None,
    ) -> Connection[Project]:
        """Return a page of the projects of a scope (null: of all) in an order, as known at `at`.

        Amounts are those of `years` (null: of all). Only the projects of the page are read whole.
        """
        table = table_as_of(project, at)
        in_scope = [] if scope is None else [is_project_in_scope(scope, self._viewer, table.c.id)]
        names = ("id", "source_id", "sort_key", "code", "known_from")
        listed = sa.select(*(table.c[name] for name in names)).where(
            is_visible(table, self._viewer, at), *in_scope
        )
        ordered = ordered_projects(listed.cte("listed"), order, page, at)
        keys = [column for column in ordered.c if column.name.startswith("order_")]
        statement = (
            select_projects(table, self._viewer)
            .add_columns(*keys)
            .join(ordered, ordered.c.id == table.c.id)
            .order_by(*(key.desc() if has_descending_key(order) else key for key in keys))
        )
        parameters: dict[str, Any] = {}
        if order.by is ProjectOrderField.AMOUNT:
            parameters = {"phases": [order.phase.value], **year_parameters(years)}
        rows = await self._transaction.fetch_rows(statement, **parameters)

        async def _count() -> int:
            [row] = await self._transaction.fetch_rows(count_rows(listed))
            return int(row[0])

        key_by_id = {row["id"]: key_of_row(row, order) for row in rows}
        return build_connection(
            [project_of(row, at) for row in rows], page, lambda item: key_by_id[item.id], _count
        )

    async def page(
        self,
        page: PageRequest,
        table: FromClause = project,
        *,
        where: Sequence[sa.ColumnElement[bool]] = (),
        at: datetime | None = None,
    ) -> Connection[Project]:
        """Return a page of projects that satisfy extra predicates over `table`, in Thai order.

        `table` is projects as known at `at`.
        """
        statement = select_projects(table, self._viewer).where(
            is_visible(table, self._viewer, at), *where
        )
        order = table.c.sort_key, table.c.id
        return await fetch_page(
            self._transaction, statement, page, order, partial(project_of, at=at), project_sort_key
        )

    async def pages_by_area(
        self, area_ids: Sequence[str], page: PageRequest, groups: AreaGroups, scope: MatrixScope
    ) -> dict[str, Connection[Project]]:
        """Return the same page of the projects in each area; one statement.

        `groups` has the areas that are below each of `area_ids`, or equal it.
        """
        located_projects = projects_in_areas(groups, scope, self._viewer)
        statement = (
            select_projects(project, self._viewer)
            .join(located_projects, located_projects.c.project_id == project.c.id)
            .where(is_visible(project, self._viewer))
        )
        paged = paginate_by_group(
            statement, located_projects.c.area_group, page, [project.c.sort_key, project.c.id]
        )
        rows = await self._transaction.fetch_rows(paged)
        return build_connections(
            area_ids, rows, page, lambda row: project_of(row, None), project_sort_key
        )

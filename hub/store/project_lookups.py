"""Statements that find projects by a code or by an id in another system, and list such ids.

An ingested project has the id of each record that reports it (scheme: the source) and its key in
its source; other ids are in `external_id`.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa

from hub.domain.global_id import GlobalId
from hub.domain.identity.viewer import Viewer
from hub.domain.projects import Project
from hub.domain.provenance import ExternalId
from hub.store.as_of import table_as_of
from hub.store.key_hashes import hash_of
from hub.store.projects import project_of, select_projects
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import text_array_parameter
from hub.store.tables import external_id, project, source_record
from hub.store.visibility import is_visible

IDS: Final = text_array_parameter("ids")
SCHEME: Final[sa.BindParameter[str]] = sa.bindparam("scheme", type_=sa.Text)
VALUE: Final[sa.BindParameter[str]] = sa.bindparam("value", type_=sa.Text)
SUBJECT_PREFIX: Final = str(GlobalId("Project", ""))


@lru_cache(maxsize=256)
def visible_projects_by_code(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """Return the statement for the visible projects of a code, in Thai dictionary order."""
    table = table_as_of(project, at)
    return (
        select_projects(table, viewer)
        .where(table.c.code == sa.bindparam("code", type_=sa.Text), is_visible(table, viewer, at))
        .order_by(table.c.sort_key, table.c.id)
    )


@lru_cache(maxsize=256)
def visible_projects_by_external_id(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """Return the statement for the visible projects of an external id, in Thai dictionary order.

    Three indexes find them: of `external_id`, of the values of records, of keys of projects.
    """
    table = table_as_of(project, at)
    named, reported = table_as_of(external_id, at), table_as_of(source_record, at)
    own = table.alias("own")
    ids = sa.union_all(
        sa.select(project_id_of(named.c.subject)).where(
            named.c.scheme == SCHEME,
            named.c.value == VALUE,
            named.c.subject.startswith(SUBJECT_PREFIX),
        ),
        sa.select(reported.c.project_id).where(
            reported.c.scheme == SCHEME, reported.c.value == VALUE
        ),
        sa.select(own.c.id).where(
            own.c.source_id == SCHEME,
            own.c.source_key == VALUE,
            hash_of(own.c.source_key, own.c.source_id) == hash_of(VALUE, SCHEME),
        ),
    )
    return (
        select_projects(table, viewer)
        .where(table.c.id.in_(ids), is_visible(table, viewer, at))
        .order_by(table.c.sort_key, table.c.id)
    )


@lru_cache(maxsize=256)
def external_ids_of_projects(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """Return the statement for the external ids of visible projects `ids`, by scheme and value."""
    table = table_as_of(project, at)
    named, reported = table_as_of(external_id, at), table_as_of(source_record, at)
    visible = (
        sa.select(table.c.id, table.c.source_id, table.c.source_key)
        .where(table.c.id == sa.any_(IDS), is_visible(table, viewer, at))
        .cte("visible")
    )
    subject = sa.literal(SUBJECT_PREFIX, sa.Text).concat(visible.c.id)
    found = sa.union(
        sa.select(visible.c.id.label("project_id"), named.c.scheme, named.c.value).join(
            named, named.c.subject == subject
        ),
        sa.select(visible.c.id, reported.c.scheme, reported.c.value).join(
            reported, reported.c.project_id == visible.c.id
        ),
        sa.select(visible.c.id, visible.c.source_id, visible.c.source_key).where(
            visible.c.source_id.is_not(None), visible.c.source_key.is_not(None)
        ),
    ).subquery("found")
    return sa.select(found).order_by(found.c.project_id, found.c.scheme, found.c.value)


def project_id_of(subject: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """Return the project id of a global id that begins with `SUBJECT_PREFIX`."""
    return sa.func.substr(subject, len(SUBJECT_PREFIX) + 1, type_=sa.Text)


class ProjectLookups:
    """Lookups of projects the viewer may see, in one request's snapshot.

    `at` is an instant of known time (null: now).
    """

    def __init__(self, transaction: ReadTransaction, viewer: Viewer) -> None:
        self._transaction = transaction
        self._viewer = viewer

    async def by_code(self, code: str, at: datetime | None = None) -> list[Project]:
        """Return the projects with a code, in Thai dictionary order."""
        rows = await self._transaction.fetch_rows(
            visible_projects_by_code(self._viewer, at), code=code
        )
        return [project_of(row, at) for row in rows]

    async def by_external_id(
        self, scheme: str, value: str, at: datetime | None = None
    ) -> list[Project]:
        """Return the projects with an id in another system, in Thai dictionary order."""
        rows = await self._transaction.fetch_rows(
            visible_projects_by_external_id(self._viewer, at), scheme=scheme, value=value
        )
        return [project_of(row, at) for row in rows]

    async def external_ids(
        self, ids: Sequence[str], at: datetime | None = None
    ) -> dict[str, list[ExternalId]]:
        """Return the ids in other systems by project, each once, by scheme and value."""
        found: dict[str, list[ExternalId]] = defaultdict(list)
        for row in await self._transaction.fetch_rows(
            external_ids_of_projects(self._viewer, at), ids=list(set(ids))
        ):
            found[row["project_id"]].append(ExternalId(row["scheme"], row["value"]))
        return found

"""Statements about assertions that projects are one activity, as far as a viewer may see them.

An assertion is visible when all its projects are, so that it discloses nothing of a draft.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.sql.selectable import FromClause

from hub.domain.identity.viewer import Viewer
from hub.domain.linkages import Reason
from hub.domain.same_as import REPORTED_PREFIX, SameAs, reported_same_as
from hub.store.as_of import table_as_of
from hub.store.findings.stored import dump_reason
from hub.store.linkages import parse_reason
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import text_array_parameter
from hub.store.tables import project, same_as, same_as_member
from hub.store.visibility import aggregated_unpublished_columns, is_visible

IDS: Final = text_array_parameter("ids")
INSERT: Final = """
insert into same_as (id, keep_id, reasons, agency_id, created_at)
values ($1, $2, $3, $4, transaction_timestamp())
"""
INSERT_MEMBERS: Final = """
insert into same_as_member (same_as_id, project_id, ordinal)
select $1, project_id, ordinal from unnest($2::text[]) with ordinality member (project_id, ordinal)
"""
LOCK: Final = "select id from same_as where id = $1 for no key update"
UNDO: Final = """
update same_as set version = version + 1, undone_at = transaction_timestamp(), undone_by_id = $2,
    reasons = reasons || $3::jsonb
where id = $1
"""


def visible_assertions(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """Return the statement for assertions that the viewer may see, as known at an instant.

    Column `project_ids`: its projects, the one that is kept first; with the audit markers.
    """
    table = table_as_of(same_as, at)
    shown = table_as_of(project, at).alias("shown")
    return (
        sa.select(
            table,
            sa.func.array_agg(
                aggregate_order_by(same_as_member.c.project_id, same_as_member.c.ordinal)
            ).label("project_ids"),
            *aggregated_unpublished_columns("Project", shown.c.id, shown, viewer),
        )
        .join(same_as_member, same_as_member.c.same_as_id == table.c.id)
        .join(shown, shown.c.id == same_as_member.c.project_id, isouter=True)
        .group_by(*table.c)
        .having(sa.func.bool_and(sa.and_(shown.c.id.is_not(None), is_visible(shown, viewer, at))))
        .order_by(table.c.created_at, table.c.id)
    )


@lru_cache(maxsize=256)
def assertions_by_id(viewer: Viewer) -> sa.Select[Any]:
    """Return the statement for visible assertions `ids`."""
    return visible_assertions(viewer, None).where(same_as.c.id == sa.any_(IDS))


@lru_cache(maxsize=256)
def assertions_of_projects(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """Return the statement for visible assertions about one of the projects `ids`."""
    about = same_as_member.alias("about")
    wanted = sa.select(about.c.same_as_id).where(about.c.project_id == sa.any_(IDS))
    statement = visible_assertions(viewer, at)
    return statement.where(same_as_member.c.same_as_id.in_(wanted))


@lru_cache(maxsize=256)
def reported_repeats(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """Return the statement for visible projects that repeat a visible one by their source.

    One of both is among `ids`, or the one that is repeated is among them.
    """
    table = table_as_of(project, at)
    repeat, first = table.alias("repeat"), table.alias("repeated")
    named: FromClause = table.alias("named")
    targets = sa.union(
        sa.select(named.c.duplicate_of.label("id")).where(named.c.id == sa.any_(IDS)),
        sa.select(sa.func.unnest(IDS)),
    ).subquery("targets")
    return (
        sa.select(repeat.c.id, repeat.c.duplicate_of, repeat.c.known_from)
        .join(first, first.c.id == repeat.c.duplicate_of)
        .where(
            repeat.c.duplicate_of.in_(sa.select(targets.c.id)),
            is_visible(repeat, viewer, at),
            is_visible(first, viewer, at),
        )
        .order_by(repeat.c.id)
    )


def same_as_of(row: asyncpg.Record) -> SameAs:
    """Return the assertion of a row."""
    return SameAs(
        id=row["id"],
        version=row["version"],
        project_ids=list(row["project_ids"]),
        keep_id=row["keep_id"],
        reasons=[parse_reason(one) for one in json.loads(row["reasons"])],
        agency_id=row["agency_id"],
        created_at=row["created_at"],
        undone_at=row["undone_at"],
        undone_by_id=row["undone_by_id"],
        updated_at=row["known_from"],
    )


class SameAsAssertions:
    """Assertions that the viewer may see, undone ones and those of sources among them."""

    def __init__(self, transaction: ReadTransaction, viewer: Viewer) -> None:
        self._transaction = transaction
        self._viewer = viewer

    async def by_id(self, ids: Sequence[str]) -> dict[str, SameAs]:
        """Return assertions by id; hidden and unknown ones are absent."""
        rows = await self._transaction.fetch_rows(
            assertions_by_id(self._viewer), ids=list(set(ids))
        )
        found = {row["id"]: same_as_of(row) for row in rows}
        keeps = [
            key.removeprefix(REPORTED_PREFIX) for key in ids if key.startswith(REPORTED_PREFIX)
        ]
        if keeps:
            reported = await self._fetch_reported(keeps, None)
            found |= {one.id: one for one in reported if one.keep_id in keeps}
        return found

    async def by_project(
        self, ids: Sequence[str], at: datetime | None = None
    ) -> dict[str, list[SameAs]]:
        """Return the assertions about each project, the oldest first, those of sources last."""
        rows = await self._transaction.fetch_rows(
            assertions_of_projects(self._viewer, at), ids=list(set(ids))
        )
        assertions = [same_as_of(row) for row in rows]
        found: dict[str, list[SameAs]] = defaultdict(list)
        for one in [*assertions, *await self._fetch_reported(ids, at)]:
            for key in one.project_ids:
                found[key].append(one)
        return found

    async def _fetch_reported(self, ids: Sequence[str], at: datetime | None) -> list[SameAs]:
        """Return what sources assert about projects, by the project that the others repeat."""
        rows = await self._transaction.fetch_rows(
            reported_repeats(self._viewer, at), ids=list(set(ids))
        )
        repeats: dict[str, dict[str, datetime]] = defaultdict(dict)
        for row in rows:
            repeats[row["duplicate_of"]][row["id"]] = row["known_from"]
        return [
            reported_same_as(keep_id, list(others), max(others.values()))
            for keep_id, others in sorted(repeats.items())
        ]


async def insert_assertion(
    connection: asyncpg.Connection,
    same_as_id: str,
    project_ids: Sequence[str],
    agency_id: str,
    reasons: Sequence[Reason],
) -> None:
    """Insert an assertion about projects, the one that is kept first."""
    dumped = json.dumps([dump_reason(one) for one in reasons], ensure_ascii=False)
    await connection.execute(INSERT, same_as_id, project_ids[0], dumped, agency_id)
    await connection.execute(INSERT_MEMBERS, same_as_id, list(project_ids))


async def lock_assertion(
    connection: asyncpg.Connection, viewer: Viewer, same_as_id: str
) -> SameAs | None:
    """Lock an assertion and return it; null if there is none that the viewer may see."""
    await connection.execute(LOCK, same_as_id)
    transaction = ReadTransaction.from_connection(connection)
    found = await SameAsAssertions(transaction, viewer).by_id([same_as_id])
    return found.get(same_as_id)


async def mark_assertion_undone(
    connection: asyncpg.Connection, same_as_id: str, agency_id: str, reason: Reason
) -> None:
    """Undo an assertion in the name of an agency."""
    dumped = json.dumps([dump_reason(reason)], ensure_ascii=False)
    await connection.execute(UNDO, same_as_id, agency_id, dumped)

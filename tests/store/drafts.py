"""Inserts drafts of four owners, and fetches those that a viewer may see."""

from datetime import UTC, datetime, timedelta
from typing import Final

import asyncpg
import sqlalchemy as sa

from hub.domain.identity.viewer import Permission, Viewer
from hub.store.as_of import table_as_of
from hub.store.read_transaction import ReadTransaction
from hub.store.tables import project
from hub.store.visibility import is_visible

DEPARTMENT: Final = "department:05003"
DRAFTS: Final = {
    "draft-department": (DEPARTMENT, "PRIVATE"),
    "draft-province": ("province:20", "PRIVATE"),
    "draft-local": ("department:15009", "PRIVATE"),
    "draft-listed": ("province:45", "LISTED"),
}
"""Owners, and how far each is disclosed; department:15009 is Bangkok, under the Interior."""
DRAFT_IDS: Final = frozenset(DRAFTS)


def build_viewer(agency: str | None, *permissions: Permission) -> Viewer:
    return Viewer("somebody", agency, frozenset(one.value for one in permissions))


async def insert_drafts(connection: asyncpg.Connection) -> None:
    """Insert drafts of four owners; other agencies link, implement and pay for the first."""
    for key, (owner, visibility) in DRAFTS.items():
        await connection.execute(
            "insert into project (id, code, name_th, sort_key, owner_id, fiscal_years, visibility) "
            "values ($1, $1, $1, $1, $2, '{2011}', $3)",
            key,
            owner,
            visibility,
        )
    await connection.execute(
        "insert into project_implementer (project_id, ordinal, agency_id) "
        "values ('draft-department', 0, 'ministry:07')"
    )
    await connection.execute(
        "insert into budget_line (id, project_id, fiscal_year, phase, funding, amount, holder_id, "
        "disburser_id) values ('draft-line', 'draft-department', 2011, 'REQUESTED', 'MINISTRY', 7, "
        "'ministry:08', 'province:38')"
    )


async def insert_linkage(
    connection: asyncpg.Connection, proposer: str | None, status: str, key: str = "draft-link"
) -> None:
    await connection.execute(
        "insert into linkage (id, project_id, issue_id, status, visibility, proposed_by_id) "
        "values ($3, 'draft-department', 's38-roi-et-1', $2, 'PRIVATE', $1)",
        proposer,
        status,
        key,
    )


async def fetch_visible_ids(
    connection: asyncpg.Connection,
    viewer: Viewer,
    table: sa.Table = project,
    at: datetime | None = None,
) -> set[str]:
    """Return the ids of the drafts that the viewer may see."""
    dated_table = table_as_of(table, at)
    statement = sa.select(dated_table.c.id).where(
        is_visible(dated_table, viewer, at), dated_table.c.id.startswith("draft-")
    )
    return {
        row["id"] for row in await ReadTransaction.from_connection(connection).fetch_rows(statement)
    }


async def insert_agreement(
    connection: asyncpg.Connection,
    provider: str,
    consumer: str,
    what: str = "ALL",
    key: str | None = None,
    until: timedelta = timedelta(days=1),
) -> None:
    await connection.execute(
        "insert into data_sharing (id, provider_id, consumer_id, purpose, what, key, until) "
        "values ($1 || $2, $1, $2, 'a joint session', $3, $4, $5)",
        provider,
        consumer,
        what,
        key,
        datetime.now(UTC) + until,
    )

"""Which projects' findings must be refreshed: notes that one process at a time takes."""

from typing import Final

import asyncpg

from hub.domain.record import value
from hub.store.database import Database

LOCK: Final = "select pg_try_advisory_xact_lock(hashtextextended('findings', 0))"
TAKE_NOTES: Final = """
-- Projects of one place together: each pass compares those of its places with all others there.
select c.project_key, c.transaction
from finding_change c left join project p on p.key = c.project_key
order by (select min(a.area_id) from project_area a where a.project_id = p.id),
    c.project_key, c.transaction
limit $1
"""
DELETE_NOTES: Final = """
delete from finding_change c
using unnest($1::bigint[], $2::bigint[]) as taken (project_key, transaction)
where c.project_key = taken.project_key and c.transaction = taken.transaction
"""
HAS_NOTES: Final = (
    "select exists (select from finding_change) or exists (select from finding_plan_change)"
)
PROJECTS: Final = "select id from project where key = any($1::bigint[]) order by id"


@value
class ChangedProjects:
    """How many notes were taken, and the ids of the projects that they name and that exist."""

    note_count: int
    ids: list[str]


async def lock_findings(connection: asyncpg.Connection) -> bool:
    """Return whether this transaction may refresh findings; another one does so already if not."""
    return bool(await connection.fetchval(LOCK))


async def has_notes(database: Database) -> bool:
    """Return whether a project or plan is noted; one statement."""
    return bool(await database.pool.fetchval(HAS_NOTES))


async def take_notes(connection: asyncpg.Connection, limit: int) -> ChangedProjects:
    """Delete at most `limit` notes and return their projects, in the order of ids.

    Facts that later statements of the transaction read are at least as new as the notes.
    """
    rows = await connection.fetch(TAKE_NOTES, limit)
    keys = [row["project_key"] for row in rows]
    await connection.execute(DELETE_NOTES, keys, [row["transaction"] for row in rows])
    found = await connection.fetch(PROJECTS, keys)
    return ChangedProjects(len(rows), [row["id"] for row in found])

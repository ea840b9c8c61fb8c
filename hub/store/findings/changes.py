"""Which projects' findings must be refreshed: notes that one process at a time takes."""

from typing import Final

import asyncpg

LOCK: Final = "select pg_try_advisory_xact_lock(hashtextextended('findings', 0))"
TAKE_NOTES: Final = """
select project_id, transaction from finding_change order by project_id, transaction limit $1
"""
DELETE_NOTES: Final = """
delete from finding_change c
using unnest($1::text[], $2::bigint[]) as taken (project_id, transaction)
where c.project_id = taken.project_id and c.transaction = taken.transaction
"""


async def lock_findings(connection: asyncpg.Connection) -> bool:
    """Return whether this transaction may refresh findings; another one does so already if not."""
    return bool(await connection.fetchval(LOCK))


async def take_notes(connection: asyncpg.Connection, limit: int) -> list[str]:
    """Delete at most `limit` notes and return their projects, in the order of ids.

    Facts that later statements of the transaction read are at least as new as the notes.
    """
    rows = await connection.fetch(TAKE_NOTES, limit)
    await connection.execute(
        DELETE_NOTES, [row["project_id"] for row in rows], [row["transaction"] for row in rows]
    )
    return list(dict.fromkeys(row["project_id"] for row in rows))

"""Append DATA_CHANGED to open sessions for what sources have changed since they were opened.

A run ends in a transaction that holds locks on what it wrote, and a conclusion locks the session
before what it writes: one transaction with both would deadlock. So a serving hub appends the events
afterwards, from the numbered events of sources. Those an earlier process did not append, because
it was killed, are appended by the next pass.
"""

from typing import Final

from hub.domain.sessions.kinds import SessionEventKind
from hub.store.database import Database
from hub.store.retry import retry_on_conflict
from hub.store.sessions.changes import append_event

CHANGED_DATA: Final = """(
    event.run_id is null or exists (
        select from source_run run where run.id = event.run_id and (
            (run.ledger ->> 'vanished')::bigint > 0
            or (run.ledger -> 'counts' ->> 'NEW')::bigint > 0
            or (run.ledger -> 'counts' ->> 'CHANGED')::bigint > 0
        )
    )
)"""
"""Whether an event of a source reports changed data: settled rows always do."""
PENDING: Final = f"""
select event.id, event.source_id, event.run_id
from joint_session session join source_event event on event.at > session.opened_at
where session.id = $1 and session.status = 'OPEN' and {CHANGED_DATA} and event.id > coalesce((
    select max((noted.details ->> 'sourceEvent')::bigint) from session_event noted
    where noted.session_id = session.id and noted.kind = 'DATA_CHANGED'
), 0)
order by event.id
"""  # noqa: S608 - constants
OPEN_SESSIONS: Final = "select id from joint_session where status = 'OPEN' order by id"
LOCK: Final = "select id from joint_session where id = $1 for no key update"


async def note_data_changes(database: Database) -> int:
    """Append what is missing in every open session, and return the number of events.

    Each session is a transaction of its own, which holds the lock on the session alone.
    """
    async with database.read_transaction() as transaction:
        ids = [row["id"] for row in await transaction.fetch(OPEN_SESSIONS)]
        pending = [key for key in ids if await transaction.fetch(PENDING, key)]
    return sum([await note_in_session(database, key) for key in pending])


async def note_in_session(database: Database, session_id: str) -> int:
    """Append the missing events of one session, and return their number."""

    async def _note() -> int:
        async with database.write_transaction() as connection:
            await connection.fetch(LOCK, session_id)
            rows = await connection.fetch(PENDING, session_id)
            for row in rows:
                await append_event(
                    connection,
                    session_id,
                    SessionEventKind.DATA_CHANGED,
                    agency_id=None,
                    subject=f"gid://hub/Source/{row['source_id']}",
                    details={"sourceEvent": row["id"], "run": row["run_id"]},
                )
            return len(rows)

    return await retry_on_conflict(_note)

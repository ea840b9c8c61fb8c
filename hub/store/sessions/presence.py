"""Statements about screens that are connected to a session."""

from typing import Final

import asyncpg

from hub.store.sessions.changes import ANNOUNCE, CHANNEL

SEEN: Final = """
insert into session_presence (session_id, agency_id, connection, since, seen_at)
select $1, $2, $3, transaction_timestamp(), transaction_timestamp()
where exists (select from delegation where session_id = $1 and agency_id = $2)
on conflict (session_id, agency_id, connection)
do update set seen_at = transaction_timestamp()
returning since = transaction_timestamp() as is_new
"""
LEFT: Final = """
delete from session_presence
where session_id = $1 and agency_id = $2 and connection = $3 returning session_id
"""
VIEWING: Final = """
insert into session_presence (session_id, agency_id, connection, viewing, since, seen_at)
values ($1, $2, '', $3, transaction_timestamp(), transaction_timestamp())
on conflict (session_id, agency_id, connection)
do update set viewing = excluded.viewing, seen_at = transaction_timestamp()
"""


async def note_seen(
    connection: asyncpg.Connection, session_id: str, agency_id: str, screen: str
) -> None:
    """Note that a screen of a delegation is connected; announce it when it is new."""
    row = await connection.fetchrow(SEEN, session_id, agency_id, screen)
    if row is not None and row["is_new"]:
        await connection.execute(ANNOUNCE, CHANNEL, session_id)


async def note_left(
    connection: asyncpg.Connection, session_id: str, agency_id: str, screen: str
) -> None:
    """Note that a screen has left, and announce it."""
    if await connection.fetchrow(LEFT, session_id, agency_id, screen) is not None:
        await connection.execute(ANNOUNCE, CHANNEL, session_id)


async def set_viewing(
    connection: asyncpg.Connection, session_id: str, agency_id: str, viewing: str | None
) -> None:
    """Set the cell that a delegation has open, and announce it."""
    await connection.execute(VIEWING, session_id, agency_id, viewing)
    await connection.execute(ANNOUNCE, CHANNEL, session_id)

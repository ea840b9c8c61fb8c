"""Statements about screens that are connected to a session."""

from collections.abc import Collection
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
RENEW: Final = """
update session_presence presence set seen_at = transaction_timestamp()
from unnest($1::text[], $2::text[], $3::text[]) screen (session_id, agency_id, connection)
where presence.session_id = screen.session_id and presence.agency_id = screen.agency_id
    and presence.connection = screen.connection
"""
LEFT: Final = """
with gone as (
    delete from session_presence
    where session_id = $1 and agency_id = $2 and connection = $3
    returning session_id, agency_id, since
)
insert into session_presence (session_id, agency_id, connection, since, seen_at)
select session_id, agency_id, '', since, transaction_timestamp() from gone
on conflict (session_id, agency_id, connection) do update set seen_at = transaction_timestamp()
returning session_id
"""
"""The row without a connection remains: when the delegation was seen last, and what it opened."""
VIEWING: Final = """
insert into session_presence (session_id, agency_id, connection, viewing, since, seen_at)
values ($1, $2, '', $3, transaction_timestamp(), transaction_timestamp())
on conflict (session_id, agency_id, connection)
do update set viewing = excluded.viewing, since = excluded.since, seen_at = excluded.seen_at
"""


async def note_seen(
    connection: asyncpg.Connection, session_id: str, agency_id: str, screen: str
) -> None:
    """Note that a screen of a delegation is connected; announce it when it is new."""
    row = await connection.fetchrow(SEEN, session_id, agency_id, screen)
    if row is not None and row["is_new"]:
        await connection.execute(ANNOUNCE, CHANNEL, session_id)


async def renew_screens(
    connection: asyncpg.Connection, screens: Collection[tuple[str, str, str]]
) -> None:
    """Note that screens, each of a session and an agency, are still connected."""
    session_ids, agency_ids, names = zip(*screens, strict=True)
    await connection.execute(RENEW, session_ids, agency_ids, names)


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

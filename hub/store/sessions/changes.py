"""Statements that write joint sessions.

Every command locks the session first, so that the commands of one session follow one another and
its events are numbered without gaps.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import asyncpg
import sqlalchemy as sa

from hub.domain.sessions.kinds import SessionEventKind
from hub.domain.sessions.proposals import Condition, Position, Proposal
from hub.domain.sessions.session import AgendaItem, Delegation, JointSession
from hub.store.sessions.rows import (
    condition_of,
    delegation_of,
    item_of,
    position_of,
    proposal_of,
    session_of,
)

CHANNEL: Final = "session_event"
"""The channel on which events are announced; the payload is the id of the session."""
LOCK_SESSION: Final = "select * from joint_session where id = $1 for no key update"
SESSION_OF_ITEM: Final = "select session_id from agenda_item where id = $1"
SESSION_OF_PROPOSAL: Final = "select session_id from proposal where id = $1"
SESSION_OF_CONDITION: Final = """
select session_id from proposal
where id = (select proposal_id from proposal_condition where id = $1)
"""
SESSION_OF_DELEGATION: Final = "select session_id from delegation where id = $1"
DELEGATIONS: Final = "select * from delegation where session_id = $1 order by invited_at, agency_id"
ITEM: Final = "select * from agenda_item where id = $1"
ITEMS: Final = "select * from agenda_item where session_id = $1 order by ordinal, id"
PROPOSAL: Final = "select * from proposal where id = $1"
PROPOSALS_OF_ITEM: Final = "select * from proposal where item_id = $1 order by created_at, id"
POSITIONS: Final = "select * from proposal_position where proposal_id = $1 order by number"
CONDITIONS: Final = "select * from proposal_condition where proposal_id = $1 order by id"
CONDITION: Final = "select * from proposal_condition where id = $1"
END_POSITION: Final = """
update proposal_position set ended_at = transaction_timestamp()
where proposal_id = $1 and agency_id = $2 and ended_at is null returning condition_id
"""
WITHDRAW_CONDITION: Final = """
update proposal_condition set status = 'WITHDRAWN', version = version + 1,
    updated_at = transaction_timestamp()
where id = $1 and status = 'OPEN'
"""
LAPSE: Final = """
update proposal set status = 'LAPSED', version = version + 1, updated_at = transaction_timestamp()
where session_id = $1 and status = 'OPEN'
"""
APPEND_EVENT: Final = """
insert into session_event (session_id, number, at, kind, agency_id, subject, changed_cells, details)
select $1, coalesce(max(number), 0) + 1, clock_timestamp(), $2, $3, $4, $5::text[], $6::jsonb
from session_event where session_id = $1
"""
ANNOUNCE: Final = "select pg_notify($1, $2)"
AGENCY_NAMES: Final = """
select id, coalesce(short_th, name_th) as name from agency where id = any($1::text[])
"""
HAS_POSITION: Final = """
select exists (
    select from proposal_position position join proposal on proposal.id = position.proposal_id
    where proposal.session_id = $1 and position.agency_id = $2
)
"""


async def lock_session(connection: asyncpg.Connection, session_id: str) -> JointSession | None:
    """Lock a session until the transaction ends and return it; null if there is none."""
    row = await connection.fetchrow(LOCK_SESSION, session_id)
    return None if row is None else session_of(row)


async def lock_session_of(
    connection: asyncpg.Connection, statement: str, key: str
) -> JointSession | None:
    """Lock the session to which a thing belongs; `statement` is one of `SESSION_OF_…`."""
    session_id = await connection.fetchval(statement, key)
    return None if session_id is None else await lock_session(connection, session_id)


async def fetch_clock(connection: asyncpg.Connection) -> datetime:
    """Return the instant now: after the lock on a session, later than every earlier command of it.

    The start of the transaction may be before the lock, and before what the last command wrote.
    """
    moment: datetime = await connection.fetchval("select clock_timestamp()")
    return moment


async def list_delegations(connection: asyncpg.Connection, session_id: str) -> list[Delegation]:
    """Return the delegations of a session."""
    return [delegation_of(row) for row in await connection.fetch(DELEGATIONS, session_id)]


async def list_items(connection: asyncpg.Connection, session_id: str) -> list[AgendaItem]:
    """Return the agenda of a session, in its order."""
    return [item_of(row) for row in await connection.fetch(ITEMS, session_id)]


async def fetch_item(connection: asyncpg.Connection, item_id: str) -> AgendaItem | None:
    """Return a point of an agenda; null if there is none."""
    row = await connection.fetchrow(ITEM, item_id)
    return None if row is None else item_of(row)


async def fetch_proposal(connection: asyncpg.Connection, proposal_id: str) -> Proposal | None:
    """Return a proposal; null if there is none."""
    row = await connection.fetchrow(PROPOSAL, proposal_id)
    return None if row is None else proposal_of(row)


async def list_proposals(connection: asyncpg.Connection, item_id: str) -> list[Proposal]:
    """Return the proposals of a point of an agenda."""
    return [proposal_of(row) for row in await connection.fetch(PROPOSALS_OF_ITEM, item_id)]


async def list_positions(connection: asyncpg.Connection, proposal_id: str) -> list[Position]:
    """Return every position taken on a proposal, the oldest first."""
    return [position_of(row) for row in await connection.fetch(POSITIONS, proposal_id)]


async def list_conditions(connection: asyncpg.Connection, proposal_id: str) -> list[Condition]:
    """Return the conditions of a proposal."""
    return [condition_of(row) for row in await connection.fetch(CONDITIONS, proposal_id)]


async def fetch_condition(connection: asyncpg.Connection, condition_id: str) -> Condition | None:
    """Return a condition; null if there is none."""
    row = await connection.fetchrow(CONDITION, condition_id)
    return None if row is None else condition_of(row)


async def end_position(connection: asyncpg.Connection, proposal_id: str, agency_id: str) -> bool:
    """End the position of an agency, and withdraw its open condition; return whether it had one."""
    row = await connection.fetchrow(END_POSITION, proposal_id, agency_id)
    if row is not None and row["condition_id"] is not None:
        await connection.execute(WITHDRAW_CONDITION, row["condition_id"])
    return row is not None


async def has_position(connection: asyncpg.Connection, session_id: str, agency_id: str) -> bool:
    """Return whether an agency ever took a position in a session."""
    return bool(await connection.fetchval(HAS_POSITION, session_id, agency_id))


async def lapse_proposals(connection: asyncpg.Connection, session_id: str) -> None:
    """Let the open proposals of a session lapse."""
    await connection.execute(LAPSE, session_id)


async def fetch_agency_names(
    connection: asyncpg.Connection, agency_ids: Sequence[str]
) -> dict[str, str]:
    """Return the short names of agencies in Thai, by id; unknown ones are absent."""
    rows = await connection.fetch(AGENCY_NAMES, sorted(set(agency_ids)))
    return {row["id"]: row["name"] for row in rows}


async def insert_row(
    connection: asyncpg.Connection, table: sa.Table, row: Mapping[str, Any]
) -> None:
    """Insert a row; objects and lists of objects are stored as JSON."""
    names = ", ".join(row)
    places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    sql = f"insert into {table.name} ({names}) values ({places})"  # noqa: S608 - names of ours
    await connection.execute(sql, *(as_parameter(table, name, row[name]) for name in row))


async def update_row(
    connection: asyncpg.Connection, table: sa.Table, key: str, changes: Mapping[str, Any]
) -> None:
    """Update a row by its id; its version increases by one, and it is updated now."""
    names = "".join(f", {name} = ${number}" for number, name in enumerate(changes, start=2))
    sql = (
        f"update {table.name} set updated_at = transaction_timestamp(), "  # noqa: S608 - names of ours
        f"version = version + 1{names} where id = $1"
    )
    await connection.execute(sql, key, *(as_parameter(table, *one) for one in changes.items()))


def as_parameter(table: sa.Table, name: str, content: Any) -> Any:
    """Return a value as the driver takes it for a column."""
    is_json = isinstance(table.c[name].type, sa.JSON)
    return json.dumps(content, ensure_ascii=False) if is_json else content


async def append_event(
    connection: asyncpg.Connection,
    session_id: str,
    kind: SessionEventKind,
    *,
    agency_id: str | None,
    subject: str | None,
    cells: Sequence[str] = (),
    details: Mapping[str, Any] | None = None,
) -> None:
    """Append an event to a locked session, and announce it when the transaction commits."""
    stored = None if details is None else json.dumps(details, ensure_ascii=False)
    await connection.execute(
        APPEND_EVENT, session_id, kind.value, agency_id, subject, list(cells), stored
    )
    await connection.execute(ANNOUNCE, CHANNEL, session_id)

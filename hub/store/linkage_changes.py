"""Statements that write linkages; rows are locked in a fixed order, projects before linkages.

Each change of a linkage, and each new one, locks the project first, in the order of ids. So the
shares of a project are added up by one transaction at a time, and no two wait for each other.
"""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import asyncpg
import sqlalchemy as sa

from hub.domain.identity.viewer import Viewer, Visibility
from hub.domain.linkage_shares import OPEN_STATUSES
from hub.domain.linkages import Linkage, LinkageState
from hub.domain.record import record, value
from hub.store.linkage_states import STATE_COLUMNS, dump_state, state_of
from hub.store.linkages import IDS, linkage_of, visible_linkages
from hub.store.read_transaction import ReadTransaction
from hub.store.tables import linkage

LOCK_PROJECTS: Final = """
select id from project where id = any($1::text[]) order by id for no key update
"""
PROJECTS_OF_LINKAGES: Final = "select distinct project_id from linkage where id = any($1::text[])"
LOCK_LINKAGES: Final = (
    "select id from linkage where id = any($1::text[]) order by id for no key update"
)
OPEN_LINKAGES: Final = f"""
select id, project_id, issue_id, stage_id, {", ".join(STATE_COLUMNS)} from linkage
where project_id = any($1::text[]) and status = any($2::text[]) order by id
"""  # noqa: S608 - constants
UPDATE_STATES: Final = f"""
update linkage set version = linkage.version + 1,
    {", ".join(f"{name} = new.{name}" for name in STATE_COLUMNS)}
from jsonb_populate_recordset(null::linkage, $1::jsonb) new where linkage.id = new.id
"""  # noqa: S608 - constants
INSERTED_COLUMNS: Final = ", ".join(
    (
        "id",
        "project_id",
        "issue_id",
        "stage_id",
        "visibility",
        "reasons",
        "proposed_by_id",
        "work_request_id",
        *STATE_COLUMNS,
    )
)
INSERT_LINKAGES: Final = f"""
insert into linkage ({INSERTED_COLUMNS})
select {INSERTED_COLUMNS} from jsonb_populate_recordset(null::linkage, $1::jsonb) order by id
"""  # noqa: S608 - constants
SELECT_KEYS: Final = """
select key, digest, linkage_id from linkage_key where sender = $1 and key = any($2::text[])
"""
INSERT_KEYS: Final = """
insert into linkage_key (sender, key, digest, linkage_id)
select $1, key, digest, linkage_id
from unnest($2::text[], $3::text[], $4::text[]) new (key, digest, linkage_id)
order by key
on conflict do nothing returning key
"""
SUGGESTED: Final = {
    "code": "SUGGESTED",
    "th": "ตามข้อเสนอแนะของระบบ ซึ่งคนเป็นผู้ตัดสิน",
    "en": "It follows a suggestion of the hub; people decided",
    "weight": 0,
}
"""The reason of a linkage that was proposed from a suggestion; what it weighs is the proposal's."""
TRANSACTION_TIME: Final = "select transaction_timestamp()"


@value
class OpenLinkage:
    """An open linkage of a project, visible to the viewer or not: for its share and duplicates."""

    id: str
    project_id: str
    issue_id: str | None
    stage_id: str | None
    state: LinkageState


@record
class NewLinkage:
    """A linkage to insert; `reason_th` is the reason of the proposal."""

    id: str
    project_id: str
    issue_id: str
    stage_id: str | None
    visibility: Visibility
    proposed_by_id: str
    work_request_id: str | None
    reason: str
    state: LinkageState
    suggestion_gid: str | None = None


@value
class LinkageKey:
    """The digest of what a client proposed under a key, and the linkage."""

    digest: str
    linkage_id: str


async def lock_projects(connection: asyncpg.Connection, project_ids: Sequence[str]) -> None:
    """Lock projects until the transaction ends, so that nobody else changes their linkages."""
    await connection.fetch(LOCK_PROJECTS, sorted(set(project_ids)))


async def lock_linkages(
    connection: asyncpg.Connection, viewer: Viewer, ids: Sequence[str]
) -> dict[str, Linkage]:
    """Lock the projects of linkages, then the linkages; return those that the viewer may see."""
    wanted = sorted(set(ids))
    rows = await connection.fetch(PROJECTS_OF_LINKAGES, wanted)
    await lock_projects(connection, [row["project_id"] for row in rows])
    await connection.fetch(LOCK_LINKAGES, wanted)
    transaction = ReadTransaction.from_connection(connection)
    found = await transaction.fetch_rows(visible_now(viewer.without_session()), ids=wanted)
    return {row["id"]: linkage_of(row, None) for row in found}


@lru_cache(maxsize=256)
def visible_now(viewer: Viewer) -> sa.Select[Any]:
    """Return the statement for visible linkages `ids`, as they are now."""
    return visible_linkages(viewer, linkage, None).where(linkage.c.id == sa.any_(IDS))


async def list_open_linkages(
    connection: asyncpg.Connection, project_ids: Sequence[str]
) -> list[OpenLinkage]:
    """Return the open linkages of projects, by id."""
    statuses = [status.value for status in OPEN_STATUSES]
    rows = await connection.fetch(OPEN_LINKAGES, sorted(set(project_ids)), statuses)
    return [
        OpenLinkage(row["id"], row["project_id"], row["issue_id"], row["stage_id"], state_of(row))
        for row in rows
    ]


async def update_states(connection: asyncpg.Connection, states: Mapping[str, LinkageState]) -> None:
    """Update the states of locked linkages; each version increases by one."""
    rows = [{"id": key, **dump_state(state)} for key, state in sorted(states.items())]
    await connection.execute(UPDATE_STATES, json.dumps(rows, ensure_ascii=False))


async def insert_linkages(connection: asyncpg.Connection, linkages: Sequence[NewLinkage]) -> None:
    """Insert linkages of locked projects."""
    rows = [
        {
            "id": one.id,
            "project_id": one.project_id,
            "issue_id": one.issue_id,
            "stage_id": one.stage_id,
            "visibility": one.visibility.value,
            "reasons": [{"code": "PROPOSED", "th": one.reason, "weight": 1}]
            + ([SUGGESTED] if one.suggestion_gid else []),
            "proposed_by_id": one.proposed_by_id,
            "work_request_id": one.work_request_id,
            **dump_state(one.state),
        }
        for one in linkages
    ]
    await connection.execute(INSERT_LINKAGES, json.dumps(rows, ensure_ascii=False))


async def fetch_keys(
    connection: asyncpg.Connection, sender: str, keys: Sequence[str]
) -> dict[str, LinkageKey]:
    """Return what a client proposed before, by its own key."""
    rows = await connection.fetch(SELECT_KEYS, sender, list(keys))
    return {row["key"]: LinkageKey(row["digest"], row["linkage_id"]) for row in rows}


async def insert_keys(
    connection: asyncpg.Connection, sender: str, keys: Mapping[str, LinkageKey]
) -> None:
    """Insert a client's own keys of new linkages.

    Raises `SerializationError`, on which the transaction is repeated, if another transaction has
    inserted one of them since `fetch_keys`.
    """
    inserted = await connection.fetch(
        INSERT_KEYS,
        sender,
        list(keys),
        [one.digest for one in keys.values()],
        [one.linkage_id for one in keys.values()],
    )
    if len(inserted) < len(keys):
        raise asyncpg.SerializationError("another command of the client has the same item keys")


async def fetch_transaction_time(connection: asyncpg.Connection) -> Any:
    """Return the instant of the transaction, which all rows that it writes have."""
    return await connection.fetchval(TRANSACTION_TIME)

"""Statements about quarantined rows: inserted by runs, listed for people, settled by their
decisions.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

import asyncpg

from hub.domain.record import record
from hub.domain.sources.quarantine import QuarantinedPart, QuarantinedRow, RowStatus
from hub.domain.sources.records import Doubt, NameKind, NameProposal, QuarantineReason
from hub.domain.sources.rulings import NameDecision, RulingKind

UPSERT_ROWS: Final = """
insert into quarantine (run_id, source_id, source_key, scope, block, hash, url, retrieved_at,
    reason, field, written, doubts, amounts, part, status)
select $1, $2, key, scope, block, decode(hash, 'hex'), url, retrieved_at, reason, field, written,
    doubts, amounts, part, 'WAITING'
from jsonb_to_recordset($3::jsonb) as new_rows (key text, scope text, block text, hash text,
    url text, retrieved_at timestamptz, reason text, field text, written text, doubts jsonb, amounts
    jsonb, part text)
on conflict (source_id, source_key, hash, part) do update set
    run_id = excluded.run_id, block = excluded.block, scope = excluded.scope,
    reason = excluded.reason, field = excluded.field, written = excluded.written,
    doubts = excluded.doubts, amounts = excluded.amounts,
    status = case when quarantine.status = 'REFUSED' then 'REFUSED' else 'WAITING' end,
    settled_by = case when quarantine.status = 'REFUSED' then quarantine.settled_by end,
    settled_at = case when quarantine.status = 'REFUSED' then quarantine.settled_at end,
    ruling_id = case when quarantine.status = 'REFUSED' then quarantine.ruling_id end
"""
RESOLVE_REPLACED_ROWS: Final = """
update quarantine set status = 'RESOLVED', settled_at = transaction_timestamp()
where source_id = $1 and status = 'WAITING' and run_id < $2 and source_key = any($3::text[])
"""
SELECT_ROWS: Final = """
select * from quarantine
where ($1::text is null or source_id = $1) and ($2::text is null or status = $2)
    and ($3::bigint[] is null or id = any($3))
order by source_id, id
"""
SELECT_WAITING_FOR_NAME: Final = """
select * from quarantine
where status = 'WAITING' and source_id = $1 and doubts @> $2::jsonb
    and ($3::text is null or block = $3)
order by id
"""
SELECT_RIVALS: Final = """
select id from quarantine
where source_id = $1 and source_key = any($2::text[]) and status = 'WAITING'
    and part = 'RECORD' and not id = any($3::bigint[])
"""
SELECT_WAITING_KEYS: Final = """
select distinct source_key from quarantine
where source_id = $1 and source_key = any($2::text[]) and status = 'WAITING' and part = 'RECORD'
"""
SELECT_RULINGS: Final = """
select doubted.source_key, encode(doubted.hash, 'hex') as hash, doubted.status, ruling.kind
from quarantine doubted join ruling on ruling.id = doubted.ruling_id and ruling.ended_at is null
where doubted.source_id = $1 and doubted.source_key = any($2::text[])
    and doubted.part = 'RECORD'
"""
UPDATE_STATUS: Final = """
update quarantine set status = $2, settled_by = $3, settled_at = transaction_timestamp(),
    ruling_id = $4
where id = any($1::bigint[])
"""
REOPEN_ROWS: Final = """
update quarantine set status = 'WAITING', settled_by = null, settled_at = null, ruling_id = null
where ruling_id = $1 returning *
"""
RESOLVE_SUPERSEDED: Final = """
update quarantine set status = 'RESOLVED', settled_by = null, ruling_id = null
where id = any($1::bigint[])
"""
LATEST_RUN_ID: Final = """
select id from source_run where source_id = $1 order by status = 'SUCCEEDED' desc, id desc limit 1
"""
UPDATE_DOUBTS: Final = """
update quarantine set reason = $2, field = $3, written = $4, doubts = $5::jsonb where id = $1
"""


@record
class NewQuarantinedRow:
    """A record to quarantine, or the linkages of a stored one, and the doubts."""

    key: str
    scope: str
    block: str | None
    hash: str
    url: str | None
    retrieved_at: str
    doubts: tuple[Doubt, ...]
    amounts: dict[str, int]
    part: QuarantinedPart = QuarantinedPart.RECORD


async def upsert_rows(
    connection: asyncpg.Connection, source_id: str, run_id: int, rows: Iterable[NewQuarantinedRow]
) -> None:
    """Quarantine records; a row that exists keeps its number."""
    serialized_rows = {(row.key, row.hash, row.part): serialize_row(row) for row in rows}
    if serialized_rows:
        rows_json = json.dumps(list(serialized_rows.values()), ensure_ascii=False)
        await connection.execute(UPSERT_ROWS, run_id, source_id, rows_json)
        await resolve_replaced_rows(
            connection, source_id, run_id, [key for key, _, _ in serialized_rows]
        )


async def resolve_replaced_rows(
    connection: asyncpg.Connection, source_id: str, run_id: int, keys: Sequence[str]
) -> None:
    """Resolve waiting rows of earlier runs whose keys this run has read again."""
    await connection.execute(RESOLVE_REPLACED_ROWS, source_id, run_id, list(keys))


async def list_rows(
    connection: asyncpg.Connection,
    source_id: str | None,
    status: RowStatus | None = RowStatus.WAITING,
    ids: Sequence[int] | None = None,
) -> list[QuarantinedRow]:
    """Return the rows of a source (null: of all), by status, in order of arrival."""
    parameters = (source_id, status and status.value, None if ids is None else list(ids))
    return [quarantined_row_of(row) for row in await connection.fetch(SELECT_ROWS, *parameters)]


async def list_rows_with_name(
    connection: asyncpg.Connection, source_id: str, decision: NameDecision
) -> list[QuarantinedRow]:
    """Return the waiting rows of a source with a name in doubt, in the decision's block."""
    doubt = json.dumps([{"kind": decision.kind.value, "written": decision.name}])
    rows = await connection.fetch(SELECT_WAITING_FOR_NAME, source_id, doubt, decision.block)
    return [quarantined_row_of(row) for row in rows]


async def list_rival_ids(
    connection: asyncpg.Connection, source_id: str, keys: Sequence[str], ids: Sequence[int]
) -> list[int]:
    """Return the ids of other waiting rows with these keys."""
    rows = await connection.fetch(SELECT_RIVALS, source_id, list(keys), list(ids))
    return [row["id"] for row in rows]


async def list_waiting_keys(
    connection: asyncpg.Connection, source_id: str, keys: Sequence[str]
) -> set[str]:
    """Return those of the keys that have a waiting row."""
    rows = await connection.fetch(SELECT_WAITING_KEYS, source_id, list(keys))
    return {row["source_key"] for row in rows}


async def fetch_rulings(
    connection: asyncpg.Connection, source_id: str, keys: Sequence[str]
) -> dict[tuple[str, str], RulingKind]:
    """Return the rulings in force on records by key and hash: accepted, rounded or refused.

    A row that was refused because another of its key was accepted is REFUSE, too.
    """
    found = await connection.fetch(SELECT_RULINGS, source_id, list(keys))
    return {
        (row["source_key"], row["hash"]): RulingKind.REFUSE
        if row["status"] == RowStatus.REFUSED.value
        else RulingKind(row["kind"])
        for row in found
    }


async def update_status(
    connection: asyncpg.Connection,
    ids: Sequence[int],
    status: RowStatus,
    settled_by: str,
    ruling_id: int | None = None,
) -> None:
    """Set the status of rows, who decided it, and the ruling on these rows, if it is one."""
    await connection.execute(UPDATE_STATUS, list(ids), status.value, settled_by, ruling_id)


async def reopen_rows(connection: asyncpg.Connection, ruling_id: int) -> list[QuarantinedRow]:
    """Let the rows that a ruling accepted or refused wait again; return them."""
    rows = await connection.fetch(REOPEN_ROWS, ruling_id)
    return sorted(map(quarantined_row_of, rows), key=lambda row: row.id)


async def resolve_superseded_rows(connection: asyncpg.Connection, ids: Sequence[int]) -> None:
    """Resolve rows of which a later run has read another version."""
    await connection.execute(RESOLVE_SUPERSEDED, list(ids))


async def fetch_latest_run_id(connection: asyncpg.Connection, source_id: str) -> int:
    """Return the latest successful run of a source, or the latest if none was successful."""
    run_id: int = await connection.fetchval(LATEST_RUN_ID, source_id)
    return run_id


async def update_doubts(
    connection: asyncpg.Connection, doubted_rows: Iterable[tuple[int, NewQuarantinedRow]]
) -> None:
    """Update the doubts of rows that were read again."""
    for row_id, row in doubted_rows:
        serialized = serialize_row(row)
        await connection.execute(
            UPDATE_DOUBTS,
            row_id,
            serialized["reason"],
            serialized["field"],
            serialized["written"],
            json.dumps(serialized["doubts"]),
        )


def serialize_row(row: NewQuarantinedRow) -> dict[str, Any]:
    """Return a row as JSON; the first doubt is also in columns, for lists."""
    first_doubt = row.doubts[0]
    return {
        "key": row.key,
        "scope": row.scope,
        "block": row.block,
        "hash": row.hash,
        "url": row.url,
        "retrieved_at": row.retrieved_at,
        "reason": first_doubt.reason.value,
        "field": first_doubt.field,
        "written": first_doubt.written,
        "doubts": [serialize_doubt(doubt) for doubt in row.doubts],
        "amounts": row.amounts,
        "part": row.part.value,
    }


def serialize_doubt(doubt: Doubt) -> dict[str, Any]:
    """Return a doubt as stored JSON."""
    return {
        "reason": doubt.reason.value,
        "field": doubt.field,
        "written": doubt.written,
        "th": doubt.th,
        "en": doubt.en,
        "proposals": [[proposal.target, proposal.th, proposal.en] for proposal in doubt.proposals],
        "kind": doubt.kind and doubt.kind.value,
        "years": doubt.years,
        "satang": doubt.satang,
        "positional": doubt.positional,
    }


def deserialize_doubt(stored: dict[str, Any]) -> Doubt:
    """Return a doubt from the JSON of `serialize_doubt`."""
    return Doubt(
        QuarantineReason(stored["reason"]),
        stored["field"],
        stored["written"],
        stored["th"],
        stored["en"],
        tuple(NameProposal(*proposal) for proposal in stored["proposals"]),
        NameKind(stored["kind"]) if stored["kind"] else None,
        (stored["years"][0], stored["years"][1]) if stored["years"] else None,
        stored["satang"],
        positional=stored.get("positional", False),
    )


def quarantined_row_of(row: asyncpg.Record) -> QuarantinedRow:
    """Return the quarantined row of a row."""
    return QuarantinedRow(
        row["id"],
        row["source_id"],
        row["source_key"],
        row["scope"],
        row["block"],
        row["hash"].hex(),
        row["url"],
        row["retrieved_at"],
        tuple(deserialize_doubt(doubt) for doubt in json.loads(row["doubts"])),
        json.loads(row["amounts"]),
        RowStatus(row["status"]),
        row["settled_by"],
        row["settled_at"],
        row["ruling_id"],
        QuarantinedPart(row["part"]),
    )

"""Rows in quarantine: put there by runs, listed for people, and settled by what they decide."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

import asyncpg

from hub.domain.record import record
from hub.domain.sources.quarantine import QuarantinedRow, RowStatus
from hub.domain.sources.records import Doubt, NameKind, NameProposal, QuarantineReason

PUT: Final = """
insert into quarantine (run_id, source_id, source_key, scope, block, hash, url, retrieved_at,
    reason, field, written, doubts, amounts, status)
select $1, $2, key, scope, block, hash, url, retrieved_at, reason, field, written, doubts, amounts,
    'WAITING'
from jsonb_to_recordset($3::jsonb) as held (key text, scope text, block text, hash text, url text,
    retrieved_at timestamptz, reason text, field text, written text, doubts jsonb, amounts jsonb)
on conflict (source_id, source_key, hash) do update set
    run_id = excluded.run_id, block = excluded.block, scope = excluded.scope,
    reason = excluded.reason, field = excluded.field, written = excluded.written,
    doubts = excluded.doubts, amounts = excluded.amounts,
    status = case when quarantine.status = 'REFUSED' then 'REFUSED' else 'WAITING' end,
    settled_by = case when quarantine.status = 'REFUSED' then quarantine.settled_by end,
    settled_at = case when quarantine.status = 'REFUSED' then quarantine.settled_at end
"""
REPLACED: Final = """
update quarantine set status = 'RESOLVED', settled_at = transaction_timestamp()
where source_id = $1 and status = 'WAITING' and run_id < $2 and source_key = any($3::text[])
"""
GONE: Final = """
update quarantine set status = 'RESOLVED', settled_at = transaction_timestamp()
where source_id = $1 and status = 'WAITING' and run_id < $2 and scope = any($3::text[])
"""
ROWS: Final = """
select * from quarantine
where ($1::text is null or source_id = $1) and ($2::text is null or status = $2)
    and ($3::bigint[] is null or id = any($3))
order by source_id, id
"""
RULED: Final = """
select source_key, hash, status from quarantine
where source_id = $1 and settled_by is not null and source_key = any($2::text[])
"""
SETTLE: Final = """
update quarantine set status = $2, settled_by = $3, settled_at = transaction_timestamp()
where id = any($1::bigint[])
"""
DOUBT: Final = """
update quarantine set reason = $2, field = $3, written = $4, doubts = $5::jsonb where id = $1
"""
WAITING: Final = (
    "select source_id, count(*) as waiting from quarantine where status = 'WAITING' group by 1"
)


@record
class Held:
    """A record to keep in quarantine, and why."""

    key: str
    scope: str
    block: str | None
    hash: str
    url: str | None
    retrieved_at: str
    doubts: tuple[Doubt, ...]
    amounts: dict[str, int]


async def put(
    connection: asyncpg.Connection, source_id: str, run_id: int, rows: Iterable[Held]
) -> None:
    """Keep records in quarantine; one that is there already keeps its number."""
    told = {(row.key, row.hash): held_row(row) for row in rows}
    if told:
        text = json.dumps(list(told.values()), ensure_ascii=False)
        await connection.execute(PUT, run_id, source_id, text)
        await replaced(connection, source_id, run_id, [key for key, _ in told])


async def replaced(
    connection: asyncpg.Connection, source_id: str, run_id: int, keys: Sequence[str]
) -> None:
    """Rows of earlier runs under keys that this run has read anew wait no longer."""
    await connection.execute(REPLACED, source_id, run_id, list(keys))


async def gone(
    connection: asyncpg.Connection, source_id: str, run_id: int, scopes: Iterable[str]
) -> None:
    """Rows of earlier runs that a complete run of their scope has not seen wait no longer."""
    await connection.execute(GONE, source_id, run_id, list(scopes))


async def rows(
    connection: asyncpg.Connection,
    source_id: str | None,
    status: RowStatus | None = RowStatus.WAITING,
    ids: Sequence[int] | None = None,
) -> list[QuarantinedRow]:
    """Rows of a source (null: of all), by status, in the order they came."""
    asked = (source_id, status and status.value, None if ids is None else list(ids))
    return [row_of(row) for row in await connection.fetch(ROWS, *asked)]


async def ruled(
    connection: asyncpg.Connection, source_id: str, keys: Sequence[str]
) -> dict[tuple[str, str], RowStatus]:
    """What persons decided on records (key and hash): accepted as they are, or refused."""
    found = await connection.fetch(RULED, source_id, list(keys))
    return {(row["source_key"], row["hash"]): RowStatus(row["status"]) for row in found}


async def settle(
    connection: asyncpg.Connection, ids: Sequence[int], status: RowStatus, by: str
) -> None:
    """Say what became of rows, and who decided."""
    await connection.execute(SETTLE, list(ids), status.value, by)


async def doubt_again(connection: asyncpg.Connection, told: Iterable[tuple[int, Held]]) -> None:
    """Say anew why rows wait, after they were read again."""
    for number, row in told:
        new = held_row(row)
        await connection.execute(
            DOUBT, number, new["reason"], new["field"], new["written"], json.dumps(new["doubts"])
        )


async def waiting(connection: asyncpg.Connection) -> dict[str, int]:
    """How many rows wait, by source."""
    return {row["source_id"]: row["waiting"] for row in await connection.fetch(WAITING)}


def held_row(row: Held) -> dict[str, Any]:
    """A row as JSON has it; the first doubt stands in columns, for lists."""
    first = row.doubts[0]
    return {
        "key": row.key,
        "scope": row.scope,
        "block": row.block,
        "hash": row.hash,
        "url": row.url,
        "retrieved_at": row.retrieved_at,
        "reason": first.reason.value,
        "field": first.field,
        "written": first.written,
        "doubts": [dump(doubt) for doubt in row.doubts],
        "amounts": row.amounts,
    }


def dump(doubt: Doubt) -> dict[str, Any]:
    """A doubt as it is kept."""
    return {
        "reason": doubt.reason.value,
        "field": doubt.field,
        "written": doubt.written,
        "th": doubt.th,
        "en": doubt.en,
        "proposals": [[one.target, one.th, one.en] for one in doubt.proposals],
        "kind": doubt.kind and doubt.kind.value,
        "years": doubt.years,
        "satang": doubt.satang,
    }


def load(kept: dict[str, Any]) -> Doubt:
    """From what `dump` made."""
    return Doubt(
        QuarantineReason(kept["reason"]),
        kept["field"],
        kept["written"],
        kept["th"],
        kept["en"],
        tuple(NameProposal(*one) for one in kept["proposals"]),
        NameKind(kept["kind"]) if kept["kind"] else None,
        (kept["years"][0], kept["years"][1]) if kept["years"] else None,
        kept["satang"],
    )


def row_of(row: asyncpg.Record) -> QuarantinedRow:
    """The record of a row."""
    return QuarantinedRow(
        row["id"],
        row["source_id"],
        row["source_key"],
        row["scope"],
        row["block"],
        row["hash"],
        row["url"],
        row["retrieved_at"],
        tuple(load(doubt) for doubt in json.loads(row["doubts"])),
        json.loads(row["amounts"]),
        RowStatus(row["status"]),
        row["settled_by"],
        row["settled_at"],
    )

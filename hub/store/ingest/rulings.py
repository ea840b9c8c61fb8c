"""Statements about rulings: recorded, listed, ended, and which stored records they resolved."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import asyncpg

from hub.domain.record import value
from hub.domain.sources.records import NameKind
from hub.domain.sources.rulings import NameDecision, RecordedRuling, Ruling, RulingKind
from hub.domain.time import FiscalYear
from hub.store.read_transaction import ReadTransaction

SELECT_DECISIONS: Final = """
select id, name_kind, name, block, first_year, last_year, target from ruling
where source_id = $1 and name is not null and ended_at is null order by decided_at, id
"""
SELECT_RULINGS: Final = """
select * from ruling
where ($1::text is null or source_id = $1) and ($2::bigint[] is null or id = any($2))
    and ($3::boolean is null or (ended_at is null) = $3)
order by id desc
"""
SELECT_NAME_RULINGS: Final = """
select * from ruling
where source_id = $1 and name_kind = $2 and name = $3 and ended_at is null order by id
"""
LATEST_ID: Final = "select coalesce(max(id), 0) from ruling where source_id = $1"
INSERT_RULING: Final = """
insert into ruling (source_id, kind, name_kind, name, block, first_year, last_year, target,
    question, row_count, amounts, decided_by, decided_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, '{}', $10, clock_timestamp())
returning id
"""
UPDATE_COVERAGE: Final = "update ruling set row_count = $2, amounts = $3::jsonb where id = $1"
END_RULINGS: Final = """
update ruling set ended_at = clock_timestamp(), ended_by = $2, end_reason = $3,
    version = version + 1
where id = any($1::bigint[])
"""
IS_TARGET_IN_FORCE: Final = """
select exists (
    select from ruling where name_kind = $1 and target = $2 and ended_at is null
)
"""
UPDATE_REPLACED: Final = "update ruling set replaced_by = $2 where id = any($1::bigint[])"
DELETE_STALE: Final = """
delete from record_ruling where record_id = any($1::bigint[])
"""
INSERT_RECORD_RULINGS: Final = """
insert into record_ruling (ruling_id, record_id, block)
select * from unnest($1::bigint[], $2::bigint[], $3::text[])
"""
SELECT_RESOLVED_RECORDS: Final = """
select distinct on (record.id) record.id, record.value as key, used.block, record.url,
    record.retrieved_at, encode(record.payload_hash, 'hex') as hash, record.known_from
from record_ruling used join source_record record on record.id = used.record_id
where used.ruling_id = any($1::bigint[]) and ($2::text is null or used.block = $2)
order by record.id
"""


SELECT_STORED: Final = """
select id, value as key, null::text as block, url, retrieved_at,
    encode(payload_hash, 'hex') as hash, known_from
from source_record where id = any($1::bigint[])
"""
SELECT_VERSIONS: Final = """
select id, encode(payload_hash, 'hex') as hash, url, retrieved_at, known_from, null as known_to
from source_record where id = any($1::bigint[])
union all
select id, encode(payload_hash, 'hex'), url, retrieved_at, known_from, known_to
from history.source_record where id = any($1::bigint[])
order by id, known_from desc
"""


@value
class StoredVersion:
    """A version of a stored record, the block it stands in, and since when it is stored."""

    id: int
    key: str
    block: str | None
    hash: str
    url: str | None
    retrieved_at: datetime
    known_from: datetime


def ruling_of(row: asyncpg.Record) -> RecordedRuling:
    """Return the ruling of a row."""
    return RecordedRuling(
        row["id"],
        row["source_id"],
        RulingKind(row["kind"]),
        None if row["name"] is None else decision_of(row),
        row["question"],
        row["row_count"],
        json.loads(row["amounts"]),
        row["decided_by"],
        row["decided_at"],
        row["ended_at"],
        row["ended_by"],
        row["end_reason"],
        row["replaced_by"],
        row["version"],
    )


def decision_of(row: asyncpg.Record) -> NameDecision:
    """Return the decision on a name of a row."""
    return NameDecision(
        NameKind(row["name_kind"]),
        row["name"],
        row["block"],
        FiscalYear(row["first_year"]),
        FiscalYear(row["last_year"]),
        row["target"],
        row["id"],
    )


async def list_name_decisions(
    connection: asyncpg.Connection | ReadTransaction, source_id: str
) -> list[NameDecision]:
    """Return the decisions in force on names of a source, oldest first."""
    return [decision_of(row) for row in await connection.fetch(SELECT_DECISIONS, source_id)]


async def list_rulings(
    connection: asyncpg.Connection,
    source_id: str | None,
    *,
    ids: Sequence[int] | None = None,
    in_force: bool | None = None,
) -> list[RecordedRuling]:
    """Return rulings, newest first: of a source (null: of all), in force or ended only."""
    rows = await connection.fetch(
        SELECT_RULINGS, source_id, None if ids is None else list(ids), in_force
    )
    return [ruling_of(row) for row in rows]


async def list_name_rulings(
    connection: asyncpg.Connection, source_id: str, kind: NameKind, name: str
) -> list[RecordedRuling]:
    """Return the rulings in force on a name, oldest first."""
    rows = await connection.fetch(SELECT_NAME_RULINGS, source_id, kind.value, name)
    return [ruling_of(row) for row in rows]


async def fetch_latest_id(connection: asyncpg.Connection, source_id: str) -> int:
    """Return the id of the latest ruling of a source that is committed; 0 without one."""
    latest_id: int = await connection.fetchval(LATEST_ID, source_id)
    return latest_id


async def insert_ruling(
    connection: asyncpg.Connection,
    source_id: str,
    ruling: Ruling,
    decided_by: str,
    question: str | None = None,
) -> int:
    """Record a ruling and return its id; its decision on a name, if any, is in `ruling.name`."""
    decision = ruling.name
    ruling_id: int = await connection.fetchval(
        INSERT_RULING,
        source_id,
        ruling.kind.value,
        decision and decision.kind.value,
        decision and decision.name,
        decision and decision.block,
        decision and decision.first.ce,
        decision and decision.last.ce,
        decision and decision.target,
        question,
        decided_by,
    )
    return ruling_id


async def update_coverage(
    connection: asyncpg.Connection, ruling_id: int, row_count: int, amounts: dict[str, int]
) -> None:
    """Store how many rows a ruling covered when it was made, and their satang by phase."""
    await connection.execute(UPDATE_COVERAGE, ruling_id, row_count, json.dumps(amounts))


async def end_rulings(
    connection: asyncpg.Connection, ids: Sequence[int], ended_by: str, reason: str | None = None
) -> None:
    """End rulings: revoked with a reason, or (`reason` null) replaced by a later one."""
    await connection.execute(END_RULINGS, list(ids), ended_by, reason)


async def is_target_in_force(connection: asyncpg.Connection, kind: NameKind, target: str) -> bool:
    """Return whether a ruling in force says that a name means this area or agency."""
    return bool(await connection.fetchval(IS_TARGET_IN_FORCE, kind.value, target))


async def update_replaced(
    connection: asyncpg.Connection, ids: Sequence[int], later_id: int
) -> None:
    """Store which ruling replaced those with these ids."""
    await connection.execute(UPDATE_REPLACED, list(ids), later_id)


async def list_resolved_records(
    connection: asyncpg.Connection, ruling_ids: Sequence[int], block: str | None = None
) -> list[StoredVersion]:
    """Return the stored records with names that these rulings resolved; `block`: only in it."""
    rows = await connection.fetch(SELECT_RESOLVED_RECORDS, list(ruling_ids), block)
    return [version_of(row) for row in rows]


async def fetch_stored_versions(
    connection: asyncpg.Connection, ids: Sequence[int]
) -> dict[int, StoredVersion]:
    """Return the stored versions of records by id, without their blocks."""
    return {row["id"]: version_of(row) for row in await connection.fetch(SELECT_STORED, list(ids))}


async def fetch_prior_versions(
    connection: asyncpg.Connection, versions: Sequence[StoredVersion]
) -> dict[int, StoredVersion]:
    """Return the versions that stored ones replaced, by record id; absent if they were new.

    A version that ended before the next one began had vanished, so it is not replaced but gone.
    """
    stored_by_id = {one.id: one for one in versions}
    prior: dict[int, StoredVersion] = {}
    chain_start: dict[int, datetime] = {}
    for row in await connection.fetch(SELECT_VERSIONS, list(stored_by_id)):
        stored = stored_by_id[row["id"]]
        if row["known_to"] is None:
            chain_start[row["id"]] = row["known_from"]
        elif row["id"] not in prior and row["known_to"] == chain_start.get(row["id"]):
            if row["hash"] == stored.hash:
                chain_start[row["id"]] = row["known_from"]
                continue
            prior[row["id"]] = StoredVersion(
                stored.id,
                stored.key,
                stored.block,
                row["hash"],
                row["url"],
                row["retrieved_at"],
                row["known_from"],
            )
    return prior


def version_of(row: asyncpg.Record) -> StoredVersion:
    """Return the version of a stored record of a row."""
    return StoredVersion(
        row["id"],
        row["key"],
        row["block"],
        row["hash"],
        row["url"],
        row["retrieved_at"],
        row["known_from"],
    )


async def save_record_rulings(
    connection: asyncpg.Connection,
    existing_ids: Sequence[int],
    used: Iterable[tuple[int, int, str | None]],
) -> None:
    """Store the rulings that resolved names of records: ruling, record and block.

    What is stored for records of `existing_ids` is replaced.
    """
    if existing_ids:
        await connection.execute(DELETE_STALE, list(existing_ids))
    if rows := list(used):
        await connection.execute(INSERT_RECORD_RULINGS, *map(list, zip(*rows, strict=True)))

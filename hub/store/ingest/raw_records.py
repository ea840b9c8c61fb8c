"""Raw records: each payload as received, stored once by its hash and never deleted."""

from collections.abc import Iterable, Sequence
from typing import Final

import asyncpg

from hub.domain.record import value

INSERT_RAW_RECORDS: Final = """
insert into raw_record (hash, form, payload)
select * from unnest($1::text[], $2::text[], $3::bytea[]) on conflict do nothing
"""
SELECT_RAW_RECORDS: Final = (
    "select hash, form, payload from raw_record where hash = any($1::text[])"
)


@value
class RawPayload:
    """A stored payload: JSON text or bytes."""

    hash: str
    form: str
    payload: bytes


async def insert_raw_payloads(
    connection: asyncpg.Connection, payloads: Iterable[RawPayload]
) -> None:
    """Store raw payloads, each once."""
    rows = {payload.hash: (payload.hash, payload.form, payload.payload) for payload in payloads}
    if rows:
        await connection.execute(INSERT_RAW_RECORDS, *map(list, zip(*rows.values(), strict=True)))


async def fetch_raw_payloads(
    connection: asyncpg.Connection, hashes: Sequence[str]
) -> dict[str, RawPayload]:
    """Return raw payloads by hash."""
    rows = await connection.fetch(SELECT_RAW_RECORDS, list(hashes))
    return {row["hash"]: RawPayload(row["hash"], row["form"], row["payload"]) for row in rows}

"""Ingests the records of a generated nation one by one, as its runs would have read them."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

import asyncpg

from hub.domain.sources.ledger import Ledger
from hub.domain.sources.records import RawPage, RawRecord
from hub.ingest.raw_payload import decode_payload
from hub.ingest.run import SourceInput, ingest
from hub.sandbox.nation.declaration import SOURCE_ID, load_declaration, read
from hub.store.database import Database
from hub.store.generate.nation import RUN_AGES
from hub.store.generate.runs import find_nation
from hub.store.ingest.raw_records import RawPayload

PAYLOADS_AT = """
select version.value, raw.hash, raw.form, raw.payload from (
    select value, payload_hash, known_from, 'infinity'::timestamptz as known_to
        from source_record where source_id = $1
    union all
    select value, payload_hash, known_from, known_to from history.source_record where source_id = $1
) version
join raw_record raw on raw.hash = version.payload_hash
where version.known_from <= $2 and version.known_to > $2
order by version.value
"""
PAGE_SIZE = 500


async def ingest_nation(generated: Database, target: Database) -> None:
    """Ingest into `target` what each run of the generated nation read, run by run."""
    loaded_at = await fetch_load_time(generated)
    for age in RUN_AGES:
        records = await fetch_records(generated, loaded_at - age)
        result = await ingest(target, load_declaration(), read, build_input(records))
        assert result.ledger.balanced


async def ingest_latest(generated: Database) -> Ledger:
    """Ingest the latest records into their own database, write nothing, and return the ledger."""
    records = await fetch_records(generated, await fetch_load_time(generated))
    result = await ingest(generated, load_declaration(), read, build_input(records), dry=True)
    return result.ledger


async def fetch_load_time(generated: Database) -> datetime:
    """Return the instant of the load of the nation."""
    async with generated.pool.acquire() as connection:
        nation = await find_nation(connection, SOURCE_ID)
    assert nation is not None
    return nation.loaded_at


async def fetch_records(generated: Database, at: datetime) -> list[RawRecord]:
    """Return the records as they were at an instant, by key."""
    rows = await generated.pool.fetch(PAYLOADS_AT, SOURCE_ID, at)
    return [RawRecord(None, decode_payload(raw_payload_of(row)), None, at) for row in rows]


def build_input(records: Sequence[RawRecord]) -> SourceInput:
    return SourceInput(list_pages(records), "hub generate")


def raw_payload_of(row: asyncpg.Record) -> RawPayload:
    return RawPayload(row["hash"].hex(), row["form"], row["payload"])


def list_pages(records: Sequence[RawRecord]) -> Any:
    """Return a function that fetches the records in pages."""

    async def _fetch(cursor: str | None) -> AsyncIterator[RawPage]:
        assert cursor is None
        for start in range(0, len(records), PAGE_SIZE):
            end = start + PAGE_SIZE
            yield RawPage(
                list(records[start:end]),
                str(start) if start else None,
                str(end) if end < len(records) else None,
                None,
                records[start].retrieved_at,
                len(records),
            )

    return _fetch

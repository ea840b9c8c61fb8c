"""The tables of one source during a run: runs, scopes, stored keys and the checkpoint.

`hub.store.ingest.source_lock` opens a session.
"""

import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final

import asyncpg

from hub.domain.sources.ledger import Ledger
from hub.domain.sources.runs import FetchRequest, RunStatus, SourceRun
from hub.errors import SourceError
from hub.store.ingest import schedule
from hub.store.ingest.events import publish_event
from hub.store.ingest.raw_records import RawRecords
from hub.store.ingest.runs import run_of
from hub.store.visibility import PUBLISHED_CONDITION

FULL_READ: Final = FetchRequest()
INSERT_RUN: Final = """
insert into source_run
    (source_id, status, started_at, watermark, origin, snapshot, spec_digest, state, ledger,
        since, etag)
values ($1, 'RUNNING', clock_timestamp(), clock_timestamp(), $2, $3, $4, '{}', $5::jsonb, $6, $7)
returning *
"""
LAST_SUCCESSFUL_RUN: Final = """
select * from source_run where source_id = $1 and status = 'SUCCEEDED' and origin = $2
    and spec_digest = $3 and watermark is not null and (since is null or not $4)
order by id desc limit 1
"""
UPDATE_WATERMARK: Final = """
update source_run set etag = $3, watermark = least(watermark, $2::timestamptz) where id = $1
"""
LATEST_RUN: Final = "select * from source_run where source_id = $1 order by id desc limit 1"
UPDATE_CHECKPOINT: Final = (
    "update source_run set cursor = $2, state = $3::jsonb, ledger = $4::jsonb where id = $1"
)
FINISH_RUN: Final = """
update source_run set status = $2, finished_at = clock_timestamp(), error = $3, ledger = $4::jsonb
where id = $1
"""
SELECT_STORED_HASHES: Final = (
    "select value, encode(payload_hash, 'hex') as payload_hash from source_record "
    "where id = any($1::bigint[])"
)
SELECT_SCOPES_READ: Final = (
    "select scope from source_scope where source_id=$1 and reading=$2 and scope=any($3)"
)
DELETE_SCOPES_READ: Final = (
    "delete from source_scope where source_id = $1 and scope = any($2::text[])"
)
UPSERT_SCOPES_READ: Final = """
insert into source_scope (source_id, scope, reading)
select $1, scope, $3 from unnest($2::text[]) as read (scope)
on conflict (source_id, scope) do update set reading = excluded.reading
"""
COUNT_RECORDS: Final = (
    "select count(*) from source_record "
    "where source_id = $1 and scheme = $1 and scope = any($2::text[])"
)
SELECT_MISSING_IDS: Final = """
select id from source_record stored
where source_id = $1 and scheme = $1 and scope = any($2::text[]) and not exists (
    select from run_record seen where seen.run_id = $3 and seen.record_id = stored.id
)
"""
# The states of cells reveal these years to all viewers, so those of drafts are excluded.
MARK_SOURCE_SUCCEEDED: Final = f"""
update source set last_success_at = clock_timestamp(), health = 'OK', spec_digest = $2,
    reported_years = array(
        select distinct l.fiscal_year from budget_line l join project p on p.id = l.project_id
        where l.source_id = $1 and p.{PUBLISHED_CONDITION} order by 1
    )
where id = $1
"""  # noqa: S608 - built from constants


class IngestSession:
    """The tables of one source, over the connection that holds its lock."""

    def __init__(self, connection: asyncpg.Connection, source_id: str) -> None:
        self.connection = connection
        self.source_id = source_id
        self.raw_records = RawRecords(connection, source_id)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Write rows and checkpoint of a page in one transaction."""
        async with self.connection.transaction():
            yield

    async def last_successful_run(
        self, origin: str, digest: str, *, whole: bool = False
    ) -> SourceRun | None:
        """Return the last successful run on this input with this declaration; `whole`: a complete
        one.
        """
        row = await self.connection.fetchrow(
            LAST_SUCCESSFUL_RUN, self.source_id, origin, digest, whole
        )
        return row and run_of(row)

    async def begin_or_resume_run(
        self, origin: str, snapshot: str | None, digest: str, request: FetchRequest = FULL_READ
    ) -> SourceRun:
        """Return the interrupted run on the same input, or a new one.

        An interrupted run that read only changes is not resumed if all records are requested.
        """
        row = await self.connection.fetchrow(LATEST_RUN, self.source_id)
        if row is not None and row["status"] in ("RUNNING", "FAILED"):
            resumable_input = (row["origin"], row["snapshot"], row["spec_digest"])
            is_recent = snapshot is not None or await self.connection.fetchval(
                "select $1::timestamptz > clock_timestamp() - interval '1 day'", row["started_at"]
            )
            covers_request = row["since"] is None or request.since is not None
            if is_recent and covers_request and resumable_input == (origin, snapshot, digest):
                await self.connection.execute(
                    "update source_run set status = 'RUNNING', finished_at = null, error = null "
                    "where id = $1",
                    row["id"],
                )
                return run_of(row)
            await self.connection.execute("delete from run_record where run_id = $1", row["id"])
            if row["status"] == "RUNNING":
                await self.finish_run(row["id"], RunStatus.FAILED, run_of(row).ledger, "broken off")
        ledger = json.dumps(Ledger().dump())
        new_run = await self.connection.fetchrow(
            INSERT_RUN,
            self.source_id,
            origin,
            snapshot,
            digest,
            ledger,
            request.since,
            request.etag,
        )
        return run_of(new_run)

    async def checkpoint(
        self, run_id: int, cursor: str | None, state: Mapping[str, Any], ledger: Ledger
    ) -> None:
        """Store the progress of a run; call it in the transaction of the page."""
        await self.connection.execute(
            UPDATE_CHECKPOINT,
            run_id,
            cursor,
            json.dumps(state, ensure_ascii=False),
            json.dumps(ledger.dump()),
        )

    async def update_watermark(self, run_id: int, watermark: datetime, etag: str | None) -> None:
        """Store the watermark of the first page, at most the start of the run, and its ETag."""
        await self.connection.execute(UPDATE_WATERMARK, run_id, watermark, etag)

    async def finish_run(
        self, run_id: int, status: RunStatus, ledger: Ledger, error: str | None = None
    ) -> None:
        """End a run; the records it saw are deleted unless it failed and may be resumed."""
        await self.connection.execute(
            FINISH_RUN, run_id, status.value, error, json.dumps(ledger.dump())
        )
        if status is not RunStatus.FAILED:
            await self.connection.execute("delete from run_record where run_id = $1", run_id)
        await publish_event(self.connection, self.source_id, run_id)

    async def mark_succeeded(self, digest: str) -> None:
        """Record that the source was read completely with this declaration."""
        await self.connection.execute(MARK_SOURCE_SUCCEEDED, self.source_id, digest)
        await schedule.record_success(self.connection, self.source_id)

    async def mark_failed(self, error: SourceError) -> None:
        """Record that the source could not be read, or that its data was rejected."""
        await schedule.record_failure(self.connection, self.source_id, error)

    async def fetch_stored_hashes(self, record_ids: Sequence[int]) -> dict[str, str]:
        """Return the payload hash stored under the key of each record."""
        rows = await self.connection.fetch(SELECT_STORED_HASHES, list(record_ids))
        return {row["value"]: row["payload_hash"] for row in rows}

    async def forget_outdated_scopes(self, reading: str, scopes: Iterable[str]) -> set[str]:
        """Return those scopes whose stored records were all read in this way.

        The others are marked as not read completely, until a complete read of them.
        """
        scope_list = list(scopes)
        rows = await self.connection.fetch(SELECT_SCOPES_READ, self.source_id, reading, scope_list)
        current = {row["scope"] for row in rows}
        if outdated := [scope for scope in scope_list if scope not in current]:
            await self.connection.execute(DELETE_SCOPES_READ, self.source_id, outdated)
        return current

    async def upsert_scopes_read(self, reading: str, scopes: Iterable[str]) -> None:
        """Record that all records of these scopes were read in this way."""
        await self.connection.execute(UPSERT_SCOPES_READ, self.source_id, list(scopes), reading)

    async def count_records(self, scopes: Iterable[str]) -> int:
        """Return the number of stored records of these scopes."""
        return int(await self.connection.fetchval(COUNT_RECORDS, self.source_id, list(scopes)))

    async def list_missing_ids(self, run_id: int, scopes: Iterable[str]) -> list[int]:
        """Return the ids of stored records of these scopes that this complete run did not see."""
        rows = await self.connection.fetch(SELECT_MISSING_IDS, self.source_id, list(scopes), run_id)
        return [row["id"] for row in rows]

    async def transaction_time(self) -> datetime:
        """Return the time of this transaction."""
        moment: datetime = await self.connection.fetchval("select transaction_timestamp()")
        return moment

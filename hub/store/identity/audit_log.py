"""Statements about the audit log: entries are written before the response is sent."""

import asyncio
import json
import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from hub.domain.identity.audit_log import AccessRecord, AuditedResource, AuditEntry
from hub.domain.identity.viewer import Viewer
from hub.domain.paging import Connection, PageRequest, SortKey, build_connection
from hub.errors import NotReady
from hub.store.connections import CONNECTION_ERRORS
from hub.store.database import Database
from hub.store.read_transaction import ACQUIRE_TIMEOUT, ReadTransaction
from hub.store.rows import paginate
from hub.store.tables import access_log, source
from hub.store.visibility import can_read_audit_entry

logger = logging.getLogger(__name__)
APPEND_ENTRIES: Final = "select append_access($1::text[])"
CREATE_PARTITIONS: Final = """
with locked_head as materialized (select number from access_head for update)
select access_partition(now()), access_partition(now() + interval '1 month') from locked_head
"""
SOURCE_OWNER: Final = "select owner_id from source where id = $1"
APPEND_TIMEOUT: Final = 10.0
"""Seconds that a response waits for its audit entry."""
NUMBERS: Final = sa.bindparam("numbers", type_=ARRAY(sa.BigInteger))


async def append_entries(
    connection: asyncpg.Connection,
    entries: Sequence[AuditEntry],
    *,
    timeout: float | None = None,  # noqa: ASYNC109 - one deadline of the lock and the insert
) -> None:
    """Append entries to the chain; call it last in a transaction.

    Other writers wait until the transaction ends.
    """
    await connection.fetchval(
        APPEND_ENTRIES, [entry.canonical_json for entry in entries], timeout=timeout
    )


async def create_partitions(connection: asyncpg.Connection) -> None:
    """Create the partitions of this month and the next; running hubs create later ones in time."""
    await connection.execute(CREATE_PARTITIONS)


async def fetch_source_owner(connection: asyncpg.Connection, source_id: str) -> str | None:
    """Return the owner of a source; null if unknown."""
    owner: str | None = await connection.fetchval(SOURCE_OWNER, source_id)
    return owner


def parse_unpublished(markers: Iterable[str]) -> list[AuditedResource]:
    """Return the resources of `ReadTransaction.unpublished`, without duplicates, in order of
    reading.
    """
    found: list[AuditedResource] = []
    for text in dict.fromkeys(markers):
        parsed = json.loads(text)
        found += [
            AuditedResource(*item) for item in (parsed if isinstance(parsed[0], list) else [parsed])
        ]
    return list(dict.fromkeys(found))


class AuditLogWriter:
    """Writes the audit entries of one process, in batches.

    Entries that arrive during a write are written together next: the row that serializes the chain
    is locked for one short transaction instead of many.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self._pending: list[tuple[Sequence[AuditEntry], asyncio.Future[None]]] = []
        self._writer_task: asyncio.Task[None] | None = None

    async def write(self, entries: Sequence[AuditEntry]) -> None:
        """Return once the entries are committed; raise `NotReady` if they cannot be written."""
        if not entries:
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pending.append((entries, done))
        if self._writer_task is None:
            self._writer_task = asyncio.create_task(self._write_pending())
        await done

    async def _write_pending(self) -> None:
        try:
            while self._pending:
                batch, self._pending = self._pending, []
                failure: Exception | None = None
                try:
                    await self._append_batch([entry for entries, _ in batch for entry in entries])
                except Exception as error:  # noqa: BLE001 - raised in the waiting callers
                    failure = error
                for _, done in batch:
                    if done.done():  # the caller was cancelled; the entry is written
                        continue
                    if failure is not None:
                        done.set_exception(failure)
                    else:
                        done.set_result(None)
        finally:
            self._writer_task = None

    async def _append_batch(self, entries: Sequence[AuditEntry]) -> None:
        connection: asyncpg.Connection | None = None
        try:
            connection = await self.database.pool.acquire(timeout=ACQUIRE_TIMEOUT)
            await append_entries(connection, entries, timeout=APPEND_TIMEOUT)
        except (
            *CONNECTION_ERRORS,
            TimeoutError,
            asyncpg.PostgresError,
            asyncpg.InterfaceError,
        ) as error:
            reason = str(error) or type(error).__name__
            logger.error("the audit log cannot be written: %s", reason)  # noqa: TRY400 - no traceback needed
            if connection is not None and isinstance(error, TimeoutError):
                connection.terminate()  # an unresponsive server would block a regular close
            raise NotReady(
                "บันทึกการเข้าถึงไม่ได้ จึงยังไม่ส่งคำตอบ ลองใหม่อีกครั้ง "
                "· The access cannot be logged, so the answer is withheld; try again shortly"
            ) from error
        finally:
            if connection is not None:
                await self.database.pool.release(connection)


def access_record_of(row: asyncpg.Record) -> AccessRecord:
    """Return the audit record of a row."""
    entry = AuditEntry.from_json(row["entry"])
    return AccessRecord(row["number"], row["at"], entry, row["previous"], row["digest"])


def newest_first_key(record: AccessRecord) -> SortKey:
    """Return the sort key of an entry in lists, newest first."""
    return (-record.number,)


class AuditLogReader:
    """The audit entries that the viewer may read, in one request's snapshot."""

    def __init__(self, transaction: ReadTransaction, viewer: Viewer) -> None:
        self._transaction = transaction
        self._viewer = viewer

    async def by_number(self, keys: Sequence[str]) -> dict[str, AccessRecord]:
        """Return the entries by number; unknown ones and those the viewer may not read are
        absent.
        """
        numbers = [int(key) for key in keys if key.isascii() and key.isdigit() and len(key) < 19]
        statement = self._select_readable().where(access_log.c.number == sa.any_(NUMBERS))
        rows = await self._transaction.fetch_rows(statement, numbers=numbers)
        return {str(row["number"]): access_record_of(row) for row in rows}

    async def page(
        self, page: PageRequest, *, source_id: str | None, since: datetime | None
    ) -> Connection[AccessRecord]:
        """Return a page of the entries, newest first; by source and since an instant if given."""
        statement = self._select_readable()
        if source_id is not None:
            statement = statement.where(access_log.c.source_id == source_id)
        if since is not None:
            statement = statement.where(access_log.c.at >= since)
        rows = await self._transaction.fetch_rows(paginate(statement, page, -access_log.c.number))
        return build_connection([access_record_of(row) for row in rows], page, newest_first_key)

    def _select_readable(self) -> sa.Select[Any]:
        return sa.select(access_log).where(can_read_audit_entry(access_log, source, self._viewer))

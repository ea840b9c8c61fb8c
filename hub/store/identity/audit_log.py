"""The log of access as it is kept: written before an answer leaves, read by whose data it is of."""

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
from hub.store.database import LOST, PATIENCE, Database, Reading
from hub.store.rows import listed
from hub.store.tables import access_log, source
from hub.store.visibility import readable

logger = logging.getLogger(__name__)
APPEND: Final = "select append_access($1::text[])"
PREPARE: Final = """
with held as materialized (select number from access_head for update)
select access_partition(now()), access_partition(now() + interval '1 month') from held
"""
OWNER: Final = "select owner_id from source where id = $1"
WITHIN: Final = 10.0
"""Seconds that whoever waits for an answer waits for the log."""
NUMBERS: Final = sa.bindparam("numbers", type_=ARRAY(sa.BigInteger))


async def append(
    connection: asyncpg.Connection, entries: Sequence[AuditEntry], *, within: float | None = None
) -> None:
    """Add links to the chain; the last thing a transaction does, for others wait until its end."""
    await connection.fetchval(APPEND, [entry.canonical_json for entry in entries], timeout=within)


async def prepare(connection: asyncpg.Connection) -> None:
    """Make this month's partition and the next one's; a hub that serves on makes the others."""
    await connection.execute(PREPARE)


async def owner_of(connection: asyncpg.Connection, source_id: str) -> str | None:
    """Whose a source is; null where nobody said."""
    owner: str | None = await connection.fetchval(OWNER, source_id)
    return owner


def things(told: Iterable[str]) -> list[AuditedResource]:
    """What `Reading.unpublished` gathered, each thing once, in the order it was read."""
    found: list[AuditedResource] = []
    for text in dict.fromkeys(told):
        held = json.loads(text)
        found += [AuditedResource(*one) for one in (held if isinstance(held[0], list) else [held])]
    return list(dict.fromkeys(found))


class AccessLog:
    """The way into the log for one process.

    What comes while links are being written is written together next: the row that keeps the one
    order of the chain is held for one short transaction, not for one after another.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self._waiting: list[tuple[Sequence[AuditEntry], asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def write(self, entries: Sequence[AuditEntry]) -> None:
        """Return once the entries are in the chain for good; `NotReady` where they are not."""
        if not entries:
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((entries, done))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        await done

    async def _write(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                failed: Exception | None = None
                try:
                    await self._append([one for entries, _ in batch for one in entries])
                except Exception as error:  # noqa: BLE001 - whatever it is, whoever waits is told
                    failed = error
                for _, done in batch:
                    if done.done():  # whoever waited has gone; it is written all the same
                        continue
                    if failed is not None:
                        done.set_exception(failed)
                    else:
                        done.set_result(None)
        finally:
            self._writing = None

    async def _append(self, entries: Sequence[AuditEntry]) -> None:
        connection: asyncpg.Connection | None = None
        try:
            connection = await self.database.pool.acquire(timeout=PATIENCE)
            await append(connection, entries, within=WITHIN)
        except (*LOST, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as broken:
            why = str(broken) or type(broken).__name__
            logger.error("the log of access cannot be written: %s", why)  # noqa: TRY400 - its type is enough
            if connection is not None and isinstance(broken, TimeoutError):
                connection.terminate()  # a server that says nothing would not hear a farewell
            raise NotReady(
                "บันทึกการเข้าถึงไม่ได้ จึงยังไม่ส่งคำตอบ ลองใหม่อีกครั้ง "
                "· The access cannot be logged, so the answer is withheld; try again shortly"
            ) from broken
        finally:
            if connection is not None:
                await self.database.pool.release(connection)


def record_of(row: asyncpg.Record) -> AccessRecord:
    """The record of a row."""
    entry = AuditEntry.from_json(row["entry"])
    return AccessRecord(row["number"], row["at"], entry, row["previous"], row["digest"])


def newest(one: AccessRecord) -> SortKey:
    """Where a link stands in a list, the newest first."""
    return (-one.number,)


class AccessRecords:
    """The log in one request's snapshot, as far as the viewer may read it."""

    def __init__(self, reading: Reading, viewer: Viewer) -> None:
        self._reading = reading
        self._viewer = viewer

    async def by_number(self, keys: Sequence[str]) -> dict[str, AccessRecord]:
        """Links by number; unknown ones and those of others are absent."""
        numbers = [int(key) for key in keys if key.isascii() and key.isdigit() and len(key) < 19]
        statement = self._readable().where(access_log.c.number == sa.any_(NUMBERS))
        rows = await self._reading.rows(statement, numbers=numbers)
        return {str(row["number"]): record_of(row) for row in rows}

    async def page(
        self, page: PageRequest, *, source_id: str | None, since: datetime | None
    ) -> Connection[AccessRecord]:
        """Links, the newest first; of a source's data and since an instant where given."""
        statement = self._readable()
        if source_id is not None:
            statement = statement.where(access_log.c.source_id == source_id)
        if since is not None:
            statement = statement.where(access_log.c.at >= since)
        rows = await self._reading.rows(listed(statement, page, -access_log.c.number, total=False))
        return build_connection([record_of(row) for row in rows], page, newest)

    def _readable(self) -> sa.Select[Any]:
        return sa.select(access_log).where(readable(access_log, source, self._viewer))

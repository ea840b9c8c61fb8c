"""Open the ingest session of a source under its lock.

All of a run uses one connection that holds an advisory lock on the source, so that two runs of it
cannot be in progress at once, on whatever nodes; the lock ends with the connection.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from hub.errors import Conflict
from hub.store.database import Database
from hub.store.ingest.session import IngestSession

LOCK_SOURCE: Final = "select pg_try_advisory_lock(hashtextextended('ingest:' || $1, 0))"
UNLOCK_SOURCE: Final = "select pg_advisory_unlock(hashtextextended('ingest:' || $1, 0))"


@asynccontextmanager
async def open_ingest_session(
    database: Database, source_id: str, *, dry: bool = False
) -> AsyncIterator[IngestSession]:
    """Open the session of a source; raise `Conflict` if a run of it is in progress.

    `dry`: roll back at the end.
    """
    async with database.pool.acquire() as connection:
        if not await connection.fetchval(LOCK_SOURCE, source_id):
            raise Conflict(
                f"กำลังนำเข้า {source_id} อยู่แล้ว รอให้เสร็จก่อน "
                f"· a run of {source_id} is in progress; wait until it is done"
            )
        try:
            if not dry:
                yield IngestSession(connection, source_id)
                return
            transaction = connection.transaction()
            await transaction.start()
            try:
                yield IngestSession(connection, source_id)
            finally:
                await transaction.rollback()
        finally:
            if not connection.is_closed():
                await connection.fetchval(UNLOCK_SOURCE, source_id)

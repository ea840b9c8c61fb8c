"""Open the ingest session of a source under its lock.

All of a run uses one connection that holds an advisory lock on the source, so that two runs of it
cannot be in progress at once, on whatever nodes; the lock ends with the connection. Rulings take
the same lock, one after the other, until their commit.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import asyncpg

from hub.domain.record import record
from hub.errors import Conflict
from hub.store.database import Database
from hub.store.ingest.rulings import fetch_latest_id
from hub.store.ingest.session import IngestSession

LOCK_SOURCE: Final = "select pg_try_advisory_lock(hashtextextended('ingest:' || $1, 0))"
UNLOCK_SOURCE: Final = "select pg_advisory_unlock(hashtextextended('ingest:' || $1, 0))"
SET_LOCK_TIMEOUT: Final = "select set_config('lock_timeout', $1, true)"
WAIT_FOR_RULINGS: Final = "select pg_advisory_xact_lock(hashtextextended('ruling:' || $1, 0))"
LOCK_SOURCE_UNTIL_COMMIT: Final = (
    "select pg_advisory_xact_lock(hashtextextended('ingest:' || $1, 0))"
)
RULING_WAIT: Final = "20s"
"""How long a ruling waits for other rulings on its source."""
RUN_WAIT: Final = "1s"
"""How long a ruling waits for a run, which takes minutes; a commit releases its locks in any order,
so the lock of the ruling before may last a moment longer."""


def source_busy_error(source_id: str) -> Conflict:
    """Return the error that a run of the source is in progress."""
    return Conflict(
        f"กำลังนำเข้า {source_id} อยู่แล้ว รอให้เสร็จก่อน "
        f"· a run of {source_id} is in progress; wait until it is done"
    )


@asynccontextmanager
async def open_ingest_session(
    database: Database, source_id: str, *, dry: bool = False
) -> AsyncIterator[IngestSession]:
    """Open the session of a source; raise `Conflict` if a run of it is in progress.

    `dry`: roll back at the end.
    """
    async with database.pool.acquire() as connection:
        if not await connection.fetchval(LOCK_SOURCE, source_id):
            raise source_busy_error(source_id)
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


@record
class RulingSession:
    """An ingest session for rulings; `seen_id` is the latest ruling when it was opened.

    A ruling with a larger id was committed by somebody else meanwhile.
    """

    ingest: IngestSession
    seen_id: int


@asynccontextmanager
async def open_ruling_session(database: Database, source_id: str) -> AsyncIterator[RulingSession]:
    """Open a session for rulings in one transaction.

    Rulings on a source wait for one another. Raises `Conflict` if a run of it is in progress for
    longer than `RUN_WAIT`, or other rulings for longer than `RULING_WAIT`.
    """
    async with database.pool.acquire() as connection, connection.transaction():
        seen_id = await fetch_latest_id(connection, source_id)
        await connection.execute(SET_LOCK_TIMEOUT, RULING_WAIT)
        try:
            await connection.execute(WAIT_FOR_RULINGS, source_id)
        except asyncpg.LockNotAvailableError as error:
            raise Conflict(
                f"มีผู้วินิจฉัยแถวของ {source_id} อยู่ ลองใหม่ภายหลัง "
                f"· other rulings on {source_id} are in progress; try again later"
            ) from error
        await connection.execute(SET_LOCK_TIMEOUT, RUN_WAIT)
        try:
            await connection.execute(LOCK_SOURCE_UNTIL_COMMIT, source_id)
        except asyncpg.LockNotAvailableError as error:
            raise source_busy_error(source_id) from error
        await connection.execute(SET_LOCK_TIMEOUT, "0")
        yield RulingSession(IngestSession(connection, source_id), seen_id)

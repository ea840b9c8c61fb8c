"""Load the chunks of a generated nation, one transaction per chunk."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

import asyncpg

from hub.store.generate import draw, facts, history, records
from hub.store.generate.nation import NationLookups, NationSize, create_lookups

CHUNK_SIZE: Final = 50_000
"""Projects of one transaction; a multiple of 100, so that second reports follow the first."""
STATEMENTS: Final = (
    draw.DRAW_PROJECTS,
    draw.DRAW_LINES,
    draw.DRAW_RECORDS,
    records.INSERT_PAYLOADS,
    facts.INSERT_PROJECTS,
    records.INSERT_RECORDS,
    facts.INSERT_AREAS,
    facts.INSERT_IMPLEMENTERS,
    facts.INSERT_LINES,
    records.INSERT_PROVENANCE,
    facts.INSERT_LINKAGES,
    facts.INSERT_LINKAGE_PROVENANCE,
    *history.STATEMENTS,
)
"""In the order of foreign keys; statements without the chunk's bounds read its tables."""
SESSION_SETTINGS: Final = """
set statement_timeout = 0;
set idle_in_transaction_session_timeout = 0;
set jit = off;
set work_mem = '128MB';
set temp_buffers = '128MB';
set synchronous_commit = off;
"""
CAN_SKIP_CHECKS: Final = (
    "select has_parameter_privilege('session_replication_role', 'SET') "
    "and not exists (select from pg_trigger where tgenabled = 'R')"
)
IS_CHUNK_LOADED: Final = f"""
select exists (
    select from source_record where id = $1 || ':' || {draw.digest_of("$2")}
)
"""  # noqa: S608 - built from constants


def list_chunks(projects: int) -> list[range]:
    """Return the ranges of project numbers that are loaded in one transaction each."""
    return [
        range(start, min(start + CHUNK_SIZE, projects)) for start in range(0, projects, CHUNK_SIZE)
    ]


class ChunkLoader:
    """Loads chunks over one connection that has the lookup tables."""

    def __init__(
        self, connection: asyncpg.Connection, source_id: str, *, skip_checks: bool
    ) -> None:
        self._connection = connection
        self._source_id = source_id
        self._skip_checks = skip_checks

    async def load(self, chunk: range) -> None:
        """Insert the rows of a chunk, unless an interrupted run of the command inserted them."""
        key = f"N{chunk.start:08}"
        if await self._connection.fetchval(IS_CHUNK_LOADED, self._source_id, key):
            return
        async with self._connection.transaction():
            if self._skip_checks:
                await self._connection.execute("set local session_replication_role = replica")
            for statement in STATEMENTS:
                bounds = (chunk.start, chunk.stop) if "$1" in statement else ()
                await self._connection.execute(statement, *bounds)


@asynccontextmanager
async def open_loader(
    connection: asyncpg.Connection,
    size: NationSize,
    lookups: NationLookups,
    loaded_at: datetime,
    *,
    skip_checks: bool = True,
) -> AsyncIterator[ChunkLoader]:
    """Prepare a connection for loading; its settings and temporary tables end with the block.

    `skip_checks`: foreign keys are not checked row by row if the server permits that, which is four
    fifths of the time otherwise; the rows refer only to rows of the same chunk and of the lookups.
    """
    await connection.execute(SESSION_SETTINGS)
    try:
        await connection.execute(draw.CREATE_CHUNK_TABLES)
        await create_lookups(connection, size, lookups, loaded_at)
        skip = skip_checks and await connection.fetchval(CAN_SKIP_CHECKS)
        yield ChunkLoader(connection, lookups.source_id, skip_checks=skip)
    finally:
        if not connection.is_closed():
            await connection.execute("discard temp")
            await connection.execute("reset all")

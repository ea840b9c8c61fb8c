"""Load a generated nation chunk by chunk, in one transaction of the caller."""

from collections.abc import Callable, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Final

import asyncpg

from hub.errors import Conflict
from hub.store import tables
from hub.store.database import Database
from hub.store.generate import draw, facts, history, records
from hub.store.generate.constraints import drop_constraints
from hub.store.generate.nation import NationLookups, NationSize, create_lookups
from hub.store.generate.prefetch import DrawnRows, copy_chunk, prefetch_chunks
from hub.store.generate.totals import (
    CREATE_CELL_TABLE,
    NationTotals,
    add_chunk_totals,
    count_cells,
)
from hub.store.orphans import count_orphans

CHUNK_SIZE: Final = 25_000
"""Projects drawn at once; a multiple of 100, so that second reports follow the first."""
LOADED_TABLES: Final = tuple(
    table.name
    for table in (
        tables.project,
        tables.project_area,
        tables.project_implementer,
        tables.budget_line,
        tables.linkage,
        tables.source_record,
        tables.raw_record,
        tables.provenance,
    )
)
INSERT_CHUNK: Final = (
    ("raw_record", records.INSERT_PAYLOADS),
    ("project", facts.INSERT_PROJECTS),
    ("source_record", records.INSERT_RECORDS),
    ("project_area", facts.INSERT_AREAS),
    ("project_implementer", facts.INSERT_IMPLEMENTERS),
    ("budget_line", facts.INSERT_LINES),
    ("provenance", records.INSERT_PROVENANCE),
    ("linkage", facts.INSERT_LINKAGES),
    ("provenance", facts.INSERT_LINKAGE_PROVENANCE),
    ("history.project", history.INSERT_EARLIER_PROJECTS),
    ("history.budget_line", history.INSERT_EARLIER_LINES),
    ("history.source_record", history.INSERT_EARLIER_RECORDS),
    ("history.linkage", history.INSERT_EARLIER_LINKAGES),
)
"""The tables and statements of a chunk, in the order of foreign keys."""
TRANSACTION_SETTINGS: Final = """
set local statement_timeout = 0;
set local idle_in_transaction_session_timeout = 0;
set local lock_timeout = '10s';
set local jit = off;
set local work_mem = '128MB';
set local maintenance_work_mem = '512MB';
set local synchronous_commit = off;
"""
COUNT_STORED_PROJECTS: Final = "select count(*) from (select from project limit $1) stored"

Progress = Callable[[int, int | None], None]
"""Called after each step with the steps that are done and their number."""


async def load_rows(
    database: Database,
    connection: asyncpg.Connection,
    size: NationSize,
    lookups: NationLookups,
    loaded_at: datetime,
    progress: Progress,
    report: Callable[[str], None],
) -> NationTotals:
    """Insert all rows of a nation in the transaction of a connection, and analyze their tables.

    Returns the totals of what was loaded. When the nation is larger than what the database has,
    indexes and constraints are dropped and created again, which is reported and makes other
    sessions wait until the transaction ends. Raises `Conflict` when those locks are not available.
    """
    await prepare_session(connection, size, lookups, loaded_at)
    await connection.execute(CREATE_CELL_TABLE)
    rebuilding: Sequence[str] = ()
    if await connection.fetchval(COUNT_STORED_PROJECTS, size.projects) < size.projects:
        report(
            "สร้างดัชนีและข้อกำหนดของตารางใหม่เมื่อเติมเสร็จ คำขออื่นต้องรอจนถึงเวลานั้น "
            "· indexes and constraints are built again after the load; "
            "other requests wait until then"
        )
        rebuilding = await drop_loaded_constraints(connection)
    chunks = list_chunks(size.projects)
    done, steps = 0, len(chunks) + len(rebuilding)
    totals = NationTotals()
    async with (
        database.write_transaction() as drawing_connection,
        aclosing(prefetch_chunks(drawing_connection, chunks)) as drawn_chunks,
    ):
        await prepare_session(drawing_connection, size, lookups, loaded_at)
        async for drawn in drawn_chunks:
            await load_chunk(connection, drawn, totals)
            progress(done := done + 1, steps)
    for statement in rebuilding:
        await connection.execute(statement)
        progress(done := done + 1, steps)
    if rebuilding and (orphans := [one for one in await count_orphans(connection) if one.rows]):
        raise ValueError(f"generated rows refer to missing rows: {orphans}")
    await connection.execute(f"analyze {', '.join(LOADED_TABLES)}, agency, area, source")
    await count_cells(connection, totals)
    return totals


async def prepare_session(
    connection: asyncpg.Connection, size: NationSize, lookups: NationLookups, loaded_at: datetime
) -> None:
    """Set what a load needs, and create its temporary tables, until the transaction ends."""
    await connection.execute(TRANSACTION_SETTINGS)
    await create_lookups(connection, size, lookups, loaded_at)
    await connection.execute(draw.CREATE_CHUNK_TABLES)


async def drop_loaded_constraints(connection: asyncpg.Connection) -> list[str]:
    """Drop the constraints of the loaded tables; return the statements that create them again."""
    try:
        return await drop_constraints(connection, LOADED_TABLES)
    except asyncpg.LockNotAvailableError as error:
        raise Conflict(
            "ฐานข้อมูลกำลังถูกใช้อยู่ หยุด hub และการนำเข้าก่อน แล้วลองใหม่ "
            "· The database is in use; stop the hub and all ingests, and try again"
        ) from error


async def load_chunk(
    connection: asyncpg.Connection, drawn: DrawnRows, totals: NationTotals
) -> None:
    """Insert the rows of a drawn chunk, and add them to the totals."""
    await copy_chunk(connection, drawn)
    for table, statement in INSERT_CHUNK:
        status = await connection.execute(statement)
        totals.rows[table] += int(status.rsplit(" ", 1)[1])
    await add_chunk_totals(connection, totals)


def list_chunks(projects: int) -> list[range]:
    """Return the ranges of project numbers that are drawn at once."""
    return [
        range(start, min(start + CHUNK_SIZE, projects)) for start in range(0, projects, CHUNK_SIZE)
    ]

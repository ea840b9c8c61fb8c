"""Load a generated nation chunk by chunk, in one transaction of the caller."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import asyncpg

from hub.errors import Conflict
from hub.store import tables
from hub.store.generate import draw, facts, history, records
from hub.store.generate.constraints import drop_constraints
from hub.store.generate.nation import NationLookups, NationSize, create_lookups
from hub.store.generate.totals import (
    CREATE_CELL_TABLE,
    NationTotals,
    add_chunk_totals,
    count_cells,
)

CHUNK_SIZE: Final = 50_000
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
CLEAR_CHUNK: Final = "truncate nation_project, nation_line, nation_record"
TRANSACTION_SETTINGS: Final = """
set local statement_timeout = 0;
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
    connection: asyncpg.Connection,
    size: NationSize,
    lookups: NationLookups,
    loaded_at: datetime,
    progress: Progress,
    report: Callable[[str], None],
) -> NationTotals:
    """Insert all rows of a nation and analyze their tables; return the totals of what was loaded.

    When the nation is larger than what the database has, indexes and constraints are dropped and
    created again, which is reported and makes other sessions wait until the transaction ends.
    Raises `Conflict` when those locks are not available.
    """
    await connection.execute(TRANSACTION_SETTINGS)
    await create_lookups(connection, size, lookups, loaded_at)
    await connection.execute(draw.CREATE_CHUNK_TABLES)
    await connection.execute(CREATE_CELL_TABLE)
    stored = await connection.fetchval(COUNT_STORED_PROJECTS, size.projects)
    rebuilding: Sequence[str] = ()
    if stored < size.projects:
        report(
            "สร้างดัชนีและข้อกำหนดของตารางใหม่เมื่อเติมเสร็จ คำขออื่นต้องรอจนถึงเวลานั้น "
            "· indexes and constraints are built again after the load; "
            "other requests wait until then"
        )
        try:
            rebuilding = await drop_constraints(connection, LOADED_TABLES)
        except asyncpg.LockNotAvailableError as error:
            raise Conflict(
                "ฐานข้อมูลกำลังถูกใช้อยู่ หยุด hub และการนำเข้าก่อน แล้วลองใหม่ "
                "· The database is in use; stop the hub and all ingests, and try again"
            ) from error
    chunks = list_chunks(size.projects)
    steps = len(chunks) + len(rebuilding)
    totals = NationTotals()
    for number, chunk in enumerate(chunks, 1):
        await load_chunk(connection, chunk, totals)
        progress(number, steps)
    for number, statement in enumerate(rebuilding, len(chunks) + 1):
        await connection.execute(statement)
        progress(number, steps)
    await connection.execute(f"analyze {', '.join(LOADED_TABLES)}, agency, area, source")
    await count_cells(connection, totals)
    return totals


async def load_chunk(connection: asyncpg.Connection, chunk: range, totals: NationTotals) -> None:
    """Draw the projects of a chunk, insert their rows, and add them to the totals."""
    await connection.execute(draw.DRAW_PROJECTS, chunk.start, chunk.stop)
    for statement in (draw.DRAW_LINES, draw.DRAW_RECORDS):
        await connection.execute(statement)
    for table, statement in INSERT_CHUNK:
        status = await connection.execute(statement)
        totals.rows[table] += int(status.rsplit(" ", 1)[1])
    await add_chunk_totals(connection, totals)
    await connection.execute(CLEAR_CHUNK)


def list_chunks(projects: int) -> list[range]:
    """Return the ranges of project numbers that are drawn at once."""
    return [
        range(start, min(start + CHUNK_SIZE, projects)) for start in range(0, projects, CHUNK_SIZE)
    ]

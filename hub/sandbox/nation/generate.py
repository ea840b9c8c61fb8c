"""Fill the database with a generated nation, or find that it is there already."""

import time
from collections.abc import Callable
from datetime import datetime

from hub.domain.record import record
from hub.domain.time import FiscalYear
from hub.errors import Conflict
from hub.ingest.record_facts import short_digest
from hub.ingest.run import PROGRAM_DIGEST, load_resolver
from hub.sandbox.nation.declaration import SOURCE_ID, load_declaration
from hub.sandbox.nation.lookups import build_lookups
from hub.store.database import Database
from hub.store.generate.load import load_rows
from hub.store.generate.nation import NationSize
from hub.store.generate.reference import fetch_reference
from hub.store.generate.runs import (
    NationCounts,
    StoredNation,
    fetch_database_size,
    find_nation,
    insert_runs,
)
from hub.store.ingest.declarations import upsert_source
from hub.store.ingest.session import IngestSession
from hub.store.ingest.source_lock import open_ingest_session
from hub.store.rollup import compact_rollup

Progress = Callable[[int, int | None], None]
"""Called after each step with the steps that are done and their number."""


@record
class GenerateResult:
    """A generated nation, the bytes of its database, the seconds, and whether it was written."""

    nation: StoredNation
    database_size: int
    seconds: float
    was_written: bool


async def generate_nation(
    database: Database,
    projects: int,
    years: int,
    seed: int,
    now: datetime,
    progress: Progress = lambda _done, _steps: None,
    report: Callable[[str], None] = lambda _line: None,
) -> GenerateResult:
    """Generate a nation of `projects` in the last `years` fiscal years, in one transaction.

    The same nation is not generated again. Raises `Conflict` when another one is in the database,
    or when the database is in use.
    """
    started = time.monotonic()
    async with open_ingest_session(database, SOURCE_ID) as session:
        nation = await find_nation(session.connection, SOURCE_ID)
        was_written = nation is None
        if nation is None:
            size = NationSize(projects, years, seed, FiscalYear.from_datetime(now).ce)
            async with session.transaction():
                nation = await load_nation(database, session, size, progress, report)
        check_size(nation.size, projects, years, seed)
        if was_written:
            await compact_rollup(database)
        database_size = await fetch_database_size(session.connection)
    return GenerateResult(nation, database_size, time.monotonic() - started, was_written)


def check_size(size: NationSize, projects: int, years: int, seed: int) -> None:
    """Raise `Conflict` if the nation in the database is another one."""
    if (size.projects, size.years, size.seed) != (projects, years, seed):
        arguments = f"--projects {size.projects} --years {size.years} --seed {size.seed}"
        raise Conflict(
            f"มีประเทศจำลองอื่นในฐานข้อมูลนี้แล้ว ({arguments}) ตั้ง HUB_DATA_DIR เป็นโฟลเดอร์ใหม่ "
            f"· Another generated nation is in this database ({arguments}); "
            "set HUB_DATA_DIR to a new folder"
        )


async def load_nation(
    database: Database,
    session: IngestSession,
    size: NationSize,
    progress: Progress,
    report: Callable[[str], None],
) -> StoredNation:
    """Declare the source, load its rows and insert its runs, in the transaction of the session."""
    connection, spec = session.connection, load_declaration()
    await upsert_source(connection, spec)
    resolver = await load_resolver(session, spec)
    lookups = build_lookups(await fetch_reference(connection), resolver, size)
    loaded_at = (await session.transaction_time()).replace(microsecond=0)
    totals = await load_rows(database, connection, size, lookups, loaded_at, progress, report)
    counts = NationCounts(
        totals.rows["project"], totals.rows["budget_line"], totals.rows["linkage"]
    )
    nation = StoredNation(size, counts, loaded_at)
    await insert_runs(connection, SOURCE_ID, spec.digest, nation, totals)
    reading = short_digest(PROGRAM_DIGEST, spec.digest, resolver.digest)
    await session.upsert_scopes_read(reading, [""])
    return nation

"""Fill the database with a generated nation, or find that it is complete already."""

import time
from collections.abc import Callable

from hub.domain.record import record
from hub.domain.time import Clock, FiscalYear
from hub.errors import Conflict
from hub.ingest.run import PROGRAM_DIGEST, load_resolver
from hub.ingest.record_facts import short_digest
from hub.sandbox.nation.declaration import SOURCE_ID, load_declaration
from hub.sandbox.nation.lookups import build_lookups
from hub.store.database import Database
from hub.store.generate import runs
from hub.store.generate.load import list_chunks, open_loader
from hub.store.generate.nation import NationSize
from hub.store.generate.reference import fetch_reference
from hub.store.generate.runs import NationCounts, NationRun
from hub.store.ingest.declarations import upsert_source
from hub.store.ingest.session import IngestSession
from hub.store.ingest.source_lock import open_ingest_session

Progress = Callable[[int, int | None], None]
"""Called after each chunk with the projects loaded so far and their total."""


@record
class NationResult:
    """The counts of a generated nation, the seconds it took, and whether anything was written."""

    size: NationSize
    counts: NationCounts
    seconds: float
    was_written: bool


async def generate_nation(
    database: Database,
    projects: int,
    years: int,
    seed: int,
    clock: Clock,
    progress: Progress = lambda _loaded, _total: None,
    *,
    skip_checks: bool = True,
) -> NationResult:
    """Generate a nation of `projects` in the last `years` fiscal years, and return its counts.

    The same nation is not generated again, and an interrupted one is completed. Raises `Conflict`
    when another one is in the database or is being generated.
    """
    started = time.monotonic()
    async with open_ingest_session(database, SOURCE_ID) as session:
        size = NationSize(projects, years, seed, FiscalYear.from_datetime(clock()).ce)
        run = await begin_or_resume(session, size)
        was_written = not run.is_complete
        if was_written:
            await load_nation(database, session, run, progress, skip_checks=skip_checks)
        counts = await runs.count_nation(session.connection, SOURCE_ID)
    return NationResult(run.size, counts, time.monotonic() - started, was_written)


async def begin_or_resume(session: IngestSession, size: NationSize) -> NationRun:
    """Return the first run of the nation: the stored one if it has this size, else a new one."""
    async with session.transaction():
        run = await runs.find_nation(session.connection, SOURCE_ID)
        if run is None:
            spec = load_declaration()
            await upsert_source(session.connection, spec)
            return await runs.begin_nation(session.connection, SOURCE_ID, spec.digest, size)
    stored = run.size
    if (stored.projects, stored.years, stored.seed) != (size.projects, size.years, size.seed):
        arguments = f"--projects {stored.projects} --years {stored.years} --seed {stored.seed}"
        raise Conflict(
            f"มีประเทศจำลองอื่นในฐานข้อมูลนี้แล้ว ({arguments}) ตั้ง HUB_DATA_DIR เป็นโฟลเดอร์ใหม่ "
            f"· another generated nation is in this database ({arguments}); "
            "set HUB_DATA_DIR to a new folder"
        )
    return run


async def load_nation(
    database: Database,
    session: IngestSession,
    run: NationRun,
    progress: Progress,
    *,
    skip_checks: bool,
) -> None:
    """Load all chunks and complete the runs."""
    del database
    connection, spec = session.connection, load_declaration()
    resolver = await load_resolver(session, spec)
    lookups = build_lookups(await fetch_reference(connection), resolver, run.size)
    async with open_loader(
        connection, run.size, lookups, run.loaded_at, skip_checks=skip_checks
    ) as loader:
        for chunk in list_chunks(run.size.projects):
            await loader.load(chunk)
            progress(chunk.stop, run.size.projects)
        async with session.transaction():
            await runs.finish_nation(connection, SOURCE_ID, spec.digest, run)
            reading = short_digest(PROGRAM_DIGEST, spec.digest, resolver.digest)
            await session.upsert_scopes_read(reading, [""])
    await connection.execute("analyze", timeout=None)

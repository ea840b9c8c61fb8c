"""The status of sources, for operators."""

from collections.abc import Sequence

from hub.domain.identity.viewer import OPERATOR
from hub.domain.provenance import Source
from hub.domain.record import record
from hub.domain.sources.quarantine import ReviewQuestion
from hub.domain.sources.rulings import RecordedRuling
from hub.domain.sources.runs import SourceRun
from hub.domain.sources.spec import SourceSpec
from hub.domain.time import FiscalYear
from hub.store.database import Database
from hub.store.ingest.declarations import upsert_source
from hub.store.ingest.review_questions import list_questions
from hub.store.ingest.rulings import list_rulings
from hub.store.unit_of_work import UnitOfWork


@record
class SourceStatus:
    """The status of a source: stored records, their years, waiting rows, latest run.

    `years` ascend; `latest_run` is null before the first run.
    """

    source: Source
    record_count: int
    years: list[FiscalYear]
    waiting_count: int
    latest_run: SourceRun | None


async def fetch_source_statuses(database: Database) -> dict[str, SourceStatus]:
    """Return the status of each source that has runs, by id."""
    async with database.read_transaction() as reading:
        unit = UnitOfWork(reading, OPERATOR)
        sources = await unit.sources.fetched_by_id()
        ids = list(sources)
        record_counts, years = (
            await unit.sources.record_counts_by_source(ids),
            await unit.sources.fiscal_years_by_source(ids),
        )
        waiting_counts, latest_runs = (
            await unit.sources.waiting_counts_by_source(ids),
            await unit.sources.latest_run_by_source(ids),
        )
    return {
        key: SourceStatus(
            source,
            record_counts.get(key, 0),
            years.get(key, []),
            waiting_counts.get(key, 0),
            latest_runs.get(key),
        )
        for key, source in sources.items()
    }


async def list_waiting_questions(
    database: Database, source_id: str | None = None
) -> list[ReviewQuestion]:
    """Return all review questions of a source (null: of all sources), the most money first."""
    async with database.pool.acquire() as connection:
        questions = await list_questions(connection, None if source_id is None else [source_id])
    return sorted(questions, key=lambda one: -one.largest_amount)


async def list_recorded_rulings(
    database: Database, source_id: str | None = None, *, in_force: bool | None = None
) -> list[RecordedRuling]:
    """Return the rulings of a source (null: of all sources), newest first."""
    async with database.pool.acquire() as connection:
        return await list_rulings(connection, source_id, in_force=in_force)


async def upsert_sources(database: Database, specs: Sequence[SourceSpec]) -> None:
    """Store every source as declared, so that it is listed before its first run."""
    async with database.write_transaction() as connection:
        for spec in specs:
            await upsert_source(connection, spec)

"""How sources stand, for operators."""

from collections.abc import Sequence

from hub.domain.identity.viewer import OPERATOR
from hub.domain.provenance import Source
from hub.domain.record import record
from hub.domain.sources.quarantine import ReviewQuestion
from hub.domain.sources.runs import SourceRun
from hub.domain.sources.spec import SourceSpec
from hub.domain.time import FiscalYear
from hub.services.sources.settle_quarantine import group_questions
from hub.store.database import Database
from hub.store.ingest import quarantine
from hub.store.ingest.declarations import upsert_source
from hub.store.unit_of_work import UnitOfWork


@record
class SourceStatus:
    """How a source stands: records held, the years they speak of, rows that wait, its latest run.

    `years` ascend; `latest` null: never taken in.
    """

    source: Source
    record_count: int
    years: list[FiscalYear]
    waiting_count: int
    latest_run: SourceRun | None


async def fetch_source_statuses(database: Database) -> dict[str, SourceStatus]:
    """How each source stands that is taken in by runs, by its id."""
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
    """What waits of a source (null: of all), by the ruling that would settle it."""
    async with database.pool.acquire() as connection:
        return group_questions(await quarantine.list_rows(connection, source_id))


async def upsert_sources(database: Database, specs: Sequence[SourceSpec]) -> None:
    """Keep every source as it is declared, so that it is listed before it was ever taken in."""
    async with database.write_transaction() as connection:
        for spec in specs:
            await upsert_source(connection, spec)

"""List sources with their status, for `hub source list`."""

from collections.abc import Iterable

from hub.domain.record import record
from hub.domain.sources.spec import SourceSpec
from hub.services.sources.source_status import SourceStatus, fetch_source_statuses
from hub.store.database import Database
from hub.store.ingest.schedule import fetch_failure_reasons


@record
class ListedSource:
    """A source as declared, its stored status, and why its last run failed.

    `problem` is null if the last run succeeded.
    """

    spec: SourceSpec
    status: SourceStatus
    problem: str | None


async def list_sources(database: Database, specs: Iterable[SourceSpec]) -> list[ListedSource]:
    """Return the sources among `specs` that are stored, in the order of `specs`."""
    stored = await fetch_source_statuses(database)
    problems = await fetch_failure_reasons(database)
    return [
        ListedSource(spec, stored[spec.id], problems.get(spec.id))
        for spec in specs
        if spec.id in stored
    ]

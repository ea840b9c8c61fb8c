"""The runs of a generated nation: its size and counts, and the ledgers of its four reads."""

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg

from hub.domain.record import record
from hub.store.generate.nation import RUN_AGES, NationSize
from hub.store.generate.totals import NationTotals
from hub.store.ingest import schedule
from hub.store.ingest.events import LOCK_EVENTS

SELECT_FIRST_RUN: Final = """
select state -> 'nation' as nation from source_run where source_id = $1 order by id limit 1
"""
INSERT_RUN: Final = """
insert into source_run
    (source_id, status, started_at, finished_at, watermark, origin, spec_digest, state, ledger)
values (
    $1, 'SUCCEEDED', $2::timestamptz, $2::timestamptz + $3::interval, $2::timestamptz,
    'hub generate', $4, $5::jsonb, $6::jsonb
)
returning id
"""
UPDATE_SOURCE: Final = """
update source set last_success_at = $2, health = 'OK', spec_digest = $3, reported_years = $4
where id = $1
"""
INSERT_EVENT: Final = """
with inserted as (
    insert into source_event (source_id, run_id, at, affected_cells)
    values ($1, $2, clock_timestamp(), $3) returning id
)
select pg_notify('source_event', id::text) from inserted
"""
SELECT_SIZE: Final = "select pg_database_size(current_database())"
RUN_DURATION: Final = timedelta(minutes=20)


@record
class NationCounts:
    """The number of rows of a generated nation."""

    projects: int
    lines: int
    linkages: int


@record
class StoredNation:
    """A generated nation in the database: its size, its counts, and the instant of its load."""

    size: NationSize
    counts: NationCounts
    loaded_at: datetime


async def find_nation(connection: asyncpg.Connection, source_id: str) -> StoredNation | None:
    """Return the generated nation in this database; null without one."""
    stored = await connection.fetchval(SELECT_FIRST_RUN, source_id)
    if stored is None:
        return None
    nation = json.loads(stored)
    return StoredNation(
        NationSize(**nation["size"]),
        NationCounts(**nation["counts"]),
        datetime.fromisoformat(nation["loaded_at"]),
    )


async def insert_runs(
    connection: asyncpg.Connection,
    source_id: str,
    digest: str,
    nation: StoredNation,
    totals: NationTotals,
) -> None:
    """Insert the runs with their ledgers, mark the source as read, and publish the event."""
    run_ids = [
        await connection.fetchval(
            INSERT_RUN,
            source_id,
            at,
            RUN_DURATION,
            digest,
            json.dumps(build_state(nation)),
            json.dumps(totals.ledger_at(at, nation.size.projects, is_first=number == 0).dump()),
        )
        for number, at in enumerate(nation.loaded_at - age for age in RUN_AGES)
    ]
    last_success_at = nation.loaded_at - RUN_AGES[-1] + RUN_DURATION
    await connection.execute(UPDATE_SOURCE, source_id, last_success_at, digest, totals.years)
    await schedule.record_success(connection, source_id)
    await connection.execute(LOCK_EVENTS)
    await connection.execute(INSERT_EVENT, source_id, run_ids[0], totals.cells)


def build_state(nation: StoredNation) -> dict[str, Any]:
    """Return the state of a complete run (`Checkpoint` of ingest), and the nation."""
    size, counts = nation.size, nation.counts
    return {
        "scopes": [""],
        "blocks": {},
        "last": None,
        "total": size.projects,
        "done": True,
        "empty": False,
        "holed": False,
        "nation": {
            "size": asdict(size),
            "counts": asdict(counts),
            "loaded_at": nation.loaded_at.isoformat(),
        },
    }


async def fetch_database_size(connection: asyncpg.Connection) -> int:
    """Return the bytes of the database."""
    size: int = await connection.fetchval(SELECT_SIZE)
    return size

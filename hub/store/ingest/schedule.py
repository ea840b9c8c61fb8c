"""When each source is to be read next, and its failures in a row; shared by all nodes.

A node that wants to read a source claims it, which postpones its due time; of several nodes one
succeeds. `due_at` null: one interval after the start of the last successful run, at once without
one.
"""

from datetime import datetime, timedelta
from typing import Final

import asyncpg

from hub.domain.provenance import SourceHealth
from hub.domain.sources.schedule import DOWN_AFTER_FAILURES
from hub.errors import SourceCredentialsRejected
from hub.store.database import Database

CLAIM_SOURCE: Final = """
insert into schedule as existing (source_id, due_at)
select source.id, $4 from source left join schedule on schedule.source_id = source.id
where source.id = $1 and coalesce(
    schedule.due_at,
    (select max(started_at) + $3::interval from source_run
        where source_id = source.id and status = 'SUCCEEDED'),
    '-infinity'
) <= $2
on conflict (source_id) do update set due_at = excluded.due_at
where existing.due_at is null or existing.due_at <= $2
returning true
"""
UPDATE_DUE_TIME: Final = "update schedule set due_at = $2 where source_id = $1"
SELECT_FAILURE_COUNT: Final = "select failures from schedule where source_id = $1"
INCREMENT_FAILURES: Final = """
insert into schedule as existing (source_id, failures, reason) values ($1, 1, $2)
on conflict (source_id) do update set failures = existing.failures + 1, reason = excluded.reason
returning failures
"""
RESET_FAILURES: Final = """
insert into schedule (source_id) values ($1)
on conflict (source_id) do update set failures = 0, reason = null, due_at = null
"""
UPDATE_HEALTH: Final = "update source set health = $2 where id = $1 and health <> $2"
PAUSE_SOURCE: Final = """
update source set health = 'PAUSED' where id = $1 and health <> 'PAUSED'
    and (last_success_at is null or last_success_at < $2)
returning true
"""
UPSERT_REASON: Final = """
insert into schedule (source_id, reason) values ($1, $2)
on conflict (source_id) do update set reason = excluded.reason
"""
SELECT_REASONS: Final = "select source_id, reason from schedule where reason is not null"
WAS_EVER_READ: Final = """
select last_success_at is not null or health in ('DEGRADED', 'DOWN') from source where id = $1
"""


async def claim_source(
    database: Database, source_id: str, now: datetime, period: timedelta, lease_until: datetime
) -> bool:
    """Claim a due source for this caller until `lease_until`; return whether it was due."""
    return bool(await database.pool.fetchval(CLAIM_SOURCE, source_id, now, period, lease_until))


async def update_due_time(database: Database, source_id: str, due_at: datetime) -> None:
    """Set when the source is due next."""
    await database.pool.execute(UPDATE_DUE_TIME, source_id, due_at)


async def fetch_failure_count(database: Database, source_id: str) -> int:
    """Return the number of failed reads in a row."""
    return int(await database.pool.fetchval(SELECT_FAILURE_COUNT, source_id) or 0)


async def was_ever_read(database: Database, source_id: str) -> bool:
    """Return whether the source was ever read, or tried."""
    return bool(await database.pool.fetchval(WAS_EVER_READ, source_id))


async def record_failure(connection: asyncpg.Connection, source_id: str, error: Exception) -> None:
    """Count a failed or rejected read with its reason, and set the source's health accordingly."""
    count = await connection.fetchval(INCREMENT_FAILURES, source_id, str(error))
    health = SourceHealth.DOWN if count >= DOWN_AFTER_FAILURES else SourceHealth.DEGRADED
    if isinstance(error, SourceCredentialsRejected):
        health = SourceHealth.PAUSED
    await connection.execute(UPDATE_HEALTH, source_id, health.value)


async def record_success(connection: asyncpg.Connection, source_id: str) -> None:
    """Reset the failures of a source after a complete read, started by the scheduler or by a
    person.
    """
    await connection.execute(RESET_FAILURES, source_id)


async def pause_source(
    database: Database, source_id: str, reason: str, latest_success: datetime
) -> bool:
    """Pause a source until a person acts; return whether it was not paused before.

    A source read after `latest_success` is not paused: another node can read it, which has what
    this one lacks.
    """
    async with database.write_transaction() as connection:
        if not await connection.fetchval(PAUSE_SOURCE, source_id, latest_success):
            return False
        await connection.execute(UPSERT_REASON, source_id, reason)
        return True


async def fetch_failure_reasons(database: Database) -> dict[str, str]:
    """Return why each failing source could not be read, as text for its operator."""
    return {row["source_id"]: row["reason"] for row in await database.pool.fetch(SELECT_REASONS)}

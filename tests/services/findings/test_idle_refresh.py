"""A refresh without notes computes nothing, unless what time alone changes is asked for."""

from datetime import timedelta

from hub.services.findings.refresh import refresh_if_possible
from hub.store.database import Database
from hub.store.rollup import compact_rollup
from tests.services.findings.changed_projects import insert_project
from tests.services.findings.test_sources import insert_source

COUNT_LATE = "select count(*) from finding where kind = 'STALE' and status = 'OPEN'"
COUNT_UNLINKED = "select count(*) from finding where kind = 'UNLINKED' and status = 'OPEN'"


async def test_late_sources_are_found_by_a_full_refresh_only(fresh_database: Database) -> None:
    await compact_rollup(fresh_database)
    await refresh_if_possible(fresh_database)
    async with fresh_database.write_transaction() as connection:
        await insert_source(connection, "late", age=timedelta(days=9))
    await refresh_if_possible(fresh_database, only_if_noted=True)
    assert await fresh_database.pool.fetchval(COUNT_LATE) == 0
    await refresh_if_possible(fresh_database)
    assert await fresh_database.pool.fetchval(COUNT_LATE) == 1


async def test_noted_projects_are_refreshed_at_once(fresh_database: Database) -> None:
    await compact_rollup(fresh_database)
    await refresh_if_possible(fresh_database)
    before = await fresh_database.pool.fetchval(COUNT_UNLINKED)
    async with fresh_database.write_transaction() as connection:
        await insert_project(connection, "p")
    await compact_rollup(fresh_database)
    await refresh_if_possible(fresh_database, only_if_noted=True)
    assert await fresh_database.pool.fetchval(COUNT_UNLINKED) == before + 1

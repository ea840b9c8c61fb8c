"""Tests that a bulk load leaves every index and constraint as it was."""

from datetime import UTC, datetime

import asyncpg
import pytest

from hub.errors import Conflict
from hub.sandbox.nation.declaration import SOURCE_ID
from hub.sandbox.nation.generate import generate_nation
from hub.store.database import Database
from hub.store.generate import load
from hub.store.generate.constraints import drop_constraints
from hub.store.generate.load import LOADED_TABLES

NOW = datetime(2026, 1, 15, tzinfo=UTC)
DEFINITIONS = """
select conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated
from pg_constraint where connamespace = 'public'::regnamespace and conrelid <> 0
union all
select tablename, indexname, indexdef, true from pg_indexes where schemaname = 'public'
order by 1, 2, 3
"""


async def list_definitions(connection: asyncpg.Connection) -> list[asyncpg.Record]:
    definitions: list[asyncpg.Record] = await connection.fetch(DEFINITIONS)
    return definitions


async def test_dropped_constraints_are_created_as_they_were(
    rollback_connection: asyncpg.Connection,
) -> None:
    before = await list_definitions(rollback_connection)
    statements = await drop_constraints(rollback_connection, LOADED_TABLES)
    without = await list_definitions(rollback_connection)
    assert not [one for one in without if one[0] in LOADED_TABLES and one[1].startswith("pk_")]
    for statement in statements:
        await rollback_connection.execute(statement)
    assert await list_definitions(rollback_connection) == before


async def test_nation_smaller_than_the_stored_data_keeps_the_indexes(
    fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> list[str]:
        raise AssertionError("constraints were dropped")

    monkeypatch.setattr(load, "drop_constraints", refuse)
    result = await generate_nation(fresh_database, 20, 2, 1, NOW)
    assert result.nation.counts.projects == 20


async def test_database_in_use_is_a_conflict_and_stays_as_it_was(
    fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load.TRANSACTION_SETTINGS.replace("'10s'", "'50ms'")
    monkeypatch.setattr(load, "TRANSACTION_SETTINGS", settings)
    async with fresh_database.pool.acquire() as reader:
        before = await list_definitions(reader)
        async with reader.transaction():
            await reader.fetchval("select count(*) from project")
            with pytest.raises(Conflict, match=r"ฐานข้อมูลกำลังถูกใช้อยู่ .* · The database is in use"):
                await generate_nation(fresh_database, 300, 2, 1, NOW)
        assert await list_definitions(reader) == before
        assert not await reader.fetchval("select count(*) from source where id = $1", SOURCE_ID)

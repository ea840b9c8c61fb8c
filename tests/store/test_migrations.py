"""Migrations from empty, and the past that triggers keep."""

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from hub.errors import StoreUnusable
from hub.store.database import Database
from hub.store.migrate import migrate
from hub.store.tables import metadata
from hub.store.tables.reference import seeded

DATED = [table for table in metadata.sorted_tables if "known_from" in table.c]
SOURCE = "insert into source (id, name_th, kind, health) values ('s', 'ก', 'OWN', 'OK')"


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_server_default": True})
    return list(compare_metadata(context, metadata))


async def test_the_migrated_database_is_what_the_tables_say(empty_dsn: str) -> None:
    assert seeded.name in metadata.tables
    await migrate(empty_dsn)

    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(empty_dsn)

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_every_dated_table_has_a_past_of_the_same_columns(database: Database) -> None:
    columns = (
        "select column_name::text, data_type::text, collation_name::text, is_nullable::text "
        "from information_schema.columns where table_schema = $1 and table_name = $2"
    )
    assert len(DATED) > 20
    for table in DATED:
        now = set(await database.pool.fetch(columns, "public", table.name))
        past = set(await database.pool.fetch(columns, "history", table.name))
        assert {row[0] for row in past - now} == {"known_to"}, table.name
        assert not now - past, table.name


async def test_processes_that_migrate_at_once_both_succeed(empty_dsn: str) -> None:
    first, second = await asyncio.gather(migrate(empty_dsn), migrate(empty_dsn))
    assert first == second == await migrate(empty_dsn)


async def test_a_migration_broken_off_halfway_leaves_nothing_and_is_run_again(
    empty_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Path.read_text

    def broken(path: Path, *more: Any) -> str:
        text = read(path, *more)
        return f"{text}\n\nselect 1 / 0" if path.name == "0001_tables.sql" else text

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_text", broken)
        with pytest.raises(Exception, match="division by zero"):
            await migrate(empty_dsn)
    connection = await asyncpg.connect(empty_dsn)
    try:
        tables = "select count(*) from pg_tables where schemaname in ('public', 'history')"
        assert await connection.fetchval(tables) == 0
        await migrate(empty_dsn)
        assert await connection.fetchval(tables) > 40
    finally:
        await connection.close()


async def test_a_database_newer_than_the_program_is_refused(fresh_database: Database) -> None:
    await fresh_database.pool.execute("update alembic_version set version_num = '9999'")
    name = await fresh_database.pool.fetchval("select current_database()")
    host = await fresh_database.pool.fetchval("show unix_socket_directories")
    with pytest.raises(StoreUnusable, match="newer than this program"):
        await migrate(f"postgresql://hub@/{name}?host={host}&port=5432")


async def test_a_server_that_is_not_there_is_named_as_such() -> None:
    with pytest.raises(StoreUnusable, match="HUB_DATABASE_URL"):
        await migrate("postgresql://hub@127.0.0.1:1/hub")


async def test_a_change_keeps_the_row_it_replaced(fresh_database: Database) -> None:
    pool = fresh_database.pool
    await pool.execute(SOURCE)
    first = await pool.fetchval("select known_from from source where id = 's'")
    await pool.execute("update source set name_th = 'ข' where id = 's'")
    second = await pool.fetchval("select known_from from source where id = 's'")
    [past] = await pool.fetch("select * from history.source where id = 's'")
    assert (past["name_th"], past["known_from"], past["known_to"]) == ("ก", first, second)
    await pool.execute("delete from source where id = 's'")
    rows = await pool.fetch("select name_th from history.source where id = 's' order by known_to")
    assert [row["name_th"] for row in rows] == ["ก", "ข"]


async def test_an_update_that_changes_nothing_has_no_past(fresh_database: Database) -> None:
    pool = fresh_database.pool
    await pool.execute(SOURCE)
    first = await pool.fetchval("select known_from from source where id = 's'")
    await pool.execute("update source set name_th = 'ก', known_from = now() where id = 's'")
    assert await pool.fetchval("select known_from from source where id = 's'") == first
    assert await pool.fetchval("select count(*) from history.source") == 0


async def test_what_one_transaction_wrote_twice_has_no_past(writing: asyncpg.Connection) -> None:
    await writing.execute(SOURCE)
    await writing.execute("update source set name_th = 'ข' where id = 's'")
    await writing.execute("delete from source where id = 's'")
    assert await writing.fetchval("select count(*) from history.source") == 0


async def test_a_transaction_that_began_earlier_and_ends_later_comes_later(
    fresh_database: Database,
) -> None:
    pool = fresh_database.pool
    await pool.execute(SOURCE)
    async with pool.acquire() as slow, slow.transaction():
        await slow.fetchval("select now()")
        await pool.execute("update source set name_th = 'ข' where id = 's'")
        await slow.execute("update source set name_th = 'ค' where id = 's'")
    rows = await pool.fetch(
        "select name_th, known_from, known_to from history.source union all "
        "select name_th, known_from, null from source where id = 's' order by known_from"
    )
    assert [row["name_th"] for row in rows] == ["ก", "ข", "ค"]
    assert [row["known_to"] for row in rows[:2]] == [row["known_from"] for row in rows[1:]]


@pytest.mark.parametrize("table", ["public.source", "history.source"])
async def test_a_table_cannot_be_truncated(writing: asyncpg.Connection, table: str) -> None:
    with pytest.raises(asyncpg.RaiseError, match="lose its history"):
        await writing.execute(f"truncate {table} cascade")

"""Migrations of an empty database, and history tables written by triggers."""

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

DATED_TABLES = [table for table in metadata.sorted_tables if "known_from" in table.c]
INSERT_SOURCE = "insert into source (id, name_th, kind, health) values ('s', 'ก', 'OWN', 'OK')"


def list_differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_server_default": True})
    return list(compare_metadata(context, metadata))


async def test_migrated_database_matches_the_table_definitions(empty_dsn: str) -> None:
    assert seeded.name in metadata.tables
    await migrate(empty_dsn)

    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(empty_dsn)

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    async with engine.connect() as connection:
        assert await connection.run_sync(list_differences) == []
    await engine.dispose()


async def test_every_dated_table_has_a_history_table_with_the_same_columns(
    database: Database,
) -> None:
    columns = (
        "select column_name::text, data_type::text, collation_name::text, is_nullable::text "
        "from information_schema.columns where table_schema = $1 and table_name = $2"
    )
    assert len(DATED_TABLES) > 20
    for table in DATED_TABLES:
        now = set(await database.pool.fetch(columns, "public", table.name))
        past = set(await database.pool.fetch(columns, "history", table.name))
        assert {row[0] for row in past - now} == {"known_to"}, table.name
        assert not now - past, table.name


async def test_concurrent_migrations_both_succeed(empty_dsn: str) -> None:
    first, second = await asyncio.gather(migrate(empty_dsn), migrate(empty_dsn))
    assert first == second == await migrate(empty_dsn)


async def test_failed_migration_is_rolled_back_and_can_be_retried(
    empty_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_text = Path.read_text

    def read_broken_text(path: Path, *arguments: Any) -> str:
        text = read_text(path, *arguments)
        return f"{text}\n\nselect 1 / 0" if path.name == "0001_tables.sql" else text

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_text", read_broken_text)
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


async def test_database_newer_than_the_program_is_rejected(fresh_database: Database) -> None:
    await fresh_database.pool.execute("update alembic_version set version_num = '9999'")
    name = await fresh_database.pool.fetchval("select current_database()")
    host = await fresh_database.pool.fetchval("show unix_socket_directories")
    with pytest.raises(StoreUnusable, match="newer than this program"):
        await migrate(f"postgresql://hub@/{name}?host={host}&port=5432")


async def test_unreachable_server_error_names_the_setting() -> None:
    with pytest.raises(StoreUnusable, match="HUB_DATABASE_URL"):
        await migrate("postgresql://hub@127.0.0.1:1/hub")


async def test_update_and_delete_move_the_old_row_to_history(fresh_database: Database) -> None:
    pool = fresh_database.pool
    await pool.execute(INSERT_SOURCE)
    first = await pool.fetchval("select known_from from source where id = 's'")
    await pool.execute("update source set name_th = 'ข' where id = 's'")
    second = await pool.fetchval("select known_from from source where id = 's'")
    [past] = await pool.fetch("select * from history.source where id = 's'")
    assert (past["name_th"], past["known_from"], past["known_to"]) == ("ก", first, second)
    await pool.execute("delete from source where id = 's'")
    rows = await pool.fetch("select name_th from history.source where id = 's' order by known_to")
    assert [row["name_th"] for row in rows] == ["ก", "ข"]


async def test_update_without_changes_writes_no_history(fresh_database: Database) -> None:
    pool = fresh_database.pool
    await pool.execute(INSERT_SOURCE)
    first = await pool.fetchval("select known_from from source where id = 's'")
    await pool.execute("update source set name_th = 'ก', known_from = now() where id = 's'")
    assert await pool.fetchval("select known_from from source where id = 's'") == first
    assert await pool.fetchval("select count(*) from history.source") == 0


async def test_changes_within_one_transaction_write_no_history(
    rollback_connection: asyncpg.Connection,
) -> None:
    await rollback_connection.execute(INSERT_SOURCE)
    await rollback_connection.execute("update source set name_th = 'ข' where id = 's'")
    await rollback_connection.execute("delete from source where id = 's'")
    assert await rollback_connection.fetchval("select count(*) from history.source") == 0


async def test_versions_are_ordered_by_write_time_not_by_transaction_start(
    fresh_database: Database,
) -> None:
    pool = fresh_database.pool
    await pool.execute(INSERT_SOURCE)
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
async def test_truncating_a_dated_table_is_rejected(
    rollback_connection: asyncpg.Connection, table: str
) -> None:
    with pytest.raises(asyncpg.RaiseError, match="lose its history"):
        await rollback_connection.execute(f"truncate {table} cascade")

"""References of the largest tables are checked by triggers as foreign keys would check them."""

import asyncio
import contextlib
from typing import Any

import asyncpg
import pytest

from hub.store.database import Database
from hub.store.orphans import count_orphans
from hub.store.tables import metadata
from hub.store.tables.metadata import list_checked_references

REFERENCES = [
    (table.name, column.name, target.name)
    for table in metadata.sorted_tables
    for column, target in list_checked_references(table)
]
INSERT_LINE = (
    "insert into budget_line (id, project_id, fiscal_year, phase, funding, amount, record_id) "
    "values ($1, $2, 2024, 'APPROPRIATED', 'MINISTRY', 1, $3)"
)
INSERT_FACTS = (
    "insert into source (id, name_th, kind, health) values ('s', 'ก', 'OWN', 'OK')",
    (
        "insert into project (id, name_th, sort_key, fiscal_years, visibility, owner_id, "
        "source_id) values ('p', 'ก', 'ก', '{}', 'PUBLISHED', 'ministry:15', 's'), "
        "('q', 'ข', 'ข', '{}', 'PUBLISHED', null, null)"
    ),
    (
        "insert into source_record (id, source_id, scheme, value, payload_hash, retrieved_at, "
        "project_id) values (1, 's', 's', 'v', '', now(), 'p')"
    ),
    (
        "insert into provenance (subject, ordinal, source_id, record_id, asserted) "
        "values ('p', 0, 's', 1, 'REPORTED')"
    ),
    "insert into raw_dictionary (dictionary) values ('')",
    (
        "insert into raw_record (hash, form, dictionary_id, payload) "
        "select 'h', 'JSON', id, '' from raw_dictionary"
    ),
    "insert into project_area (project_id, area_id, basis) values ('p', '23', 'UNKNOWN')",
    (
        "insert into budget_line (id, project_id, area_id, holder_id, disburser_id, fiscal_year, "
        "phase, funding, amount, record_id) values ('l', 'p', '23', 'ministry:15', 'ministry:05', "
        "2024, 'APPROPRIATED', 'MINISTRY', 1, 1)"
    ),
)
MISSING = {"record_id": -1, "dictionary_id": -1}
OWN_ROW = {
    "budget_line": "id = 'l'",
    "source_record": "id = 1",
    "project_area": "project_id in ('p', 'nowhere')",
    "project": "id = 'p'",
    "provenance": "subject = 'p'",
    "raw_record": "hash = 'h'",
}
NEW_KEY: dict[str, dict[str, Any]] = {
    "budget_line": {"id": "new"},
    "source_record": {"id": 2},
    "project_area": {"area_id": "21"},
    "project": {"id": "new"},
    "provenance": {"ordinal": 1},
    "raw_record": {"hash": b"new"},
}


@pytest.fixture
async def connection(rollback_connection: asyncpg.Connection) -> asyncpg.Connection:
    """A connection with a row in each table; rolled back after the test."""
    for statement in INSERT_FACTS:
        await rollback_connection.execute(statement)
    return rollback_connection


@pytest.fixture
async def committed(fresh_database: Database) -> Database:
    """A database of its own with a row in each table."""
    for statement in INSERT_FACTS:
        await fresh_database.pool.execute(statement)
    return fresh_database


async def test_triggers_check_the_references_that_the_tables_declare(database: Database) -> None:
    rows = await database.pool.fetch(
        "select tgname, tgrelid::regclass::text as name, "
        "string_to_array(encode(tgargs, 'escape'), '\\000') as arguments "
        "from pg_trigger where tgname like 'check\\_%'"
    )
    checked: dict[str, set[tuple[str, str, str]]] = {}
    for row in rows:
        pairs = list(zip(row["arguments"][::2], row["arguments"][1::2], strict=False))
        checked.setdefault(row["tgname"], set()).update(
            (one, two, row["name"])
            if row["tgname"] == "check_children"
            else (row["name"], one, two)
            for one, two in pairs
        )
    expected = set(REFERENCES)
    assert len(expected) == 14
    assert checked == dict.fromkeys(
        ("check_parents_insert", "check_parents_update", "check_children"), expected
    )


@pytest.mark.parametrize(("table", "column", "target"), REFERENCES)
async def test_row_with_a_missing_parent_is_rejected(
    connection: asyncpg.Connection, table: str, column: str, target: str
) -> None:
    missing = MISSING.get(column, "nowhere")
    update = f"update {table} set {column} = $1 where {OWN_ROW[table]}"  # noqa: S608
    with pytest.raises(asyncpg.ForeignKeyViolationError, match=f"missing row of {target}"):
        async with connection.transaction():
            await connection.execute(update, missing)
    columns = metadata.tables[table].c
    names = [one.name for one in columns if one.name != "known_from" and not one.computed]
    [row] = await connection.fetch(
        f"select {', '.join(names)} from {table} where {OWN_ROW[table]}"  # noqa: S608
    )
    values = {name: row[name] for name in names} | NEW_KEY[table] | {column: missing}
    with pytest.raises(asyncpg.ForeignKeyViolationError, match=f"missing row of {target}"):
        async with connection.transaction():
            await connection.copy_records_to_table(
                table, columns=list(values), records=[tuple(values.values())]
            )


@pytest.mark.parametrize(("table", "column", "target"), REFERENCES)
async def test_parent_cannot_be_deleted_while_a_row_refers_to_it(
    connection: asyncpg.Connection, table: str, column: str, target: str
) -> None:
    parent = await connection.fetchval(
        f"select {column} from {table} where {OWN_ROW[table]}"  # noqa: S608
    )
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        async with connection.transaction():
            await connection.execute(f"delete from {target} where id = $1", parent)  # noqa: S608


async def test_parent_without_rows_is_deleted(connection: asyncpg.Connection) -> None:
    await connection.execute("delete from project where id = 'q'")
    assert not await connection.fetchval("select count(*) from project where id = 'q'")


async def test_null_refers_to_nothing(connection: asyncpg.Connection) -> None:
    await connection.execute("update budget_line set record_id = null, area_id = null")


async def test_id_of_a_parent_never_changes(connection: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.RaiseError, match="never changes"):
        await connection.execute("update project set id = 'other' where id = 'q'")


async def test_delete_waits_for_a_row_being_inserted_and_is_rejected(committed: Database) -> None:
    async with committed.pool.acquire() as one, committed.pool.acquire() as other:
        insert = one.transaction()
        await insert.start()
        await one.execute(INSERT_LINE, "m", "q", None)
        delete = asyncio.create_task(other.execute("delete from project where id = 'q'"))
        await asyncio.sleep(0.2)
        assert not delete.done()
        await insert.commit()
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await delete


async def test_insert_waits_for_a_parent_being_deleted_and_is_rejected(
    committed: Database,
) -> None:
    async with committed.pool.acquire() as one, committed.pool.acquire() as other:
        delete = one.transaction()
        await delete.start()
        await one.execute("delete from project where id = 'q'")
        insert = asyncio.create_task(other.execute(INSERT_LINE, "m", "q", None))
        await asyncio.sleep(0.2)
        assert not insert.done()
        await delete.commit()
        with pytest.raises(asyncpg.ForeignKeyViolationError, match="no project with the id q"):
            await insert


async def test_parent_changes_while_a_row_is_being_inserted(committed: Database) -> None:
    async with committed.pool.acquire() as one, one.transaction():
        await one.execute(INSERT_LINE, "m", "q", None)
        await asyncio.wait_for(
            committed.pool.execute("update project set name_th = 'ค' where id = 'q'"), 5
        )


async def test_concurrent_inserts_and_deletes_leave_no_orphans(committed: Database) -> None:
    pool = committed.pool

    async def insert_lines(number: int) -> None:
        for turn in range(30):
            with contextlib.suppress(asyncpg.ForeignKeyViolationError):
                await pool.execute(INSERT_LINE, f"{number}-{turn}", f"x{turn % 5}", None)

    async def replace_projects() -> None:
        for turn in range(60):
            key = f"x{turn % 5}"
            await pool.execute(
                "insert into project (id, name_th, sort_key, fiscal_years, visibility) "
                "values ($1, 'ก', 'ก', '{}', 'PUBLISHED') on conflict do nothing",
                key,
            )
            await pool.execute("delete from budget_line where project_id = $1", key)
            with contextlib.suppress(asyncpg.ForeignKeyViolationError):
                await pool.execute("delete from project where id = $1", key)

    await asyncio.gather(insert_lines(1), insert_lines(2), replace_projects(), replace_projects())
    async with pool.acquire() as connection:
        assert {one.rows for one in await count_orphans(connection)} == {0}


@pytest.mark.parametrize("isolation", ["repeatable_read", "serializable"])
async def test_parents_are_deleted_in_read_committed_only(
    committed: Database, isolation: str
) -> None:
    async with committed.pool.acquire() as connection:
        with pytest.raises(asyncpg.FeatureNotSupportedError, match="READ COMMITTED"):
            async with connection.transaction(isolation=isolation):
                await connection.execute("delete from project where id = 'q'")


async def test_insert_in_an_older_snapshot_than_a_deletion_is_rejected(
    committed: Database,
) -> None:
    async with committed.pool.acquire() as connection:
        transaction = connection.transaction(isolation="repeatable_read")
        await transaction.start()
        await connection.fetchval("select count(*) from project")
        await committed.pool.execute("delete from project where id = 'q'")
        with pytest.raises((asyncpg.SerializationError, asyncpg.ForeignKeyViolationError)):
            await connection.execute(INSERT_LINE, "m", "q", None)
        await transaction.rollback()


async def test_sound_database_has_no_orphans(connection: asyncpg.Connection) -> None:
    counts = await count_orphans(connection)
    assert [(one.table, one.column, one.target) for one in counts] == REFERENCES
    assert {one.rows for one in counts} == {0}


async def test_planted_orphans_are_counted(committed: Database) -> None:
    async with committed.pool.acquire() as connection:
        for table, column, _ in REFERENCES:
            await connection.execute(f"alter table {table} disable trigger user")
            await connection.execute(
                f"update {table} set {column} = $1 where {OWN_ROW[table]}",  # noqa: S608
                MISSING.get(column, "nowhere"),
            )
        counts = {(one.table, one.column): one.rows for one in await count_orphans(connection)}
    assert len(counts) == len(REFERENCES)
    assert all(counts.values())

"""Long text keys are unique and found by their hashes; projects have a key of their id."""

from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa

from hub.domain.identity.viewer import ANONYMOUS
from hub.store.budget import visible_lines_by_id
from hub.store.database import Database
from hub.store.project_lookups import visible_projects_by_external_id
from hub.store.provenance import PROVENANCE_BY_SUBJECT
from hub.store.record_ids import compute_record_id
from hub.store.statements import compile_statement
from hub.store.tables import budget_line, project, provenance
from hub.store.upsert import upsert

SOURCE = "insert into source (id, name_th, kind, health) values ($1, 'ก', 'OWN', 'OK')"
PROJECT: dict[str, Any] = {
    "id": "p",
    "name_th": "ก",
    "sort_key": "ก",
    "fiscal_years": [2024],
    "visibility": "PUBLISHED",
    "source_id": "s",
    "source_key": "k",
}
LINE: dict[str, Any] = {
    "id": "l",
    "project_id": "p",
    "fiscal_year": 2024,
    "phase": "APPROPRIATED",
    "funding": "MINISTRY",
    "amount": 1,
}
PROVENANCE: dict[str, Any] = {
    "subject": "gid://hub/Project/p",
    "ordinal": 0,
    "source_id": "s",
    "asserted": "REPORTED",
}


async def insert(connection: asyncpg.Connection, table: str, row: dict[str, Any]) -> None:
    await connection.copy_records_to_table(table, columns=list(row), records=[tuple(row.values())])


@pytest.fixture
async def connection(rollback_connection: asyncpg.Connection) -> asyncpg.Connection:
    """A connection with a project, a line and a provenance; rolled back after the test."""
    await rollback_connection.execute(SOURCE, "s")
    await rollback_connection.execute(SOURCE, "other")
    await insert(rollback_connection, "project", PROJECT)
    await insert(rollback_connection, "budget_line", LINE)
    await insert(rollback_connection, "provenance", PROVENANCE)
    return rollback_connection


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("budget_line", LINE | {"amount": 2}),
        ("provenance", PROVENANCE | {"source_id": "other"}),
        ("project", PROJECT | {"id": "q"}),
        ("project", PROJECT | {"source_key": "other"}),
    ],
)
async def test_second_row_with_the_same_key_is_rejected(
    connection: asyncpg.Connection, table: str, row: dict[str, Any]
) -> None:
    with pytest.raises(asyncpg.UniqueViolationError):
        async with connection.transaction():
            await insert(connection, table, row)


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("budget_line", LINE | {"id": "L"}),
        ("provenance", PROVENANCE | {"ordinal": 1}),
        ("project", PROJECT | {"id": "q", "source_id": "other"}),
        ("project", PROJECT | {"id": "q", "source_key": "K"}),
    ],
)
async def test_row_with_another_key_is_accepted(
    connection: asyncpg.Connection, table: str, row: dict[str, Any]
) -> None:
    await insert(connection, table, row)


async def test_projects_without_a_source_key_are_no_duplicates(
    connection: asyncpg.Connection,
) -> None:
    for number in range(2):
        row = PROJECT | {"id": f"q{number}", "source_id": None, "source_key": None}
        await insert(connection, "project", row)


async def test_upsert_finds_the_row_with_the_same_key(connection: asyncpg.Connection) -> None:
    assert await upsert(connection, budget_line, [LINE | {"amount": 5}]) == 1
    assert await upsert(connection, budget_line, [LINE | {"amount": 5}]) == 0
    assert await upsert(connection, provenance, [PROVENANCE | {"citation": "c"}]) == 1
    assert await upsert(connection, project, [PROJECT | {"name_th": "ข"}]) == 1
    assert await connection.fetchval("select amount from budget_line where id = 'l'") == 5
    assert await connection.fetchval("select count(*) from provenance where source_id = 's'") == 1


async def test_project_has_the_key_of_its_id_now_and_in_the_past(fresh_database: Database) -> None:
    async with fresh_database.write_transaction() as connection:
        await connection.execute(SOURCE, "s")
        await insert(connection, "project", PROJECT)
    for name in ("ข", "ข"):
        await fresh_database.pool.execute("update project set name_th = $1 where id = 'p'", name)
    for table, names in (("project", ["ข"]), ("history.project", ["ก"])):
        rows = await fresh_database.pool.fetch(
            f"select key, name_th from {table} where id = 'p'"  # noqa: S608 - of the list above
        )
        assert [tuple(row) for row in rows] == [(compute_record_id("p"), name) for name in names]


@pytest.mark.parametrize(
    ("statement", "values", "index"),
    [
        (visible_lines_by_id(ANONYMOUS, None), {"ids": ["l"]}, "uq_budget_line_id_hash"),
        (PROVENANCE_BY_SUBJECT, {"ids": ["gid://hub/Project/p"]}, "uq_provenance_subject_hash"),
        (
            visible_projects_by_external_id(ANONYMOUS, None),
            {"scheme": "s", "value": "k"},
            "uq_project_source_key_hash",
        ),
    ],
)
async def test_lookup_by_a_long_text_is_served_by_the_index_of_its_hash(
    connection: asyncpg.Connection, statement: sa.Select[Any], values: dict[str, Any], index: str
) -> None:
    await connection.execute("set local enable_seqscan = off")
    await connection.execute("set local plan_cache_mode = force_generic_plan")
    sql, parameters = compile_statement(statement, values)
    plan = await connection.fetch(f"explain {sql}", *parameters)
    assert any(index in line[0] for line in plan)
    assert len(await connection.fetch(sql, *parameters)) == 1

"""Migration 0011 carries a database of the earlier tables over; facts, answers and ids stay."""

import hashlib
import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import asyncpg
import pytest

from hub.domain.identity.viewer import ANONYMOUS
from hub.ingest.record_facts import build_record_id, short_digest
from hub.store.budget import BudgetLines
from hub.store.database import Database, open_database
from hub.store.ingest import seen_records
from hub.store.ingest.raw_records import RawRecords
from hub.store.migrate import migrate
from hub.store.record_ids import compute_record_id

KEYS = [f"2567|โครงการ {number}" for number in range(40)]
PAYLOADS = {
    key: json.dumps({"key": key, "name": f"งาน {key}"}, ensure_ascii=False).encode() for key in KEYS
}
HASHES = {key: hashlib.sha256(b"JSON\0" + payload).hexdigest() for key, payload in PAYLOADS.items()}
RECORD_IDS = {key: f"s:{short_digest(key)}" for key in KEYS}
DATED_ROWS = """
select row_to_json(kept)::jsonb - 'record_id' - 'payload_hash' - 'key' - 'counted_as'
    - 'title_hash' - 'version' as kept
from {schema}.{table} kept
order by 1::text
"""

EARLIER_LINES = """
select id, project_id, amount from budget_line where $1::timestamptz is null or known_from <= $1
union all
select id, project_id, amount from history.budget_line where known_from <= $1 and known_to > $1
"""


async def insert_earlier_rows(connection: asyncpg.Connection) -> list[datetime]:
    """Insert rows as the earlier program did; return an instant after each of its transactions."""
    instants: list[datetime] = []

    async def mark_instant() -> None:
        instants.append(await connection.fetchval("select clock_timestamp()"))

    await connection.execute(
        "insert into source (id, name_th, kind, health) values ('s', 'แหล่ง', 'REGISTER', 'OK')"
    )
    for key in KEYS:
        project = f"s:{short_digest(key)}"
        async with connection.transaction():
            await connection.execute(
                "insert into raw_record values ($1, 'JSON', $2)", HASHES[key], PAYLOADS[key]
            )
            await connection.execute(
                "insert into project (id, name_th, sort_key, fiscal_years, visibility, source_id, "
                "source_key) values ($1, $2, $2, '{2024}', 'PUBLISHED', 's', $2)",
                project,
                key,
            )
            await connection.execute(
                "insert into source_record (id, source_id, scheme, value, payload_hash, "
                "retrieved_at, scope, project_id) values ($1, 's', 's', $2, $3, now(), '2567', $4)",
                RECORD_IDS[key],
                key,
                HASHES[key],
                project,
            )
            await connection.execute(
                "insert into budget_line (id, project_id, fiscal_year, phase, funding, amount, "
                "record_id, source_id) values ($1, $2, 2024, 'APPROPRIATED', 'MINISTRY', 100, $3, "
                "'s')",
                f"{project}-line",
                project,
                RECORD_IDS[key],
            )
            await connection.execute(
                "insert into provenance (subject, ordinal, source_id, record_id, asserted) "
                "values ($1, 0, 's', $2, 'REPORTED')",
                f"gid://hub/Project/{project}",
                RECORD_IDS[key],
            )
    await mark_instant()
    await connection.execute("update budget_line set amount = 250 where id < 's:8'")
    await mark_instant()
    await connection.execute("update source_record set payload_hash = $1", "ab" * 32)
    await connection.execute("update budget_line set amount = amount + 1 where id > 's:5'")
    await mark_instant()
    first, second = KEYS[:2]
    run = await connection.fetchval(
        "insert into source_run (source_id, status, started_at, origin, spec_digest, state, ledger)"
        " values ('s', 'FAILED', now(), 'o', 'd', '{}', '{}') returning id"
    )
    await connection.execute(
        "insert into run_record values ($1, $2, $3, 'UNCHANGED', $3, null), "
        "($1, $4, $5, 'CHANGED', $3, 'b#1')",
        run,
        first,
        HASHES[first],
        second,
        HASHES[second],
    )
    await connection.execute(
        "insert into quarantine (run_id, source_id, source_key, scope, hash, retrieved_at, reason, "
        "field, written, doubts, amounts, status) values ($1, 's', $2, '', $3, now(), "
        "'MISSING_KEY', '', '', '[]', '{}', 'WAITING')",
        run,
        first,
        HASHES[first],
    )
    telling = {"project": {"id": "x"}, "areas": [], "provenance": {"record_id": RECORD_IDS[first]}}
    await connection.execute(
        "insert into stand_in (record_id, telling, state, fits) values ($1, $2, 'ALONE', 0)",
        RECORD_IDS[first],
        json.dumps(telling),
    )
    loaded = {
        "source_record": {"columns": ["value"], "rows": [[[RECORD_IDS[first]], "digest"]]},
        "area": {"columns": ["id"], "rows": [[["23"], "digest"]]},
    }
    await connection.execute(
        "insert into seeded values ('reference', 'digest', $1)", json.dumps(loaded)
    )
    await connection.execute('select append_access(array[\'{"kind": "WRITE"}\'])')
    return instants


async def fetch_state(database: Database) -> dict[str, Any]:
    """Return what must stay the same: dated rows, references, the audit head."""
    pool = database.pool
    state: dict[str, Any] = {}
    for schema in ("public", "history"):
        for table in ("project", "budget_line", "provenance"):
            rows = await pool.fetch(DATED_ROWS.format(schema=schema, table=table))
            state[f"{schema}.{table}"] = [row["kept"] for row in rows]
    for statement in (
        (
            "select b.id, r.value, r.scope, r.known_from from budget_line b "
            "join source_record r on r.id = b.record_id order by 1"
        ),
        (
            "select b.id, b.known_to, r.value from history.budget_line b "
            "join source_record r on r.id = b.record_id order by 1, 2"
        ),
        (
            "select p.subject, r.value from provenance p "
            "join source_record r on r.id = p.record_id order by 1"
        ),
        "select value, known_from, known_to from history.source_record order by 1, 2",
        "select * from access_head",
        "select number, digest from access_log order by 1",
        "select source_key, status, reason from quarantine",
    ):
        state[statement] = [tuple(row) for row in await pool.fetch(statement)]
    return state


async def fetch_earlier_lines(
    database: Database, instants: list[datetime]
) -> dict[str, list[tuple[Any, ...]]]:
    """Return id, project and satang of lines by instant, read from the tables of before."""
    return {
        f"as of {at}": sorted(tuple(row) for row in await database.pool.fetch(EARLIER_LINES, at))
        for at in (None, *instants)
    }


async def fetch_lines(
    database: Database, instants: list[datetime]
) -> dict[str, list[tuple[Any, ...]]]:
    """Return the same as the program answers it."""
    projects = [row["id"] for row in await database.pool.fetch("select id from project")]
    found: dict[str, list[tuple[Any, ...]]] = {}
    for at in (None, *instants):
        async with database.read_transaction() as transaction:
            by_project = await BudgetLines(transaction, ANONYMOUS).by_projects(projects, at=at)
        found[f"as of {at}"] = sorted(
            (line.id, line.project_id, line.amount.satang)
            for lines in by_project.values()
            for line in lines
        )
    return found


@pytest.fixture
async def migrated(
    empty_dsn: str,
) -> AsyncIterator[tuple[Database, dict[str, Any], dict[str, Any]]]:
    """A database that was migrated with rows in it, and its state before and after."""
    await migrate(empty_dsn, "0010")
    async with open_database(empty_dsn, pool_size=2) as database:
        async with database.pool.acquire() as connection:
            instants = await insert_earlier_rows(connection)
        before = await fetch_state(database)
        before |= await fetch_earlier_lines(database, instants)
    await migrate(empty_dsn)
    async with open_database(empty_dsn, pool_size=2) as database:
        after = await fetch_state(database)
        yield database, before, after | await fetch_lines(database, instants)


Migrated = tuple[Database, dict[str, Any], dict[str, Any]]


async def test_ids_figures_history_and_the_audit_log_stay_the_same(migrated: Migrated) -> None:
    _, before, after = migrated
    assert len({json.dumps(before[key]) for key in before if key.startswith("as of")}) == 3
    assert len(before["history.budget_line"]) > len(KEYS) / 2
    for key, rows in before.items():
        assert after[key] == rows, key


async def test_source_records_have_the_ids_and_hashes_that_runs_compute(migrated: Migrated) -> None:
    pool = migrated[0].pool
    rows = await pool.fetch("select id, value, encode(payload_hash, 'hex') from source_record")
    assert {row[1]: row[0] for row in rows} == {key: build_record_id("s", key) for key in KEYS}
    assert {row[2] for row in rows} == {"ab" * 32}
    past = await pool.fetch("select value, encode(payload_hash, 'hex') from history.source_record")
    assert dict(past) == HASHES


async def test_record_ids_are_the_same_in_sql_and_in_python(database: Database) -> None:
    for name in ("", "s:0123", "แหล่ง:ระเบียน"):
        number = await database.pool.fetchval("select record_id_of($1)", name)
        assert number == compute_record_id(name)


async def test_raw_payloads_are_compressed_and_read_back(migrated: Migrated) -> None:
    pool = migrated[0].pool
    async with pool.acquire() as connection:
        payloads = await RawRecords(connection, "s").fetch(list(HASHES.values()))
    assert {one.payload for one in payloads.values()} == set(PAYLOADS.values())
    assert {one.form for one in payloads.values()} == {"JSON"}
    stored = await pool.fetchval("select sum(length(payload)) from raw_record")
    assert stored < sum(map(len, PAYLOADS.values())) / 2


async def test_interrupted_run_keeps_what_it_has_seen(migrated: Migrated) -> None:
    record_ids = {key: build_record_id("s", key) for key in KEYS}
    async with migrated[0].pool.acquire() as connection:
        run = await connection.fetchval("select id from source_run")
        seen = await seen_records.fetch_seen(connection, run, record_ids)
    assert {
        key: [(one.hash, one.outcome.value, one.prior_hash, one.block) for one in versions]
        for key, versions in seen.items()
    } == {
        KEYS[0]: [(HASHES[KEYS[0]], "UNCHANGED", HASHES[KEYS[0]], None)],
        KEYS[1]: [(HASHES[KEYS[1]], "CHANGED", HASHES[KEYS[0]], "b#1")],
    }


async def test_stored_joins_and_loaded_reference_rows_refer_to_the_new_ids(
    migrated: Migrated,
) -> None:
    pool, number = migrated[0].pool, compute_record_id(RECORD_IDS[KEYS[0]])
    telling = json.loads(await pool.fetchval("select telling from stand_in"))
    assert telling["provenance"]["record_id"] == number
    loaded = json.loads(await pool.fetchval("select keys from seeded"))
    assert loaded["source_record"] == [[number]]
    assert loaded["area"]["rows"] == [[["23"], "digest"]]

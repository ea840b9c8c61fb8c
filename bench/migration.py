"""Measure the migration of a database of before migration 0011: `migration.py [RECORDS]`.

A database of revision 0010 is filled with records of the budget service (1,000,000): payload,
source record, project, four budget lines and two rows of provenance each, and earlier states of a
tenth of the lines. Then it is migrated as at the start of a hub. Prints and saves the duration, the
bytes on disk before and after, and the WAL; then the first compaction of the rollup.
"""

import asyncio
import json
import sys
import time
from typing import Any

import asyncpg

from bench.benchmark import describe_machine, save_report
from bench.ingest import temporary_database
from hub.sandbox.records import GeneratedRecords
from hub.store.database import open_database
from hub.store.migrate import migrate
from hub.store.rollup import compact_rollup

EARLIER = "0010"
TINY_ARGUMENTS = ("300",)
SAMPLES = 1_000
"""Different payloads; each record has one of them with its own number."""
ID = "'s:' || left(encode(sha256(convert_to('2567|' || n, 'UTF8')), 'hex'), 24)"
FILL = (
    "insert into source (id, name_th, kind, health) values ('s', 'แหล่ง', 'REGISTER', 'OK')",
    f"""
    create temporary table record as
    select n, {ID} as id, '2567|' || n as key, payload,
        encode(sha256(payload), 'hex') as hash
    from (
        select n, convert_to(replace(sample.text, '@', n::text), 'UTF8') as payload
        from generate_series(1, $RECORDS) n join sample on sample.number = n % $SAMPLES
    ) numbered
    """,  # noqa: S608 - constants
    "insert into raw_record select hash, 'JSON', payload from record on conflict do nothing",
    """
    insert into project (id, name_th, sort_key, fiscal_years, visibility, source_id, source_key)
    select id, 'โครงการก่อสร้างถนนสาย ' || n, 'โครงการก่อสร้างถนนสาย ' || n, '{2024}',
        'PUBLISHED', 's', key
    from record
    """,
    """
    insert into source_record (id, source_id, scheme, value, payload_hash, retrieved_at, scope,
        project_id)
    select id, 's', 's', key, hash, now(), '2567', id from record
    """,
    """
    insert into budget_line (id, project_id, fiscal_year, phase, funding, amount, record_id,
        source_id)
    select id || '-' || line, id, 2021 + line, 'APPROPRIATED', 'MINISTRY', 100 * n, id, 's'
    from record cross join generate_series(0, 3) line
    """,
    """
    insert into provenance (subject, ordinal, source_id, record_id, asserted)
    select 'gid://hub/' || kind || '/' || id, 0, 's', id, 'REPORTED'
    from record cross join unnest(array['Project', 'BudgetLine']) kind
    """,
)
CORRECT = "update budget_line set amount = amount + 1 where amount % 10 = 0 and fiscal_year = 2021"


async def fill(dsn: str, records: int) -> None:
    """Insert the records; the triggers of references and of history are off, because they are slow.

    The correction at the end writes history as ever.
    """
    connection = await asyncpg.connect(dsn)
    await connection.execute("set session_replication_role = replica")
    await connection.execute("create temporary table sample (number integer, text text)")
    generated = GeneratedRecords(SAMPLES)
    samples = [
        (number, json.dumps(generated.budget(number) | {"number": "@"}, ensure_ascii=False))
        for number in range(SAMPLES)
    ]
    await connection.copy_records_to_table("sample", records=samples)
    for statement in FILL:
        numbered = statement.replace("$RECORDS", str(records)).replace("$SAMPLES", str(SAMPLES))
        await connection.execute(numbered, timeout=None)
    await connection.execute("set session_replication_role = origin")
    await connection.execute(CORRECT)
    await connection.execute("vacuum analyze")
    await connection.close()


async def measure_storage(dsn: str) -> tuple[int, int]:
    """Return the bytes of the database after a checkpoint, and of all WAL written until now."""
    connection = await asyncpg.connect(dsn)
    await connection.execute("checkpoint")
    size = await connection.fetchval("select pg_database_size(current_database())")
    wal = await connection.fetchval("select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint")
    await connection.close()
    return size, wal


async def measure(dsn: str, records: int) -> dict[str, Any]:
    """Return the figures of a migration from the earlier revision to the newest."""
    await migrate(dsn, EARLIER)
    started = time.perf_counter()
    await fill(dsn, records)
    filled = time.perf_counter() - started
    before, wal_before = await measure_storage(dsn)
    print(json.dumps({"records": records, "fill_s": round(filled), "before": before}), flush=True)
    started = time.perf_counter()
    revision = await migrate(dsn)
    seconds = time.perf_counter() - started
    after, wal_after = await measure_storage(dsn)
    started = time.perf_counter()
    async with open_database(dsn) as database:
        noted = await compact_rollup(database)
    return {
        "records": records,
        "from": EARLIER,
        "to": revision,
        "seconds": round(seconds, 1),
        "records_per_s": round(records / seconds),
        "database_mb_before": round(before / 1e6),
        "database_mb_after": round(after / 1e6),
        "after_to_before": round(after / before, 2),
        "wal_mb": round((wal_after - wal_before) / 1e6),
        "projects_compacted": noted,
        "compaction_s": round(time.perf_counter() - started, 1),
    }


def main(records: int) -> None:
    """Measure; print the results and save them in bench/results."""
    with temporary_database() as server:
        result = asyncio.run(measure(server.dsn, records))
    print(json.dumps(result))
    save_report("migration", describe_machine() | result)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)

"""Measure where the bytes of a record are: `PYTHONPATH=. python bench/storage.py [RECORDS]`.

New records of the budget service (20,000 in pages of 500) are ingested into an empty database, and
the rollup is compacted. The results are bytes per record by table and index, and of WAL by the kind
of its records (`pg_waldump --stats=record`).
"""

import asyncio
import json
import re
import subprocess
import sys
from typing import Any

import asyncpg

from bench.benchmark import describe_machine, save_report
from bench.ingest import (
    declare_source,
    ingest_pages,
    prepare_database,
    serve_pages,
    temporary_database,
)
from hub.store.database import open_database
from hub.store.embedded.account import choose_account
from hub.store.embedded.location import find_programs
from hub.store.embedded.server import EmbeddedServer
from hub.store.rollup import compact_rollup

PAGE_SIZE = 500
TINY_ARGUMENTS = ("60",)
KEEP_WAL = {"wal_keep_size": "4GB"}
SIZES = """
select c.oid::regclass::text as name, coalesce(i.indrelid::regclass::text, '') as of,
    pg_relation_size(c.oid) + case when c.relkind = 'r' and c.reltoastrelid <> 0
        then pg_total_relation_size(c.reltoastrelid) else 0 end as bytes
from pg_class c join pg_namespace n on n.oid = c.relnamespace
left join pg_index i on i.indexrelid = c.oid
where n.nspname in ('public', 'history') and c.relkind in ('r', 'i')
"""
MIN_BYTES = 5
"""Bytes per record from which a table, an index or a kind of WAL is listed."""
WAL_KIND = re.compile(r"^(\S+)\s.*?\)\s+\d+\s.*?\)\s+\d+\s.*?\)\s+(\d+)\s\(", re.MULTILINE)


async def fetch_sizes(connection: asyncpg.Connection) -> dict[str, tuple[str, int]]:
    """Return the table (empty for a table) and bytes of each table and index, by name."""
    await connection.execute("checkpoint")
    return {row["name"]: (row["of"], row["bytes"]) for row in await connection.fetch(SIZES)}


async def fetch_position(connection: asyncpg.Connection) -> str:
    """Return the position at the end of the WAL."""
    return str(await connection.fetchval("select pg_current_wal_flush_lsn()::text"))


def count_wal(server: EmbeddedServer, first: str, last: str) -> dict[str, int]:
    """Return the bytes of the WAL between two positions by the kind of its records."""
    programs, _ = find_programs(choose_account(server.data_dir), lambda _: None)
    command = [str(programs / "bin/pg_waldump"), "--stats=record", "-s", first, "-e", last]
    output = subprocess.run(
        [*command, "-p", str(server.data_dir / "pg/pg_wal")],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return {kind: int(size) for kind, size in WAL_KIND.findall(output) if kind != "Total"}


async def measure(server: EmbeddedServer, port: int) -> dict[str, Any]:
    """Return the bytes per record of tables, indexes and WAL."""
    async with open_database(server.dsn) as hub:
        await compact_rollup(hub)
        before = await fetch_sizes(hub.pool)
        first = await fetch_position(hub.pool)
        result = await ingest_pages(hub, declare_source(port, PAGE_SIZE))
        await compact_rollup(hub)
        last = await fetch_position(hub.pool)
        after = await fetch_sizes(hub.pool)
        lines = await hub.pool.fetchval("select count(*) from budget_line")
    count = result.ledger.read
    grown = {
        name: (of, round((size - before.get(name, ("", 0))[1]) / count))
        for name, (of, size) in after.items()
    }
    return {
        "records": count,
        "lines_per_record": round(lines / count, 2),
        "tables": list_largest({name: size for name, (of, size) in grown.items() if not of}),
        "indexes": list_largest({name: size for name, (of, size) in grown.items() if of}),
        "wal": list_largest(
            {kind: round(n / count) for kind, n in count_wal(server, first, last).items()}
        ),
    }


def list_largest(sizes: dict[str, int]) -> dict[str, int]:
    """Return the sizes from `MIN_BYTES`, the largest first, after their sum."""
    found = {
        name: n for name, n in sorted(sizes.items(), key=lambda one: -one[1]) if n >= MIN_BYTES
    }
    return {"all": sum(sizes.values()), **found}


def main(count: int) -> None:
    """Measure; print the results and save them in bench/results."""
    with serve_pages(count, PAGE_SIZE) as port, temporary_database(KEEP_WAL) as server:
        asyncio.run(prepare_database(server.dsn))
        results = asyncio.run(measure(server, port))
    print(json.dumps(results, indent=1))
    report = {**describe_machine(), "page_size": PAGE_SIZE, "bytes_per_record": results}
    save_report("storage", report)


if __name__ == "__main__":
    main(*(map(int, sys.argv[1:] or ["20000"])))

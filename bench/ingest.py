"""Measure ingest throughput: the hub, a bare COPY of the rows it writes, and dlt (PyPI).

All read the same pages from one local server, and write into one PostgreSQL, one after the other:
`PYTHONPATH=. python bench/ingest.py [RECORDS [PAGE_SIZE]]` (20,000 records in pages of 20). dlt is
installed into a temporary environment. The hub resolves names, validates, hashes, and stores raw
records and provenance; COPY and dlt store their input. Bytes of database and WAL are per record,
after a checkpoint. On a shared machine CPU seconds are more reliable than seconds, so ratios are
stated of both.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import asyncpg

from bench.benchmark import (
    ROOT,
    describe_machine,
    is_offline,
    postgres_cpu_seconds,
    save_report,
    temporary_environment,
)
from connectors.kit.paging import HttpPages
from connectors.registry import find_connector
from hub.bootstrap.startup import REFERENCE_FOLDER
from hub.domain.record import record
from hub.domain.sources.spec import AuthMethod, SourceSpec
from hub.ingest.run import RunResult, SourceInput, ingest
from hub.store.database import Database, open_database
from hub.store.embedded import server as embedded_server
from hub.store.migrate import migrate
from hub.store.reference.seed import seed

DLT = "dlt[postgres]==1.31.0"
SOURCE = "govspending_budget"
TINY_ARGUMENTS = ("60",)
WRITTEN_ROWS = {
    "raw_record": "select * from raw_record",
    "project": "select * from project where source_id = 'govspending_budget'",
    "source_record": "select * from source_record where source_id = 'govspending_budget'",
    "budget_line": "select * from budget_line where source_id = 'govspending_budget'",
    "provenance": "select * from provenance where source_id = 'govspending_budget'",
}


@contextmanager
def serve_pages(count: int, page_size: int) -> Iterator[int]:
    """Serve the pages from another process; yield its port."""
    command = [sys.executable, "-m", "bench.page_server", str(count), str(page_size)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout  # noqa: S101 - stdout is a pipe
        yield int(server.stdout.readline())
        server.terminate()


@contextmanager
def temporary_database(
    settings: Mapping[str, str] | None = None,
) -> Iterator[embedded_server.EmbeddedServer]:
    """Start an empty PostgreSQL with settings of its own for the block."""
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as folder:
        Path(folder).chmod(0o711)
        server = embedded_server.start(
            Path(folder) / "data", report=lambda _: None, settings=settings
        )
        try:
            yield server
        finally:
            server.stop()


async def prepare_database(dsn: str) -> None:
    """Create the hub's tables and reference data, and a second database for the others."""
    await migrate(dsn)
    connection = await asyncpg.connect(dsn)
    await seed(connection, REFERENCE_FOLDER, lambda _: None)
    await connection.execute("create database peer")
    await connection.close()


@record
class StorageSize:
    """Bytes of the database and of all WAL written until now."""

    database: int
    wal: int


async def measure_storage(connection: asyncpg.Connection) -> StorageSize:
    """Return the sizes, then write a checkpoint."""
    wal = await connection.fetchval("select pg_current_wal_insert_lsn() - '0/0'::pg_lsn")
    await connection.execute("checkpoint")
    size = await connection.fetchval("select pg_database_size(current_database())")
    return StorageSize(size, int(wal))


def declare_source(port: int, page_size: int) -> SourceSpec:
    """Return the declaration of the budget service at the local server."""
    spec = find_connector(SOURCE).spec
    return replace(
        spec,
        url=f"http://127.0.0.1:{port}/budget",
        auth=replace(spec.auth, kind=AuthMethod.NONE),
        paging=replace(spec.paging, step=page_size),
    )


async def ingest_pages(hub: Database, spec: SourceSpec) -> RunResult:
    """Ingest all pages of the local server."""
    read = find_connector(SOURCE).read
    return await ingest(hub, spec, read, SourceInput(HttpPages(spec), "bench"))


async def measure_hub(dsn: str, port: int, data: Path, page_size: int) -> list[dict[str, Any]]:
    """Measure the hub twice: with new records, and with unchanged ones."""
    spec = declare_source(port, page_size)
    results = []
    async with open_database(dsn) as hub:
        await measure_storage(hub.pool)
        for label in ("hub, new", "hub, unchanged"):
            before = await measure_storage(hub.pool)
            cpu, postgres_before, started = (
                time.process_time(),
                postgres_cpu_seconds(data),
                time.perf_counter(),
            )
            result = await ingest_pages(hub, spec)
            count = result.ledger.read
            row = build_result_row(label, count, time.perf_counter() - started)
            row["cpu_s"] = round(time.process_time() - cpu, 2)
            row["postgres_cpu_s"] = round(postgres_cpu_seconds(data) - postgres_before, 2)
            after = await measure_storage(hub.pool)
            row["database_bytes_per_record"] = round((after.database - before.database) / count)
            row["wal_bytes_per_record"] = round((after.wal - before.wal) / count)
            results.append(row)
        lines = await hub.pool.fetchval(
            "select count(*) from budget_line where source_id = $1", SOURCE
        )
        results[0]["lines_per_record"] = round(lines / count, 2)
    return results


async def measure_copy(dsn: str, count: int) -> dict[str, Any]:
    """Copy the rows written by the hub into tables without keys, constraints and indexes."""
    connection = await asyncpg.connect(dsn)
    seconds, rows = 0.0, 0
    for table, statement in WRITTEN_ROWS.items():
        records = [tuple(row) for row in await connection.fetch(statement)]
        await connection.execute(f"create table bare_{table} as select * from {table} limit 0")  # noqa: S608
        started = time.perf_counter()
        await connection.copy_records_to_table(f"bare_{table}", records=records)
        seconds += time.perf_counter() - started
        rows += len(records)
    await connection.close()
    return build_result_row("bare COPY of the hub's rows", count, seconds) | {"rows": rows}


def measure_dlt(
    host: str, port: int, count: int, data: Path, page_size: int
) -> list[dict[str, Any]]:
    """Measure dlt with append and with merge (no duplicates), each twice."""
    results = []
    with (
        temporary_environment(DLT) as python,
        tempfile.TemporaryDirectory(prefix="hub-bench-dlt-") as folder,
    ):
        environment = os.environ | {"RUNTIME__DLTHUB_TELEMETRY": "false"}  # noqa: TID251 - it starts a process
        for disposition in ("APPEND", "MERGE"):
            for label in ("new", "again"):
                postgres_before = postgres_cpu_seconds(data)
                output = subprocess.run(
                    [
                        python,
                        str(ROOT / "bench/load_with_dlt.py"),
                        str(port),
                        host,
                        disposition,
                        str(page_size),
                    ],
                    check=True,
                    capture_output=True,
                    text=True,
                    cwd=folder,
                    env=environment,
                ).stdout
                loaded = json.loads(output.splitlines()[-1])
                row = build_result_row(
                    f"dlt, {disposition.lower()}, {label}", count, loaded["seconds"]
                )
                row |= {"cpu_s": loaded["cpu_s"]}
                row |= {"postgres_cpu_s": round(postgres_cpu_seconds(data) - postgres_before, 2)}
                results.append(row | {"rows": loaded["rows"]})
    return results


def build_result_row(label: str, count: int, seconds: float) -> dict[str, Any]:
    """Return one row of the results."""
    rate = round(count / seconds)
    return {"what": label, "records": count, "seconds": round(seconds, 2), "records_per_s": rate}


def compare_with_dlt(results: list[dict[str, Any]]) -> dict[str, float]:
    """Return the hub's speed as a multiple of dlt's merge, in seconds and in CPU seconds."""
    by_label = {row["what"]: row for row in results}
    ratios: dict[str, float] = {}
    for label, ours, theirs in (
        ("new", "hub, new", "dlt, merge, new"),
        ("unchanged", "hub, unchanged", "dlt, merge, again"),
    ):
        hub, dlt = by_label[ours], by_label[theirs]
        ratios[f"{label}, seconds"] = round(dlt["seconds"] / hub["seconds"], 2)
        hub_cpu = hub["cpu_s"] + hub["postgres_cpu_s"]
        ratios[f"{label}, cpu"] = round((dlt["cpu_s"] + dlt["postgres_cpu_s"]) / hub_cpu, 2)
    return ratios


def main(count: int, page_size: int = 20) -> None:
    """Run all measurements; print the results and save them in bench/results."""
    with serve_pages(count, page_size) as port, temporary_database() as server:
        asyncio.run(prepare_database(server.dsn))
        host = server.dsn.partition("host=")[2].partition("&")[0]
        data = server.data_dir
        results = asyncio.run(measure_hub(server.dsn, port, data, page_size))
        results.append(asyncio.run(measure_copy(server.dsn, count)))
        results[0]["rows"] = results[-1]["rows"]
        if not is_offline():
            results += measure_dlt(host, port, count, data, page_size)
    ratios = {} if is_offline() else compare_with_dlt(results)
    for row in [*results, ratios]:
        print(json.dumps(row))
    report = {
        **describe_machine(),
        "asyncpg": version("asyncpg"),
        "dlt": DLT,
        "page_size": page_size,
        "speed_as_multiple_of_dlt_merge": ratios,
        "results": results,
    }
    save_report("ingest" if page_size == 20 else f"ingest-pages-of-{page_size}", report)


if __name__ == "__main__":
    main(*(map(int, sys.argv[1:] or ["20000"])))

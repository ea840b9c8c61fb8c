"""Measure ingest throughput: the hub, a bare COPY of the rows it writes, and dlt (PyPI).

All read the same pages of twenty records from one local server, and write into one PostgreSQL, one
after the other: `PYTHONPATH=. python bench/ingest.py [RECORDS]`. dlt is installed into a temporary
environment. The hub resolves names, validates, hashes, and stores raw records and provenance; COPY
and dlt store their input. On a shared machine CPU seconds are more reliable than seconds.
"""

import asyncio
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import asyncpg

from bench.benchmark import ROOT, postgres_cpu_seconds
from connectors.kit.paging import HttpPages
from connectors.registry import find_connector
from hub.bootstrap.startup import REFERENCE_FOLDER
from hub.domain.sources.spec import AuthMethod
from hub.ingest.run import SourceInput, ingest
from hub.store.database import open_database
from hub.store.embedded import server as embedded_server
from hub.store.migrate import migrate
from hub.store.reference.seed import seed

DLT = "dlt[postgres]==1.31.0"
SOURCE = "govspending_budget"
WRITTEN_ROWS = {
    "raw_record": "select * from raw_record",
    "project": "select * from project where source_id = 'govspending_budget'",
    "source_record": "select * from source_record where source_id = 'govspending_budget'",
    "budget_line": "select * from budget_line where source_id = 'govspending_budget'",
    "provenance": "select * from provenance where source_id = 'govspending_budget'",
}


@contextmanager
def serve_pages(count: int) -> Iterator[int]:
    """Serve the pages from another process; yield its port."""
    command = [sys.executable, "-m", "bench.page_server", str(count)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout  # noqa: S101 - stdout is a pipe
        yield int(server.stdout.readline())
        server.terminate()


@contextmanager
def temporary_database() -> Iterator[embedded_server.EmbeddedServer]:
    """Start an empty PostgreSQL for the block."""
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as folder:
        Path(folder).chmod(0o711)
        server = embedded_server.start(Path(folder) / "data", report=lambda _: None)
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


async def measure_hub(dsn: str, port: int, data: Path) -> list[dict[str, Any]]:
    """Measure the hub twice: with new records, and with unchanged ones."""
    source = find_connector(SOURCE)
    spec = replace(
        source.spec,
        url=f"http://127.0.0.1:{port}/budget",
        auth=replace(source.spec.auth, kind=AuthMethod.NONE),
    )
    results = []
    async with open_database(dsn) as hub:
        for label in ("hub, new", "hub, unchanged"):
            cpu, postgres_before, started = (
                time.process_time(),
                postgres_cpu_seconds(data),
                time.perf_counter(),
            )
            result = await ingest(hub, spec, source.read, SourceInput(HttpPages(spec), "bench"))
            row = build_result_row(label, result.ledger.read, time.perf_counter() - started)
            row["cpu_s"] = round(time.process_time() - cpu, 2)
            row["postgres_cpu_s"] = round(postgres_cpu_seconds(data) - postgres_before, 2)
            results.append(row)
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


def measure_dlt(host: str, port: int, count: int, data: Path) -> list[dict[str, Any]]:
    """Measure dlt with append and with merge (no duplicates), each twice."""
    results = []
    with tempfile.TemporaryDirectory(prefix="hub-bench-dlt-") as folder:
        venv.create(f"{folder}/venv", with_pip=True)
        python = f"{folder}/venv/bin/python"
        subprocess.run([python, "-m", "pip", "install", "-qq", DLT], check=True)
        environment = os.environ | {"RUNTIME__DLTHUB_TELEMETRY": "false"}  # noqa: TID251 - it starts a process
        for disposition in ("APPEND", "MERGE"):
            for label in ("new", "again"):
                postgres_before = postgres_cpu_seconds(data)
                output = subprocess.run(
                    [python, str(ROOT / "bench/load_with_dlt.py"), str(port), host, disposition],
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


def main(count: int) -> None:
    """Run all measurements; print the results and save them in bench/results."""
    with serve_pages(count) as port, temporary_database() as server:
        asyncio.run(prepare_database(server.dsn))
        host = server.dsn.partition("host=")[2].partition("&")[0]
        data = server.data_dir
        results = asyncio.run(measure_hub(server.dsn, port, data))
        results.append(asyncio.run(measure_copy(server.dsn, count)))
        results[0]["rows"] = results[-1]["rows"]
        results += measure_dlt(host, port, count, data)
    for row in results:
        print(json.dumps(row))
    report = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        "load_of_the_machine": round(os.getloadavg()[1], 2),
        "python": platform.python_version(),
        "asyncpg": version("asyncpg"),
        "dlt": DLT,
        "results": results,
    }
    (ROOT / "bench/results/ingest.json").write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)

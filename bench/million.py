"""Measure the memory of a long run: a million generated records over HTTP.

`PYTHONPATH=. python bench/million.py [RECORDS]` prints records, records/s and resident memory ten
times, saves them in bench/results/million.json, and fails if memory grew. The limit is in
megabytes, never in time.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.benchmark import ROOT, describe_machine, save_report
from bench.ingest import SOURCE, prepare_database, temporary_database
from connectors.kit.paging import create_http_pages
from connectors.registry import find_connector
from hub.ingest.run import SourceInput, ingest
from hub.sandbox.agency import USER_TOKEN
from hub.store.database import open_database

MAX_GROWTH_MEGABYTES = 48.0
"""Megabytes by which a run may grow after its first tenth."""
TINY_ARGUMENTS = ("50",)
TABLE_SIZES = """
select c.relname, pg_total_relation_size(c.oid) as bytes
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname = 'public' order by 2 desc limit 8
"""


@contextmanager
def serve_agency(count: int) -> Iterator[str]:
    """Serve a local agency from another process; yield the address of its budget API."""
    command = [
        sys.executable,
        "-m",
        "hub",
        "demo",
        "sandbox",
        "--records",
        str(count),
        "--port",
        "0",
    ]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as server:
        assert server.stdout  # noqa: S101 - stdout is a pipe
        line = next(line for line in server.stdout if "/budget/bbgfproject" in line)
        yield line[line.index("http") :].partition("?")[0]
        server.terminate()


def resident_megabytes() -> float:
    """Return the resident memory of this process in megabytes."""
    resident_pages = int(Path("/proc/self/statm").read_text().split()[1])
    return resident_pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def measure_run(dsn: str, url: str, count: int) -> dict[str, Any]:
    """Ingest all records; return the memory after each tenth and the sizes of the tables."""
    source = find_connector(SOURCE)
    spec = replace(source.spec, url=url)
    tenths: list[dict[str, Any]] = []
    started = time.perf_counter()

    def progress(read: int, _total: int | None) -> None:
        if read >= (len(tenths) + 1) * count // 10:
            seconds = time.perf_counter() - started
            tenths.append(
                {
                    "records": read,
                    "records_per_s": round(read / seconds),
                    "rss_mb": round(resident_megabytes(), 1),
                }
            )
            print(json.dumps(tenths[-1]), flush=True)

    async with open_database(dsn) as hub:
        source_input = SourceInput(create_http_pages(spec, lambda _: USER_TOKEN, None), "sandbox")
        result = await ingest(hub, spec, source.read, source_input, progress=progress)
        sizes = {row["relname"]: row["bytes"] for row in await hub.pool.fetch(TABLE_SIZES)}
    if result.ledger.read != count or not result.ledger.balanced:
        raise SystemExit(f"{result.ledger.read:,} of {count:,} records")
    return {
        "seconds": round(time.perf_counter() - started),
        "ledger": {outcome.value: n for outcome, n in result.ledger.counts.items()},
        "tenths": tenths,
        "table_mb": {name: round(size / 1e6) for name, size in sizes.items()},
    }


def main(count: int) -> None:
    """Run the measurement; fail if memory grew."""
    with serve_agency(count) as url, temporary_database() as server:
        asyncio.run(prepare_database(server.dsn))
        measured = asyncio.run(measure_run(server.dsn, url, count))
    report = {
        **describe_machine(),
        "records": count,
        **measured,
    }
    if count >= 1_000_000:
        save_report("million", report)
    first, *rest = [tenth["rss_mb"] for tenth in measured["tenths"]]
    if (grown := max([first, *rest]) - first) > MAX_GROWTH_MEGABYTES:
        raise SystemExit(f"memory grew by {grown:.0f} MB after the first tenth")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)

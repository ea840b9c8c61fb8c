"""Measure the latency of requests: a hub in one process, the load from this one.

Prints and saves requests/s, p50 and p99 in ms, and CPU ms per request of the hub and of its
PostgreSQL, with the machine and the date. Nothing is asserted; the results are for reading.
"""

import asyncio
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class BenchmarkQuery:
    """A GraphQL query with its variables, and the name of its result."""

    name: str
    query: str
    variables: dict[str, object]


def describe_machine() -> dict[str, object]:
    """Return when and where a benchmark ran, for the head of its report."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        "load_of_the_machine": round(os.getloadavg()[1], 2),
        "python": platform.python_version(),
    }


def results_folder() -> Path:
    """Return the folder of the results: bench/results, or that of `BENCH_RESULTS`."""
    return Path(os.environ.get("BENCH_RESULTS") or ROOT / "bench/results")  # noqa: TID251 - not a setting of the hub


def read_report(name: str) -> dict[str, Any]:
    """Return a saved report; `FileNotFoundError` if there is none."""
    report: dict[str, Any] = json.loads((results_folder() / f"{name}.json").read_text("utf-8"))
    return report


def save_report(name: str, report: Mapping[str, object], picture: str | None = None) -> None:
    """Save a report, and its SVG, in bench/results or in the folder of `BENCH_RESULTS`."""
    folder = results_folder()
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    if picture is not None:
        (folder / f"{name}.svg").write_text(picture, "utf-8")


def is_offline() -> bool:
    """Return whether peers from a package registry are left out: `BENCH_OFFLINE` is set."""
    return bool(os.environ.get("BENCH_OFFLINE"))  # noqa: TID251 - not a setting of the hub


@contextmanager
def temporary_environment(*packages: str) -> Iterator[str]:
    """Install packages into a virtual environment for the block; yield its Python."""
    with tempfile.TemporaryDirectory(prefix="hub-bench-venv-") as folder:
        if packages:
            venv.create(folder, with_pip=True)
            command = [f"{folder}/bin/python", "-m", "pip", "install", "-qq", *packages]
            subprocess.run(command, check=True)
        yield f"{folder}/bin/python"


@contextmanager
def run_hub(**changes: str) -> Iterator[tuple[int, int, Path]]:
    """Start a hub on a free port with a new database: (port, pid, data folder).

    It has no limits of rate and computes each answer, also when a request is repeated, unless
    `changes` of its settings set them.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as folder:
        Path(folder).chmod(0o711)
        environment = os.environ | {  # noqa: TID251 - a bench starts a process
            "HUB_PORT": str(port),
            "HUB_RATE": "0",
            "HUB_AT_ONCE": "0",
            "HUB_CACHE_MB": "0",
            "HUB_DATA_DIR": f"{folder}/data",
            "PYTHONPATH": str(ROOT),
            **changes,
        }
        command = [sys.executable, "-m", "hub", "serve"]
        with subprocess.Popen(
            command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL
        ) as process:
            try:
                asyncio.run(wait_until_ready(port))
                yield port, process.pid, Path(folder) / "data"
            finally:
                process.terminate()
                process.wait(30)


async def wait_until_ready(port: int) -> None:
    """Wait until /readyz answers 200, two minutes at most."""
    for _ in range(600):
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.2)
            continue
        writer.write(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        status = await reader.readline()
        writer.close()
        if b" 200 " in status:
            return
        await asyncio.sleep(0.2)
    raise TimeoutError("the hub was not ready within two minutes")


def process_times(pid: int) -> list[int]:
    """Return a process's parent, then its CPU ticks: user, system, and of children that were
    reaped.
    """
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return [int(fields[1]), *map(int, fields[11:15])]


def cpu_seconds(pid: int) -> float:
    """Return the CPU seconds that a process has used itself."""
    return sum(process_times(pid)[1:3]) / TICK


def postgres_cpu_seconds(data: Path) -> float:
    """Return the CPU seconds of the PostgreSQL in a data folder, with its processes that have
    ended.

    When a process ends, its time is added to the reaped children of the server. A process that ends
    between two reads (autovacuum does) would be counted twice or not at all, and the difference of
    two samples could be negative. So the sample is repeated until no process started or ended
    meanwhile.
    """
    server = int((data / "pg/postmaster.pid").read_text().split()[0])
    before = server_processes(server)
    while True:
        after = server_processes(server)
        if after.keys() == before.keys() and after[server][3:] == before[server][3:]:
            own = sum(sum(times[1:3]) for times in after.values())
            return (own + sum(after[server][3:])) / TICK
        before = after


def server_processes(server: int) -> dict[int, list[int]]:
    """Return the times of a server and of its children, including ended ones not yet reaped."""
    found = {server: process_times(server)}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended
            if (times := process_times(int(process.name)))[0] == server:
                found[int(process.name)] = times
    return found


async def run_load(
    port: int, benchmark: BenchmarkQuery, connections: int, requests: int
) -> list[float]:
    """Send a request so many times over so many connections; return the milliseconds of each."""
    body = json.dumps({"query": benchmark.query, "variables": benchmark.variables}).encode()
    message = (
        b"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"Content-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body
    )
    durations: list[float] = []
    remaining = iter(range(requests))

    async def send_requests() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in remaining:
            started = time.perf_counter()
            writer.write(message)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(head.decode())
            length = next(
                int(line.split(b":")[1])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length:")
            )
            answer = await reader.readexactly(length)
            if b'"errors"' in answer[:40]:
                raise RuntimeError(answer.decode()[:400])
            durations.append((time.perf_counter() - started) * 1000)
        writer.close()

    await asyncio.gather(*(send_requests() for _ in range(connections)))
    return sorted(durations)


def run_benchmarks(benchmarks: list[BenchmarkQuery]) -> None:
    """Measure each query with 1 and with 8 connections; print a table and save it in
    bench/results.

    The first argument of the script is the number of requests, 300 by default.
    """
    requests = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    results = []
    with run_hub() as (port, pid, data):
        for benchmark in benchmarks:
            asyncio.run(run_load(port, benchmark, 1, min(20, requests)))
            for connections in (1, 8):
                before, before_db, started = (
                    cpu_seconds(pid),
                    postgres_cpu_seconds(data),
                    time.perf_counter(),
                )
                durations = asyncio.run(run_load(port, benchmark, connections, requests))
                seconds = time.perf_counter() - started
                row = {
                    "question": benchmark.name,
                    "connections": connections,
                    "requests_per_s": round(requests / seconds, 1),
                    "p50_ms": round(durations[len(durations) // 2], 1),
                    "p99_ms": round(durations[max(0, int(len(durations) * 0.99) - 1)], 1),
                    "hub_cpu_ms": round((cpu_seconds(pid) - before) * 1000 / requests, 2),
                    "postgres_cpu_ms": round(
                        (postgres_cpu_seconds(data) - before_db) * 1000 / requests, 2
                    ),
                }
                results.append(row)
                print(json.dumps(row))
    report = {
        **describe_machine(),
        "results": results,
    }
    save_report(Path(sys.argv[0]).stem, report)

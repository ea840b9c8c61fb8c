"""Run two nodes under mixed load while PostgreSQL is killed: `long_run.py [SECONDS [RECORDS]]`.

For an hour: light and heavy queries, followers that come and go, sign-ins, ingest of a local agency
by another process, and six kills of the database server. Samples of memory, connections and
disk are printed and saved; every request that failed is counted by its kind. The run fails for
failures that no kill explains, for memory or connections that grew, when the audit chain is broken,
and when the ledger or one of ten matrices differs from those of a hub that was filled in peace.
"""

import asyncio
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import asyncpg

from bench.attacks import frame, open_socket, request
from bench.benchmark import ROOT, describe_machine, run_hub, save_report
from bench.fairness import read_memory, sign_in
from hub.store.embedded.attachments import find_server_pid, read_postmaster_pid

TINY_ARGUMENTS = ("6", "20")
MAX_KILLS: Final = 6
SECONDS_PER_KILL: Final = 20
SAMPLES: Final = 12
RECOVERY: Final = 30.0
"""Seconds after a kill in which a request may fail because the hub is not ready."""
MAX_GROWTH: Final = 1.2
"""Memory at the end over that after the first third."""
MAX_CONNECTIONS: Final = 2 * (10 + 1)
"""Of two nodes: a pool of ten, and one that listens."""
AXES: Final = (
    ("AREA", "ACTOR_LEVEL"),
    ("AREA", "AGENCY"),
    ("AREA", "FISCAL_YEAR"),
    ("AREA", "FUNDING"),
    ("AREA", "LINKAGE_STATUS"),
    ("AGENCY", "ACTOR_LEVEL"),
    ("AGENCY", "FISCAL_YEAR"),
    ("AGENCY", "LINKAGE_STATUS"),
    ("ACTOR_LEVEL", "FUNDING"),
    ("FUNDING", "LINKAGE_STATUS"),
)
MATRIX: Final = """
{{ matrix(input: {{
    rows: {{ dimension: {0} }} columns: {{ dimension: {1} }}
    fiscalYears: {{ from: {{ be: 2560 }}, to: {{ be: 2569 }} }}
}}) {{
    total {{ projectCount }} table {{ rowIndex columnIndex projectCount linkageCount budget }}
}} }}
"""
QUERIES: Final = (
    "{ sources(first: 1) { totalCount } }",
    "{ projects(first: 50) { nodes { code name { th } owner { name { th } } } } }",
    MATRIX.format("AREA", "ACTOR_LEVEL"),
    "{ viewer { subject } areas(first: 77) { nodes { name { th } } } }",
)
FOLLOWED: Final = (
    'subscription { sourceEvents(after: "WzBd") { cursor } }',
    "subscription { changeEvents(topics: [PROJECT, LINKAGE]) { cursor } }",
)
LEDGER: Final = """
select s.id as source, (select count(*) from source_record r where r.source_id = s.id) as records,
    (select count(*) from budget_line b where b.source_id = s.id) as lines,
    (select coalesce(sum(amount), 0)::text from budget_line b where b.source_id = s.id) as amount,
    (select count(*) from project p where p.source_id = s.id) as projects
from source s order by s.id
"""


@dataclass
class Load:
    """The load on two nodes, what failed, and when the database was killed."""

    ports: tuple[int, int]
    data: Path
    chance: random.Random
    counts: Counter[str] = field(default_factory=Counter)
    killed_at: float = float("-inf")

    def count(self, kind: str, outcome: str) -> None:
        """Count a request; a failure without a kill before it is not explained."""
        recent = time.monotonic() - self.killed_at < RECOVERY
        explained = outcome == "ok" or (recent and outcome in {"UNREADY", "503", "broken off"})
        note = "" if outcome == "ok" else (" after a kill" if explained else " UNEXPLAINED")
        self.counts[f"{kind}: {outcome}{note}"] += 1

    async def query(self, headers: str = "", kind: str = "query") -> None:
        """Send a query to one of the nodes."""
        body = json.dumps({"query": self.chance.choice(QUERIES)}).encode()
        status, answer = await request(self.chance.choice(self.ports), body, headers=headers)
        self.count(kind, describe(status, answer))
        await asyncio.sleep(0.05)

    async def follow(self) -> None:
        """Follow for up to two seconds and vanish."""
        try:
            async with asyncio.timeout(2 * self.chance.random()):
                reader, writer = await open_socket(self.chance.choice(self.ports))
                writer.write(frame(type="connection_init"))
                payload = {"query": self.chance.choice(FOLLOWED)}
                writer.write(frame(id="1", type="subscribe", payload=payload))
                while data := await reader.read(65_536):
                    if b'"error"' in data and b'"errors"' not in data:
                        unready = b"UNREADY" in data
                        self.count("follower", "UNREADY" if unready else data[:200].decode())
        except TimeoutError:
            self.count("follower", "ok")
        except (OSError, asyncio.IncompleteReadError) as error:
            self.count("follower", type(error).__name__)
        else:
            self.count("follower", "broken off")
        finally:
            with suppress(NameError):
                writer.transport.abort()

    async def sign_in(self) -> None:
        """Sign in, send a query with the session, and wait."""
        port = self.chance.choice(self.ports)
        try:
            cookie = await sign_in(port)
        except RuntimeError as error:
            self.count("sign-in", "503" if " 503 " in str(error)[:20] else str(error)[:60])
        else:
            self.count("sign-in", "ok")
            await self.query(cookie, "query of a person")
        await asyncio.sleep(3)

    async def ingest(self, records: int) -> None:
        """Ingest a local agency in another process; a kill of the database may end it."""
        code = await asyncio.to_thread(fill, self.data, records)
        self.count("ingest", "ok" if code == 0 else "broken off")
        await asyncio.sleep(1)

    async def kill_database(self, interval: float) -> None:
        """Kill the server of the database after each interval."""
        await asyncio.sleep(interval)
        pid = find_server_pid(self.data)
        if pid is not None:
            self.killed_at = time.monotonic()
            os.kill(pid, signal.SIGKILL)
            self.counts["kill of the database"] += 1


def describe(status: int, answer: bytes) -> str:
    """Return "ok", the code of the first error, or the status."""
    if status == 200 and b'"errors"' not in answer:
        return "ok"
    body = answer.partition(b"\r\n\r\n")[2]
    with suppress(ValueError, KeyError, IndexError, TypeError):
        return str(json.loads(body)["errors"][0]["extensions"]["code"])
    return str(status) if status else "broken off"


def run_command(data: Path, *arguments: str) -> int:
    """Run a command of the hub on a data folder; return its exit code."""
    environment = {**os.environ, "HUB_DATA_DIR": str(data)}  # noqa: TID251 - a bench starts a process
    command = [sys.executable, "-m", "hub", *arguments]
    run = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True)
    return run.returncode


def fill(data: Path, records: int) -> int:
    """Ingest a local agency; return the exit code of the command."""
    return run_command(data, "demo", "fill", "--records", str(records))


async def forever(work: Callable[[], Awaitable[None]]) -> None:
    """Do work again and again until cancelled."""
    while True:
        await work()


async def connect(data: Path) -> asyncpg.Connection:
    """Connect to the database of a data folder."""
    return await asyncpg.connect(
        user="hub", database="hub", host=read_postmaster_pid(data)[4], port=5432
    )


async def take_sample(started: float, pids: tuple[int, int], data: Path) -> dict[str, float]:
    """Return memory in MB of both nodes, their connections, and MB of disk."""
    sample: dict[str, float] = {"second": round(time.monotonic() - started)}
    sample |= {f"memory_{name}": read_memory(pid) for name, pid in zip("ab", pids, strict=True)}
    with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, IndexError):
        connection = await connect(data)
        sample["connections"] = await connection.fetchval(
            "select count(*) from pg_stat_activity where application_name = 'buranakan'"
        )
        sample["database_mb"] = (
            await connection.fetchval("select pg_database_size(current_database())") // 2**20
        )
        await connection.close()
    return sample


async def fetch_results(port: int, data: Path) -> dict[str, Any]:
    """Return the ledger by source, and a digest of each matrix."""
    connection = await connect(data)
    ledger = [dict(row) for row in await connection.fetch(LEDGER)]
    await connection.close()
    results: dict[str, Any] = {"ledger": ledger}
    for rows, columns in AXES:
        text = MATRIX.format(rows, columns)
        status, answer = await request(port, json.dumps({"query": text}).encode())
        if describe(status, answer) != "ok":
            raise SystemExit(f"{rows} × {columns}: {answer[-600:].decode('utf-8', 'replace')}")
        data_of_answer = json.loads(answer.partition(b"\r\n\r\n")[2])["data"]["matrix"]
        digest = hashlib.sha256(json.dumps(data_of_answer).encode()).hexdigest()[:16]
        results[f"{rows} × {columns}"] = [data_of_answer["total"]["projectCount"], digest]
    return results


async def run_load(load: Load, pids: tuple[int, int], seconds: float, records: int) -> list[Any]:
    """Run the load, and return the samples."""
    works = [load.query] * 4 + [load.follow] * 6 + [load.sign_in, lambda: load.ingest(records)]
    tasks = [asyncio.create_task(forever(work)) for work in works]
    kills = max(1, min(MAX_KILLS, int(seconds / SECONDS_PER_KILL)))
    tasks.append(asyncio.create_task(forever(lambda: load.kill_database(seconds / (kills + 1)))))
    started, samples = time.monotonic(), []
    for number in range(1, SAMPLES + 1):
        await asyncio.sleep(max(0.0, started + number * seconds / SAMPLES - time.monotonic()))
        samples.append(await take_sample(started, pids, load.data))
        print(json.dumps(samples[-1]), flush=True)
    for task in tasks:
        task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if not isinstance(outcome, asyncio.CancelledError):
            load.counts[f"the load itself: {outcome!r} UNEXPLAINED"] += 1
    return samples


def main(seconds: float, records: int) -> None:
    """Run both hubs; print and save the table, and fail if anything is not as it should be."""
    limits = {"HUB_RATE": "0", "HUB_AT_ONCE": "0"}
    with run_hub(**limits) as (port, _, data):
        if fill(data, records):
            raise SystemExit("the quiet hub was not filled")
        quiet = asyncio.run(fetch_results(port, data))
    with run_hub(**limits) as (port, pid, data), run_hub(**limits, HUB_DATA_DIR=str(data)) as other:
        load = Load((port, other[0]), data, random.Random(1))  # noqa: S311 - bench data
        samples = asyncio.run(run_load(load, (pid, other[1]), seconds, records))
        for _ in range(10):  # a kill may be a moment ago
            if fill(data, records) == 0:
                break
            time.sleep(2)
        loud = asyncio.run(fetch_results(port, data))
        verified = run_command(data, "audit", "verify") == 0
    report = {
        **describe_machine(),
        "seconds": seconds,
        "records": records,
        "samples": samples,
        "requests": dict(sorted(load.counts.items())),
        "audit_chain_verified": verified,
        "equal_to_quiet_run": loud == quiet,
        "results": loud,
    }
    print(json.dumps(report["requests"], indent=1))
    save_report("long_run", report)
    faults = [kind for kind in load.counts if "UNEXPLAINED" in kind]
    faults += [] if verified else ["the audit chain is broken"]
    faults += [f"{key}: {loud[key]}, not {quiet[key]}" for key in quiet if loud[key] != quiet[key]]
    third = samples[len(samples) // 3]
    for name in ("memory_a", "memory_b"):
        if samples[-1][name] > MAX_GROWTH * third[name] + 10:
            faults.append(f"{name} grew from {third[name]} to {samples[-1][name]} MB")
    faults += [f"{one}" for one in samples if one.get("connections", 0) > MAX_CONNECTIONS]
    if faults:
        raise SystemExit("\n".join(faults))


if __name__ == "__main__":
    main(float((sys.argv[1:] or ["3600"])[0]), int((sys.argv[2:] or ["3000"])[0]))

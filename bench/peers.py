"""Compare the hub with the GraphQL servers that one would pick instead: `peers.py [RECORDS …]`.

For each number of projects of a generated nation (1,000 and 50,000), on one PostgreSQL and with one
client: the hub planned and by graphql-core, without its cache of answers; Mercurius with JIT,
PostGraphile and GraphQL Yoga (bench/peers, installed from npm on demand); and the limits of the
stack (bench/peer_limits.py). Answers are compared before anything is measured. Each question is
sent over 1, 8 and 32 connections, in turns, so that the load of the machine affects all. Peers
compute the matrix by a GROUP BY of their own, and from the hub's rollup. The report has the ratios
first: CPU of server and PostgreSQL per request, ours over theirs, over all connections.

`--seconds` is how long each load lasts (3); `--workers` compares hubs with 1, 2 and 4 workers.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import asyncpg

from bench.benchmark import (
    ROOT,
    describe_machine,
    is_offline,
    postgres_cpu_seconds,
    run_hub,
    save_report,
)
from bench.peer_questions import OURS, PEERS, read_answer
from bench.peer_servers import (
    FOLDER,
    Target,
    describe_hub,
    fetch,
    find_node,
    measure,
    run_limit,
    run_peer,
)
from hub.store.embedded.attachments import read_postmaster_pid

TINY_ARGUMENTS = ("30", "--seconds", "0.05", "--workers", "2")
CONNECTIONS: Final = (1, 8, 32)
WARM_UP: Final = 0.5
"""The part of a load that is sent before the first: compilers of V8 and of plans."""
GOALS: Final = {
    ("matrix from the rollup", "mercurius"): 1.5,
    ("matrix from the rollup", "postgraphile"): 0.6,
    ("matrix from the rollup", "rows"): 3.0,
    ("list", "mercurius"): 0.8,
    ("list", "postgraphile"): 0.6,
    ("typename", "yoga"): 0.9,
}
LARGE: Final = 50_000
GOAL_OF_LARGE: Final = 0.1
"""Against a GROUP BY over so many projects."""
COMPACT: Final = "select rollup_compact($1)"
COMPACTED_AT_ONCE: Final = 5_000
Row = dict[str, Any]


async def connect(data: Path) -> asyncpg.Connection:
    """Connect to the database of a data folder."""
    folder = read_postmaster_pid(data)[4]
    return await asyncpg.connect(user="hub", database="hub", host=folder, port=5432)


async def prepare_peers(data: Path, projects: int) -> None:
    """Compact the rollup, create what the peers read, and renew the statistics."""
    connection = await connect(data)
    if await connection.fetchval("select count(*) from project") < projects:
        raise RuntimeError("no nation was generated")
    await connection.execute((FOLDER / "setup.sql").read_text("utf-8"))
    while await connection.fetchval(COMPACT, COMPACTED_AT_ONCE):  # noqa: ASYNC110 - see below
        await asyncio.sleep(0.1)  # the hub may be compacting
    await connection.execute("vacuum analyze")
    await connection.close()


def generate(data: Path, projects: int) -> None:
    """Generate a nation in a data folder, and wait until the background work on it is done."""
    environment = {**os.environ, "HUB_DATA_DIR": str(data)}  # noqa: TID251 - a bench starts a process
    command = [sys.executable, "-m", "hub", "generate", "--projects", str(projects), "--json"]
    # On a busy machine its compaction may take longer than a statement of the hub may.
    subprocess.run(command, check=False, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    asyncio.run(prepare_peers(data, projects))
    wait_until_idle(data)


def wait_until_idle(data: Path) -> None:
    """Wait until PostgreSQL used less than a tenth of a CPU for 6 s, ten minutes at most."""
    for _ in range(100):
        before = postgres_cpu_seconds(data)
        time.sleep(6)
        if postgres_cpu_seconds(data) - before < 0.6:
            return
    raise TimeoutError("the hub did not come to rest")


def compare_answers(targets: list[Target]) -> None:
    """Exit if a server answers a question differently than the first."""
    for question in PEERS:
        expected = None
        for target in targets:
            if question not in target.bodies:
                continue
            found = read_answer(question, asyncio.run(fetch(target, question)))
            if question.startswith("matrix") and expected is None:
                expected = read_answer("matrix", asyncio.run(fetch(targets[0], "matrix")))
            expected = found if expected is None else expected
            if found != expected:
                raise SystemExit(f"{target.name} answers {question} differently")


def measure_all(targets: list[Target], seconds: float, data: Path) -> list[Row]:
    """Return a row per question, number of connections and server."""
    rows: list[Row] = []
    for question in PEERS:
        able = [target for target in targets if question in target.bodies]
        for target in able:
            measure(target, question, CONNECTIONS[1], seconds * WARM_UP, data)
        for connections in CONNECTIONS:
            rows += [measure_row(target, question, connections, seconds, data) for target in able]
    return rows


def measure_row(target: Target, question: str, connections: int, seconds: float, data: Path) -> Row:
    """Return the figures of one load, and print them."""
    load = measure(target, question, connections, seconds, data)
    count = len(load.durations)
    row = {
        "question": question,
        "server": target.name,
        "connections": connections,
        "requests": count,
        "failures": load.failures,
        "server_cpu_ms": round(load.server_cpu * 1000 / count, 3),
        "postgres_cpu_ms": round(load.postgres_cpu * 1000 / count, 3),
        "requests_per_s": round(count / load.seconds, 1),
        "p50_ms": round(load.durations[count // 2], 2),
        "p99_ms": round(load.durations[min(count - 1, int(count * 0.99))], 2),
    }
    print(json.dumps(row), flush=True)
    return row


def sum_cpu(rows: list[Row]) -> dict[tuple[str, str], float]:
    """Return CPU ms per request over all connections, by question and server.

    Loads with requests that failed are left out: a refusal costs less than an answer.
    """
    used: dict[tuple[str, str], float] = defaultdict(float)
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        if row["failures"]:
            continue
        key = (row["question"], row["server"])
        used[key] += (row["server_cpu_ms"] + row["postgres_cpu_ms"]) * row["requests"]
        counts[key] += row["requests"]
    return {key: used[key] / counts[key] for key in used}


def compute_ratios(rows: list[Row], projects: int) -> list[Row]:
    """Return our CPU per request over that of each server and question, with the goal if any."""
    cpu, ratios = sum_cpu(rows), []
    for (question, server), theirs in cpu.items():
        ours = cpu.get(("matrix" if question.startswith("matrix") else question, "hub"))
        if server == "hub" or ours is None:
            continue
        goal = GOALS.get((question, server)) if projects < LARGE else None
        if projects >= LARGE and question == "matrix" and server not in {"static", "reference"}:
            goal = GOAL_OF_LARGE
        ratio: Row = {
            "question": question,
            "ours_over": server,
            "ratio": round(ours / max(theirs, 1e-9), 3),
            "our_cpu_ms": round(ours, 3),
            "their_cpu_ms": round(theirs, 3),
        }
        ratios.append(ratio if goal is None else {**ratio, "goal": goal})
    return ratios


def compare(projects: int, seconds: float, node: str | None) -> Row:
    """Return ratios and figures of all servers over a nation of so many projects."""
    quiet = {"HUB_SCHEDULER": "off"}
    with ExitStack() as stack:
        port, pid, data = stack.enter_context(run_hub(**quiet))
        generate(data, projects)
        changes = {**quiet, "HUB_DATA_DIR": str(data), "HUB_EXECUTION": "reference"}
        reference = stack.enter_context(run_hub(**changes))
        targets = [
            describe_hub("hub", port, pid),
            describe_hub("reference", reference[0], reference[1]),
        ]
        targets += [
            stack.enter_context(run_peer(name, node, data))
            for name in ("mercurius", "postgraphile", "yoga")
            if node is not None
        ]
        targets += [
            stack.enter_context(run_limit(kind, data)) for kind in ("rows", "json_agg", "static")
        ]
        compare_answers(targets)
        rows = measure_all(targets, seconds, data)
    return {"projects": projects, "ratios": compute_ratios(rows, projects), "results": rows}


def compare_workers(numbers: list[int], projects: int, seconds: float) -> list[Row]:
    """Return the figures of hubs with so many workers, over 32 connections."""
    rows = []
    for number in numbers:
        with run_hub(HUB_SCHEDULER="off", HUB_WORKERS=str(number)) as (port, pid, data):
            generate(data, projects)
            target = describe_hub(f"hub, workers: {number}", port, pid)
            for question in OURS:
                measure(target, question, CONNECTIONS[1], seconds * WARM_UP, data)
                rows.append(measure_row(target, question, CONNECTIONS[-1], seconds, data))
    return rows


def main() -> None:
    """Compare and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("projects", type=int, nargs="*", default=[1_000, LARGE])
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2, 4])
    arguments = parser.parse_args()
    node = None if is_offline() else find_node()
    if node is None:
        print("without the peers of npm", file=sys.stderr)
    compared = [compare(number, arguments.seconds, node) for number in arguments.projects]
    workers = compare_workers(arguments.workers, arguments.projects[0], arguments.seconds)
    report = {
        "ratios": [
            {"projects": one["projects"], **ratio} for one in compared for ratio in one["ratios"]
        ],
        **describe_machine(),
        "peers": json.loads((FOLDER / "package.json").read_text("utf-8"))["dependencies"],
        "workers": workers,
        "results": [
            {"projects": one["projects"], **row} for one in compared for row in one["results"]
        ],
    }
    for ratio in report["ratios"]:
        print(json.dumps(ratio))
    save_report("peers", report)


if __name__ == "__main__":
    main()

"""Measure what one client can do to the others: `fairness.py [RECORDS [SECONDS]]`.

A hub with default settings holds the data of `hub demo fill` (3,000 records: 15,000 projects). Each
attack runs for 8 s from 127.0.0.1, in a process of its own, as fast as the hub lets it. Meanwhile
two bystanders send a light query 20 times a second: an anonymous client at 127.0.0.2, and a person
who is signed in at the address of the attacker. The first figures are the p50 and p99 in ms of each
and their ratio to rest; then the hub's memory and database connections before and after, and the
entries and bytes by which the audit log grew.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import asyncpg

from bench.attacks import ATTACKS, request
from bench.benchmark import ROOT, describe_machine, run_hub, save_report
from hub.store.embedded.attachments import read_postmaster_pid

TINY_ARGUMENTS = ("0", "0.5")
LIGHT: Final = json.dumps({"query": "{ sources(first: 1) { totalCount } }"}).encode()
INTERVAL: Final = 0.05
"""Seconds between two requests of a bystander."""
SETTLE: Final = 2.0
"""Seconds between an attack and the figures after it."""
STATE: Final = """
select (select count(*) from pg_stat_activity where application_name = 'buranakan') as connections,
    (select number from access_head) as entries,
    pg_total_relation_size('access_log') + coalesce((select sum(pg_total_relation_size(inhrelid))
        from pg_inherits where inhparent = 'access_log'::regclass), 0) as bytes
"""


async def sign_in(port: int) -> str:
    """Sign in as an officer of a demo; return the header with the cookie."""
    form = urlencode({"agency": "ministry:15", "role": "OFFICER"}).encode()
    media = "application/x-www-form-urlencoded"
    status, answer = await request(port, form, path="/signin/demo", media=media)
    if status != 303:
        raise RuntimeError(answer.decode())
    lines = answer.split(b"\r\n\r\n")[0].decode().split("\r\n")
    cookie = next(line for line in lines if line.lower().startswith("set-cookie:"))
    return f"Cookie: {cookie.split(':', 1)[1].split(';')[0].strip()}\r\n"


async def observe(port: int, seconds: float, source: str, headers: str) -> dict[str, object]:
    """Return p50 and p99 in ms of a bystander's light query, and the number of each status."""
    times, statuses = [], Counter[str]()
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        started = time.perf_counter()
        status, _ = await request(port, LIGHT, source=source, headers=headers)
        times.append((time.perf_counter() - started) * 1000)
        statuses[str(status)] += 1
        await asyncio.sleep(INTERVAL)
    times.sort()
    p99 = times[min(len(times) - 1, int(len(times) * 0.99))]
    return {
        "p50_ms": round(statistics.median(times), 1),
        "p99_ms": round(p99, 1),
        "statuses": dict(statuses),
    }


def read_memory(pid: int) -> int:
    """Return the resident memory of a process in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS"))) // 1024


async def fetch_state(pid: int, data: Path) -> dict[str, int]:
    """Return the hub's memory in MB, its database connections, and the size of the audit log."""
    folder = read_postmaster_pid(data)[4]
    connection = await asyncpg.connect(user="hub", database="hub", host=folder, port=5432)
    try:
        row = await connection.fetchrow(STATE)
    finally:
        await connection.close()
    return {"memory_mb": read_memory(pid), **{name: int(row[name] or 0) for name in row.keys()}}  # noqa: SIM118 - a record


async def measure(
    port: int, pid: int, data: Path, attack: str, seconds: float
) -> dict[str, object]:
    """Return the figures of both bystanders, and of the hub before and after an attack."""
    cookie = await sign_in(port)
    before = await fetch_state(pid, data)
    command = [sys.executable, str(ROOT / "bench/attacks.py"), attack, str(port)]
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)})  # noqa: TID251, ASYNC220 - a bench starts a process
    try:
        await asyncio.sleep(min(1.0, seconds))
        anonymous, person = await asyncio.gather(
            observe(port, seconds, "127.0.0.2", ""), observe(port, seconds, "127.0.0.1", cookie)
        )
    finally:
        process.kill()
        process.wait()
    await asyncio.sleep(min(SETTLE, seconds))
    after = await fetch_state(pid, data)
    return {
        "attack": attack,
        "other_address": anonymous,
        "person_at_the_address": person,
        "hub": {name: [before[name], after[name]] for name in before},
    }


def main(records: int, seconds: float) -> None:
    """Measure each attack; print and save the figures."""
    rows = []
    with run_hub(HUB_RATE="", HUB_AT_ONCE="") as (port, pid, data):
        if records:
            fill = [sys.executable, "-m", "hub", "demo", "fill", "--records", str(records)]
            environment = {**os.environ, "HUB_DATA_DIR": str(data)}  # noqa: TID251 - a bench starts a process
            subprocess.run(fill, check=True, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
            time.sleep(10)  # compaction, findings
        for attack in ATTACKS:
            row = asyncio.run(measure(port, pid, data, attack, seconds))
            rows.append(row)
            print(json.dumps(row), flush=True)
    save_report("fairness", {**describe_machine(), "records": records, "results": rows})


if __name__ == "__main__":
    main(int((sys.argv[1:] or ["3000"])[0]), float((sys.argv[2:] or ["8"])[0]))

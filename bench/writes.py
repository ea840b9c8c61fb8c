"""Measure what the rollup costs writers: `writes.py [PROJECTS [SECONDS [ROUNDS]]]`.

Eight connections correct projects of a generated nation (50,000), each transaction one project or
twenty: amounts, areas and names. Half of them write to 40 projects of one cell. Rounds with the
triggers that note changes, and compaction in the background as in a serving hub, alternate with
rounds without both (10 s each, 4 of each kind). The first figures are the ratios of
transactions per second and of PostgreSQL's CPU per transaction, with to without, and the deadlocks.
"""

import asyncio
import json
import random
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg

from bench.benchmark import describe_machine, postgres_cpu_seconds, save_report
from bench.ingest import prepare_database, temporary_database
from hub.bootstrap.jobs import compact_rollup_regularly
from hub.sandbox.nation.generate import generate_nation
from hub.store.database import Database, open_database
from hub.store.rollup import compact_rollup

CLIENTS = 8
TINY_ARGUMENTS = ("100", "0.2", "1")
HOT_PROJECTS = 40
BATCH = 20
"""Projects of a batch, in the order of their ids, as ingest writes them."""
HOTTEST_CELL = """
select array_agg(project_id order by project_id) from (
    select min(p.id) as project_id, p.owner_id, l.area_id, l.fiscal_year
    from project p join budget_line l on l.project_id = p.id
    where p.visibility = 'PUBLISHED' and l.area_id is not null
    group by p.id, p.owner_id, l.area_id, l.fiscal_year
) placed
group by owner_id, area_id, fiscal_year order by count(*) desc limit 1
"""
CORRECTIONS = (
    "update budget_line set amount = amount + 1 where project_id = any ($1)",
    "update project set name_th = name_th || '.' where id = any ($1) and length(name_th) < 400",
    "update project_area set basis = basis where project_id = any ($1)",
)
NOTED_TABLES = (
    "select distinct tgrelid::regclass::text from pg_trigger where tgname ~ '^rollup_note_'"
)
LOCKED = "select id from project where id = any ($1) order by id for no key update"


async def set_triggers(database: Database, *, enabled: bool) -> None:
    """Enable or disable the triggers that note changes for the rollup."""
    action = "enable" if enabled else "disable"
    for row in await database.pool.fetch(NOTED_TABLES):
        for event in ("insert", "update", "delete"):
            await database.pool.execute(
                f"alter table {row[0]} {action} trigger rollup_note_{event}"
            )


async def run_client(
    connection: asyncpg.Connection, hot: list[str], ids: list[str], until: float, seed: int
) -> tuple[int, int]:
    """Write until a time; return the committed transactions and the deadlocks."""
    chance = random.Random(seed)  # noqa: S311 - bench data
    committed = deadlocks = 0
    while time.perf_counter() < until:
        among = hot if chance.random() < 0.5 else ids
        size = min(len(among), chance.choice((1, BATCH)))
        chosen = sorted(chance.sample(among, size))
        try:
            async with connection.transaction():
                # Without it, two batches of the same projects deadlock with or without a rollup.
                await connection.execute(LOCKED, chosen)
                for statement in chance.sample(CORRECTIONS, 2):
                    await connection.execute(statement, chosen)
            committed += 1
        except asyncpg.DeadlockDetectedError:
            deadlocks += 1
    return committed, deadlocks


@asynccontextmanager
async def rollup_or_none(database: Database, *, enabled: bool) -> AsyncIterator[None]:
    """Set the triggers for the block, and compact in the background if they are enabled."""
    await set_triggers(database, enabled=enabled)
    try:
        if not enabled:
            yield
            return
        async with compact_rollup_regularly(database):
            yield
    finally:
        await set_triggers(database, enabled=True)


async def measure_round(
    database: Database, data: Path, hot: list[str], ids: list[str], seconds: float, *, rollup: bool
) -> dict[str, Any]:
    """Return the figures of one round; afterwards everything is compacted."""
    async with rollup_or_none(database, enabled=rollup):
        connections = [await database.pool.acquire() for _ in range(CLIENTS)]
        cpu, started = postgres_cpu_seconds(data), time.perf_counter()
        try:
            done = await asyncio.gather(
                *(
                    run_client(connection, hot, ids, started + seconds, seed)
                    for seed, connection in enumerate(connections)
                )
            )
            elapsed = time.perf_counter() - started
            cpu = postgres_cpu_seconds(data) - cpu
            waiting = await database.pool.fetchval("select count(*) from rollup_change")
        finally:
            for connection in connections:
                await database.pool.release(connection)
    await compact_rollup(database)
    committed = sum(one for one, _ in done)
    return {
        "rollup": rollup,
        "transactions_per_s": round(committed / elapsed, 1),
        "postgres_cpu_ms": round(1000 * cpu / max(1, committed), 2),
        "deadlocks": sum(one for _, one in done),
        "notes_not_compacted": waiting,
    }


async def measure(dsn: str, data: Path, projects: int, seconds: float, rounds: int) -> list[Any]:
    """Load a nation, warm up, and return the figures of all rounds."""
    async with open_database(dsn, pool_size=CLIENTS + 2) as database:
        await generate_nation(database, projects, 4, 1, datetime.now(UTC))
        ids = [row[0] for row in await database.pool.fetch("select id from project order by id")]
        hot = (await database.pool.fetchval(HOTTEST_CELL) or ids)[:HOT_PROJECTS]
        await measure_round(database, data, hot, ids, seconds / 2, rollup=True)
        results = []
        for number in range(2 * rounds):
            row = await measure_round(database, data, hot, ids, seconds, rollup=number % 2 == 0)
            print(json.dumps(row), flush=True)
            results.append(row)
    return results


def compare(results: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the ratios of the medians, with the rollup to without."""

    def _median(name: str, *, rollup: bool) -> float:
        return statistics.median(row[name] for row in results if row["rollup"] is rollup) or 1.0

    return {
        f"{name}, with to without": round(
            _median(name, rollup=True) / _median(name, rollup=False), 2
        )
        for name in ("transactions_per_s", "postgres_cpu_ms")
    } | {"deadlocks": sum(row["deadlocks"] for row in results)}


def main(projects: int = 50_000, seconds: float = 10, rounds: int = 4) -> None:
    """Measure; print the results and save them in bench/results."""
    with temporary_database() as server:
        asyncio.run(prepare_database(server.dsn))
        results = asyncio.run(measure(server.dsn, server.data_dir, projects, seconds, rounds))
    ratios = compare(results)
    print(json.dumps(ratios))
    report = {"projects": projects, "clients": CLIENTS, "seconds": seconds, "ratios": ratios}
    save_report("writes", describe_machine() | report | {"results": results})


if __name__ == "__main__":
    given = sys.argv[1:]
    main(*map(int, given[:1]), *map(float, given[1:2]), *map(int, given[2:3]))

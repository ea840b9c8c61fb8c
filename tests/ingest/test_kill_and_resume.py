"""A run that is killed at any point and resumed stores the same rows as an uninterrupted run."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from hub.ingest.run import ingest
from hub.store.database import Database, open_database
from tests.conftest import copy_database, execute_admin_statement, replace_database_name
from tests.ingest.killable_run import build_pages
from tests.ingest.made_up_source import SPEC, build_input, read
from tests.long_run import is_long_run

ROOT = Path(__file__).parents[2]
IS_LONG = is_long_run()
RECORDS = 20_000 if IS_LONG else 1_500
KILL_COUNT = 20 if IS_LONG else 3
STATUS_QUERY = "select status from source_run order by id desc limit 1"
TOTAL_RECORDS = sum(map(len, build_pages(RECORDS)))


async def fetch_state(database: Database) -> list[Any]:
    """Return the latest run's status and ledger, and all stored rows without their write times."""
    pool = database.pool
    run = await pool.fetchrow("select status, ledger from source_run order by id desc limit 1")
    assert run is not None
    lines = (
        "select b.id, b.project_id, b.area_id, b.amount, b.record_id from budget_line b "
        "join project p on p.id = b.project_id where p.source_id = $1"
    )
    rows = [
        [tuple(one) for one in await pool.fetch(f"{statement} order by 1, 2", SPEC.id)]
        for statement in (
            "select id, source_key, name_th, fiscal_years from project where source_id = $1",
            lines,
            "select id, value, payload_hash, project_id from source_record where source_id = $1",
            "select source_key, hash, reason, amounts, status from quarantine where source_id = $1",
        )
    ]
    raw_record_count = await pool.fetchval("select count(*) from raw_record")
    return [run["status"], json.loads(run["ledger"]), *rows, raw_record_count]


def run_child(dsn: str, *kill_points: str) -> int:
    """Run in a child process and return its exit code; it kills itself at a given kill point."""
    command = [sys.executable, "-m", "tests.ingest.killable_run", dsn, str(RECORDS), *kill_points]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True).returncode


def kill_after(dsn: str, chance: random.Random, read: int, kills_left: int) -> int:
    """Start a run, kill it after a random number of records, and return the records read.

    `read` is the number read by earlier runs; `kills_left` sets the length of each step.
    """
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.ingest.killable_run", dsn, str(RECORDS)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    goal = read + chance.random() * (TOTAL_RECORDS - read) / kills_left
    for line in child.stdout:
        read = max(read, int(line))
        if read >= goal or chance.random() < 1 / 10:
            break
    time.sleep(chance.random() / 10)
    child.kill()
    child.wait()
    child.stdout.close()
    return read


@pytest.fixture(scope="module")
async def uninterrupted_state(template: str) -> list[Any]:
    """The state after a run that is not killed."""
    name = f"untouched_{os.getpid()}"
    async with open_database(await copy_database(template, name), pool_size=2) as database:
        await ingest(database, SPEC, read, build_input(*build_pages(RECORDS)))
        found = await fetch_state(database)
    await execute_admin_statement(template, f"drop database {name} with (force)")
    return found


async def test_33_kill_9_at_random_points_leaves_the_same_ledger_and_rows(
    template: str, fresh_database: Database, uninterrupted_state: list[Any]
) -> None:
    name = await fresh_database.pool.fetchval("select current_database()")
    dsn = replace_database_name(template, name)
    seed = random.randrange(2**32)  # noqa: S311 - not used for cryptography
    chance = random.Random(seed)  # noqa: S311
    was_running, read_count = [], 0
    for kills_left in range(KILL_COUNT, 0, -1):
        read_count = kill_after(dsn, chance, read_count, kills_left + 1)
        was_running.append(await fresh_database.pool.fetchval(STATUS_QUERY) in {None, "RUNNING"})
    assert run_child(dsn) == 0
    final_state = await fetch_state(fresh_database)
    assert not IS_LONG or sum(was_running) > KILL_COUNT // 2, (seed, was_running)
    if all(was_running):  # else a run had finished and was repeated
        assert final_state == uninterrupted_state, seed
    else:
        assert final_state[2:] == uninterrupted_state[2:], seed


@pytest.mark.parametrize(
    "kill_point",
    [
        pytest.param("before-checkpoint", marks=pytest.mark.long),
        pytest.param("before-commit", marks=pytest.mark.long),
        "after-commit",
    ],
)
async def test_34_kill_9_between_rows_checkpoint_and_commit_writes_no_duplicates(
    template: str, fresh_database: Database, uninterrupted_state: list[Any], kill_point: str
) -> None:
    name = await fresh_database.pool.fetchval("select current_database()")
    dsn = replace_database_name(template, name)
    assert run_child(dsn, kill_point) == -signal.SIGKILL
    read_count = await fresh_database.pool.fetchval("select ledger->'read' from source_run")
    assert 0 < int(read_count) <= TOTAL_RECORDS
    assert run_child(dsn) == 0
    assert await fetch_state(fresh_database) == uninterrupted_state

"""A run killed without warning, anywhere, ends as if nobody had touched it."""

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
from hypothesis import settings

from hub.ingest.run import ingest
from hub.store.database import Database, open_database
from tests.conftest import administer, copied, of_database
from tests.ingest.killed import pages
from tests.ingest.made import SPEC, given, read

ROOT = Path(__file__).parents[2]
LONG = settings.get_current_profile_name() == "long"
RECORDS = 20_000 if LONG else 1_500
TIMES = 20 if LONG else 3
STATUS = "select status from source_run order by id desc limit 1"
WHOLE = sum(map(len, pages(RECORDS)))


async def state(database: Database) -> list[Any]:
    """The ledger, and every row that does not say when it was written."""
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
    kept = await pool.fetchval("select count(*) from raw_record")
    return [run["status"], json.loads(run["ledger"]), *rows, kept]


def child(dsn: str, *at: str) -> int:
    """What a run in a process of its own ends with; `at`: it kills itself there."""
    command = [sys.executable, "-m", "tests.ingest.killed", dsn, str(RECORDS), *at]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True).returncode


def killed(dsn: str, chance: random.Random, read: int, left: int) -> int:
    """Start a run, kill it some records on from `read` and a moment later; how many it had told.

    The kills that are `left` share the way to the end.
    """
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.ingest.killed", dsn, str(RECORDS)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    goal = read + chance.random() * (WHOLE - read) / left
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
async def untouched(template: str) -> list[Any]:
    """What a run that nobody kills ends with."""
    name = f"untouched_{os.getpid()}"
    async with open_database(await copied(template, name), pool_size=2) as database:
        await ingest(database, SPEC, read, given(*pages(RECORDS)))
        found = await state(database)
    await administer(template, f"drop database {name} with (force)")
    return found


async def test_33_kill_9_anywhere_and_finishing_gives_the_same_ledger_and_rows(
    template: str, fresh_database: Database, untouched: list[Any]
) -> None:
    name = await fresh_database.pool.fetchval("select current_database()")
    dsn = of_database(template, name)
    seed = random.randrange(2**32)  # noqa: S311 - where to kill is no secret
    chance = random.Random(seed)  # noqa: S311
    under_way, told = [], 0
    for left in range(TIMES, 0, -1):
        told = killed(dsn, chance, told, left + 1)
        under_way.append(await fresh_database.pool.fetchval(STATUS) in {None, "RUNNING"})
    assert child(dsn) == 0
    ended = await state(fresh_database)
    assert not LONG or sum(under_way) > TIMES // 2, (seed, under_way)
    if all(under_way):  # a run that had finished before it was killed was read a second time
        assert ended == untouched, seed
    else:
        assert ended[2:] == untouched[2:], seed


@pytest.mark.parametrize("at", ["before-checkpoint", "before-commit", "after-commit"])
async def test_34_kill_9_between_rows_checkpoint_and_commit_leaves_no_duplicates(
    template: str, fresh_database: Database, untouched: list[Any], at: str
) -> None:
    name = await fresh_database.pool.fetchval("select current_database()")
    dsn = of_database(template, name)
    assert child(dsn, at) == -signal.SIGKILL
    seen = await fresh_database.pool.fetchval("select ledger->'read' from source_run")
    assert 0 < int(seen) <= WHOLE
    assert child(dsn) == 0
    assert await state(fresh_database) == untouched

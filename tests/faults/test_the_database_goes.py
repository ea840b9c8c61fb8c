"""A database that goes, hangs or is full under a serving hub, and transactions that clash.

Each test is named by its number in the list of faults.
"""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from hub.errors import StoreUnusable
from hub.ingest.run import ingest
from hub.store.database import Database
from hub.store.embedded import location as place
from hub.store.embedded import server as embedded_server
from hub.store.ingest.session import IngestSession
from hub.store.retry import retry_on_conflict
from tests.conftest import administer, copied
from tests.faults.between import Between, between
from tests.faults.conftest import Kept
from tests.faults.whole import ROOT, true
from tests.faults.within import ask, hub_over, ready, told_to_come_again, waiting
from tests.ingest.made import SPEC, given, read, row


@pytest.fixture
async def wire(template: str) -> AsyncIterator[Between]:
    """A wire to a database of its own."""
    dsn = await copied(template, "wired")
    async with between(dsn) as made:
        yield made
    await administer(template, "drop database wired with (force)")


async def test_36_a_restart_of_postgresql_fails_what_is_under_way_and_nothing_after_it(
    folder: Path,
) -> None:
    account = place.choose_account(folder)
    programs, _ = place.find_programs(account, lambda _: None)
    stop = (programs / "bin/pg_ctl", "-D", folder / "pg", "-m", "immediate", "stop")
    server = await asyncio.to_thread(embedded_server.start, folder)
    try:
        async with hub_over(server.dsn, pool_size=5) as (_, client):
            assert {(await ask(client)).status_code for _ in range(3)} == {200}
            beside = await asyncpg.connect(server.dsn)
            await beside.execute("begin; lock table area in access exclusive mode")
            asked = [asyncio.create_task(ask(client)) for _ in range(3)]
            await true(lambda: waiting(beside, 3))
            done = await asyncio.to_thread(place.run_program, account, *stop)
            assert done.returncode == 0, done.stderr
            for task in asked:
                told_to_come_again(await task)
            told_to_come_again(await ask(client))
            assert not await ready(client)
            beside.terminate()
            other = await asyncio.to_thread(embedded_server.start, folder)
            try:
                # No connection of before the restart is handed out: all of these are answered.
                answers = await asyncio.gather(*(ask(client) for _ in range(10)))
                assert {answer.status_code for answer in answers} == {200}
                assert await ready(client)
            finally:
                await asyncio.to_thread(other.stop)
    finally:
        await asyncio.to_thread(server.stop)


async def test_37_a_database_that_hangs_is_given_up_and_the_hub_lives_and_recovers(
    wire: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, seconds in (
        ("STATEMENT_TIMEOUT", 0.3),
        ("RESPONSE_TIMEOUT", 0.2),
        ("ACQUIRE_TIMEOUT", 0.5),
    ):
        monkeypatch.setattr(f"hub.store.database.{name}", seconds)
    async with hub_over(wire.dsn) as (_, client):
        assert (await ask(client)).status_code == 200
        wire.hang()
        for response in await asyncio.gather(*(ask(client) for _ in range(5))):
            told_to_come_again(response)
        unready, alive = await client.get("/readyz"), await client.get("/healthz")
        assert (unready.status_code, alive.status_code) == (503, 200)
        wire.go()
        await true(partial(ready, client))
        assert (await ask(client)).status_code == 200
        wire.hang()  # it stops nevertheless, though nobody answers its farewell


async def test_38_a_full_disk_fails_a_run_cleanly_and_reading_goes_on(
    around: Path, kept: Kept
) -> None:
    disk = around / "disk"
    disk.mkdir()
    mount = ["/bin/mount", "-t", "tmpfs", "-o", "size=400m,mode=711", "none", str(disk)]
    if not ROOT or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only root can mount a small disk, and not in every container")
    try:
        subprocess.run(["/bin/cp", "-a", str(kept.folder), str(disk / "data")], check=True)
        server = await asyncio.to_thread(embedded_server.start, disk / "data")
        try:
            async with hub_over(server.dsn) as (hub, client):
                # A log segment is ready, so that it is the tables that find no room.
                await hub.database.pool.execute("select pg_switch_wal()")
                await hub.database.pool.execute("checkpoint")
                room = os.statvfs(disk)
                with (disk / "ballast").open("wb") as ballast:
                    ballast.write(bytes(room.f_bavail * room.f_frsize - 300_000))
                many = [row(n, name="ก" * 300) for n in range(3_000)]
                with pytest.raises(StoreUnusable, match="เต็ม"):
                    await ingest(hub.database, SPEC, read, given(many))
                assert (await ask(client)).status_code == 200
                assert await ready(client)
                (disk / "ballast").unlink()
                done = await ingest(hub.database, SPEC, read, given(many))
                assert (done.ledger.read, done.ledger.balanced) == (3_000, True)
        finally:
            await asyncio.to_thread(server.stop)
    finally:
        subprocess.run(["/bin/umount", "--lazy", str(disk)], check=True)


async def test_39_when_all_connections_are_taken_the_next_is_told_to_come_again(
    template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.store.database.ACQUIRE_TIMEOUT", 0.2)
    dsn = await copied(template, "exhausted")
    beside = await asyncpg.connect(dsn)
    try:
        async with hub_over(dsn, pool_size=2) as (_, client):
            held = beside.transaction()
            await held.start()
            await beside.execute("lock table area in access exclusive mode")
            asked = [asyncio.create_task(ask(client)) for _ in range(2)]
            await true(lambda: waiting(beside, 2))
            told_to_come_again(await ask(client))
            await held.rollback()
            assert [(await task).status_code for task in asked] == [200, 200]
            assert (await ask(client)).status_code == 200
    finally:
        await beside.close()
        await administer(template, "drop database exhausted with (force)")


async def test_40_two_transactions_in_each_others_way_are_both_done(
    fresh_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    pool = fresh_database.pool
    await pool.execute("set deadlock_timeout = '50ms'")
    both = asyncio.Barrier(2)
    tries = [0, 0]
    provinces = [r[0] for r in await pool.fetch("select id from area order by id limit 2")]

    async def change(who: int) -> None:
        tries[who] += 1
        async with fresh_database.write_transaction() as connection:
            await connection.execute("set local deadlock_timeout = '50ms'")
            for n, area in enumerate(provinces if who else provinces[::-1]):
                await connection.execute("update area set name_en = $2 where id = $1", area, f"{n}")
                if n == 0 and tries[who] == 1:
                    await both.wait()

    await asyncio.gather(retry_on_conflict(lambda: change(0)), retry_on_conflict(lambda: change(1)))
    assert sorted(tries) == [1, 2]
    assert "deadlock detected" in caplog.text


async def test_40_what_clashes_every_time_is_raised_in_the_end() -> None:
    tried = 0

    async def clash() -> None:
        nonlocal tried
        tried += 1
        raise asyncpg.SerializationError("could not serialize")

    with pytest.raises(asyncpg.SerializationError):
        await retry_on_conflict(clash)
    assert tried == 4


async def test_40_a_page_of_a_source_that_clashed_is_taken_once(fresh_database: Database) -> None:
    pages = given([row(1), row(2)], [row(3)])
    clashes = iter([True, False, True, False, False])
    real = IngestSession.checkpoint

    async def checkpoint(*given: Any) -> None:
        await real(*given)
        if next(clashes, False):
            raise asyncpg.DeadlockDetectedError("deadlock detected")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(IngestSession, "checkpoint", checkpoint)
        done = await ingest(fresh_database, SPEC, read, pages)
    assert (done.ledger.read, done.ledger.balanced) == (3, True)
    assert await fresh_database.pool.fetchval("select count(*) from source_record") >= 3

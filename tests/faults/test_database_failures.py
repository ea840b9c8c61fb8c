"""Tests a running hub whose database restarts, hangs or is full, and transaction conflicts.

Each test has the number of its fault in the list of faults.
"""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest

from hub.errors import StoreUnusable
from hub.ingest.run import ingest
from hub.store.database import Database
from hub.store.embedded import location
from hub.store.embedded import server as embedded_server
from hub.store.embedded.account import choose_account, run_program
from hub.store.ingest.session import IngestSession
from hub.store.retry import retry_on_conflict
from tests.conftest import copy_database, execute_admin_statement
from tests.faults.conftest import StoppedHub
from tests.faults.database_proxy import DatabaseProxy, run_database_proxy
from tests.faults.hub_process import ROOT, wait_until_async
from tests.faults.in_process_hub import (
    assert_retry_later,
    has_waiting_sessions,
    is_ready,
    query_clusters,
    run_hub,
)
from tests.ingest.made_up_source import SPEC, build_input, build_row, read


@pytest.fixture
async def proxy(template: str) -> AsyncIterator[DatabaseProxy]:
    """Yield a proxy to a new copy of the database."""
    dsn = await copy_database(template, "wired")
    async with run_database_proxy(dsn) as started:
        yield started
    await execute_admin_statement(template, "drop database wired with (force)")


async def test_36_postgresql_restart_fails_only_the_requests_in_progress(
    folder: Path,
) -> None:
    account = choose_account(folder)
    programs, _ = location.find_programs(account, lambda _: None)
    stop = (programs / "bin/pg_ctl", "-D", folder / "pg", "-m", "immediate", "stop")
    server = await asyncio.to_thread(embedded_server.start, folder)
    try:
        async with run_hub(server.dsn, pool_size=10) as (_, client):
            assert {(await query_clusters(client)).status_code for _ in range(3)} == {200}
            connection = await asyncpg.connect(server.dsn)
            await connection.execute("begin; lock table area in access exclusive mode")
            requests = [asyncio.create_task(query_clusters(client)) for _ in range(3)]
            await wait_until_async(lambda: has_waiting_sessions(connection, 2))
            stopped = await asyncio.to_thread(run_program, account, *stop)
            assert stopped.returncode == 0, stopped.stderr
            for task in requests:
                assert_retry_later(await task)
            assert_retry_later(await query_clusters(client))
            assert not await is_ready(client)
            connection.terminate()
            restarted = await asyncio.to_thread(embedded_server.start, folder)
            try:
                # The pool returns no connection from before the restart: every request succeeds.
                answers = await asyncio.gather(*(query_clusters(client) for _ in range(10)))
                assert {answer.status_code for answer in answers} == {200}
                assert await is_ready(client)
            finally:
                await asyncio.to_thread(restarted.stop)
    finally:
        await asyncio.to_thread(server.stop)


async def test_37_unresponsive_database_times_out_and_the_hub_recovers(
    proxy: DatabaseProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, seconds in (
        ("web.graphql.slots.COSTLY_SECONDS", 0.3),
        ("store.read_transaction.RESPONSE_TIMEOUT", 0.2),
        ("store.read_transaction.ACQUIRE_TIMEOUT", 0.5),
        ("store.database.RESPONSE_TIMEOUT", 0.2),
    ):
        monkeypatch.setattr(f"hub.{name}", seconds)
    async with run_hub(proxy.dsn) as (_, client):
        assert (await query_clusters(client)).status_code == 200
        proxy.pause()
        for response in await asyncio.gather(*(query_clusters(client) for _ in range(5))):
            assert_retry_later(response)
        unready, alive = await client.get("/readyz"), await client.get("/healthz")
        assert (unready.status_code, alive.status_code) == (503, 200)
        proxy.resume()
        await wait_until_async(partial(is_ready, client))
        assert (await query_clusters(client)).status_code == 200
        proxy.pause()  # the hub must stop although the database does not respond


async def test_38_full_disk_fails_the_run_and_queries_still_work(
    base_folder: Path, stopped_hub: StoppedHub
) -> None:
    disk = base_folder / "disk"
    disk.mkdir()
    mount = ["/bin/mount", "-t", "tmpfs", "-o", "size=400m,mode=711", "none", str(disk)]
    if not ROOT or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("no small disk can be mounted: run as root, with the right to mount")
    try:
        subprocess.run(["/bin/cp", "-a", str(stopped_hub.folder), str(disk / "data")], check=True)
        server = await asyncio.to_thread(embedded_server.start, disk / "data")
        try:
            async with run_hub(server.dsn) as (hub, client):
                # Prepare a WAL segment, so that the tables run out of space and not the WAL.
                await hub.database.pool.execute("select pg_switch_wal()")
                await hub.database.pool.execute("checkpoint")
                free_space = os.statvfs(disk)
                with (disk / "ballast").open("wb") as ballast:
                    ballast.write(bytes(free_space.f_bavail * free_space.f_frsize - 300_000))
                many = [build_row(n, name="ก" * 300) for n in range(3_000)]
                with pytest.raises(StoreUnusable, match="เต็ม"):
                    await ingest(hub.database, SPEC, read, build_input(many))
                assert (await query_clusters(client)).status_code == 200
                assert await is_ready(client)
                (disk / "ballast").unlink()
                result = await ingest(hub.database, SPEC, read, build_input(many))
                assert (result.ledger.read, result.ledger.balanced) == (3_000, True)
        finally:
            await asyncio.to_thread(server.stop)
    finally:
        subprocess.run(["/bin/umount", "--lazy", str(disk)], check=True)


async def test_39_exhausted_slots_answer_503_with_retry_after_to_another_client(
    template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.web.graphql.slots.WAIT", 0.2)
    dsn = await copy_database(template, "exhausted")
    connection = await asyncpg.connect(dsn)
    try:
        async with run_hub(dsn, pool_size=2) as (hub, client):
            other = httpx2.AsyncClient(
                transport=httpx2.ASGITransport(hub.app, client=("10.0.0.9", 1)),
                base_url="http://hub.test",
            )
            transaction = connection.transaction()
            await transaction.start()
            await connection.execute("lock table area in access exclusive mode")
            request = asyncio.create_task(query_clusters(client))
            await wait_until_async(lambda: has_waiting_sessions(connection, 1))
            assert_retry_later(await query_clusters(other))
            assert_retry_later(await query_clusters(client))
            await transaction.rollback()
            assert (await request).status_code == 200
            assert (await query_clusters(other)).status_code == 200
            assert (await query_clusters(client)).status_code == 200
    finally:
        await connection.close()
        await execute_admin_statement(template, "drop database exhausted with (force)")


async def test_40_deadlocked_transactions_are_retried_until_both_commit(
    fresh_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    pool = fresh_database.pool
    await pool.execute("set deadlock_timeout = '50ms'")
    barrier = asyncio.Barrier(2)
    attempts = [0, 0]
    provinces = [r[0] for r in await pool.fetch("select id from area order by id limit 2")]

    async def change(index: int) -> None:
        attempts[index] += 1
        async with fresh_database.write_transaction() as connection:
            await connection.execute("set local deadlock_timeout = '50ms'")
            for n, area in enumerate(provinces if index else provinces[::-1]):
                await connection.execute("update area set name_en = $2 where id = $1", area, f"{n}")
                if n == 0 and attempts[index] == 1:
                    await barrier.wait()

    await asyncio.gather(retry_on_conflict(lambda: change(0)), retry_on_conflict(lambda: change(1)))
    assert sorted(attempts) == [1, 2]
    assert "deadlock detected" in caplog.text


async def test_40_permanent_conflict_is_raised_after_four_attempts() -> None:
    attempts = 0

    async def raise_conflict() -> None:
        nonlocal attempts
        attempts += 1
        raise asyncpg.SerializationError("could not serialize")

    with pytest.raises(asyncpg.SerializationError):
        await retry_on_conflict(raise_conflict)
    assert attempts == 4


async def test_40_page_with_conflicts_is_stored_once(fresh_database: Database) -> None:
    pages = build_input([build_row(1), build_row(2)], [build_row(3)])
    conflicts = iter([True, False, True, False, False])
    original = IngestSession.checkpoint

    async def checkpoint(*arguments: Any) -> None:
        await original(*arguments)
        if next(conflicts, False):
            raise asyncpg.DeadlockDetectedError("deadlock detected")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(IngestSession, "checkpoint", checkpoint)
        result = await ingest(fresh_database, SPEC, read, pages)
    assert (result.ledger.read, result.ledger.balanced) == (3, True)
    assert await fresh_database.pool.fetchval("select count(*) from source_record") >= 3

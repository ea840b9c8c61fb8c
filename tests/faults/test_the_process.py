"""What befalls a hub while it serves; each test is named by its number in the list of faults.

What of that list is tried elsewhere: 36 also in `test_the_start_interrupted`, 45, 46, 48 and 49 in
`tests/web/test_sockets*` and `test_events`, 51 in `tests/store/test_migrations`, the ingest's in
`tests/ingest` and `tests/connectors`.
"""

import asyncio
import json
import resource
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest
from asgi_lifespan import LifespanManager
from websockets.asyncio.client import connect

from hub.app import Hub, create_app
from hub.domain.ingest import Outcome
from hub.ingest.run import ingest
from hub.settings import Settings
from hub.store import embedded
from hub.store import embedded_place as place
from hub.store.engine import Database, again, opened
from hub.store.intake import Intake
from hub.web.graphql import GraphQLDoor
from hub.web.session import PROTOCOL
from tests.conftest import administer, copied
from tests.faults.between import Between, between
from tests.faults.whole import Whole, connected, true
from tests.ingest.made import SPEC, given, read, row
from tests.web.door import SCHEMA, address, served
from tests.web.door import opened as anybody

CLUSTERS = "{ areas(level: CLUSTER, first: 100) { nodes { name { th } } } }"


@asynccontextmanager
async def hub_over(dsn: str, pool_size: int = 2) -> AsyncIterator[tuple[Hub, httpx2.AsyncClient]]:
    """A hub over a database that somebody else runs, and somebody who asks it."""
    hub = Hub(Settings("127.0.0.1", 0, Path("unused"), False, dsn, pool_size), lambda _: None)
    app = create_app(hub.settings, hub.say, hub)
    transport = httpx2.ASGITransport(app)
    async with (
        LifespanManager(app, startup_timeout=60, shutdown_timeout=60),
        httpx2.AsyncClient(transport=transport, base_url="http://hub.test", timeout=60) as client,
    ):
        await hub.started()
        yield hub, client


@pytest.fixture
async def wire(template: str) -> AsyncIterator[Between]:
    """A wire to a database of its own."""
    dsn = await copied(template, "wired")
    async with between(dsn) as made:
        yield made
    await administer(template, "drop database wired with (force)")


async def waiting(beside: asyncpg.Connection, sessions: int) -> bool:
    """Whether so many sessions wait for a lock."""
    count = "select count(*) from pg_locks where not granted"
    return bool(await beside.fetchval(count) >= sessions)


async def ask(client: httpx2.AsyncClient) -> httpx2.Response:
    return await client.post("/graphql", json={"query": CLUSTERS})


def told_to_come_again(response: httpx2.Response) -> None:
    assert response.status_code == 503
    assert response.headers["retry-after"] == "5"
    [error] = response.json()["errors"]
    assert error["extensions"]["code"] == "UNREADY"


# ── the end of a process ────────────────────────────────────────────────────────────────────────


async def test_35_sigterm_under_load_answers_what_is_under_way_and_closes_sockets_with_a_reason(
    folder: Path,
) -> None:
    with Whole(folder) as hub:
        hub.ready()
        at = hub.address.removeprefix("http://")
        beside = await connected(folder)
        async with (
            connect(f"ws://{at}/graphql", subprotocols=[PROTOCOL]) as idle,  # type: ignore[list-item]
            httpx2.AsyncClient(base_url=hub.address, timeout=60) as client,
        ):
            await idle.send(json.dumps({"type": "connection_init"}))
            await idle.recv()
            # They wait for a lock, so that they are surely under way when the signal comes.
            held = beside.transaction()
            await held.start()
            await beside.execute("lock table area in access exclusive mode")
            asked = [asyncio.create_task(ask(client)) for _ in range(5)]
            await true(lambda: waiting(beside, 5))
            hub.process.send_signal(signal.SIGTERM)
            await idle.wait_closed()
            assert (idle.close_code, (idle.close_reason or "").partition(" · ")[2]) == (
                1012,
                "The hub is stopping; come again shortly",
            )
            assert not any(task.done() for task in asked)
            await held.rollback()
            await beside.close()
            answers = await asyncio.gather(*asked)
        assert [answer.status_code for answer in answers] == [200] * 5
        assert all(len(a.json()["data"]["areas"]["nodes"]) == 18 for a in answers)
        assert await asyncio.to_thread(hub.process.wait, 30) == 0
        assert hub.complained == ""


# ── the database goes ───────────────────────────────────────────────────────────────────────────


async def test_36_a_restart_of_postgresql_fails_what_is_under_way_and_nothing_after_it(
    folder: Path,
) -> None:
    account = place.account_for(folder)
    programs, _ = place.programs_for(account, lambda _: None)
    stop = (programs / "bin/pg_ctl", "-D", folder / "pg", "-m", "immediate", "stop")
    server = await asyncio.to_thread(embedded.start, folder)
    try:
        async with hub_over(server.dsn, pool_size=5) as (hub, client):
            assert {(await ask(client)).status_code for _ in range(3)} == {200}
            beside = await asyncpg.connect(server.dsn)
            await beside.execute("begin; lock table area in access exclusive mode")
            asked = [asyncio.create_task(ask(client)) for _ in range(3)]
            await true(lambda: waiting(beside, 3))
            done = await asyncio.to_thread(place.run, account, *stop)
            assert done.returncode == 0, done.stderr
            for task in asked:
                told_to_come_again(await task)
            told_to_come_again(await ask(client))
            assert not await hub.ready()
            beside.terminate()
            other = await asyncio.to_thread(embedded.start, folder)
            try:
                # No connection of before the restart is handed out: all of these are answered.
                answers = await asyncio.gather(*(ask(client) for _ in range(10)))
                assert {answer.status_code for answer in answers} == {200}
                assert await hub.ready()
            finally:
                await asyncio.to_thread(other.stop)
    finally:
        await asyncio.to_thread(server.stop)


async def test_37_a_database_that_hangs_is_given_up_and_the_hub_lives_and_recovers(
    wire: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, seconds in (("LONGEST", 0.3), ("SILENT", 0.2), ("PATIENCE", 0.5)):
        monkeypatch.setattr(f"hub.store.engine.{name}", seconds)
    async with hub_over(wire.dsn) as (hub, client):
        assert (await ask(client)).status_code == 200
        wire.hang()
        for response in await asyncio.gather(*(ask(client) for _ in range(5))):
            told_to_come_again(response)
        ready, alive = await client.get("/readyz"), await client.get("/healthz")
        assert (ready.status_code, alive.status_code) == (503, 200)
        wire.go()
        await true(hub.ready)
        assert (await ask(client)).status_code == 200
        wire.hang()
    assert hub.database is None  # it stopped, though nobody answered its farewell


async def test_39_when_all_connections_are_taken_the_next_is_told_to_come_again(
    template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.store.engine.PATIENCE", 0.2)
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
        async with fresh_database.writing() as connection:
            await connection.execute("set local deadlock_timeout = '50ms'")
            for n, area in enumerate(provinces if who else provinces[::-1]):
                await connection.execute("update area set name_en = $2 where id = $1", area, f"{n}")
                if n == 0 and tries[who] == 1:
                    await both.wait()

    await asyncio.gather(again(lambda: change(0)), again(lambda: change(1)))
    assert sorted(tries) == [1, 2]
    assert "deadlock detected" in caplog.text


async def test_40_what_clashes_every_time_is_raised_in_the_end() -> None:
    tried = 0

    async def clash() -> None:
        nonlocal tried
        tried += 1
        raise asyncpg.SerializationError("could not serialize")

    with pytest.raises(asyncpg.SerializationError):
        await again(clash)
    assert tried == 4


async def test_40_a_page_of_a_source_that_clashed_is_taken_once(fresh_database: Database) -> None:
    pages = given([row(1), row(2)], [row(3)])
    clashes = iter([True, False, True, False, False])
    real = Intake.checkpoint

    async def checkpoint(*given: Any) -> None:
        await real(*given)
        if next(clashes, False):
            raise asyncpg.DeadlockDetectedError("deadlock detected")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Intake, "checkpoint", checkpoint)
        done = await ingest(fresh_database, SPEC, read, pages)
    assert (done.ledger.read, done.ledger.balanced) == (3, True)
    assert await fresh_database.pool.fetchval("select count(*) from source_record") >= 3


# ── many who only sit there ─────────────────────────────────────────────────────────────────────


async def test_47_a_thousand_sockets_that_say_nothing_are_closed_and_others_are_served(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 4_000:
        pytest.skip(f"this process may open {hard} files, and a thousand sockets need more")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 4_000), hard))
    monkeypatch.setattr("hub.web.session.INIT_WITHIN", 2.0)
    async with served(GraphQLDoor(SCHEMA, anybody)) as listening:
        at = f"ws://{address(listening)}/graphql"
        options: dict[str, Any] = {"subprotocols": [PROTOCOL], "compression": None}
        sockets = await asyncio.gather(*(connect(at, **options) for _ in range(1_000)))
        async with httpx2.AsyncClient(base_url=f"http://{address(listening)}") as client:
            answer = await client.post("/graphql", json={"query": "{ word }"})
            assert answer.status_code == 200
        await asyncio.gather(*(socket.wait_closed() for socket in sockets))
        assert {socket.close_code for socket in sockets} == {4408}


# ── and back again ──────────────────────────────────────────────────────────────────────────────


async def test_52_a_backup_brought_back_has_the_same_ledger_and_the_same_rows(
    template: str, fresh_database: Database
) -> None:
    await ingest(fresh_database, SPEC, read, given([row(1), row(2)], [row(3)]))
    await ingest(fresh_database, SPEC, read, given([row(1, name="อื่น"), row(2)], [row(4)]))
    name = await fresh_database.pool.fetchval("select current_database()")
    folder = await fresh_database.pool.fetchval("show unix_socket_directories")
    programs, _ = place.programs_for(place.account_for(Path(folder).parent), lambda _: None)
    to = ["-h", folder, "-p", "5432", "-U", "hub"]
    dump = subprocess.run(
        [programs / "bin/pg_dump", *to, "-Fc", name], check=True, capture_output=True
    ).stdout
    dsn = template.replace("@/hub?", "@/restored?")
    await administer(template, "create database restored")
    try:
        subprocess.run(
            [programs / "bin/pg_restore", *to, "--exit-on-error", "-d", "restored"],
            input=dump,
            check=True,
        )
        async with opened(dsn, pool_size=1) as restored:
            rows = await everything(restored)
            assert rows == await everything(fresh_database)
            assert sum(count for count, _ in rows.values()) > 1_000
            done = await ingest(restored, SPEC, read, given([row(1, name="อื่น"), row(2)], [row(4)]))
            assert done.ledger.of(Outcome.UNCHANGED) == done.ledger.read == 3
    finally:
        await administer(template, "drop database restored with (force)")


async def everything(database: Database) -> dict[str, tuple[int, str]]:
    """How many rows each table has, its past too, and a digest of them all."""
    names = await database.pool.fetch(
        "select format('%I.%I', schemaname, tablename) from pg_tables "
        "where schemaname in ('public', 'history') order by 1"
    )
    digest = "select count(*), md5(string_agg(md5(t::text), '' order by md5(t::text)))"
    return {
        name: tuple(await database.pool.fetchrow(f"{digest} from {name} t")) for (name,) in names
    }

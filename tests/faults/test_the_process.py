"""What befalls a hub while it serves; each test is named by its number in the list of faults.

What of that list is tried elsewhere: 36 to 40 in `test_the_database_goes`, 36 also in
`test_the_start_interrupted`, 45, 46, 48 and 49 in
`tests/web/test_sockets*` and `test_events`, 51 in `tests/store/test_migrations`, the ingest's in
`tests/ingest` and `tests/connectors`.
"""

import asyncio
import json
import resource
import signal
import subprocess
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import connect

from hub.domain.sources.ledger import Outcome
from hub.ingest.run import ingest
from hub.store.database import Database, open_database
from hub.store.embedded import location as place
from hub.web.session import PROTOCOL
from tests.conftest import administer
from tests.faults.whole import Whole, connected, true
from tests.faults.within import ask, waiting
from tests.ingest.made import SPEC, given, read, row
from tests.web.door import SCHEMA, address, endpoint, served
from tests.web.door import opened as anybody

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


# ── many who only sit there ─────────────────────────────────────────────────────────────────────


async def test_47_a_thousand_sockets_that_say_nothing_are_closed_and_others_are_served(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 4_000:
        pytest.skip(f"this process may open {hard} files, and a thousand sockets need more")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 4_000), hard))
    monkeypatch.setattr("hub.web.session.INIT_WITHIN", 2.0)
    async with served(endpoint(SCHEMA, anybody)) as listening:
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
    programs, _ = place.find_programs(place.choose_account(Path(folder).parent), lambda _: None)
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
        async with open_database(dsn, pool_size=1) as restored:
            rows = await everything(restored)
            assert rows == await everything(fresh_database)
            assert sum(count for count, _ in rows.values()) > 1_000
            done = await ingest(restored, SPEC, read, given([row(1, name="อื่น"), row(2)], [row(4)]))
            assert done.ledger.count_of(Outcome.UNCHANGED) == done.ledger.read == 3
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

"""Tests failures of a running hub process; each test has the number of its fault in the list.

Other tests of that list: 36 to 40 in `test_database_failures`, 36 also in
`test_startup_interrupted`; 45, 46, 48 and 49 in `tests/web/graphql`; 51 in
`tests/store/test_migrate`; the faults of ingest runs in `tests/ingest` and `tests/connectors`.
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
from hub.store.embedded import location
from hub.store.embedded.account import choose_account
from hub.web.graphql.websocket import PROTOCOL
from tests.conftest import execute_admin_statement
from tests.faults.hub_process import HubProcess, connect_to_hub_database, wait_until_async
from tests.faults.in_process_hub import has_waiting_sessions, query_clusters
from tests.ingest.made_up_source import SPEC, build_input, build_row, read
from tests.web.graphql.sample_endpoint import SCHEMA, build_endpoint, serve_endpoint, server_address
from tests.web.graphql.sample_endpoint import open_empty_context as open_anonymous

# ── shutdown ──────────────────────────────────────────────────────────────────────────────────────


async def test_35_sigterm_completes_pending_requests_and_closes_sockets_with_1012(
    folder: Path,
) -> None:
    with HubProcess(folder, HUB_CACHE_MB="0") as hub:
        hub.wait_until_ready()
        host = hub.address.removeprefix("http://")
        connection = await connect_to_hub_database(folder)
        async with (
            connect(f"ws://{host}/graphql", subprotocols=[PROTOCOL]) as idle,  # type: ignore[list-item]
            httpx2.AsyncClient(base_url=hub.address, timeout=60) as client,
        ):
            await idle.send(json.dumps({"type": "connection_init"}))
            await idle.recv()
            # The requests wait for a lock, so that they are in progress when the signal arrives.
            transaction = connection.transaction()
            await transaction.start()
            await connection.execute("lock table area in access exclusive mode")
            requests = [asyncio.create_task(query_clusters(client)) for _ in range(5)]
            await wait_until_async(lambda: has_waiting_sessions(connection, 2))
            hub.process.send_signal(signal.SIGTERM)
            await idle.wait_closed()
            assert (idle.close_code, (idle.close_reason or "").partition(" · ")[2]) == (
                1012,
                "The hub is stopping; reconnect shortly",
            )
            assert not any(task.done() for task in requests)
            await transaction.rollback()
            await connection.close()
            answers = await asyncio.gather(*requests)
        assert [answer.status_code for answer in answers] == [200] * 5
        assert all(len(a.json()["data"]["areas"]["nodes"]) == 18 for a in answers)
        assert await asyncio.to_thread(hub.process.wait, 30) == 0
        assert hub.error_output == ""


# ── many idle sockets ─────────────────────────────────────────────────────────────────────────────


async def test_47_thousand_silent_sockets_are_closed_and_requests_are_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 4_000:
        pytest.skip(
            f"a process may open only {hard} files: raise the limit, as with ulimit -Hn 4000"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 4_000), hard))
    monkeypatch.setattr("hub.web.graphql.websocket.INIT_TIMEOUT", 2.0)
    async with serve_endpoint(build_endpoint(SCHEMA, open_anonymous)) as listening:
        url = f"ws://{server_address(listening)}/graphql"
        options: dict[str, Any] = {"subprotocols": [PROTOCOL], "compression": None}
        sockets = await asyncio.gather(*(connect(url, **options) for _ in range(1_000)))
        async with httpx2.AsyncClient(base_url=f"http://{server_address(listening)}") as client:
            answer = await client.post("/graphql", json={"query": "{ word }"})
            assert answer.status_code == 200
        await asyncio.gather(*(socket.wait_closed() for socket in sockets))
        assert {socket.close_code for socket in sockets} == {4408}


# ── restore from a backup ─────────────────────────────────────────────────────────────────────────


async def test_52_restored_backup_has_the_same_ledger_and_rows(
    template: str, fresh_database: Database
) -> None:
    await ingest(
        fresh_database, SPEC, read, build_input([build_row(1), build_row(2)], [build_row(3)])
    )
    await ingest(
        fresh_database,
        SPEC,
        read,
        build_input([build_row(1, name="อื่น"), build_row(2)], [build_row(4)]),
    )
    name = await fresh_database.pool.fetchval("select current_database()")
    folder = await fresh_database.pool.fetchval("show unix_socket_directories")
    programs, _ = location.find_programs(choose_account(Path(folder).parent), lambda _: None)
    options = ["-h", folder, "-p", "5432", "-U", "hub"]
    dump = subprocess.run(
        [programs / "bin/pg_dump", *options, "-Fc", name], check=True, capture_output=True
    ).stdout
    dsn = template.replace("@/hub?", "@/restored?")
    await execute_admin_statement(template, "create database restored")
    try:
        subprocess.run(
            [programs / "bin/pg_restore", *options, "--exit-on-error", "-d", "restored"],
            input=dump,
            check=True,
        )
        async with open_database(dsn, pool_size=1) as restored:
            rows = await fetch_row_digests(restored)
            assert rows == await fetch_row_digests(fresh_database)
            assert sum(count for count, _ in rows.values()) > 1_000
            result = await ingest(
                restored,
                SPEC,
                read,
                build_input([build_row(1, name="อื่น"), build_row(2)], [build_row(4)]),
            )
            assert result.ledger.count_of(Outcome.UNCHANGED) == result.ledger.read == 3
    finally:
        await execute_admin_statement(template, "drop database restored with (force)")


async def fetch_row_digests(database: Database) -> dict[str, tuple[int, str]]:
    """Return the row count and a digest of the rows per table, history tables included."""
    names = await database.pool.fetch(
        "select format('%I.%I', schemaname, tablename) from pg_tables "
        "where schemaname in ('public', 'history') order by 1"
    )
    digest = "select count(*), md5(string_agg(md5(t::text), '' order by md5(t::text)))"
    return {
        name: tuple(await database.pool.fetchrow(f"{digest} from {name} t")) for (name,) in names
    }

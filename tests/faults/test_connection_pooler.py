"""A whole hub behind PgBouncer, as operators of shared PostgreSQL servers provide it."""

import asyncio
import json
import shlex
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest

from hub.settings import Settings
from hub.store.embedded.server import EmbeddedServer
from hub.web.responses import EVENTS
from tests.conftest import copy_database, execute_admin_statement
from tests.faults.hub_process import CHECKOUT, HubProcess, wait_until
from tests.hub_thread import hub_in_thread
from tests.pgbouncer import (
    HUB_PARAMETERS,
    find_free_port,
    needs_pgbouncer,
    pooler_dsn,
    run_pgbouncer,
)
from tests.web.graphql.test_server_sent_events import read_events

pytestmark = needs_pgbouncer

QUESTIONS = sorted((CHECKOUT / "tests/questions").glob("*.graphql"))
SAMPLE = CHECKOUT / "connectors/govspending_budget/sample/records.jsonl"
AREA = '{ area(by: { code: "%s" }) { name { th } plans(first: 2) { nodes { id } } } }'
SUBSCRIPTION = "subscription { sourceEvents { source { id recordCount } } }"
LISTENERS = "select count(*) from pg_stat_activity where query ilike 'listen%' and datname = $1"
POOL_SIZE = 4


@pytest.fixture(scope="module")
async def dsn(template: str) -> AsyncIterator[str]:
    yield await copy_database(template, "pooled")
    await execute_admin_statement(template, "drop database pooled with (force)")


@pytest.fixture(scope="module")
def pooler(server: EmbeddedServer, dsn: str) -> Iterator[str]:
    """Yield the address of the database through a pooler with four sessions of the server."""
    with run_pgbouncer(server, default_pool_size=POOL_SIZE) as port:
        yield pooler_dsn(port, dsn)


@pytest.fixture(scope="module")
def environment(dsn: str, pooler: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return {
        "HUB_DATABASE_URL": pooler,
        "HUB_DATABASE_DIRECT_URL": dsn,
        "HUB_DATA_DIR": str(tmp_path_factory.mktemp("data")),
        "HUB_RATE": "0",
        "HUB_AT_ONCE": "0",
    }


async def query(client: httpx2.AsyncClient, document: str) -> Any:
    response = await client.post("/graphql", json={"query": document})
    body = response.json()
    assert response.status_code == 200, body
    assert "errors" not in body, body
    return body["data"]


@pytest.mark.long
async def test_eight_clients_at_once_get_the_stored_answers_of_all_questions(
    environment: dict[str, Any],
) -> None:
    """Two clients for each session of the pooler, so that sessions change between clients.

    Before, two of three questions failed while `/readyz` answered 200.
    """
    expected = {
        path: json.loads(path.with_suffix(".json").read_text("utf-8")) for path in QUESTIONS
    }
    with HubProcess(None, **environment) as hub:
        hub.wait_until_ready()

        async def query_all(number: int) -> int:
            right = 0
            async with httpx2.AsyncClient(base_url=hub.address, timeout=240) as client:
                for path in QUESTIONS[number % POOL_SIZE :: POOL_SIZE]:
                    assert await query(client, path.read_text("utf-8")) == expected[path], path.stem
                    right += 1
                for code in range(10, 16):  # documents of their own: one statement for each
                    await query(client, AREA % code)
                    right += 1
                assert (await client.get("/readyz")).status_code == 200
            return right

        counts = await asyncio.gather(*map(query_all, range(2 * POOL_SIZE)))
        hub.stop()
    assert sum(counts) == 2 * len(QUESTIONS) + 2 * POOL_SIZE * 6


async def test_follower_receives_the_event_of_a_file_that_another_process_ingests(
    environment: dict[str, Any], dsn: str, pooler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The listener and the lock of a run need sessions, which the direct address has."""
    monkeypatch.setattr("hub.store.listener.POLL_INTERVAL", 3_600)  # a notification or nothing
    settings = Settings(
        "127.0.0.1", 0, Path("unused"), False, pooler, 4, rate=0, database_direct_url=dsn
    )
    observer = await asyncpg.connect(dsn)
    with hub_in_thread(settings) as address:
        async with (
            httpx2.AsyncClient(base_url=address, timeout=120) as client,
            client.stream(
                "POST", "/graphql", json={"query": SUBSCRIPTION}, headers={"accept": EVENTS}
            ) as response,
        ):
            while not await observer.fetchval(LISTENERS, "pooled"):  # noqa: ASYNC110 - no event for it
                await asyncio.sleep(0.02)
            command = shlex.join(["ingest", "govspending_budget", "--from", str(SAMPLE)])
            with HubProcess(None, command, **environment) as ingest:
                code = await asyncio.to_thread(ingest.process.wait, 300)
                assert code == 0, ingest.progress + ingest.error_output
            async with asyncio.timeout(60):
                events = read_events(response)
                event = await anext(data async for kind, data in events if kind == "next")
        found = event["data"]["sourceEvents"]["source"]
        assert found["id"] == "gid://hub/Source/govspending_budget"
        assert found["recordCount"] > 0
        answer = httpx2.post(
            f"{address}/graphql", json={"query": "{ projects(first: 1) { totalCount } }"}
        )
        assert answer.json()["data"]["projects"]["totalCount"] > 0
    lock_count = "select count(*) from pg_locks where locktype = 'advisory' and granted"
    assert await observer.fetchval(lock_count) == 0
    await observer.close()


@pytest.mark.parametrize(
    ("command", "parameters"),
    [
        ("serve", ""),
        ("db migrate", HUB_PARAMETERS),
        pytest.param("serve", HUB_PARAMETERS, marks=pytest.mark.long),
        pytest.param("db migrate", "", marks=pytest.mark.long),
        pytest.param("source list", "", marks=pytest.mark.long),
        pytest.param("source list", HUB_PARAMETERS, marks=pytest.mark.long),
    ],
)
def test_pooler_alone_is_refused_before_the_hub_starts(
    server: EmbeddedServer, environment: dict[str, Any], dsn: str, command: str, parameters: str
) -> None:
    settings: dict[str, Any] = {"ignore_startup_parameters": parameters} if parameters else {}
    with run_pgbouncer(server, **settings) as port:
        alone = {**environment, "HUB_DATABASE_URL": pooler_dsn(port, dsn)}
        del alone["HUB_DATABASE_DIRECT_URL"]
        with HubProcess(None, command, **alone) as hub:
            text = hub.wait_for_startup_error(1)
    assert text.count("HUB_DATABASE_DIRECT_URL") == 2
    assert "transaction mode" in text


def test_session_pooler_alone_serves_without_settings_of_its_own(
    server: EmbeddedServer, environment: dict[str, Any], dsn: str
) -> None:
    with run_pgbouncer(server, "session") as port:
        alone = {**environment, "HUB_DATABASE_URL": pooler_dsn(port, dsn)}
        del alone["HUB_DATABASE_DIRECT_URL"]
        with HubProcess(None, "serve", **alone) as hub:
            hub.wait_until_ready()
            hub.fetch_answers()
            hub.stop()


def test_hub_is_not_ready_while_the_pooler_is_gone_and_ready_when_it_is_back(
    server: EmbeddedServer, dsn: str
) -> None:
    port = find_free_port()
    url = pooler_dsn(port, dsn)
    settings = Settings("127.0.0.1", 0, Path(), False, url, 2, rate=0, database_direct_url=dsn)
    with ExitStack() as hub:
        with run_pgbouncer(server, port=port):
            address = hub.enter_context(hub_in_thread(settings))
        assert httpx2.get(f"{address}/readyz", timeout=60).status_code == 503
        answer = httpx2.post(f"{address}/graphql", json={"query": AREA % 20}, timeout=60)
        assert answer.status_code == 503
        with run_pgbouncer(server, port=port):
            wait_until(lambda: httpx2.get(f"{address}/readyz", timeout=60).status_code == 200)
            answer = httpx2.post(f"{address}/graphql", json={"query": AREA % 20}, timeout=60)
            assert answer.json()["data"]["area"]["name"]["th"] == "ชลบุรี"

"""Tests the subscription to source events over real connections."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from hub.bootstrap.application import build_application
from hub.domain.identity.viewer import Permission, Viewer
from hub.ingest.run import ingest
from hub.settings import Settings
from hub.store.database import Database
from hub.web.server import HubServer
from tests.conftest import StubAuthentication
from tests.ingest.made_up_source import SPEC, build_input, build_row, read
from tests.web.graphql.sample_endpoint import serve_endpoint
from tests.web.graphql.test_server_sent_events import open_stream, read_events

SUBSCRIPTION = """subscription($after: String) { sourceEvents(after: $after) {
  cursor affectedCells source { id recordCount } run { status ledger { read } } } }"""
OWNER = Viewer("owner", "ministry:15", frozenset({Permission.OPERATE_SOURCES.value}))


@pytest.fixture
async def served_hub(fresh_database: Database) -> AsyncGenerator[HubServer]:
    settings = Settings("127.0.0.1", 0, Path("unused"), False, None, 1)
    hub = build_application(settings, fresh_database, authentication=StubAuthentication(OWNER))
    async with serve_endpoint(hub.graphql) as server:
        yield server


async def receive_events(server: HubServer, count: int, **variables: Any) -> list[dict[str, Any]]:
    async with open_stream(server, SUBSCRIPTION, **variables) as response:
        found: list[dict[str, Any]] = []
        async with aclosing(read_events(response)) as stream_events:  # type: ignore[type-var]  # an async generator
            async for kind, data in stream_events:
                if kind == "next":
                    found.append(data["data"]["sourceEvents"])
                if len(found) == count:
                    return found
    raise AssertionError(found)


async def wait_for_listener(database: Database) -> None:
    """Wait until the hub executes LISTEN; it does not receive earlier events as new."""
    query = "select count(*) from pg_stat_activity where query ilike 'listen%'"
    while not await database.pool.fetchval(query):  # noqa: ASYNC110 - PostgreSQL has no event for it
        await asyncio.sleep(0.02)


async def test_finished_run_sends_an_event_with_its_changes(
    served_hub: HubServer, fresh_database: Database
) -> None:
    received = asyncio.create_task(receive_events(served_hub, 1))
    await wait_for_listener(fresh_database)
    await ingest(
        fresh_database,
        SPEC,
        read,
        build_input([build_row(1), build_row(2), build_row(3, area="ระยอง")]),
    )
    [event] = await asyncio.wait_for(received, 20)
    assert event["source"] == {"id": "gid://hub/Source/made_up", "recordCount": 3}
    assert event["run"] == {"status": "SUCCEEDED", "ledger": {"read": 3}}
    assert event["affectedCells"] == 2


async def test_reconnecting_with_a_cursor_sends_missed_events(
    served_hub: HubServer, fresh_database: Database
) -> None:
    await ingest(fresh_database, SPEC, read, build_input([build_row(1)]))
    await ingest(
        fresh_database, SPEC, read, build_input([build_row(1, "5,000"), build_row(2)], snapshot="t")
    )
    [before] = await fresh_database.pool.fetch("select min(id) as id from source_event")
    first, second = await receive_events(served_hub, 2, after="WzBd")  # cursor [0]: before all
    assert first["cursor"] != second["cursor"]
    assert before["id"] > 0
    assert (first["affectedCells"], second["affectedCells"]) == (1, 1)
    [repeated] = await receive_events(served_hub, 1, after=first["cursor"])
    assert repeated == second

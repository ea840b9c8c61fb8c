"""Clients follow 300 linkages that are proposed and decided, by query and by subscription."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest

from hub.jobs.change_feed import keep_feed
from hub.store.database import Database
from hub.web.server import HubServer
from tests.services.linkages.both_sides import insert_issues, insert_project
from tests.web.graphql.linkage_client import DECIDE, PROPOSE, MachineClient
from tests.web.graphql.sample_endpoint import serve_endpoint
from tests.web.graphql.socket_client import connect_socket
from tests.web.graphql.test_linkage_commands import build_decision, build_items
from tests.web.hub_instance import HubInstance

COUNT: Final = 300
CHANGES: Final = """
query ($after: String) { linkageChanges(after: $after, first: 100) {
  changes { cursor at id version linkage { id version status } } cursor more
} }
"""
EVENTS: Final = """
subscription ($after: String) { linkageEvents(after: $after) { cursor id version } }
"""
ALL_CHANGES: Final = """
query ($after: String, $area: ID) {
  changes(topics: [LINKAGE, PROJECT, WORK_REQUEST, PLAN_VERSION], after: $after, area: $area) {
    changes { topic id version subject { id } by { id } } cursor more
  }
}
"""


@pytest.fixture
async def hub(fresh_database: Database, tmp_path: Path) -> AsyncIterator[HubInstance]:
    """Yield a hub with 300 projects, and its job that keeps the feed."""
    await insert_issues(fresh_database, "20", ["1", "2"])
    await fresh_database.pool.execute(
        "insert into project (id, code, name_th, sort_key, actor_level, owner_id, fiscal_years, "
        "visibility) select 'p' || n, 'MOTS-' || n, 'โครงการ ' || n, n::text, 'MINISTRY', "
        "'department:05003', '{2023}', 'PUBLISHED' from generate_series(1, $1::int) n",
        COUNT,
    )
    instance = HubInstance(fresh_database, tmp_path)
    job = asyncio.create_task(keep_feed(fresh_database))
    async with instance.http:
        yield instance
    job.cancel()
    await asyncio.wait([job])


async def read_to_end(client: MachineClient, after: str | None) -> tuple[list[Any], str]:
    """Return all changes after a cursor, and the cursor after them."""
    found, more = [], True
    cursor = after
    while more:
        page = (await client.send(CHANGES, after=cursor))["linkageChanges"]
        found += page["changes"]
        cursor, more = page["cursor"], page["more"]
    assert cursor is not None
    return found, cursor


async def poll(client: MachineClient, cursor: str, count: int) -> list[Any]:
    """Return the changes after a cursor, polled until there are `count`."""
    found: list[Any] = []
    async with asyncio.timeout(60):
        while len(found) < count:
            changes, cursor = await read_to_end(client, cursor)
            found += changes
            await asyncio.sleep(0.05)
    return found


async def receive(server: HubServer, cursor: str, count: int) -> list[Any]:
    """Return `count` events after a cursor, from a socket."""
    async with connect_socket(server) as socket:
        await socket.initialize()
        await socket.subscribe(EVENTS, variables={"after": cursor})
        return [(await socket.receive())["payload"]["data"]["linkageEvents"] for _ in range(count)]


async def test_feed_and_subscription_report_each_change_of_300_linkages_once_and_in_order(
    hub: HubInstance,
) -> None:
    ministry = await MachineClient.register(hub, "ministry:05")
    area = await MachineClient.register(hub, "province:20")
    _, cursor = await read_to_end(area, None)
    async with serve_endpoint(hub.hub.graphql) as server:
        receiving = asyncio.create_task(receive(server, cursor, 550))
        polling = asyncio.create_task(poll(area, cursor, 550))
        proposed = await ministry.send(PROPOSE, key="batch-1", items=build_items(COUNT))
        linkages = [one["linkage"] for one in proposed["linkagePropose"]["results"]]
        decisions = [
            *(build_decision(link, "AGREE") for link in linkages[:200]),
            *(build_decision(link, "REJECT") for link in linkages[200:250]),
        ]
        await area.send(DECIDE, key="decision-1", items=decisions)
        polled, received = await asyncio.wait_for(asyncio.gather(polling, receiving), 120)
        replayed = await receive(server, cursor, 550)
    expected = {(one["id"], 1) for one in linkages} | {(one["id"], 2) for one in linkages[:250]}
    for changes in (polled, received, replayed):
        keys = [(one["id"], one["version"]) for one in changes]
        assert len(keys) == len(set(keys)) == 550
        assert set(keys) == expected
        seen: dict[str, int] = {}
        for key, version in keys:
            assert version == seen.get(key, 0) + 1
            seen[key] = version
    assert [one["cursor"] for one in polled] == [one["cursor"] for one in received]
    assert (await read_to_end(area, polled[-1]["cursor"]))[0] == []


async def test_changes_of_all_topics_name_subject_and_agency(hub: HubInstance) -> None:
    ministry = await MachineClient.register(hub, "ministry:05")
    cursor: str | None = None
    more = True
    while more:
        page = (await ministry.send(ALL_CHANGES, after=cursor))["changes"]
        cursor, more = page["cursor"], page["more"]
    await ministry.send(PROPOSE, key="one", items=build_items(1))
    await hub.database.pool.execute("select change_sequence(100)")
    [change] = (await ministry.send(ALL_CHANGES, after=cursor))["changes"]["changes"]
    assert change["topic"] == "LINKAGE"
    assert change["subject"] == {"id": change["id"]}
    assert change["by"] == {"id": "gid://hub/Agency/ministry:05"}
    for area, count in (("C2560-08", 1), ("20", 1), ("21", 0)):
        page = await ministry.send(ALL_CHANGES, after=cursor, area=f"gid://hub/Area/{area}")
        assert len(page["changes"]["changes"]) == count


async def test_expired_cursor_and_two_starts_are_refused_with_their_codes(
    hub: HubInstance,
) -> None:
    await insert_project(hub.database, "another")
    page = (await hub.http.post("/graphql", json={"query": CHANGES})).json()
    first = page["data"]["linkageChanges"]["cursor"]
    await hub.database.pool.execute("select change_sequence(10000)")
    await hub.database.pool.execute("update change_head set pruned = position")
    body = {"query": CHANGES, "variables": {"after": first}}
    answer = (await hub.http.post("/graphql", json=body)).json()
    assert answer["errors"][0]["extensions"]["code"] == "CURSOR_EXPIRED"
    both = CHANGES.replace("first: 100", 'first: 1, since: "2026-01-01T00:00:00Z"')
    answer = (
        await hub.http.post("/graphql", json={"query": both, "variables": {"after": first}})
    ).json()
    assert answer["errors"][0]["extensions"]["code"] == "INVALID"


async def test_subscription_without_a_cursor_begins_now(hub: HubInstance) -> None:
    ministry = await MachineClient.register(hub, "ministry:05")
    await ministry.send(PROPOSE, key="one", items=build_items(1))
    async with serve_endpoint(hub.hub.graphql) as server, connect_socket(server) as socket:
        await socket.initialize()
        await socket.subscribe("subscription { changeEvents(topics: [PROJECT]) { topic id } }")
        query = "select count(*) from pg_stat_activity where query ilike 'listen%'"
        while not await hub.database.pool.fetchval(query):  # noqa: ASYNC110 - no event for it
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.5)
        await insert_project(hub.database, "another")
        event = (await socket.receive())["payload"]["data"]["changeEvents"]
    assert event == {"topic": "PROJECT", "id": "gid://hub/Project/another"}

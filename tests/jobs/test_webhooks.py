"""Webhooks: receivers in processes of their own have every change, in order per thing."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from hub.bootstrap.webhooks import build_sender
from hub.jobs.change_feed import keep_feed
from hub.jobs.webhooks import WebhookDispatcher
from hub.settings import Settings
from hub.store.database import Database
from tests.jobs.webhook_client import (
    ReceiverProcess,
    create_webhook,
    find_free_port,
    read_state,
    register,
    run_receiver,
)
from tests.services.linkages.both_sides import insert_issues, insert_project, next_key
from tests.web.graphql.linkage_client import DECIDE, PROPOSE, MachineClient
from tests.web.graphql.test_linkage_commands import build_decision, build_items
from tests.web.hub_instance import URL, HubInstance

COUNT: Final = 300
DELAYS: Final = (timedelta(milliseconds=200),)
REPLAY: Final = """
mutation ($key: String!, $webhook: ID!, $what: WebhookReplayOf!) {
  webhookReplay(input: {idempotencyKey: $key, webhook: $webhook, what: $what}) {
    queued webhook { status } userErrors { code field }
  }
}
"""


@pytest.fixture
async def hub(fresh_database: Database, tmp_path: Path) -> AsyncIterator[HubInstance]:
    """Yield a hub with 300 projects that keeps its feed and delivers to webhooks."""
    await insert_issues(fresh_database, "20", ["1", "2"])
    await fresh_database.pool.execute(
        "insert into project (id, code, name_th, sort_key, actor_level, owner_id, fiscal_years, "
        "visibility) select 'p' || n, 'MOTS-' || n, 'โครงการ ' || n, n::text, 'MINISTRY', "
        "'department:05003', '{2023}', 'PUBLISHED' from generate_series(1, $1::int) n",
        COUNT,
    )
    instance = HubInstance(fresh_database, tmp_path, demo=True)
    settings = Settings("127.0.0.1", 0, tmp_path, False, None, 1, public_url=URL, demo=True)
    dispatcher = WebhookDispatcher(
        fresh_database, build_sender(settings, instance.now), delays=DELAYS, poll_interval=0.05
    )
    jobs = [asyncio.create_task(keep_feed(fresh_database)), asyncio.create_task(dispatcher.run())]
    async with instance.http:
        yield instance
    for job in jobs:
        job.cancel()
    await asyncio.wait(jobs)


async def propose(client: MachineClient, count: int) -> list[dict[str, Any]]:
    """Propose linkages and return them."""
    answer = await client.send(PROPOSE, key=next_key(), items=build_items(count))
    return [one["linkage"] for one in answer["linkagePropose"]["results"]]


async def agree(client: MachineClient, linkages: list[dict[str, Any]]) -> None:
    """Agree to linkages."""
    items = [build_decision(link, "AGREE") for link in linkages]
    await client.send(DECIDE, key=next_key(), items=items)


def first_arrivals(messages: list[dict[str, Any]]) -> dict[str, list[int]]:
    """Return the versions of each linkage in the order in which they first arrived."""
    versions: dict[str, list[int]] = defaultdict(list)
    seen = set()
    for message in messages:
        if message["id"] not in seen:
            seen.add(message["id"])
            versions[message["data"]["id"]].append(message["data"]["version"])
    return versions


async def wait_for_state(client: MachineClient, gid: str, name: str, value: object) -> None:
    """Wait until a field of a webhook has a value."""
    async with asyncio.timeout(60):
        while (await read_state(client, gid))[name] != value:  # noqa: ASYNC110 - over HTTP
            await asyncio.sleep(0.05)


async def test_receiver_that_is_killed_and_restarted_has_each_message_in_order_per_linkage(
    hub: HubInstance, tmp_path: Path
) -> None:
    ministry = await register(hub, "ministry:05")
    area = await register(hub, "province:20")
    async with run_receiver(tmp_path) as receiver:
        created = await create_webhook(area, receiver.url)
        await receiver.start(created["secret"])
        linkages = await propose(ministry, COUNT)
        await receiver.wait_for(40)
        await receiver.kill()
        await agree(area, linkages)
        await asyncio.sleep(0.5)
        await receiver.start(created["secret"])
        messages = await receiver.wait_for(2 * COUNT)
        gid = created["webhook"]["id"]
        await wait_for_state(area, gid, "pending", 0)
    assert set(first_arrivals(messages)) == {one["id"] for one in linkages}
    assert all(versions == [1, 2] for versions in first_arrivals(messages).values())
    assert {one["type"] for one in messages} == {"linkage.changed"}
    assert {tuple(one["data"]) for one in messages} == {("cursor", "id", "version")}
    node = await read_state(area, gid)
    assert node["deliveries"]["totalCount"] == 2 * COUNT
    assert node["cursor"] == node["deliveries"]["nodes"][0]["cursor"]


async def test_dead_receiver_delays_no_other(hub: HubInstance, tmp_path: Path) -> None:
    ministry = await register(hub, "ministry:05")
    area = await register(hub, "province:20")
    dead = await create_webhook(ministry, f"http://127.0.0.1:{find_free_port()}/")
    async with run_receiver(tmp_path) as receiver:
        created = await create_webhook(area, receiver.url)
        await receiver.start(created["secret"])
        await propose(ministry, 20)
        await receiver.wait_for(20)
    node = await read_state(ministry, dead["webhook"]["id"])
    assert node["status"] == "ACTIVE"
    assert node["pending"] == 20
    failed = [one for one in node["deliveries"]["nodes"] if one["attempts"]]
    assert failed
    assert failed[0]["attempts"][0]["httpStatus"] is None
    assert failed[0]["attempts"][0]["error"].startswith("no answer")


async def test_gone_receiver_disables_its_webhook_and_a_replay_sends_the_same_messages(
    hub: HubInstance, tmp_path: Path
) -> None:
    ministry = await register(hub, "ministry:05")
    async with run_receiver(tmp_path) as receiver:
        created = await create_webhook(ministry, receiver.url)
        gid = created["webhook"]["id"]
        await receiver.start(created["secret"], status=410)
        await propose(ministry, 1)
        [first] = await receiver.wait_for(1)
        await wait_for_state(ministry, gid, "status", "DISABLED")
        node = await read_state(ministry, gid, "DEAD")
        assert [one["messageId"] for one in node["deliveries"]["nodes"]] == [first["id"]]
        await receiver.kill()
        await receiver.start(created["secret"])
        await hub.database.pool.execute("update webhook set status = 'ACTIVE', version = 2")
        replay = {"key": next_key(), "webhook": gid, "what": {"dead": True}}
        answer = (await ministry.send(REPLAY, **replay))["webhookReplay"]
        assert answer["queued"] == 1
        async with asyncio.timeout(20):
            while len(receiver.messages()) < 2:  # noqa: ASYNC110 - a file
                await asyncio.sleep(0.05)
        assert [one["id"] for one in receiver.messages()] == [first["id"]] * 2
        after = {"key": next_key(), "webhook": gid, "what": {"after": node["cursor"]}}
        assert (await ministry.send(REPLAY, **after))["webhookReplay"]["userErrors"] == []


async def test_message_is_dead_and_the_webhook_disabled_after_five_days_of_failures(
    hub: HubInstance, tmp_path: Path
) -> None:
    ministry = await register(hub, "ministry:05")
    async with run_receiver(tmp_path) as receiver:
        created = await create_webhook(ministry, receiver.url)
        gid = created["webhook"]["id"]
        await receiver.start(created["secret"], status=500)
        await propose(ministry, 1)
        await receiver.wait_for(1)
        pool = hub.database.pool
        earlier = "now() - interval '5 days 1 minute'"
        await pool.execute(f"update webhook_delivery set first_attempt_at = {earlier}")  # noqa: S608
        await pool.execute(f"update webhook set failing_since = {earlier}")  # noqa: S608
        await wait_for_state(ministry, gid, "status", "DISABLED")
    node = await read_state(ministry, gid)
    assert [one["status"] for one in node["deliveries"]["nodes"]] == ["DEAD"]
    assert {one["httpStatus"] for one in node["deliveries"]["nodes"][0]["attempts"]} == {500}


async def test_webhook_sends_only_what_its_client_may_see(hub: HubInstance, tmp_path: Path) -> None:
    owner = await register(hub, "department:05003")
    other = await register(hub, "province:45")
    async with run_receiver(tmp_path) as first, run_receiver(tmp_path) as second:
        receivers: list[tuple[MachineClient, ReceiverProcess]] = [(owner, first), (other, second)]
        for client, receiver in receivers:
            created = await create_webhook(client, receiver.url, "PROJECT", "LINKAGE")
            await receiver.start(created["secret"])
        await insert_project(hub.database, "draft", visibility="PRIVATE")
        await hub.database.pool.execute(
            "insert into linkage (id, project_id, issue_id, status, visibility, proposed_by_id, "
            "proposed_side) values ('of-draft', 'draft', 'plan-20-2566-PUBLISHED-1', 'PROPOSED', "
            "'PRIVATE', 'department:05003', 'FUNCTION')"
        )
        await first.wait_for(2)
        await insert_project(hub.database, "published")
        await first.wait_for(3)
        received = await second.wait_for(1)
    assert [one["data"]["id"] for one in received] == ["gid://hub/Project/published"]

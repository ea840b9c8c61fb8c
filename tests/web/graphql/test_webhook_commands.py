"""Webhooks are managed by their own agency alone, and their secrets are shown once."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest

from hub.domain.identity.clients import ClientKind
from hub.store.database import Database
from tests.jobs.webhook_client import create_webhook, read_state, register, run_receiver
from tests.services.linkages.both_sides import next_key
from tests.web.hub_instance import HubInstance

LIST: Final = "{ webhooks { id } viewer { webhooks { id name client topics areas { id } } } }"


@pytest.fixture
async def hub(fresh_database: Database, tmp_path: Path) -> AsyncIterator[HubInstance]:
    """Yield a hub that permits receivers on this machine."""
    instance = HubInstance(fresh_database, tmp_path, demo=True)
    async with instance.http:
        yield instance


def command(name: str, selection: str, more: str = "") -> str:
    """Return a mutation of one webhook with its version."""
    return (
        "mutation ($key: String!, $webhook: ID!, $version: Int!) { "
        f"{name}(input: {{idempotencyKey: $key, webhook: $webhook, "
        f"expectedVersion: $version {more}}}) "
        f"{{ {selection} userErrors {{ code field }} }} }}"
    )


UPDATE: Final = command("webhookUpdate", "webhook { version status }", "status: PAUSED")
ROTATE: Final = command("webhookRotateSecret", "webhook { version previousSecretUntil } secret")
DELETE: Final = command("webhookDelete", "deleted")
TEST: Final = """
mutation ($key: String!, $webhook: ID!) {
  webhookTest(input: {idempotencyKey: $key, webhook: $webhook}) {
    attempt { httpStatus error durationMs } userErrors { code }
  }
}
"""


async def test_secret_is_shown_once_and_stored_encrypted(hub: HubInstance) -> None:
    client = await register(hub, "ministry:05")
    first = await create_webhook(client, "https://hooks.ministry.example/hub", key="k")
    secret = first["secret"]
    assert secret.startswith("whsec_")
    assert first["webhook"]["secretHint"] == secret[-4:]
    again = await create_webhook(client, "https://hooks.ministry.example/hub", key="k")
    assert again["webhook"]["id"] == first["webhook"]["id"]
    assert again["secret"] is None
    stored = await hub.database.pool.fetchrow("select * from webhook")
    assert secret not in str(dict(stored))
    receipts = await hub.database.pool.fetch("select answer from receipt")
    assert secret not in str(receipts)


@pytest.mark.parametrize(
    "url", ["http://hooks.ministry.example/", "https://10.0.0.1/", "https://169.254.169.254/"]
)
async def test_private_and_plain_addresses_are_refused(hub: HubInstance, url: str) -> None:
    client = await register(hub, "ministry:05")
    payload = await create_webhook(client, url)
    assert payload["webhook"] is None
    assert [one["code"] for one in payload["userErrors"]] == ["INVALID_VALUE"]
    assert payload["userErrors"][0]["field"] == ["input", "url"]


async def test_webhook_of_another_agency_is_not_found(hub: HubInstance) -> None:
    owner, other = await register(hub, "ministry:05"), await register(hub, "ministry:22")
    created = await create_webhook(owner, "https://hooks.ministry.example/hub")
    gid = created["webhook"]["id"]
    assert (await owner.send(LIST))["viewer"]["webhooks"][0]["client"] == "ministry-05"
    assert (await other.send(LIST)) == {"webhooks": [], "viewer": {"webhooks": []}}
    assert (await other.send("query ($id: ID!) { node(id: $id) { id } }", id=gid))["node"] is None
    for mutation in (UPDATE, ROTATE, DELETE):
        answer = await other.send(mutation, key=next_key(), webhook=gid, version=1)
        [payload] = answer.values()
        assert [one["code"] for one in payload["userErrors"]] == ["NOT_FOUND"]


async def test_commands_need_the_version_that_was_read(hub: HubInstance) -> None:
    client = await register(hub, "ministry:05")
    created = await create_webhook(client, "https://hooks.ministry.example/hub")
    gid = created["webhook"]["id"]
    answer = await client.send(UPDATE, key=next_key(), webhook=gid, version=1)
    assert answer["webhookUpdate"]["webhook"] == {"version": 2, "status": "PAUSED"}
    answer = await client.send(UPDATE, key=next_key(), webhook=gid, version=1)
    assert [one["code"] for one in answer["webhookUpdate"]["userErrors"]] == ["STALE_VERSION"]
    answer = await client.send(DELETE, key=next_key(), webhook=gid, version=2)
    assert answer["webhookDelete"] == {"deleted": gid, "userErrors": []}
    assert (await client.send(LIST))["webhooks"] == []


async def test_both_secrets_sign_after_a_rotation(hub: HubInstance, tmp_path: Path) -> None:
    client = await register(hub, "ministry:05")
    async with run_receiver(tmp_path) as receiver:
        created = await create_webhook(client, receiver.url)
        gid = created["webhook"]["id"]
        rotated = await client.send(ROTATE, key=next_key(), webhook=gid, version=1)
        assert rotated["webhookRotateSecret"]["webhook"]["previousSecretUntil"]
        for secret in (created["secret"], rotated["webhookRotateSecret"]["secret"]):
            await receiver.start(secret)
            attempt = await send_test(client, gid)
            assert (attempt["httpStatus"], attempt["error"]) == (200, None)
            await receiver.kill()
        await hub.database.pool.execute("update webhook set previous_until = now()")
        await receiver.start(created["secret"])
        assert (await send_test(client, gid))["httpStatus"] == 401
    assert {one["type"] for one in receiver.messages()} == {"ping"}
    assert (await read_state(client, gid))["pending"] == 0


async def send_test(client: Any, gid: str) -> dict[str, Any]:
    """Send a test message and return the attempt."""
    payload = (await client.send(TEST, key=next_key(), webhook=gid))["webhookTest"]
    assert payload["userErrors"] == []
    attempt: dict[str, Any] = payload["attempt"]
    return attempt


async def test_client_without_the_scope_is_refused(hub: HubInstance) -> None:
    secret = await hub.add_client("reader", kind=ClientKind.CONFIDENTIAL)
    token = (await hub.get_token(auth=("reader", secret))).json()["access_token"]
    response = await hub.http.post(
        "/graphql", json={"query": LIST}, headers={"Authorization": f"Bearer {token}"}
    )
    assert response.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"


TASKS: Final = """
{ viewer { taskCounts { kind count } tasks(kind: [WEBHOOK_REPAIR]) { nodes {
  id kind title { th en } subject { id ... on Webhook { status } } agency { id }
} } } }
"""


async def test_disabled_webhook_is_a_task_of_its_agency_until_it_is_active_again(
    hub: HubInstance,
) -> None:
    owner, other = await register(hub, "ministry:05"), await register(hub, "province:20")
    created = (await create_webhook(owner, "https://hooks.example/hub"))["webhook"]
    assert (await owner.send(TASKS))["viewer"]["tasks"]["nodes"] == []
    await hub.database.pool.execute("update webhook set status = 'DISABLED'")
    viewer = (await owner.send(TASKS))["viewer"]
    [task] = viewer["tasks"]["nodes"]
    assert {"kind": "WEBHOOK_REPAIR", "count": 1} in viewer["taskCounts"]
    assert task["subject"] == {"id": created["id"], "status": "DISABLED"}
    assert task["agency"] == {"id": "gid://hub/Agency/ministry:05"}
    assert "ระบบแผน" in task["title"]["th"]
    assert (await other.send(TASKS))["viewer"]["tasks"]["nodes"] == []
    await hub.database.pool.execute("update webhook set status = 'ACTIVE'")
    assert (await owner.send(TASKS))["viewer"]["tasks"]["nodes"] == []

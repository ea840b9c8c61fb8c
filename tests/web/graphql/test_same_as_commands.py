"""Machine clients assert over HTTP that projects are one activity, read why, and undo it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from hub.store.database import Database
from tests.services.same_as.same_activity import SameActivity
from tests.web.graphql.linkage_client import MachineClient
from tests.web.hub_instance import HubInstance

FIELDS: Final = """
fragment Fields on SameAs {
  id version keep { code } projects { code } by { code } undoneAt undoneBy { code }
  reasons { code text { th en } }
}
"""
PROBLEMS: Final = "fragment Problems on UserError { code field message { th en } current { id } }"
ASSERT: Final = (
    FIELDS
    + PROBLEMS
    + """mutation Assert($key: String!, $keep: ProjectBy!, $others: [ProjectBy!]!) {
  sameAsAssert(input: {idempotencyKey: $key, keep: $keep, others: $others, reason: "งานเดียวกัน"}) {
    sameAs { ...Fields } userErrors { ...Problems }
  }
}"""
)
UNDO: Final = (
    FIELDS
    + PROBLEMS
    + """mutation Undo($key: String!, $sameAs: ID!, $read: Int!) {
  sameAsUndo(input: {
    idempotencyKey: $key, sameAs: $sameAs, expectedVersion: $read, reason: "คนละงาน"
  }) {
    sameAs { ...Fields } userErrors { ...Problems }
  }
}"""
)
MATRIX: Final = """{ matrix(input: {rows: {dimension: AREA}, columns: {dimension: ACTOR_LEVEL},
  fiscalYears: {from: {be: 2555}}, filter: {areas: ["gid://hub/Area/20"]}}) {
  total { projectCount budget { amount } }
} }"""
PROJECT: Final = (
    FIELDS + """{ project(by: {code: "b"}) { sameAs { code } identity { ...Fields } } }"""
)
NODE: Final = FIELDS + "query Node($id: ID!) { node(id: $id) { ... on SameAs { ...Fields } } }"


@pytest.fixture
async def hub(fresh_database: Database, tmp_path: Path) -> AsyncIterator[HubInstance]:
    """Yield a hub with projects a and b of two sources."""
    activity = SameActivity(fresh_database)
    await activity.insert("a")
    await activity.insert("b", amount=70_000)
    instance = HubInstance(fresh_database, tmp_path)
    async with instance.http:
        yield instance


async def test_asserted_over_http_counted_once_and_undone(hub: HubInstance) -> None:
    client = await MachineClient.register(hub, "department:05003")
    named = {"keep": {"code": "a"}, "others": [{"code": "b"}]}
    assert (await client.send(MATRIX))["matrix"]["total"] == {
        "projectCount": 2,
        "budget": {"amount": "1700.00"},
    }
    payload = (await client.send(ASSERT, key="k1", **named))["sameAsAssert"]
    assert payload["userErrors"] == []
    one = payload["sameAs"]
    assert (one["keep"]["code"], [p["code"] for p in one["projects"]]) == ("a", ["a", "b"])
    assert (one["by"]["code"], one["undoneAt"], one["version"]) == ("05003", None, 1)
    assert one["reasons"][0] == {"code": "STATED", "text": {"th": "งานเดียวกัน", "en": None}}
    assert (await client.send(MATRIX))["matrix"]["total"] == {
        "projectCount": 1,
        "budget": {"amount": "1000.00"},
    }
    assert (await client.send(PROJECT))["project"] == {"sameAs": [{"code": "a"}], "identity": [one]}
    assert (await client.send(NODE, id=one["id"]))["node"] == one

    again = (await client.send(ASSERT, key="k2", **named))["sameAsAssert"]["userErrors"]
    assert [(error["code"], error["field"]) for error in again] == [
        ("DUPLICATE", ["input", "others", "0"])
    ]
    assert again[0]["current"] == {"id": one["id"]}

    undone = (await client.send(UNDO, key="k3", sameAs=one["id"], read=1))["sameAsUndo"]["sameAs"]
    assert (undone["undoneBy"]["code"], undone["version"]) == ("05003", 2)
    assert undone["reasons"][-1]["code"] == "UNDONE"
    assert (await client.send(MATRIX))["matrix"]["total"]["projectCount"] == 2


async def test_a_client_without_the_scope_is_rejected(hub: HubInstance) -> None:
    client = await MachineClient.register(hub, "department:05003", frozenset({"linkage:propose"}))
    body = await client.post(ASSERT, key="k", keep={"code": "a"}, others=[{"code": "b"}])
    assert body["errors"][0]["extensions"]["code"] == "FORBIDDEN"

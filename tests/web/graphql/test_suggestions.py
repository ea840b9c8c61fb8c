"""Tests of suggestions over HTTP: requesting, dismissing per side, permissions, ids."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest

from hub.store.database import Database
from tests.services.suggestions.made_up_world import insert_located_project, insert_world
from tests.web.graphql.linkage_client import MachineClient
from tests.web.hub_instance import HubInstance

SUGGEST: Final = """
query Suggest($for: SuggestFor!) {
  linkageSuggestions(for: $for, first: 5) {
    abstained text { th en }
    suggestions { totalCount nodes {
      id rank score project { id } issue { id area { code } } stage { code name { th } }
      reasons { code text { th en } weight }
    } }
  }
}
"""
DISMISS: Final = """
mutation NotThisOne($key: String!, $suggestions: [ID!]!, $reason: String!) {
  suggestionDismiss(input: {idempotencyKey: $key, suggestions: $suggestions, reason: $reason}) {
    dismissed userErrors { code field message { th en } }
  }
}
"""
PROJECT: Final = {"project": "gid://hub/Project/publicity"}


@pytest.fixture
async def hub(fresh_database: Database, tmp_path: Path) -> AsyncIterator[HubInstance]:
    """Yield a hub with projects and issues of Chon Buri."""
    await insert_world(fresh_database)
    instance = HubInstance(fresh_database, tmp_path)
    async with instance.http:
        yield instance


async def ids_for(client: MachineClient, target: dict[str, str]) -> list[str]:
    """Return the ids of the first suggestions."""
    answer = (await client.send(SUGGEST, **{"for": target}))["linkageSuggestions"]
    return [node["id"] for node in answer["suggestions"]["nodes"]]


async def dismiss(
    client: MachineClient, key: str, *ids: str, reason: str = "คนละพื้นที่"
) -> dict[str, Any]:
    """Dismiss suggestions and return the payload."""
    answer = await client.send(DISMISS, key=key, suggestions=list(ids), reason=reason)
    payload: dict[str, Any] = answer["suggestionDismiss"]
    return payload


async def test_a_dismissed_suggestion_is_not_made_again_to_that_side_alone(
    hub: HubInstance,
) -> None:
    area = await MachineClient.register(hub, "province:20")
    owner = await MachineClient.register(hub, "department:05002")
    [first, *_] = await ids_for(area, PROJECT)
    assert await dismiss(area, "k1", first) == {"dismissed": [first], "userErrors": []}
    assert first not in await ids_for(area, PROJECT)
    assert first in await ids_for(owner, PROJECT)
    assert await dismiss(owner, "k2", first) == {"dismissed": [first], "userErrors": []}
    assert first not in await ids_for(owner, PROJECT)


async def test_a_repeated_dismissal_returns_the_same_and_another_content_is_a_conflict(
    hub: HubInstance,
) -> None:
    area = await MachineClient.register(hub, "province:20")
    [first, second, *_] = await ids_for(area, PROJECT)
    assert await dismiss(area, "k", first) == await dismiss(area, "k", first)
    conflict = await dismiss(area, "k", second)
    assert [error["code"] for error in conflict["userErrors"]] == ["IDEMPOTENCY_CONFLICT"]
    assert second in await ids_for(area, PROJECT)


async def test_an_agency_of_neither_side_dismisses_nothing(hub: HubInstance) -> None:
    other = await MachineClient.register(hub, "province:50")
    area = await MachineClient.register(hub, "province:20")
    [first, *_] = await ids_for(other, PROJECT)
    refused = await dismiss(other, "k", first)
    assert refused["dismissed"] == []
    assert [error["code"] for error in refused["userErrors"]] == ["NOT_ALLOWED"]
    assert first in await ids_for(area, PROJECT)


async def test_a_suggestion_of_a_draft_is_not_found(
    hub: HubInstance, fresh_database: Database
) -> None:
    await insert_located_project(fresh_database, "draft", "ส่งเสริมการท่องเที่ยว", visibility="PRIVATE")
    owner = await MachineClient.register(hub, "department:05002")
    area = await MachineClient.register(hub, "province:20")
    [first, *_] = await ids_for(owner, {"project": "gid://hub/Project/draft"})
    refused = await dismiss(area, "k", first)
    assert [error["code"] for error in refused["userErrors"]] == ["NOT_FOUND"]
    assert "draft" not in str(await area.send(SUGGEST, **{"for": {"area": "gid://hub/Area/20"}}))


async def test_an_empty_reason_and_a_malformed_id_name_their_fields(hub: HubInstance) -> None:
    area = await MachineClient.register(hub, "province:20")
    for suggestion, reason, field in (
        ("gid://hub/LinkageSuggestion/[1]", "ซ้ำ", "suggestions"),
        ('gid://hub/LinkageSuggestion/["a","b",null]', " ", "reason"),
    ):
        response = await hub.http.post(
            "/graphql",
            json={
                "query": DISMISS,
                "variables": {"key": "k", "suggestions": [suggestion], "reason": reason},
            },
            headers={"Authorization": f"Bearer {area.token}"},
        )
        assert field in response.json()["errors"][0]["message"]


async def test_a_suggestion_is_found_by_its_id_while_it_is_made(hub: HubInstance) -> None:
    area = await MachineClient.register(hub, "province:20")
    [first, *_] = await ids_for(area, PROJECT)
    query = "query N($id: ID!) { node(id: $id) { ... on LinkageSuggestion { id rank } } }"
    assert (await area.send(query, id=first))["node"] == {"id": first, "rank": 1}
    await dismiss(area, "k", first)
    assert (await area.send(query, id=first))["node"] is None


async def test_suggestions_need_a_scope(hub: HubInstance) -> None:
    reader = await MachineClient.register(hub, "province:20", scopes=frozenset())
    response = await hub.http.post(
        "/graphql",
        json={"query": SUGGEST, "variables": {"for": PROJECT}},
        headers={"Authorization": f"Bearer {reader.token}"},
    )
    assert response.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"


PROPOSE_SUGGESTED: Final = """
mutation ($key: String!, $issue: ID!, $stage: String, $suggestion: ID!) {
  linkagePropose(input: {idempotencyKey: $key, items: [{
    project: {id: "gid://hub/Project/publicity"}, issue: {id: $issue}, stageCode: $stage,
    suggestion: $suggestion, reason: "เหมาะกับประเด็น"
  }]}) { results {
    linkage { reasons { code text { th en } } history { nodes { because { id } } } }
    userErrors { code field }
  } }
}
"""
"""A proposal that follows a suggestion."""


async def test_linkage_records_the_suggestion_that_it_follows(hub: HubInstance) -> None:
    area = await MachineClient.register(hub, "province:20")
    query = """query ($for: SuggestFor!) { linkageSuggestions(for: $for) { suggestions { nodes {
      id issue { id } stage { code } } } } }"""
    found = await area.send(query, **{"for": PROJECT})
    first, second, *_ = found["linkageSuggestions"]["suggestions"]["nodes"]
    wanted = {"issue": first["issue"]["id"], "stage": (first["stage"] or {}).get("code")}
    refused = await area.send(PROPOSE_SUGGESTED, key="k1", suggestion=second["id"], **wanted)
    [error] = refused["linkagePropose"]["results"][0]["userErrors"]
    assert (error["code"], error["field"][-1]) == ("INVALID_VALUE", "suggestion")
    stored = await area.send(PROPOSE_SUGGESTED, key="k2", suggestion=first["id"], **wanted)
    [result] = stored["linkagePropose"]["results"]
    assert result["userErrors"] == []
    assert [one["code"] for one in result["linkage"]["reasons"]] == ["PROPOSED", "SUGGESTED"]
    recorded = await hub.database.pool.fetchval("select because_of from history_entry limit 1")
    assert recorded == first["id"]

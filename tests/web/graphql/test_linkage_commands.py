"""Machine clients link 300 projects of FY 2566 by HTTP and OAuth alone, and the matrix follows."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest

from hub.store.database import Database
from tests.services.linkages.both_sides import insert_issues
from tests.web.graphql.linkage_client import DECIDE, LINKAGE_STATE, PROPOSE, MachineClient
from tests.web.hub_instance import HubInstance

COUNT: Final = 300
PROVINCE: Final = "gid://hub/Agency/province:20"
MINISTRY: Final = "gid://hub/Agency/ministry:05"
ISSUE: Final = {"inPlan": {"area": "20", "fiscalYear": {"be": 2566}, "code": "1"}}
REASON: Final = "พัฒนาแหล่งท่องเที่ยวของจังหวัด"
MATRIX: Final = """
{ matrix(input: {
    rows: { dimension: ACTOR_LEVEL }, columns: { dimension: STAGE }
    filter: { valueChains: ["gid://hub/ValueChain/tourism-east"] }
    fiscalYears: { from: { be: 2566 } }
  }) { total { projectCount } } }
"""
AWAITING: Final = """
query Awaiting($awaited: ID!) {
  linkages(awaiting: $awaited, fiscalYears: {from: {be: 2566}}, first: 100) {
    totalCount nodes { id version viewerActions }
  }
}
"""
UNDO: Final = (
    LINKAGE_STATE
    + """
mutation Undo($key: String!, $linkage: ID!, $version: Int!) {
  linkageUndo(input: {
    idempotencyKey: $key, items: [{linkage: $linkage, expectedVersion: $version}]
  }) {
    results { changed linkage { ...LinkageState viewerActions } userErrors { ...Problems } }
    userErrors { ...Problems }
  }
}
"""
)
HISTORY: Final = """
query History($id: ID!) { node(id: $id) { ... on Linkage {
  createdAt viewerActions declaration { current }
  history(first: 10) { nodes {
    actor by { id } kind field before after reason because { id }
  } totalCount }
} } }
"""


@pytest.fixture
async def hub(fresh_database: Database, tmp_path: Path) -> AsyncIterator[HubInstance]:
    """Yield a hub with 300 projects of a department, and issues of Chon Buri for FY 2566."""
    await insert_issues(fresh_database, "20", ["1", "2"])
    await fresh_database.pool.execute(
        "insert into project (id, code, name_th, sort_key, actor_level, owner_id, fiscal_years, "
        "visibility) select 'p' || n, 'MOTS-' || n, 'โครงการ ' || n, n::text, 'MINISTRY', "
        "'department:05003', '{2023}', 'PUBLISHED' from generate_series(1, $1::int) n",
        COUNT,
    )
    instance = HubInstance(fresh_database, tmp_path)
    async with instance.http:
        yield instance


def build_items(count: int = COUNT) -> list[dict[str, Any]]:
    """Return items that link projects by their codes to the first issue and a stage of it."""
    return [
        {
            "key": f"MOTS-{number}",
            "project": {"code": f"MOTS-{number}"},
            "issue": ISSUE,
            "stageCode": "attractions",
            "share": "0.6",
            "reason": REASON,
        }
        for number in range(1, count + 1)
    ]


async def count_projects(client: MachineClient) -> int:
    """Return the number of projects in the matrix of the tourism chain in FY 2566."""
    matrix = (await client.send(MATRIX))["matrix"]
    count: int = matrix["total"]["projectCount"]
    return count


async def count_awaiting(client: MachineClient, awaited: str) -> int:
    """Return the number of linkages of FY 2566 that wait for an agency or area."""
    data = await client.send(AWAITING, awaited=awaited)
    count: int = data["linkages"]["totalCount"]
    return count


def build_decision(linkage: dict[str, Any], decision: str) -> dict[str, Any]:
    """Return the input of a decision on a linkage as it was read."""
    reason = None if decision == "AGREE" else "ไม่อยู่ในพื้นที่"
    return {
        "linkage": linkage["id"],
        "expectedVersion": linkage["version"],
        "decision": decision,
        "reason": reason,
    }


async def test_matrix_gains_300_proposed_projects_and_loses_50_rejected_ones(
    hub: HubInstance,
) -> None:
    ministry = await MachineClient.register(hub, "ministry:05")
    area = await MachineClient.register(hub, "province:20")
    assert await count_projects(ministry) == 0
    payload = (await ministry.send(PROPOSE, key="batch-1", items=build_items()))["linkagePropose"]
    assert payload["userErrors"] == []
    results = payload["results"]
    assert [one["index"] for one in results] == list(range(COUNT))
    assert all(one["changed"] and not one["userErrors"] for one in results)
    assert await count_projects(area) == COUNT
    linkages = [one["linkage"] for one in results]
    assert {tuple(one["id"] for one in link["awaiting"]) for link in linkages} == {(PROVINCE,)}
    decisions = [
        *(build_decision(link, "AGREE") for link in linkages[:200]),
        *(build_decision(link, "REJECT") for link in linkages[200:250]),
    ]
    assert await count_awaiting(area, PROVINCE) == COUNT
    assert await count_awaiting(area, "gid://hub/Area/20") == COUNT
    assert await count_awaiting(area, MINISTRY) == 0
    decided = (await area.send(DECIDE, key="decision-1", items=decisions))["linkageDecide"]
    statuses = [one["linkage"]["status"] for one in decided["results"]]
    assert statuses == ["AGREED"] * 200 + ["REJECTED"] * 50
    assert await count_projects(ministry) == COUNT - 50
    assert await count_awaiting(area, PROVINCE) == 50


async def test_repeated_command_returns_the_first_result_and_item_keys_propose_once(
    hub: HubInstance,
) -> None:
    ministry = await MachineClient.register(hub, "ministry:05")
    items = build_items(3)
    first = (await ministry.send(PROPOSE, key="batch-1", items=items))["linkagePropose"]
    again = (await ministry.send(PROPOSE, key="batch-1", items=items))["linkagePropose"]
    assert again == first
    conflict = (await ministry.send(PROPOSE, key="batch-1", items=items[:2]))["linkagePropose"]
    assert [one["code"] for one in conflict["userErrors"]] == ["IDEMPOTENCY_CONFLICT"]
    other = (await ministry.send(PROPOSE, key="batch-2", items=items))["linkagePropose"]
    assert [one["changed"] for one in other["results"]] == [False] * 3
    assert [one["linkage"]["id"] for one in other["results"]] == [
        one["linkage"]["id"] for one in first["results"]
    ]
    changed = [{**items[0], "share": "0.7"}]
    refused = (await ministry.send(PROPOSE, key="batch-3", items=changed))["linkagePropose"]
    [result] = refused["results"]
    assert [one["code"] for one in result["userErrors"]] == ["IDEMPOTENCY_CONFLICT"]


async def test_each_item_is_refused_by_itself_unless_the_batch_is_atomic(
    hub: HubInstance,
) -> None:
    ministry = await MachineClient.register(hub, "ministry:05")
    good, *others = build_items(5)
    broken = [
        {**others[0], "project": {"code": "no-such-code"}},
        {**others[1], "stageCode": "no-such-stage"},
        {**others[2], "share": "1.5"},
        {**others[3], "issue": {"inPlan": {**ISSUE["inPlan"], "code": "9"}}},
        {**good, "key": "another"},
    ]
    atomic = await ministry.send(PROPOSE, key="a", items=[good, *broken], atomic=True)
    codes = [one["userErrors"][0]["code"] for one in atomic["linkagePropose"]["results"]]
    assert codes[0] == "BATCH_FAILED"
    assert await count_projects(ministry) == 0
    payload = (await ministry.send(PROPOSE, key="b", items=[good, *broken]))["linkagePropose"]
    found = [[error["code"] for error in one["userErrors"]] for one in payload["results"]]
    expected = ["NOT_FOUND", "INVALID_VALUE", "INVALID_VALUE", "NOT_FOUND", "DUPLICATE"]
    assert found == [[], *([code] for code in expected)]
    share_error = payload["results"][3]["userErrors"][0]
    assert share_error["field"] == ["input", "items", "3", "share"]
    duplicate = payload["results"][5]["userErrors"][0]
    assert duplicate["current"] == {"id": payload["results"][0]["linkage"]["id"]}
    assert await count_projects(ministry) == 1


async def test_batch_of_more_than_500_items_does_nothing(hub: HubInstance) -> None:
    ministry = await MachineClient.register(hub, "ministry:05")
    payload = (await ministry.send(PROPOSE, key="large", items=build_items(501)))["linkagePropose"]
    assert (payload["results"], payload["userErrors"][0]["code"]) == ([], "TOO_MANY")
    assert await count_projects(ministry) == 0


async def test_officer_undoes_a_decision_and_the_history_has_every_step(hub: HubInstance) -> None:
    ministry = await MachineClient.register(hub, "ministry:05")
    area = await MachineClient.register(hub, "province:20")
    payload = await ministry.send(PROPOSE, key="k1", items=build_items(1))
    linkage = payload["linkagePropose"]["results"][0]["linkage"]
    decided = await area.send(DECIDE, key="k2", items=[build_decision(linkage, "REJECT")])
    rejected = decided["linkageDecide"]["results"][0]["linkage"]
    assert rejected["version"] == 2
    undone = await area.send(UNDO, key="k3", linkage=linkage["id"], version=2)
    [result] = undone["linkageUndo"]["results"]
    assert (result["linkage"]["status"], result["linkage"]["version"]) == ("PROPOSED", 3)
    assert result["linkage"]["viewerActions"] == ["AGREE", "DISPUTE", "REJECT", "SET_SHARE"]
    node = (await ministry.send(HISTORY, id=linkage["id"]))["node"]
    assert node["viewerActions"] == ["WITHDRAW", "UNDO", "SET_SHARE"]
    assert node["declaration"] is None
    entries = [
        (one["by"]["id"], one["kind"], one["field"], one["before"], one["after"], one["reason"])
        for one in node["history"]["nodes"]
    ]
    assert entries == [
        (PROVINCE, "CHANGED", "status", "REJECTED", "PROPOSED", None),
        (PROVINCE, "CHANGED", "status", "PROPOSED", "REJECTED", "ไม่อยู่ในพื้นที่"),
        (MINISTRY, "ADDED", None, None, "PROPOSED", REASON),
    ]
    assert {one["actor"] for one in node["history"]["nodes"]} == {"CLIENT"}


async def test_command_needs_its_scope(hub: HubInstance) -> None:
    reader = await MachineClient.register(hub, "province:20", frozenset({"linkage:decide"}))
    response = await hub.http.post(
        "/graphql",
        json={"query": PROPOSE, "variables": {"key": "k", "items": build_items(1)}},
        headers={"Authorization": f"Bearer {reader.token}"},
    )
    [error] = response.json()["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"
    assert "linkage:propose" in error["message"]

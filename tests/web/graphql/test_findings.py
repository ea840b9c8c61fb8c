"""Findings over HTTP: lists and their visibility, dismissing, opening again."""

import itertools
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest

from hub.services.findings.refresh import refresh_findings
from hub.store.database import Database
from hub.store.rollup import compact_rollup
from tests.services.findings.changed_projects import insert_project
from tests.store.changes import fetch_instant
from tests.web.graphql.linkage_client import MachineClient
from tests.web.hub_instance import HubInstance

DEPARTMENT: Final = "department:07003"
PROVINCE: Final = "province:20"
STRANGER: Final = "province:95"
FIELDS: Final = """
fragment F on Finding {
  id version kind severity status summary { th en } reasons { code weight text { th en } }
  subjects { id } areas { id } fiscalYears { be } parties { id } rule { code }
  projects(first: 5) { nodes { id } } dismissal { by { id } reason } createdAt updatedAt
}
"""
LIST: Final = (
    FIELDS
    + """
query List($kind: [FindingKind!], $status: [FindingStatus!], $filter: MatrixFilter,
  $years: FiscalYearRange, $first: Int = 100, $after: String) {
  findings(kind: $kind, status: $status, filter: $filter, fiscalYears: $years, first: $first,
    after: $after) { nodes { ...F } totalCount pageInfo { endCursor hasNextPage } }
}
"""
)
DISMISS: Final = (
    FIELDS
    + """
mutation Dismiss($key: String!, $items: [FindingVersionInput!]!, $reason: String! = "ตรวจแล้ว") {
  findingDismiss(input: { idempotencyKey: $key, items: $items, reason: $reason }) {
    results { index finding { ...F } userErrors { code field message { th en } current { id } } }
    userErrors { code }
  }
}
"""
)
REOPEN: Final = (
    FIELDS
    + """
mutation Reopen($key: String!, $finding: ID!, $version: Int!) {
  findingReopen(input: {
    idempotencyKey: $key, finding: $finding, expectedVersion: $version, reason: "ผิดพลาด"
  }) { finding { ...F } userErrors { code field } }
}
"""
)
OF_AREA: Final = """
{ area(by: { code: "20" }) { findings(kind: [OVERLAP], first: 1) { nodes { id } totalCount } } }
"""
OF_PROJECT: Final = """
{ project(by: { id: "gid://hub/Project/z1" }) { findings { nodes { id kind } totalCount } } }
"""
OVERLAP: Final = "gid://hub/Finding/OVERLAP:z1+z2"
keys = itertools.count()


@pytest.fixture
async def hub(fresh_database: Database, tmp_path: Path) -> AsyncIterator[HubInstance]:
    """Yield a hub with an overlap of two agencies, and one of them with a draft."""
    async with fresh_database.write_transaction() as connection:
        await insert_project(connection, "z1")
        await insert_project(connection, "z2", owner=PROVINCE, level="PROVINCE")
        await insert_project(connection, "z3", owner="province:21", visibility="PRIVATE")
    await compact_rollup(fresh_database)
    assert await refresh_findings(fresh_database) > 3
    instance = HubInstance(fresh_database, tmp_path)
    async with instance.http:
        yield instance


async def ids_of(client: MachineClient, **variables: Any) -> list[str]:
    answer = await client.send(LIST, **variables)
    return [node["id"].rpartition("/")[2] for node in answer["findings"]["nodes"]]


async def dismiss(client: MachineClient, version: int, key: str | None = None) -> Any:
    items = [{"finding": OVERLAP, "expectedVersion": version}]
    answer = await client.send(DISMISS, key=key or f"key-{next(keys)}", items=items)
    [result] = answer["findingDismiss"]["results"]
    return result


async def test_a_finding_has_subjects_places_agencies_and_reasons_with_its_rule(
    hub: HubInstance,
) -> None:
    client = await MachineClient.register(hub, STRANGER)
    answer = await client.send(LIST, kind=["OVERLAP"], filter={"areas": ["gid://hub/Area/20"]})
    [found] = answer["findings"]["nodes"]
    assert answer["findings"]["totalCount"] == 1
    assert found["id"] == OVERLAP
    assert [one["id"] for one in found["subjects"]] == [
        "gid://hub/Project/z1",
        "gid://hub/Project/z2",
    ]
    assert found["projects"]["nodes"] == found["subjects"]
    assert [one["id"].rpartition("/")[2] for one in found["areas"]] == ["20"]
    assert found["fiscalYears"] == [{"be": 2567}]
    assert [one["id"].rpartition("/")[2] for one in found["parties"]] == [DEPARTMENT, PROVINCE]
    assert found["rule"] == {"code": "R64"}
    assert [one["code"] for one in found["reasons"]] == ["SAME_TASK", "SAME_PLACE_AND_YEAR"]


async def test_a_finding_about_a_draft_is_seen_only_by_whom_the_draft_is_visible_to(
    hub: HubInstance,
) -> None:
    draft_ids = {"OVERLAP:z1+z3", "OVERLAP:z2+z3", "UNLINKED:z3"}
    kinds = {"kind": ["OVERLAP", "UNLINKED"]}
    owner = await MachineClient.register(hub, "province:21")
    other = await MachineClient.register(hub, PROVINCE)
    assert draft_ids <= set(await ids_of(owner, **kinds, filter={"areas": ["gid://hub/Area/20"]}))
    seen = await ids_of(other, **kinds, filter={"areas": ["gid://hub/Area/20"]})
    assert draft_ids.isdisjoint(seen)
    assert (await other.send(OF_AREA))["area"]["findings"]["totalCount"] == 1
    assert (await owner.send(OF_AREA))["area"]["findings"]["totalCount"] == 3
    assert (await other.send(OF_PROJECT))["project"]["findings"]["totalCount"] == 2
    node = "query Node($id: ID!) { node(id: $id) { id } }"
    hidden = "gid://hub/Finding/UNLINKED:z3"
    assert (await other.send(node, id=hidden))["node"] is None
    assert (await owner.send(node, id=hidden))["node"] == {"id": hidden}


async def test_pages_of_findings_have_each_once_the_gravest_first(hub: HubInstance) -> None:
    client = await MachineClient.register(hub, STRANGER)
    whole = (await client.send(LIST))["findings"]["nodes"]
    pages, after = [], None
    for _ in range(100):
        page = (await client.send(LIST, first=7, after=after))["findings"]
        pages += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert [one["id"] for one in pages[: len(whole)]] == [one["id"] for one in whole]
    assert len({one["id"] for one in pages}) == len(pages)
    stored = [one["severity"] for one in pages if one["kind"] != "DOUBLE_COUNT"]
    assert stored == sorted(stored, reverse=True)


async def test_a_filter_of_projects_selects_the_findings_about_them(hub: HubInstance) -> None:
    client = await MachineClient.register(hub, STRANGER)
    kinds = {"kind": ["UNLINKED", "OVERLAP"]}
    found = await ids_of(client, **kinds, filter={"text": "คลองบางเสร่น้อย"})
    assert sorted(found) == ["OVERLAP:z1+z2", "UNLINKED:z1", "UNLINKED:z2"]
    of_level = {"text": "คลองบางเสร่น้อย", "actorLevels": ["PROVINCE"]}
    assert sorted(await ids_of(client, **kinds, filter=of_level)) == [
        "OVERLAP:z1+z2",
        "UNLINKED:z2",
    ]
    ministry = {"agencies": ["gid://hub/Agency/ministry:07"], "text": "คลองบางเสร่น้อย"}
    assert sorted(await ids_of(client, **kinds, filter=ministry)) == [
        "OVERLAP:z1+z2",
        "UNLINKED:z1",
    ]


async def test_gaps_are_filtered_by_rank_chain_and_level(hub: HubInstance) -> None:
    client = await MachineClient.register(hub, STRANGER)
    gaps = await ids_of(client, kind=["GAP"])
    ranked = await ids_of(client, kind=["GAP"], filter={"maxRank": 2})
    chain = {"valueChains": ["gid://hub/ValueChain/tourism-east"]}
    of_chain = await ids_of(client, kind=["GAP"], filter=chain)
    assert set(ranked) < set(gaps)
    assert 0 < len(of_chain) < len(gaps)
    local = await ids_of(client, kind=["GAP"], filter={**chain, "actorLevels": ["LOCAL"]})
    assert local
    assert set(local) == {one for one in of_chain if one.endswith(":LOCAL")}
    answer = await client.post(LIST, filter={"maxRank": 0})
    assert "must be 1 to" in answer["errors"][0]["message"]


async def test_findings_are_listed_as_of_an_instant(hub: HubInstance) -> None:
    client = await MachineClient.register(hub, PROVINCE)
    before = (await fetch_instant(hub.database)).isoformat()
    await dismiss(client, 1)
    query = """
    query Then($at: DateTime!) {
      findings(kind: [OVERLAP], asOf: { instant: $at }, filter: { text: "บางเสร่น้อย" }) {
        nodes { id version status }
      }
    }
    """
    found = (await client.send(query, at=before))["findings"]["nodes"]
    assert found == [{"id": OVERLAP, "version": 1, "status": "OPEN"}]


async def test_probable_copies_are_dismissed_and_opened_again(hub: HubInstance) -> None:
    for key, source in (("w1", "act"), ("w2", "plan")):
        async with hub.database.write_transaction() as connection:
            await insert_project(connection, key, name="พัฒนาตลาดน้ำบางเสร่", owner=PROVINCE)
            await connection.execute(
                "insert into source (id, name_th, kind, health) values ($1, 'ก', 'OWN', 'OK')",
                source,
            )
            await connection.execute("update project set source_id = $1 where id = $2", source, key)
    client = await MachineClient.register(hub, PROVINCE)
    copies = "gid://hub/Finding/DOUBLE_COUNT:w1"
    assert "DOUBLE_COUNT:w1" in await ids_of(client, kind=["DOUBLE_COUNT"])
    stranger = await MachineClient.register(hub, STRANGER)
    items = [{"finding": copies, "expectedVersion": 1}]
    refused = await stranger.send(DISMISS, key="copies", items=items)
    assert refused["findingDismiss"]["results"][0]["userErrors"][0]["code"] == "NOT_ALLOWED"
    answer = await client.send(DISMISS, key="copies", items=items)
    [result] = answer["findingDismiss"]["results"]
    assert result["userErrors"] == []
    assert result["finding"]["version"] == 2
    assert result["finding"]["dismissal"]["reason"] == "ตรวจแล้ว"
    assert "DOUBLE_COUNT:w1" not in await ids_of(client, kind=["DOUBLE_COUNT"])
    assert "DOUBLE_COUNT:w1" in await ids_of(client, kind=["DOUBLE_COUNT"], status=["DISMISSED"])
    opened = await client.send(REOPEN, key="again", finding=copies, version=2)
    assert opened["findingReopen"]["finding"]["status"] == "OPEN"
    assert "DOUBLE_COUNT:w1" in await ids_of(client, kind=["DOUBLE_COUNT"])


async def test_copies_that_were_dismissed_are_open_again_with_a_further_record(
    hub: HubInstance,
) -> None:
    client = await MachineClient.register(hub, PROVINCE)
    for key in ("w1", "w2", "w3"):
        async with hub.database.write_transaction() as connection:
            await insert_project(connection, key, name="พัฒนาตลาดน้ำบางเสร่", owner=PROVINCE)
            await connection.execute(
                "insert into source (id, name_th, kind, health) values ($1, 'ก', 'OWN', 'OK')", key
            )
            await connection.execute("update project set source_id = id where id = $1", key)
        if key == "w2":
            items = [{"finding": "gid://hub/Finding/DOUBLE_COUNT:w1", "expectedVersion": 1}]
            await client.send(DISMISS, key="copies", items=items)
            assert "DOUBLE_COUNT:w1" not in await ids_of(client, kind=["DOUBLE_COUNT"])
    assert "DOUBLE_COUNT:w1" in await ids_of(client, kind=["DOUBLE_COUNT"])


async def test_a_concerned_agency_dismisses_a_finding_and_opens_it_again(hub: HubInstance) -> None:
    client = await MachineClient.register(hub, PROVINCE)
    result = await dismiss(client, 1, "once")
    assert result["userErrors"] == []
    assert result["finding"]["status"] == "DISMISSED"
    assert result["finding"]["dismissal"]["by"]["id"].endswith(PROVINCE)
    assert (await dismiss(client, 1, "once"))["userErrors"] == []
    assert await ids_of(client, kind=["OVERLAP"], filter={"areas": ["gid://hub/Area/20"]}) == []
    assert await ids_of(client, kind=["OVERLAP"], status=["DISMISSED"]) == ["OVERLAP:z1+z2"]
    stale = await client.send(REOPEN, key="a", finding=OVERLAP, version=1)
    assert stale["findingReopen"]["userErrors"][0]["code"] == "STALE_VERSION"
    opened = await client.send(REOPEN, key="b", finding=OVERLAP, version=2)
    assert opened["findingReopen"]["userErrors"] == []
    assert opened["findingReopen"]["finding"]["status"] == "OPEN"
    again = await client.send(REOPEN, key="c", finding=OVERLAP, version=3)
    assert again["findingReopen"]["userErrors"][0]["code"] == "WRONG_STATUS"


@pytest.mark.parametrize(
    ("agency", "code"),
    [
        (DEPARTMENT, None),
        ("ministry:07", None),
        (STRANGER, "NOT_ALLOWED"),
        ("ministry:05", "NOT_ALLOWED"),
    ],
)
async def test_only_an_agency_that_a_finding_concerns_dismisses_it(
    hub: HubInstance, agency: str, code: str | None
) -> None:
    result = await dismiss(await MachineClient.register(hub, agency), 1)
    assert [one["code"] for one in result["userErrors"]] == ([code] if code else [])


async def test_a_stale_version_returns_the_finding_as_it_is_now(hub: HubInstance) -> None:
    result = await dismiss(await MachineClient.register(hub, PROVINCE), 9)
    [error] = result["userErrors"]
    assert error["code"] == "STALE_VERSION"
    assert error["current"] == {"id": OVERLAP}


async def test_more_than_500_findings_are_refused_together(hub: HubInstance) -> None:
    client = await MachineClient.register(hub, PROVINCE)
    items = [{"finding": OVERLAP, "expectedVersion": 1}] * 501
    answer = await client.send(DISMISS, key="many", items=items)
    assert answer["findingDismiss"]["results"] == []
    assert answer["findingDismiss"]["userErrors"] == [{"code": "TOO_MANY"}]


async def test_a_hidden_finding_is_refused_like_one_that_does_not_exist(hub: HubInstance) -> None:
    client = await MachineClient.register(hub, PROVINCE)
    items = [
        {"finding": f"gid://hub/Finding/{key}", "expectedVersion": 1}
        for key in ("OVERLAP:z2+z3", "OVERLAP:none")
    ]
    results = (await client.send(DISMISS, key="hidden", items=items))["findingDismiss"]["results"]
    codes = [(one["userErrors"][0]["code"], one["finding"]) for one in results]
    assert codes == [("NOT_FOUND", None), ("NOT_FOUND", None)]

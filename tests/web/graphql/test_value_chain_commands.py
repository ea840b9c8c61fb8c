"""A machine client draws chains over HTTP, projects are linked to them, and matrices judge them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest

from hub.store.database import Database
from tests.services.linkages.both_sides import insert_issues, insert_project
from tests.store.changes import fetch_instant
from tests.web.graphql.linkage_client import LINKAGE_STATE, PROPOSE, MachineClient
from tests.web.hub_instance import HubInstance

SCOPES: Final = frozenset({"plan:write", "linkage:propose", "linkage:decide"})
PROBLEMS: Final = LINKAGE_STATE[: LINKAGE_STATE.index("fragment LinkageState")]
SAVE: Final = (
    PROBLEMS
    + """
mutation Save($input: ValueChainSaveInput!) { valueChainSave(input: $input) {
  valueChain { id code version area { code } template { code }
    stages { code kind group { th } mappedTo { code chain { code } } }
    phases { order name { th } fiscalYears { be } goal { th } }
    mappings { id version by { code } } provenance { source { code } citation } }
  mapping { id version by { code } stages { stage { code } templateStage { code } note { th } } }
  userErrors { ...Problems }
} }
"""
)
MATRIX: Final = """
query Matrix($chain: ID!, $year: Int!, $instant: DateTime!) { matrix(input: {
  rows: { dimension: ACTOR_LEVEL }, columns: { dimension: STAGE }
  filter: { valueChains: [$chain] }, fiscalYears: { from: { be: $year } }
  asOf: { instant: $instant }
}) { cells { row { key } column { key } state projectCount expected { code citation } } } }
"""
MATRIX_NOW: Final = MATRIX.replace(", $instant: DateTime!", "").replace(
    "  asOf: { instant: $instant }\n", ""
)
NODE: Final = """
query Node($id: ID!) { node(id: $id) { ... on ValueChainMapping {
  version chain { code area { code } } template { code }
} } }
"""


@pytest.fixture
async def hub(fresh_database: Database, tmp_path: Path) -> AsyncIterator[HubInstance]:
    """Yield a hub with an issue of Chon Buri for FY 2566."""
    await insert_issues(fresh_database, "20", ["1"])
    instance = HubInstance(fresh_database, tmp_path)
    async with instance.http:
        yield instance


def build_chain(theme: str, template: str, *pairs: tuple[str, list[str]]) -> dict[str, Any]:
    """Return the input of a chain of Chon Buri; pairs are stages with those they are mapped to."""
    return {
        "idempotencyKey": f"save-{theme}",
        "area": "gid://hub/Area/20",
        "code": f"{theme}-chon-buri",
        "name": f"ห่วงโซ่ {theme} จังหวัดชลบุรี",
        "theme": theme,
        "actorLevels": ["MINISTRY", "PROVINCE", "LOCAL"],
        "stages": [{"code": code, "name": code, "mapsTo": to} for code, to in pairs],
        "template": {"code": template},
    }


async def fetch_cells(
    client: MachineClient, chain: str, year: int, query: str = MATRIX, **variables: Any
) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the cells of the matrix of a chain by level and stage."""
    gid = f"gid://hub/ValueChain/{chain}"
    data = await client.send(query, chain=gid, year=year, **variables)
    return {(one["row"]["key"], one["column"]["key"]): one for one in data["matrix"]["cells"]}


@pytest.mark.parametrize(
    ("theme", "role_chain", "slide"),
    [
        ("energy", "industry", "slide 74"),
        ("sport", "tourism", "slide 73"),
        ("justice", "quality-of-life", "slide 76"),
    ],
)
async def test_new_chain_is_mapped_linked_and_judged(
    hub: HubInstance, fresh_database: Database, theme: str, role_chain: str, slide: str
) -> None:
    area = await MachineClient.register(hub, "province:20", SCOPES)
    row = await fresh_database.pool.fetchrow(
        "select s.code, count(*) filter (where r.level = 'MINISTRY') as roles from stage s "
        "join expected_role r on r.stage_id = s.id where s.chain_id = $1 and r.level = 'MINISTRY' "
        "group by s.id order by s.ordinal limit 1",
        role_chain,
    )
    chain = build_chain(theme, role_chain, ("first", [row["code"]]), ("second", []))
    payload = (await area.send(SAVE, input=chain))["valueChainSave"]
    assert payload["userErrors"] == []
    saved, mapping = payload["valueChain"], payload["mapping"]
    assert (saved["area"]["code"], saved["template"]["code"]) == ("20", role_chain)
    assert saved["mappings"] == [{key: mapping[key] for key in ("id", "version", "by")}]
    assert saved["provenance"][0]["source"]["code"] == "saved-value-chains"
    [pair] = mapping["stages"]
    assert (pair["stage"]["code"], pair["templateStage"]["code"]) == ("first", row["code"])
    node = (await area.send(NODE, id=mapping["id"]))["node"]
    assert node["chain"] == {"code": chain["code"], "area": {"code": "20"}}

    before = await fetch_cells(area, chain["code"], 2566, MATRIX_NOW)
    assert {one["state"] for one in before.values()} == {"NOT_JUDGED"}
    await fresh_database.pool.execute(
        "update issue_revision set chain_id = $1 where issue_id = 'plan-20-2566-PUBLISHED-1'",
        chain["code"],
    )
    await insert_project(fresh_database, "p1")
    ministry = await MachineClient.register(hub, "ministry:05", SCOPES)
    item = {
        "project": {"code": "p1"},
        "issue": {"inPlan": {"area": "20", "fiscalYear": {"be": 2566}, "code": "1"}},
        "stageCode": "second",
        "reason": "ทดสอบ",
    }
    result = (await ministry.send(PROPOSE, key="link", items=[item]))["linkagePropose"]["results"]
    assert result[0]["userErrors"] == []
    cells = await fetch_cells(area, chain["code"], 2566, MATRIX_NOW)
    assert (cells["MINISTRY", "second"]["state"], cells["MINISTRY", "second"]["projectCount"]) == (
        "COVERED",
        1,
    )
    assert cells["LOCAL", "second"]["state"] == "GAP"
    missing = cells["MINISTRY", "first"]
    assert (missing["state"], len(missing["expected"])) == ("GAP", row["roles"])
    assert {one["citation"] for one in missing["expected"]} == {slide}


async def test_mapping_of_roi_et_judges_its_cells_by_slide_72_and_not_before_it_was_saved(
    hub: HubInstance, fresh_database: Database
) -> None:
    area = await MachineClient.register(hub, "province:45", SCOPES)
    query = """{ valueChain(by: {code: "jasmine-rice-roi-et"}) {
      id code version name { th } theme actorLevels template { code } mappings { id }
      stages { code name { th en } group { th } } } }"""
    chain = (await area.send(query))["valueChain"]
    assert (chain["template"], chain["mappings"]) == (None, [])
    unmapped = await fetch_cells(area, chain["code"], 2554, MATRIX_NOW)
    assert not any(one["expected"] for one in unmapped.values())
    instant = (await fetch_instant(fresh_database)).isoformat()
    pairs = {"processing": ["processing-value"], "distribution": ["logistics", "market"]}
    command = {
        "idempotencyKey": "roi-et",
        "chain": chain["id"],
        "expectedVersion": chain["version"],
        "area": "gid://hub/Area/45",
        "code": chain["code"],
        "name": chain["name"]["th"],
        "theme": chain["theme"],
        "actorLevels": chain["actorLevels"],
        "template": {"code": "agri-food"},
        "stages": [
            {
                "code": one["code"],
                "name": one["name"]["th"],
                "group": one["group"]["th"],
                "mapsTo": pairs.get(one["code"]),
            }
            for one in chain["stages"]
        ],
    }
    payload = (await area.send(SAVE, input=command))["valueChainSave"]
    assert payload["userErrors"] == []
    again = (await area.send(query))["valueChain"]
    assert again["stages"] == chain["stages"]
    mapped = await fetch_cells(area, chain["code"], 2554, MATRIX_NOW)
    counts = "select count(*) from expected_role where level = 'MINISTRY' and stage_id = any($1)"
    expected = await fresh_database.pool.fetchval(
        counts, ["agri-food.logistics", "agri-food.market"]
    )
    cell = mapped["MINISTRY", "distribution"]
    assert len(cell["expected"]) == expected > 0
    assert {role["citation"] for one in mapped.values() for role in one["expected"]} == {"slide 72"}
    for key, one in mapped.items():
        assert one["projectCount"] == unmapped[key]["projectCount"]
        if key[1] not in pairs:
            assert one["state"] == unmapped[key]["state"]
    then = await fetch_cells(area, chain["code"], 2554, instant=instant)
    assert then == unmapped


async def test_invalid_and_stale_commands_are_user_errors_in_both_languages(
    hub: HubInstance,
) -> None:
    area = await MachineClient.register(hub, "province:20", SCOPES)
    broken = build_chain("energy", "industry", ("first", ["no-such-stage"]))
    [error] = (await area.send(SAVE, input=broken))["valueChainSave"]["userErrors"]
    assert (error["code"], error["field"]) == (
        "INVALID_VALUE",
        ["input", "stages", "0", "mapsTo"],
    )
    assert "production-factors" in error["message"]["th"]
    assert "production-factors" in error["message"]["en"]
    valid = build_chain("energy", "industry", ("first", ["market"]))
    saved = (await area.send(SAVE, input=valid))["valueChainSave"]["valueChain"]
    stale = {**valid, "idempotencyKey": "2", "chain": saved["id"], "expectedVersion": 7}
    [error] = (await area.send(SAVE, input=stale))["valueChainSave"]["userErrors"]
    assert (error["code"], error["current"]) == ("STALE_VERSION", {"id": saved["id"]})


async def test_command_needs_the_scope_of_plans(hub: HubInstance) -> None:
    reader = await MachineClient.register(hub, "province:20", frozenset({"linkage:decide"}))
    response = await hub.http.post(
        "/graphql",
        json={"query": SAVE, "variables": {"input": build_chain("energy", "industry", ("a", []))}},
        headers={"Authorization": f"Bearer {reader.token}"},
    )
    [error] = response.json()["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"
    assert "plan:write" in error["message"]

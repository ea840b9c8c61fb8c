"""What sources declare over HTTP: declarations, their evidence, differences, stated strategies."""

from decimal import Decimal
from typing import Any, Final

import pytest

from hub.domain.linkages import LinkageDecision
from hub.store.database import Database
from tests.conftest import GraphQLApi
from tests.ingest.declaring_source import (
    INTERIOR,
    build_declaring,
    build_linkage,
    list_declared,
    run_declaring,
)
from tests.services.linkages.both_sides import PROVINCE, BothSides, insert_issues

STRATEGY: Final = "ยุทธศาสตร์ที่ 2  การท่องเที่ยว\nกลยุทธ์ ๑.๒ "
QUERY: Final = """
query ($linkage: ID!) {
  node(id: $linkage) { ... on Linkage {
    status share
    reasons { code text { th en } evidence { externalId { scheme value } payloadHash } }
    declaration { current share stageCode differs
      provenance { source { code } asserted record { externalId { value } } } }
    history(first: 1) { nodes { actor kind because { id } reason } }
    project { statedStrategies { text field provenance { record { externalId { value } } } } }
  } }
}
"""


@pytest.fixture
async def database(fresh_database: Database) -> Database:
    """Return a database with a declared linkage at an issue of Chon Buri."""
    await insert_issues(fresh_database, "20", ["1"])
    await run_declaring(
        fresh_database, build_declaring(1, build_linkage(share="0.5"), strategy=STRATEGY)
    )
    return fresh_database


async def fetch_linkage(api: GraphQLApi, database: Database) -> dict[str, Any]:
    """Return the declared linkage as the ministry sees it."""
    [linkage] = await list_declared(database)
    answer = await api(QUERY, {"linkage": linkage.gid}, database=database, viewer=INTERIOR)
    assert "errors" not in answer, answer
    node: dict[str, Any] = answer["data"]["node"]
    return node


async def test_declaration_shows_its_record_and_the_strategy_verbatim(
    api: GraphQLApi, database: Database
) -> None:
    linkage = await fetch_linkage(api, database)
    assert Decimal(linkage["declaration"].pop("share")) == Decimal("0.5")
    assert linkage["declaration"] == {
        "current": True,
        "stageCode": None,
        "differs": False,
        "provenance": {
            "source": {"code": "made_up"},
            "asserted": "REPORTED",
            "record": {"externalId": {"value": "r1"}},
        },
    }
    [reason] = linkage["reasons"]
    assert reason["code"] == "DECLARED"
    assert reason["text"]["en"]
    assert [one["externalId"]["value"] for one in reason["evidence"]] == ["r1"]
    [entry] = linkage["history"]["nodes"]
    assert (entry["actor"], entry["kind"]) == ("SOURCE", "ADDED")
    assert linkage["project"]["statedStrategies"] == [
        {
            "text": STRATEGY,
            "field": "strategy",
            "provenance": {"record": {"externalId": {"value": "r1"}}},
        }
    ]


async def test_declaration_differs_from_what_the_area_rejected(
    api: GraphQLApi, database: Database
) -> None:
    [linkage] = await list_declared(database)
    await BothSides(database).decide(PROVINCE, linkage, LinkageDecision.REJECT, "ซ้ำซ้อน")
    found = await fetch_linkage(api, database)
    assert found["status"] == "REJECTED"
    assert found["declaration"]["differs"]


async def test_declaration_of_a_vanished_record_shows_its_source(
    api: GraphQLApi, database: Database
) -> None:
    [linkage] = await list_declared(database)
    await BothSides(database).decide(PROVINCE, linkage, LinkageDecision.AGREE)
    await run_declaring(
        database, build_declaring(1), deleted_ids=["r1"], complete=False, snapshot="later"
    )
    found = await fetch_linkage(api, database)
    assert found["declaration"]["current"] is False
    assert found["declaration"]["provenance"]["source"] == {"code": "made_up"}
    assert found["declaration"]["provenance"]["record"] is None
    assert found["reasons"][0]["evidence"] == []


async def test_project_without_a_text_has_no_stated_strategy(
    api: GraphQLApi, database: Database
) -> None:
    fields = " ".join(
        f'p{n}: project(by: {{external: {{scheme: "made_up", value: "r{n}"}}}}) '
        "{ statedStrategies { text } }"
        for n in (1, 2, 3)
    )
    await run_declaring(
        database,
        build_declaring(1, strategy="ก"),
        build_declaring(2, strategy="-"),
        build_declaring(3, strategy=None),
        snapshot="later",
    )
    answer = await api(f"{{ {fields} }}", database=database)
    found = answer["data"].values()
    texts = [[one["text"] for one in project["statedStrategies"]] for project in found]
    assert texts == [["ก"], [], []]

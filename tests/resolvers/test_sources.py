"""The GraphQL fields of sources: lists, state, runs, ledgers, and their permissions."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.domain.identity.viewer import Permission, Viewer
from hub.domain.provenance import Cadence
from hub.ingest.run import ingest
from hub.store.database import Database
from tests.conftest import GraphQLApi
from tests.ingest.made_up_source import SPEC, build_input, build_row, read

OPERATE = Permission.OPERATE_SOURCES.value
STEWARD = Viewer("steward", "ministry:01", frozenset({OPERATE, Permission.STEWARD.value}))
OWNER = Viewer("owner", "ministry:15", frozenset({OPERATE}))
STRANGER = Viewer("stranger", "ministry:07", frozenset({OPERATE}))
READER = Viewer("reader", "ministry:15")

SOURCE_QUERY = """{
  source(id: "gid://hub/Source/made_up") {
    name { th } owner { code } promisedEvery coverage { be } recordCount unlinkedCount health
    freshness
  }
}"""
OPERATOR_QUERY = """{
  source(id: "gid://hub/Source/made_up") {
    waitingCount
    latestRun { status ledger { read balanced } }
    runs { totalCount nodes { id status origin error ledger {
      read vanished balanced readAmounts { phase amount { amount } }
      outcomes { outcome records amounts { amount { amount } } }
    } } }
    quarantine { totalCount nodes { id sourceKey status payload amounts { amount { amount } }
      doubts { reason field written kind fiscalYears { be } text { en } proposals { target } } } }
    questions { reason written rowCount rowIds proposals { target text { th } } }
  }
}"""


@pytest.fixture
async def ingested_database(fresh_database: Database) -> Database:
    rows = [
        build_row(1),
        build_row(2, area="ส่วนกลาง"),
        build_row(3, "NaN"),
        build_row(4, area="สิงค์บุรี"),
        build_row(1),
    ]
    await ingest(fresh_database, SPEC, read, build_input(rows))
    return fresh_database


def get_source(answer: dict[str, Any]) -> dict[str, Any]:
    assert "errors" not in answer, answer
    found: dict[str, Any] = answer["data"]["source"]
    return found


async def test_anonymous_viewer_sees_the_state_of_a_source(
    api: GraphQLApi, ingested_database: Database
) -> None:
    assert get_source(await api(SOURCE_QUERY, database=ingested_database)) == {
        "name": {"th": "แหล่งสมมุติ"},
        "owner": {"code": "15"},
        "promisedEvery": "MANUAL",
        "coverage": [{"be": 2567}],
        "recordCount": 2,
        "unlinkedCount": 2,
        "health": "OK",
        "freshness": "FRESH",
    }


@pytest.mark.parametrize(("days", "status"), [(1, "FRESH"), (2, "LATE"), (4, "STALE")])
async def test_freshness_depends_on_cadence_and_request_time(
    api: GraphQLApi, fresh_database: Database, days: int, status: str
) -> None:
    daily = replace(SPEC, cadence=Cadence.DAILY)
    await ingest(fresh_database, daily, read, build_input([build_row(1)]))
    later = datetime.now(UTC) + timedelta(days=days)
    found = get_source(await api(SOURCE_QUERY, database=fresh_database, now=later))
    assert found["freshness"] == status


async def test_fetched_filter_separates_ingested_sources_from_documents(
    api: GraphQLApi, ingested_database: Database
) -> None:
    query = "{ sources(fetched: %s, first: 100) { nodes { id } } }"
    fetched = (await api(query % "true", database=ingested_database))["data"]["sources"]["nodes"]
    documents = (await api(query % "false", database=ingested_database))["data"]["sources"]["nodes"]
    assert [one["id"] for one in fetched] == ["gid://hub/Source/made_up"]
    assert len(documents) > 3
    assert fetched[0] not in documents


async def test_pages_return_every_source_once(api: GraphQLApi) -> None:
    query = """query($after: String) { sources(first: 2, after: $after) {
      nodes { id } pageInfo { endCursor hasNextPage } totalCount } }"""
    ids: list[str] = []
    after = None
    while True:
        page = (await api(query, {"after": after}))["data"]["sources"]
        ids += [one["id"] for one in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert ids == sorted(set(ids))
    assert len(ids) == page["totalCount"]


async def test_run_returns_its_ledger(api: GraphQLApi, ingested_database: Database) -> None:
    source_data = get_source(await api(OPERATOR_QUERY, database=ingested_database, viewer=OWNER))
    assert source_data["latestRun"] == {
        "status": "SUCCEEDED",
        "ledger": {"read": 5, "balanced": True},
    }
    [run] = source_data["runs"]["nodes"]
    records = {one["outcome"]: one["records"] for one in run["ledger"]["outcomes"]}
    assert records == {
        "NEW": 2, "CHANGED": 0, "UNCHANGED": 0, "DUPLICATE": 1, "QUARANTINED": 2,
        "REFUSED": 0,
    }  # fmt: skip
    assert run["ledger"]["read"] == sum(records.values())
    assert run["ledger"]["readAmounts"] == [
        {"phase": "APPROPRIATED", "amount": {"amount": "4000.00"}}
    ]


async def test_quarantined_rows_are_listed_with_their_reasons(
    api: GraphQLApi, ingested_database: Database
) -> None:
    source_data = get_source(await api(OPERATOR_QUERY, database=ingested_database, viewer=OWNER))
    assert source_data["waitingCount"] == source_data["quarantine"]["totalCount"] == 2
    number, name = source_data["quarantine"]["nodes"]
    assert (number["doubts"][0]["reason"], number["doubts"][0]["written"]) == (
        "NOT_A_NUMBER",
        "NaN",
    )
    assert '"amount":"NaN"' in number["payload"]
    assert name["doubts"][0]["kind"] == "AREA"
    assert name["doubts"][0]["fiscalYears"] == [{"be": 2567}, {"be": 2567}]
    assert [one["written"] for one in source_data["questions"]] == ["สิงค์บุรี", "NaN"]
    assert source_data["questions"][0]["proposals"][0]["target"] == "17"
    assert source_data["questions"][0]["rowIds"] == [name["id"]]


@pytest.mark.parametrize(
    ("viewer", "code"),
    [(Viewer("anonymous"), "UNAUTHENTICATED"), (READER, "FORBIDDEN"), (STRANGER, "FORBIDDEN")],
    ids=lambda one: getattr(one, "subject", one),
)
async def test_runs_and_rows_are_visible_only_to_operators(
    api: GraphQLApi, ingested_database: Database, viewer: Viewer, code: str
) -> None:
    answer = await api(OPERATOR_QUERY, database=ingested_database, viewer=viewer)
    assert {error["extensions"]["code"] for error in answer["errors"]} == {code}
    assert set(answer["data"]["source"].values()) == {None}
    for node in ("SourceRun/1", "QuarantinedRow/1"):
        found = await api(
            f'{{ node(id: "gid://hub/{node}") {{ id }} }}',
            database=ingested_database,
            viewer=viewer,
        )
        assert found["data"]["node"] is None


async def test_steward_sees_every_source(api: GraphQLApi, ingested_database: Database) -> None:
    source_data = get_source(await api(OPERATOR_QUERY, database=ingested_database, viewer=STEWARD))
    run, found = source_data["runs"]["nodes"][0]["id"], source_data["quarantine"]["nodes"][0]["id"]
    query = f'{{ nodes(ids: ["{run}", "{found}"]) {{ __typename id }} }}'
    nodes = (await api(query, database=ingested_database, viewer=STEWARD))["data"]["nodes"]
    assert [one["__typename"] for one in nodes] == ["SourceRun", "QuarantinedRow"]


async def test_list_of_sources_takes_a_fixed_number_of_statements(
    api: GraphQLApi, ingested_database: Database
) -> None:
    query = """{ sources(first: 100) { nodes { owner { id } coverage { be } recordCount
      unlinkedCount waitingCount latestRun { status } } } }"""
    assert "errors" not in await api(query, database=ingested_database, viewer=STEWARD)
    assert api.statement_count == 9


async def test_review_limit_applies_to_each_source(
    api: GraphQLApi, ingested_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ingest(
        ingested_database,
        replace(SPEC, id="another"),
        read,
        build_input([build_row(1, "NaN"), build_row(2, "x")]),
    )
    monkeypatch.setattr("resolvers.quarantine.MAX_QUESTIONS", 1)
    query = "{ sources(fetched: true) { nodes { questions { written } } } }"
    answer = await api(query, database=ingested_database, viewer=STEWARD)
    assert [one["questions"] for one in answer["data"]["sources"]["nodes"]] == [
        [{"written": "x"}],
        [{"written": "สิงค์บุรี"}],
    ]

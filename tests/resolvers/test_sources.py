"""How sources stand, as a client asks: lists, runs, ledgers, and who may look at them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.domain.identity.viewer import Permission, Viewer
from hub.domain.provenance import Cadence
from hub.ingest.run import ingest
from hub.store.database import Database
from tests.conftest import Asking
from tests.ingest.made import SPEC, build_input, build_row, read

OPERATE = Permission.OPERATE_SOURCES.value
STEWARD = Viewer("steward", "ministry:01", frozenset({OPERATE, Permission.STEWARD.value}))
OWNER = Viewer("owner", "ministry:15", frozenset({OPERATE}))
STRANGER = Viewer("stranger", "ministry:07", frozenset({OPERATE}))
READER = Viewer("reader", "ministry:15")

STANDING = """{
  source(id: "gid://hub/Source/made_up") {
    name { th } owner { code } promisedEvery coverage { be } recordCount unlinkedCount health
    freshness
  }
}"""
OPERATED = """{
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
async def taken(fresh_database: Database) -> Database:
    rows = [
        build_row(1),
        build_row(2, area="ส่วนกลาง"),
        build_row(3, "NaN"),
        build_row(4, area="สิงค์บุรี"),
        build_row(1),
    ]
    await ingest(fresh_database, SPEC, read, build_input(rows))
    return fresh_database


def source(answer: dict[str, Any]) -> dict[str, Any]:
    assert "errors" not in answer, answer
    found: dict[str, Any] = answer["data"]["source"]
    return found


async def test_anybody_sees_how_a_source_stands(ask: Asking, taken: Database) -> None:
    assert source(await ask(STANDING, database=taken)) == {
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
async def test_a_source_is_as_fresh_as_its_promise_says_when_it_is_asked(
    ask: Asking, fresh_database: Database, days: int, status: str
) -> None:
    daily = replace(SPEC, cadence=Cadence.DAILY)
    await ingest(fresh_database, daily, read, build_input([build_row(1)]))
    later = datetime.now(UTC) + timedelta(days=days)
    found = source(await ask(STANDING, database=fresh_database, now=later))
    assert found["freshness"] == status


async def test_sources_that_are_taken_in_are_told_from_documents(
    ask: Asking, taken: Database
) -> None:
    query = "{ sources(fetched: %s, first: 100) { nodes { id } } }"
    fetched = (await ask(query % "true", database=taken))["data"]["sources"]["nodes"]
    carried = (await ask(query % "false", database=taken))["data"]["sources"]["nodes"]
    assert [one["id"] for one in fetched] == ["gid://hub/Source/made_up"]
    assert len(carried) > 3
    assert fetched[0] not in carried


async def test_pages_of_sources_follow_on(ask: Asking) -> None:
    query = """query($after: String) { sources(first: 2, after: $after) {
      nodes { id } pageInfo { endCursor hasNextPage } totalCount } }"""
    ids: list[str] = []
    after = None
    while True:
        page = (await ask(query, {"after": after}))["data"]["sources"]
        ids += [one["id"] for one in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert ids == sorted(set(ids))
    assert len(ids) == page["totalCount"]


async def test_a_run_gives_its_account(ask: Asking, taken: Database) -> None:
    told = source(await ask(OPERATED, database=taken, viewer=OWNER))
    assert told["latestRun"] == {"status": "SUCCEEDED", "ledger": {"read": 5, "balanced": True}}
    [run] = told["runs"]["nodes"]
    records = {one["outcome"]: one["records"] for one in run["ledger"]["outcomes"]}
    assert records == {
        "NEW": 2, "CHANGED": 0, "UNCHANGED": 0, "DUPLICATE": 1, "QUARANTINED": 2
    }  # fmt: skip
    assert run["ledger"]["read"] == sum(records.values())
    assert run["ledger"]["readAmounts"] == [
        {"phase": "APPROPRIATED", "amount": {"amount": "4000.00"}}
    ]


async def test_what_waits_is_listed_whole_with_its_reasons(ask: Asking, taken: Database) -> None:
    told = source(await ask(OPERATED, database=taken, viewer=OWNER))
    assert told["waitingCount"] == told["quarantine"]["totalCount"] == 2
    number, name = told["quarantine"]["nodes"]
    assert (number["doubts"][0]["reason"], number["doubts"][0]["written"]) == (
        "NOT_A_NUMBER",
        "NaN",
    )
    assert '"amount":"NaN"' in number["payload"]
    assert name["doubts"][0]["kind"] == "AREA"
    assert name["doubts"][0]["fiscalYears"] == [{"be": 2567}, {"be": 2567}]
    assert [one["written"] for one in told["questions"]] == ["NaN", "สิงค์บุรี"]
    assert told["questions"][1]["proposals"][0]["target"] == "17"
    assert told["questions"][1]["rowIds"] == [name["id"]]


@pytest.mark.parametrize(
    ("viewer", "code"),
    [(Viewer("anonymous"), "UNAUTHENTICATED"), (READER, "FORBIDDEN"), (STRANGER, "FORBIDDEN")],
    ids=lambda one: getattr(one, "subject", one),
)
async def test_runs_and_rows_are_for_those_who_operate_the_source(
    ask: Asking, taken: Database, viewer: Viewer, code: str
) -> None:
    answer = await ask(OPERATED, database=taken, viewer=viewer)
    assert {error["extensions"]["code"] for error in answer["errors"]} == {code}
    assert set(answer["data"]["source"].values()) == {None}
    for node in ("SourceRun/1", "QuarantinedRow/1"):
        found = await ask(
            f'{{ node(id: "gid://hub/{node}") {{ id }} }}', database=taken, viewer=viewer
        )
        assert found["data"]["node"] is None


async def test_a_steward_looks_at_every_source(ask: Asking, taken: Database) -> None:
    told = source(await ask(OPERATED, database=taken, viewer=STEWARD))
    run, found = told["runs"]["nodes"][0]["id"], told["quarantine"]["nodes"][0]["id"]
    query = f'{{ nodes(ids: ["{run}", "{found}"]) {{ __typename id }} }}'
    nodes = (await ask(query, database=taken, viewer=STEWARD))["data"]["nodes"]
    assert [one["__typename"] for one in nodes] == ["SourceRun", "QuarantinedRow"]


async def test_a_list_of_sources_costs_a_counted_number_of_statements(
    ask: Asking, taken: Database
) -> None:
    query = """{ sources(first: 100) { nodes { owner { id } coverage { be } recordCount
      unlinkedCount waitingCount latestRun { status } } } }"""
    assert "errors" not in await ask(query, database=taken, viewer=STEWARD)
    assert ask.statements == 9


async def test_the_rows_of_one_source_leave_room_for_the_questions_of_another(
    ask: Asking, taken: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ingest(
        taken,
        replace(SPEC, id="another"),
        read,
        build_input([build_row(1, "NaN"), build_row(2, "x")]),
    )
    monkeypatch.setattr("resolvers.quarantine.MAX_REVIEWED_ROWS", 1)
    query = "{ sources(fetched: true) { nodes { questions { written } } } }"
    answer = await ask(query, database=taken, viewer=STEWARD)
    assert [one["questions"] for one in answer["data"]["sources"]["nodes"]] == [
        [{"written": "NaN"}],
        [{"written": "NaN"}],
    ]

"""Rulings over the network: what they settle, that they are kept once, and who may give them."""

from typing import Any

import pytest

from hub.domain.identity.viewer import Permission, Viewer
from hub.ingest.run import ingest
from hub.services.sources.source_status import upsert_sources
from hub.store.database import Database
from tests.conftest import Asking
from tests.ingest.made import SPEC, build_input, build_row, read
from tests.resolvers.test_sources import OWNER, STEWARD, STRANGER

SETTLE = """mutation($input: QuarantineSettleInput!) {
  quarantineSettle(input: $input) {
    settlement { read settled }
    source { waitingCount recordCount }
    userErrors { code field message { th en } }
  }
}"""
SOURCE = "gid://hub/Source/made_up"
SINGBURI = {"name": {"kind": "AREA", "name": "สิงค์บุรี", "target": "17"}}


@pytest.fixture
async def waiting(fresh_database: Database, ask: Asking) -> Database:
    """Three rows under a misspelt name, two under one key; and the connector at hand."""
    rows = [build_row(n, area="สิงค์บุรี") for n in (1, 2, 3)] + [build_row(9), build_row(9, "2,000")]
    await ingest(fresh_database, SPEC, read, build_input(rows))
    return fresh_database


@pytest.fixture(autouse=True)
def at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The made-up source among the connectors of the hub."""
    monkeypatch.setattr("hub.bootstrap.sources.load_connectors", lambda _: {"made_up": Made})


class Made:
    """The made-up source as a connector."""

    spec = SPEC
    read = staticmethod(read)


async def settle(
    ask: Asking, database: Database, ruling: dict[str, Any], key: str = "k1", viewer: Viewer = OWNER
) -> dict[str, Any]:
    given = {"idempotencyKey": key, "source": SOURCE, "ruling": ruling}
    answer = await ask(SETTLE, {"input": given}, database=database, viewer=viewer)
    assert "errors" not in answer, answer
    told: dict[str, Any] = answer["data"]["quarantineSettle"]
    return told


async def test_one_ruling_reads_every_row_it_covers(ask: Asking, waiting: Database) -> None:
    assert await settle(ask, waiting, SINGBURI) == {
        "settlement": {"read": 3, "settled": 3},
        "source": {"waitingCount": 2, "recordCount": 3},
        "userErrors": [],
    }


async def test_a_command_sent_again_changes_nothing_and_answers_the_same(
    ask: Asking, waiting: Database
) -> None:
    first = await settle(ask, waiting, SINGBURI)
    again = await settle(ask, waiting, SINGBURI)
    assert again == first
    events = await waiting.pool.fetchval("select count(*) from source_event where run_id is null")
    assert events == 1


async def test_a_key_stands_for_one_command(ask: Asking, waiting: Database) -> None:
    await settle(ask, waiting, SINGBURI)
    other = await settle(ask, waiting, {"name": {**SINGBURI["name"], "target": "19"}})
    assert other["settlement"] is None
    assert [one["code"] for one in other["userErrors"]] == ["IDEMPOTENCY_CONFLICT"]


async def test_a_ruling_that_cannot_be_kept_changes_nothing_and_says_why(
    ask: Asking, waiting: Database
) -> None:
    broken: list[tuple[dict[str, Any], str, list[str] | None]] = [
        ({"name": {**SINGBURI["name"], "target": "no such"}}, "INVALID_VALUE", ["target"]),
        ({"name": {**SINGBURI["name"], "name": "nobody"}}, "NOT_FOUND", None),
        ({"accept": ["gid://hub/QuarantinedRow/999999"]}, "NOT_FOUND", None),
    ]
    for ruling, code, field in broken:
        told = await settle(ask, waiting, ruling, key=str(ruling))
        [error] = told["userErrors"]
        assert (error["code"], error["field"], told["settlement"]) == (code, field, None)
        assert error["message"]["th"] != error["message"]["en"]
    left = "select count(*) from quarantine where status = 'WAITING'"
    assert await waiting.pool.fetchval(left) == 5
    assert await waiting.pool.fetchval("select count(*) from receipt") == 0


async def test_rows_are_taken_as_written_or_refused(ask: Asking, waiting: Database) -> None:
    ids = await waiting.pool.fetch("select id from quarantine where source_key = 'r9' order by id")
    first, second = (f"gid://hub/QuarantinedRow/{one['id']}" for one in ids)
    taken = await settle(ask, waiting, {"accept": [second]}, key="a")
    assert taken["settlement"] == {"read": 1, "settled": 1}
    assert taken["source"]["waitingCount"] == 3
    refused = await settle(ask, waiting, {"refuse": [first]}, key="b")
    assert [one["code"] for one in refused["userErrors"]] == ["NOT_FOUND"]


@pytest.mark.parametrize(
    ("viewer", "code"), [(STRANGER, "NOT_ALLOWED"), (STEWARD, None)], ids=["stranger", "steward"]
)
async def test_only_who_operates_the_source_may_rule(
    ask: Asking, waiting: Database, viewer: Viewer, code: str | None
) -> None:
    told = await settle(ask, waiting, SINGBURI, viewer=viewer)
    assert [one["code"] for one in told["userErrors"]] == ([code] if code else [])


async def test_without_the_permission_the_command_is_not_even_read(
    ask: Asking, waiting: Database
) -> None:
    given = {"idempotencyKey": "k", "source": SOURCE, "ruling": SINGBURI}
    answer = await ask(SETTLE, {"input": given}, database=waiting)
    assert answer["data"] == {"quarantineSettle": None}
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert Permission.OPERATE_SOURCES.value in answer["errors"][0]["message"]


async def test_a_source_without_a_connector_is_named(
    ask: Asking, waiting: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.bootstrap.sources.load_connectors", lambda _: {})
    told = await settle(ask, waiting, SINGBURI)
    assert "made_up" in told["userErrors"][0]["message"]["en"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"idempotencyKey": ""}, "input.idempotencyKey"),
        ({"source": "gid://hub/Area/20"}, "input.source"),
        ({"ruling": {"accept": []}}, "input.ruling.refuse"),
        ({"ruling": {"accept": ["gid://hub/QuarantinedRow/x"]}}, "input.ruling.accept"),
    ],
)
async def test_a_command_that_cannot_be_meant_is_refused_by_field(
    ask: Asking, waiting: Database, change: dict[str, Any], field: str
) -> None:
    given = {"idempotencyKey": "k", "source": SOURCE, "ruling": SINGBURI, **change}
    answer = await ask(SETTLE, {"input": given}, database=waiting, viewer=OWNER)
    assert answer["errors"][0]["extensions"]["field"] == field


async def test_every_source_is_listed_before_it_was_ever_taken_in(
    ask: Asking, fresh_database: Database
) -> None:
    await upsert_sources(fresh_database, [SPEC])
    query = "{ sources(fetched: true) { nodes { id latestRun { id } lastSuccessAt recordCount } } }"
    [one] = (await ask(query, database=fresh_database, viewer=STEWARD))["data"]["sources"]["nodes"]
    assert one == {"id": SOURCE, "latestRun": None, "lastSuccessAt": None, "recordCount": 0}

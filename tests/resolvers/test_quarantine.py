"""The ruling mutation over HTTP: the rows it settles, its idempotency, and its permissions."""

from typing import Any

import pytest

from hub.domain.identity.viewer import Permission, Viewer
from hub.ingest.run import ingest
from hub.services.sources.source_status import upsert_sources
from hub.store.database import Database
from tests.conftest import GraphQLApi
from tests.ingest.made_up_source import SPEC, build_input, build_row, read
from tests.resolvers.test_sources import OWNER, STEWARD, STRANGER

SETTLE_MUTATION = """mutation($input: QuarantineSettleInput!) {
  quarantineSettle(input: $input) {
    settlement { read settled }
    source { waitingCount recordCount }
    userErrors { code field message { th en } }
  }
}"""
SOURCE = "gid://hub/Source/made_up"
SINGBURI = {"name": {"kind": "AREA", "name": "สิงค์บุรี", "target": "17"}}


@pytest.fixture
async def quarantine_database(fresh_database: Database, api: GraphQLApi) -> Database:
    """A database with three rows with a misspelt name and two with the same key in quarantine."""
    rows = [build_row(n, area="สิงค์บุรี") for n in (1, 2, 3)] + [build_row(9), build_row(9, "2,000")]
    await ingest(fresh_database, SPEC, read, build_input(rows))
    return fresh_database


@pytest.fixture(autouse=True)
def register_connector(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace the hub's connectors by the made-up source."""
    monkeypatch.setattr(
        "hub.bootstrap.sources.load_connectors", lambda _: {"made_up": MadeUpConnector}
    )


class MadeUpConnector:
    """The connector of the made-up source."""

    spec = SPEC
    read = staticmethod(read)


async def send_settle_mutation(
    api: GraphQLApi,
    database: Database,
    ruling: dict[str, Any],
    key: str = "k1",
    viewer: Viewer = OWNER,
) -> dict[str, Any]:
    command_input = {"idempotencyKey": key, "source": SOURCE, "ruling": ruling}
    answer = await api(SETTLE_MUTATION, {"input": command_input}, database=database, viewer=viewer)
    assert "errors" not in answer, answer
    payload: dict[str, Any] = answer["data"]["quarantineSettle"]
    return payload


async def test_ruling_settles_every_row_it_covers(
    api: GraphQLApi, quarantine_database: Database
) -> None:
    assert await send_settle_mutation(api, quarantine_database, SINGBURI) == {
        "settlement": {"read": 3, "settled": 3},
        "source": {"waitingCount": 2, "recordCount": 3},
        "userErrors": [],
    }


async def test_repeated_command_changes_nothing_and_returns_the_same_payload(
    api: GraphQLApi, quarantine_database: Database
) -> None:
    first = await send_settle_mutation(api, quarantine_database, SINGBURI)
    second = await send_settle_mutation(api, quarantine_database, SINGBURI)
    assert second == first
    events = await quarantine_database.pool.fetchval(
        "select count(*) from source_event where run_id is null"
    )
    assert events == 1


async def test_idempotency_key_of_another_command_is_rejected(
    api: GraphQLApi, quarantine_database: Database
) -> None:
    await send_settle_mutation(api, quarantine_database, SINGBURI)
    other = await send_settle_mutation(
        api, quarantine_database, {"name": {**SINGBURI["name"], "target": "19"}}
    )
    assert other["settlement"] is None
    assert [one["code"] for one in other["userErrors"]] == ["IDEMPOTENCY_CONFLICT"]


async def test_invalid_ruling_returns_user_errors_and_changes_nothing(
    api: GraphQLApi, quarantine_database: Database
) -> None:
    invalid_rulings: list[tuple[dict[str, Any], str, list[str] | None]] = [
        ({"name": {**SINGBURI["name"], "target": "no such"}}, "INVALID_VALUE", ["target"]),
        ({"name": {**SINGBURI["name"], "name": "nobody"}}, "NOT_FOUND", None),
        ({"accept": ["gid://hub/QuarantinedRow/999999"]}, "NOT_FOUND", None),
    ]
    for ruling, code, field in invalid_rulings:
        payload = await send_settle_mutation(api, quarantine_database, ruling, key=str(ruling))
        [error] = payload["userErrors"]
        assert (error["code"], error["field"], payload["settlement"]) == (code, field, None)
        assert error["message"]["th"] != error["message"]["en"]
    count_waiting = "select count(*) from quarantine where status = 'WAITING'"
    assert await quarantine_database.pool.fetchval(count_waiting) == 5
    assert await quarantine_database.pool.fetchval("select count(*) from receipt") == 0


async def test_rows_are_accepted_or_refused_by_id(
    api: GraphQLApi, quarantine_database: Database
) -> None:
    ids = await quarantine_database.pool.fetch(
        "select id from quarantine where source_key = 'r9' order by id"
    )
    first, second = (f"gid://hub/QuarantinedRow/{one['id']}" for one in ids)
    accepted = await send_settle_mutation(api, quarantine_database, {"accept": [second]}, key="a")
    assert accepted["settlement"] == {"read": 1, "settled": 1}
    assert accepted["source"]["waitingCount"] == 3
    refused = await send_settle_mutation(api, quarantine_database, {"refuse": [first]}, key="b")
    assert [one["code"] for one in refused["userErrors"]] == ["NOT_FOUND"]


@pytest.mark.parametrize(
    ("viewer", "code"), [(STRANGER, "NOT_ALLOWED"), (STEWARD, None)], ids=["stranger", "steward"]
)
async def test_only_operators_of_the_source_may_settle(
    api: GraphQLApi, quarantine_database: Database, viewer: Viewer, code: str | None
) -> None:
    payload = await send_settle_mutation(api, quarantine_database, SINGBURI, viewer=viewer)
    assert [one["code"] for one in payload["userErrors"]] == ([code] if code else [])


async def test_command_without_permission_is_rejected(
    api: GraphQLApi, quarantine_database: Database
) -> None:
    command_input = {"idempotencyKey": "k", "source": SOURCE, "ruling": SINGBURI}
    answer = await api(SETTLE_MUTATION, {"input": command_input}, database=quarantine_database)
    assert answer["data"] == {"quarantineSettle": None}
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert Permission.OPERATE_SOURCES.value in answer["errors"][0]["message"]


async def test_source_without_a_connector_is_named_in_the_error(
    api: GraphQLApi, quarantine_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.bootstrap.sources.load_connectors", lambda _: {})
    payload = await send_settle_mutation(api, quarantine_database, SINGBURI)
    assert "made_up" in payload["userErrors"][0]["message"]["en"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"idempotencyKey": ""}, "input.idempotencyKey"),
        ({"source": "gid://hub/Area/20"}, "input.source"),
        ({"ruling": {"accept": []}}, "input.ruling.refuse"),
        ({"ruling": {"accept": ["gid://hub/QuarantinedRow/x"]}}, "input.ruling.accept"),
    ],
)
async def test_invalid_command_is_rejected_and_the_field_is_named(
    api: GraphQLApi, quarantine_database: Database, change: dict[str, Any], field: str
) -> None:
    command_input = {"idempotencyKey": "k", "source": SOURCE, "ruling": SINGBURI, **change}
    answer = await api(
        SETTLE_MUTATION, {"input": command_input}, database=quarantine_database, viewer=OWNER
    )
    assert answer["errors"][0]["extensions"]["field"] == field


async def test_source_is_listed_before_its_first_ingest(
    api: GraphQLApi, fresh_database: Database
) -> None:
    await upsert_sources(fresh_database, [SPEC])
    query = "{ sources(fetched: true) { nodes { id latestRun { id } lastSuccessAt recordCount } } }"
    [one] = (await api(query, database=fresh_database, viewer=STEWARD))["data"]["sources"]["nodes"]
    assert one == {"id": SOURCE, "latestRun": None, "lastSuccessAt": None, "recordCount": 0}

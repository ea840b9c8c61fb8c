"""Recorded rulings over HTTP: listed, revoked, replaced; questions by page; files."""

from typing import Any

from hub.domain.identity.viewer import Viewer
from hub.ingest.run import ingest
from hub.store.database import Database
from tests.conftest import GraphQLApi
from tests.ingest.made_up_source import SPEC, build_input, build_row, read
from tests.resolvers.test_quarantine import (
    SINGBURI,
    SOURCE,
    quarantine_database,
    register_connector,
    send_settle_mutation,
)
from tests.resolvers.test_sources import OWNER, STEWARD, STRANGER

__all__ = ["quarantine_database", "register_connector"]

SETTLED_RULING_MUTATION = """mutation($input: QuarantineSettleInput!) {
  quarantineSettle(input: $input) {
    settlement { read settled }
    ruling { id version kind name text { th en } target { __typename id } by rowCount
      amounts { phase amount { amount } } revokedAt fiscalYears { be } }
    userErrors { code message { en } }
  }
}"""
REVOKE_MUTATION = """mutation($input: RulingRevokeInput!) {
  rulingRevoke(input: $input) {
    ruling { id version revokedAt revokedBy revokeReason replacedBy { id } }
    settlement { read settled } userErrors { code field }
  }
}"""
REVIEW_QUERY = """query($first: Int, $after: String) { source(id: "gid://hub/Source/made_up") {
  reviewQuestions(first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { key reason written rowCount amounts { amount { amount } } rows(first: 2) {
      totalCount pageInfo { hasNextPage endCursor } nodes { sourceKey } } }
  }
  rulings(first: 5) { totalCount nodes { id revokedAt replacedBy { id } } }
  inForce: rulings(inForce: true) { nodes { id } }
  ended: rulings(inForce: false) { nodes { id } }
} }"""
FILE_MUTATION = """mutation($input: RulingFileImportInput!) { rulingFileImport(input: $input) {
  result { decided applied unchanged revoked isDry settlement { read settled }
    issues { row column written text { th en } } }
  userErrors { code } } }"""


async def send(
    api: GraphQLApi, database: Database, query: str, viewer: Viewer = OWNER, **variables: Any
) -> dict[str, Any]:
    answer = await api(query, variables, database=database, viewer=viewer)
    assert "errors" not in answer, answer
    [payload] = answer["data"].values()
    return payload or {}


async def test_rulings_are_listed_explained_and_revoked(
    api: GraphQLApi, quarantine_database: Database
) -> None:
    command = {"idempotencyKey": "k", "source": SOURCE, "ruling": SINGBURI}
    settled = await send(api, quarantine_database, SETTLED_RULING_MUTATION, input=command)
    ruling = settled["ruling"]
    assert (ruling["kind"], ruling["name"], ruling["rowCount"]) == ("NAME", "สิงค์บุรี", 3)
    assert ruling["target"] == {"__typename": "Area", "id": "gid://hub/Area/17"}
    assert ruling["amounts"] == [{"phase": "APPROPRIATED", "amount": {"amount": "3000.00"}}]
    assert ruling["text"]["en"] == "“สิงค์บุรี” means 17"
    revocation = {
        "idempotencyKey": "r",
        "ruling": ruling["id"],
        "expectedVersion": ruling["version"],
        "reason": "another place",
    }
    stale = {**revocation, "idempotencyKey": "s", "expectedVersion": 9}
    payload = await send(api, quarantine_database, REVOKE_MUTATION, input=stale)
    assert [one["code"] for one in payload["userErrors"]] == ["STALE_VERSION"]
    first = await send(api, quarantine_database, REVOKE_MUTATION, input=revocation)
    assert first["settlement"] == {"read": 3, "settled": 0}
    assert (first["ruling"]["revokedBy"], first["ruling"]["version"]) == (OWNER.subject, 2)
    assert await send(api, quarantine_database, REVOKE_MUTATION, input=revocation) == first
    again = {**revocation, "idempotencyKey": "t", "expectedVersion": 2}
    payload = await send(api, quarantine_database, REVOKE_MUTATION, input=again)
    assert [one["code"] for one in payload["userErrors"]] == ["STALE_VERSION"]
    entries = await quarantine_database.pool.fetch("select entry from access_log order by number")
    assert sum(ruling["id"] in row["entry"] for row in entries) == 2


async def test_later_ruling_replaces_the_earlier_one(
    api: GraphQLApi, quarantine_database: Database
) -> None:
    wrong = {"name": {**SINGBURI["name"], "target": "19"}}
    await send_settle_mutation(api, quarantine_database, wrong, key="a")
    payload = await send_settle_mutation(api, quarantine_database, SINGBURI, key="b")
    assert payload["settlement"] == {"read": 3, "settled": 3}
    source = await send(api, quarantine_database, REVIEW_QUERY)
    later, earlier = source["rulings"]["nodes"]
    assert earlier["replacedBy"] == {"id": later["id"]}
    assert [one["id"] for one in source["inForce"]["nodes"]] == [later["id"]]
    assert [one["id"] for one in source["ended"]["nodes"]] == [earlier["id"]]


async def test_ruling_of_another_person_is_replaced_by_naming_it(
    api: GraphQLApi, quarantine_database: Database
) -> None:
    command = {"idempotencyKey": "k", "source": SOURCE, "ruling": SINGBURI}
    settled = await send(api, quarantine_database, SETTLED_RULING_MUTATION, input=command)
    other = {"name": {**SINGBURI["name"], "target": "19"}}
    payload = await send_settle_mutation(api, quarantine_database, other, "o", viewer=STEWARD)
    assert [one["code"] for one in payload["userErrors"]] == ["STALE_VERSION"]
    seen = {"idempotencyKey": "p", "source": SOURCE, "ruling": other}
    seen["replaces"] = settled["ruling"]["id"]
    payload = await send(api, quarantine_database, SETTLED_RULING_MUTATION, STEWARD, input=seen)
    assert payload["settlement"] == {"read": 3, "settled": 3}


async def test_every_question_is_reached_page_by_page_with_its_rows(
    api: GraphQLApi, quarantine_database: Database
) -> None:
    found: list[dict[str, Any]] = []
    after = None
    more = [build_row(4, "5,000", area="สิงค์บุรี")]
    await ingest(quarantine_database, SPEC, read, build_input(more, complete=False, snapshot="n"))
    while True:
        source = await send(api, quarantine_database, REVIEW_QUERY, first=1, after=after)
        page = source["reviewQuestions"]
        found += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert page["totalCount"] in (2, None)
    assert [(one["reason"], one["rowCount"]) for one in found] == [
        ("UNKNOWN_NAME", 4),
        ("CONFLICTING_VALUES", 2),
    ]
    name, conflict = found
    assert [row["sourceKey"] for row in name["rows"]["nodes"]] == ["r1", "r2"]
    assert (name["rows"]["totalCount"], name["rows"]["pageInfo"]["hasNextPage"]) == (4, True)
    assert len({name["key"], conflict["key"]}) == 2


async def test_ruling_creates_an_agency_and_rounds_a_third(
    api: GraphQLApi, fresh_database: Database
) -> None:
    rows = [build_row(1, owner="เทศบาลเมืองทดลอง"), build_row(2, "33.3333333")]
    await ingest(fresh_database, SPEC, read, build_input(rows))
    draft = {"name": "เทศบาลเมืองทดลอง", "kind": "LOCAL_AUTHORITY", "area": "20"}
    new = {"newAgency": {"name": "เทศบาลเมืองทดลอง", "agency": draft}}
    command = {"idempotencyKey": "n", "source": SOURCE, "ruling": new}
    payload = await send(api, fresh_database, SETTLED_RULING_MUTATION, input=command)
    assert payload["ruling"]["kind"] == "NEW_AGENCY"
    assert payload["ruling"]["target"]["__typename"] == "Agency"
    [row] = await fresh_database.pool.fetch("select id from quarantine where status = 'WAITING'")
    rounded = {"round": [f"gid://hub/QuarantinedRow/{row['id']}"]}
    assert (await send_settle_mutation(api, fresh_database, rounded))["settlement"] == {
        "read": 1,
        "settled": 1,
    }


async def test_file_of_rulings_is_exported_and_imported(
    api: GraphQLApi, quarantine_database: Database
) -> None:
    query = '{ source(id: "gid://hub/Source/made_up") { rulingFile } }'
    text = (await send(api, quarantine_database, query))["rulingFile"]
    assert text.startswith("\ufeff")
    lines = text.splitlines()
    [position] = [at for at, line in enumerate(lines) if "สิงค์บุรี" in line]
    cells = lines[position].split(",")
    cells[8] = "17"
    lines[position] = ",".join(cells)
    command = {"source": SOURCE, "csv": "\n".join(lines), "dryRun": True}
    checked = await send(api, quarantine_database, FILE_MUTATION, input=command)
    assert (checked["result"]["applied"], checked["result"]["isDry"]) == (1, True)
    command["dryRun"] = False
    stored = await send(api, quarantine_database, FILE_MUTATION, input=command)
    assert stored["result"]["settlement"] == {"read": 3, "settled": 3}
    refused = await send(api, quarantine_database, FILE_MUTATION, STRANGER, input=command)
    assert [one["code"] for one in refused["userErrors"]] == ["NOT_ALLOWED"]


async def test_rulings_of_a_source_are_visible_to_its_operators_only(
    api: GraphQLApi, quarantine_database: Database
) -> None:
    command = {"idempotencyKey": "k", "source": SOURCE, "ruling": SINGBURI}
    settled = await send(api, quarantine_database, SETTLED_RULING_MUTATION, input=command)
    query = "query($id: ID!) { node(id: $id) { id } }"
    ruling_id = settled["ruling"]["id"]
    for viewer in (OWNER, STEWARD, STRANGER):
        found = await send(api, quarantine_database, query, viewer, id=ruling_id)
        assert found == ({} if viewer is STRANGER else {"id": ruling_id})
    revocation = {"idempotencyKey": "x", "ruling": ruling_id, "expectedVersion": 1, "reason": "x"}
    payload = await send(api, quarantine_database, REVOKE_MUTATION, STRANGER, input=revocation)
    assert [one["code"] for one in payload["userErrors"]] == ["NOT_FOUND"]
    fields = "rulings { nodes { id } } reviewQuestions { nodes { key } } rulingFile"
    query = f'{{ source(id: "{SOURCE}") {{ {fields} }} }}'
    denied = await api(query, database=quarantine_database, viewer=STRANGER)
    assert [one["extensions"]["code"] for one in denied["errors"]] == ["FORBIDDEN"] * 3

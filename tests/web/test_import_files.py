"""A province imports its plan over HTTP: a place for the file, PUT, check, store, what is wrong."""

import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from openpyxl import load_workbook

from hub.domain.plans import PlanKind
from hub.services.imports.run_import import run_next_import
from hub.services.plans.workbook_layout import ITEMS
from hub.services.plans.write_workbook import write_template, write_workbook
from hub.store.database import Database
from hub.store.import_changes import prune_imports
from tests.services.plans.submissions import SUBMISSION
from tests.services.plans.test_import_plan import POSITIONS, edit_workbook, with_items
from tests.web.audit_log import list_audit_entries
from tests.web.graphql.linkage_client import MachineClient
from tests.web.hub_instance import HubInstance

WRITE: Final = frozenset({"plan:write"})
JUNE: Final = datetime(2022, 6, 1, tzinfo=UTC)
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PROBLEMS: Final = "userErrors { code field message { th en } }"
CREATE: Final = f"""
mutation ($key: String!, $name: String! = "แผน.xlsx", $bytes: Int! = 1000000) {{
  uploadCreate(input: {{idempotencyKey: $key, fileName: $name, bytes: $bytes}}) {{
    upload {{ id url maxBytes expiresAt hash }} {PROBLEMS}
  }}
}}
"""
START: Final = f"""
mutation ($key: String!, $upload: ID!, $mode: ImportMode!, $kind: ImportKind! = DEVELOPMENT_PLAN) {{
  importStart(input: {{idempotencyKey: $key, kind: $kind, upload: $upload, mode: $mode}}) {{
    importJob {{ id status hash }} {PROBLEMS}
  }}
}}
"""
RESULT: Final = """
query ($job: ID!, $first: Int! = 100) { importJob(id: $job) {
  status rowCount rowsRead rowsStored rowsWrong annotatedUrl error { th en } finishedAt
  issues(first: $first) { totalCount nodes {
    place { sheet row column } code written message { th en } fix { th en } warning
  } }
  produced(first: 1) { nodes { created node { id ... on PlanVersion { number status } } } }
} }
"""


@pytest.fixture
async def hub(fresh_database: Database, tmp_path: Path) -> AsyncIterator[HubInstance]:
    """Yield a hub in June 2565, before the first year of the plan."""
    instance = HubInstance(fresh_database, tmp_path)
    async with instance.http:
        yield instance


@pytest.fixture
async def province(hub: HubInstance) -> MachineClient:
    """Return the client of the province whose plan it is."""
    return await MachineClient.register(hub, "province:22", WRITE)


async def send_file(
    client: MachineClient, url: str, content: bytes, media_type: str = XLSX
) -> tuple[int, Any]:
    """Send a file by PUT; return the status and the JSON of an error."""
    headers = {"Authorization": f"Bearer {client.token}", "Content-Type": media_type}
    answer = await client.instance.http.put(url, content=content, headers=headers)
    return answer.status_code, answer.json() if answer.content else None


async def upload(client: MachineClient, content: bytes, key: str, **more: Any) -> dict[str, Any]:
    """Send a file to a new place; return the place."""
    created = (await client.send(CREATE, key=key, **more))["uploadCreate"]
    assert created["userErrors"] == []
    status, error = await send_file(client, created["upload"]["url"], content)
    assert status == 204, error
    place: dict[str, Any] = created["upload"]
    return place


async def run_import(client: MachineClient, place: Any, key: str, mode: str, **more: Any) -> Any:
    """Start an import, run the job, and return its result."""
    answer = await client.send(START, key=key, upload=place["id"], mode=mode, **more)
    started = answer["importStart"]
    assert started["userErrors"] == []
    assert started["importJob"]["status"] == "QUEUED"
    assert await run_next_import(client.instance.database, lambda: JUNE)
    return (await client.send(RESULT, job=started["importJob"]["id"]))["importJob"]


def break_rows(content: bytes, count: int) -> bytes:
    """Return a workbook in which the amount of `count` items is no number."""

    def _break(book: Any) -> None:
        for row in range(2, 2 + count):
            book[ITEMS.name].cell(row, POSITIONS["planned"]).value = "ห้าแสน"

    return edit_workbook(content, _break)


async def test_valid_rows_are_stored_and_wrong_ones_listed_with_their_place_and_fix(
    hub: HubInstance, province: MachineClient
) -> None:
    content = break_rows(write_workbook(with_items(60)), 5)
    place = await upload(province, content, "file")
    checked = await run_import(province, place, "check", "CHECK_ONLY")
    assert (checked["status"], checked["rowsWrong"]) == ("SUCCEEDED", 5)
    assert checked["produced"]["nodes"] == []
    refused = await run_import(province, place, "all", "ALL_OR_NOTHING")
    assert (refused["status"], refused["rowsStored"]) == ("FAILED", 0)
    assert "5" in refused["error"]["th"]
    stored = await run_import(province, place, "valid", "VALID_ROWS")
    assert stored["status"] == "SUCCEEDED"
    assert stored["rowCount"] == stored["rowsRead"] == stored["rowsStored"] + 5
    [produced] = stored["produced"]["nodes"]
    assert produced["created"]
    assert (produced["node"]["number"], produced["node"]["status"]) == (1, "DRAFT")
    assert await hub.database.pool.fetchval("select count(*) from plan_item") == 55
    issues = stored["issues"]
    assert issues["totalCount"] == 5
    assert [one["place"]["row"] for one in issues["nodes"]] == [2, 3, 4, 5, 6]
    for one in issues["nodes"]:
        assert one["place"]["sheet"] == ITEMS.name
        assert one["written"] == "ห้าแสน"
        assert one["message"]["th"]
        assert one["fix"]["th"]
        assert one["fix"]["en"]
    annotated = await hub.http.get(
        stored["annotatedUrl"], headers={"Authorization": f"Bearer {province.token}"}
    )
    assert annotated.status_code == 200
    sheet = load_workbook(io.BytesIO(annotated.content))[ITEMS.name]
    marked = [row for row in range(1, 70) if sheet.cell(row, len(ITEMS.columns) + 1).value]
    assert marked == [1, 2, 3, 4, 5, 6]


async def test_import_is_audited_with_its_client_and_stored_once(
    hub: HubInstance, province: MachineClient
) -> None:
    place = await upload(province, write_workbook(SUBMISSION), "file")
    await run_import(province, place, "valid", "VALID_ROWS")
    # As if its node had stopped before it stored the result.
    await hub.database.pool.execute(
        "update import_job set status = 'RUNNING', finished_at = null, "
        "lease_until = transaction_timestamp() - interval '1 second'"
    )
    assert await run_next_import(hub.database, lambda: JUNE)
    assert not await run_next_import(hub.database, lambda: JUNE)
    owned = "select count(*) from plan_version where owner_id = 'province:22'"
    assert await hub.database.pool.fetchval(owned) == 1
    version = await hub.database.pool.fetchval("select version_id from import_job")
    [entry] = [
        one
        for one in await list_audit_entries(hub.database)
        if f"gid://hub/PlanVersion/{version}" in one.records
    ]
    assert (entry.client, entry.agency_id) == ("province-22", "province:22")


async def test_file_and_job_are_the_senders_alone(
    hub: HubInstance, province: MachineClient
) -> None:
    other = await MachineClient.register(hub, "province:21", WRITE)
    place = await upload(province, write_workbook(SUBMISSION), "file")
    status, error = await send_file(other, f"/uploads/{place['id'].rsplit('/', 1)[1]}", b"PK")
    assert (status, error["errors"][0]["extensions"]["code"]) == (404, "NOT_FOUND")
    started = await other.send(START, key="mine", upload=place["id"], mode="CHECK_ONLY")
    assert started["importStart"]["userErrors"][0]["code"] == "NOT_FOUND"
    mine = await run_import(province, place, "check", "CHECK_ONLY")
    job = (await province.send("{ importJobs { nodes { id } } }"))["importJobs"]["nodes"][0]["id"]
    assert (await other.send(RESULT, job=job))["importJob"] is None
    hidden = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } importJobs { nodes { id } } }"
    answer = await other.send(hidden, ids=[job, place["id"]])
    assert answer == {"nodes": [None, None], "importJobs": {"nodes": []}}
    url = f"/imports/{job.rsplit('/', 1)[1]}/annotated.xlsx"
    headers = {"Authorization": f"Bearer {other.token}"}
    assert mine["annotatedUrl"].endswith(url)
    assert (await hub.http.get(url, headers=headers)).status_code == 404
    assert (await hub.http.get(url)).status_code == 404


async def test_rights_are_those_of_the_sender_when_the_job_runs(hub: HubInstance) -> None:
    stranger = await MachineClient.register(hub, "province:21", WRITE)
    place = await upload(stranger, write_workbook(SUBMISSION), "file")
    result = await run_import(stranger, place, "valid", "VALID_ROWS")
    assert result["status"] == "FAILED"
    assert "your agency does not act for" in result["error"]["en"]
    wrong_kind = await run_import(stranger, place, "annual", "CHECK_ONLY", kind="ANNUAL_PLAN")
    assert wrong_kind["status"] == "FAILED"
    assert wrong_kind["issues"]["nodes"][0]["place"] == {
        "sheet": "kind",
        "row": None,
        "column": None,
    }


async def test_size_type_and_content_of_a_file_are_limited(
    hub: HubInstance, province: MachineClient
) -> None:
    for more, field in (
        ({"name": "แผน.exe"}, "fileName"),
        ({"bytes": 0}, "bytes"),
        ({"bytes": 20_000_001}, "bytes"),
    ):
        [error] = (await province.send(CREATE, key=f"bad-{more}", **more))["uploadCreate"][
            "userErrors"
        ]
        assert (error["code"], error["field"]) == ("INVALID_VALUE", ["input", field])
    created = await province.send(CREATE, key="small", bytes=10)
    small = created["uploadCreate"]["upload"]
    assert (await send_file(province, small["url"], b"PK\x03\x04" + b"x" * 10))[0] == 413
    assert (await send_file(province, small["url"], b"%PDF-1.7"))[0] == 400
    assert (await send_file(province, small["url"], b"PK\x03\x04", "image/png"))[0] == 415
    [error] = (await province.send(START, key="early", upload=small["id"], mode="CHECK_ONLY"))[
        "importStart"
    ]["userErrors"]
    assert error["code"] == "WRONG_STATUS"
    assert (await send_file(province, small["url"], b"PK\x03\x04"))[0] == 204
    assert (await send_file(province, small["url"], b"PK\x03\x04"))[0] == 204
    assert (await send_file(province, small["url"], b"PK\x03\x04x"))[0] == 400
    result = await run_import(province, small, "broken", "CHECK_ONLY")
    assert result["status"] == "FAILED"
    assert "not an XLSX file" in result["error"]["en"]
    anonymous = await hub.http.put(small["url"], content=b"", headers={"Content-Type": XLSX})
    assert anonymous.status_code == 403


async def test_files_expire_and_are_limited_in_number(
    hub: HubInstance, province: MachineClient
) -> None:
    places = [
        (await province.send(CREATE, key=f"file-{n}"))["uploadCreate"]["upload"] for n in range(20)
    ]
    [error] = (await province.send(CREATE, key="file-20"))["uploadCreate"]["userErrors"]
    assert error["code"] == "TOO_MANY"
    again = (await province.send(CREATE, key="file-0"))["uploadCreate"]["upload"]
    assert again["id"] == places[0]["id"]
    await hub.database.pool.execute("update upload set expires_at = now() - interval '1 second'")
    assert (await send_file(province, places[0]["url"], b"PK\x03\x04"))[0] == 404
    await prune_imports(hub.database, timedelta(days=30))
    assert await hub.database.pool.fetchval("select count(*) from upload") == 0
    assert (await province.send(CREATE, key="file-21"))["uploadCreate"]["userErrors"] == []


async def test_forms_are_empty_or_filled_with_a_version_and_have_a_json_schema(
    hub: HubInstance, province: MachineClient
) -> None:
    place = await upload(province, write_workbook(SUBMISSION), "file")
    result = await run_import(province, place, "valid", "VALID_ROWS")
    version = result["produced"]["nodes"][0]["node"]["id"]
    query = """query ($of: ID) { importTemplates { kind xlsxUrl(of: $of) jsonSchemaUrl
      columns { name label { th } required help { th } } } }"""
    [form, _] = (await province.send(query, of=version))["importTemplates"]
    headers = {"Authorization": f"Bearer {province.token}"}
    filled = await hub.http.get(form["xlsxUrl"], headers=headers)
    assert SUBMISSION.title in str(list(load_workbook(io.BytesIO(filled.content))["แผน"].values))
    assert (await hub.http.get(form["xlsxUrl"])).status_code == 404  # the draft is not public
    empty = (await province.send(query))["importTemplates"][0]
    template = await hub.http.get(empty["xlsxUrl"])
    names = load_workbook(io.BytesIO(template.content)).sheetnames
    expected = load_workbook(io.BytesIO(write_template(PlanKind.PROVINCE_DEVELOPMENT))).sheetnames
    assert names == expected
    schema = (await hub.http.get(empty["jsonSchemaUrl"])).json()
    assert {"owner", "kind", "title", "fiscalYears", "content"} <= set(schema["required"])
    assert "PlanContentInput" in schema["$defs"]
    assert any(one["required"] for one in empty["columns"])

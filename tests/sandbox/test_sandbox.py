"""The sandbox returns the same records on every machine, as its truth endpoint declares."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import httpx2
import pytest

from hub.domain.provenance import Assertion
from hub.errors import Invalid
from hub.sandbox.agency import (
    API_KEY,
    CLIENT_ID,
    CLIENT_SECRET,
    RESOURCE,
    USER_TOKEN,
    SandboxAgency,
)
from hub.sandbox.faults import FAULT_DESCRIPTIONS, Fault
from hub.sandbox.fill import load_sandbox_sources
from hub.sandbox.record_faults import (
    COLUMNS_BY_API,
    RECORD_FAULTS,
    apply_record_fault,
    encode_answer,
)
from hub.sandbox.records import GeneratedRecords, mix_bits
from hub.sandbox.reference_names import (
    list_authorities,
    list_departments,
    list_ministries,
    list_provinces,
)
from tests.sandbox.sandbox_source import SandboxSource


def get(source: SandboxSource, path: str, **options: Any) -> httpx2.Response:
    return httpx2.get(source.address + path, **options)


def bearer_header(source: SandboxSource) -> dict[str, str]:
    return {"authorization": f"Bearer {source.agency.issue_token('')}"}


def test_records_depend_on_the_seed_alone() -> None:
    assert [GeneratedRecords(50, 1).budget(n) for n in range(50)] == list(
        GeneratedRecords(50, 1).iterate_budget()
    )
    assert list(GeneratedRecords(50, 1).iterate_budget()) != list(
        GeneratedRecords(50, 2).iterate_budget()
    )
    assert mix_bits(1, 1) == 3398605319709311917


@pytest.mark.parametrize("number", range(0, 1000, 37))
def test_record_amounts_equal_the_sums_of_its_parts(number: int) -> None:
    record = GeneratedRecords(1000).budget(number)
    assert record["amount"] == sum(part["bb_amount"] for part in record["compare"])
    assert record["gf_amount_sum"] == sum(part.get("gf_amount", 0) for part in record["compare"])
    assert record["bb_code"].startswith(record["agc_code"])
    assert len(record["bb_code"]) == 16


def test_names_come_from_the_reference_data() -> None:
    assert len(list_provinces()) == 77
    assert ("15", "กระทรวงมหาดไทย") in list_ministries()
    assert all(list_departments(ministry.code) for ministry in list_ministries())


async def test_truth_endpoint_equals_what_a_reader_reads(source: SandboxSource) -> None:
    source.agency.delete_record("ministry", 4)
    source.agency.change_record("ministry", 9)
    truth = get(source, "/truth").json()
    budget = await source.read()
    assert len(budget) == truth["budget"]["records"]
    appropriated = Decimal(sum(r.payload["amount"] for r in budget))
    assert appropriated == Decimal(truth["budget"]["appropriated"])
    projects = await source.read("ministry")
    not_deleted = [r for r in projects if not r.deleted]
    assert (len(not_deleted), len(projects) - len(not_deleted)) == (94, 1)
    requested = sum(Decimal(r.payload["amounts"][0]["baht"]) for r in not_deleted)
    assert requested == Decimal(truth["ministry"]["requested"])


@pytest.mark.parametrize("api", ["budget", "ministry", "local"])
async def test_list_is_complete_without_duplicates(source: SandboxSource, api: str) -> None:
    key = "bb_code" if api == "budget" else "id"
    found = [record.payload[key] for record in await source.read(api)]
    assert len(found) == len(set(found)) == 95


async def test_budget_filters_partition_the_records(source: SandboxSource) -> None:
    def count(**filters: str) -> int:
        found, offset = 0, 0
        while True:
            parameters = {"user_token": USER_TOKEN, "offset": str(offset), **filters}
            page = get(source, "/budget/bbgfproject", params=parameters).json()["result"]
            if not page:
                return found
            assert all(r["bb_year"] == filters.get("year", r["bb_year"]) for r in page)
            assert all(r["min_code"] == filters.get("min_code", r["min_code"]) for r in page)
            found, offset = found + len(page), offset + 20

    years = ("2565", "2566", "2567", "2568")
    assert sum(count(year=year) for year in years) == 95
    assert sum(count(min_code=f"{m.code}000") for m in list_ministries()) == 95
    assert (
        sum(count(year=y, min_code=f"{m.code}000") for y in years for m in list_ministries()) == 95
    )


def test_projects_are_ordered_by_their_last_change(source: SandboxSource) -> None:
    for number in (3, 50, 3):
        source.agency.change_record("local", number)
    source.agency.delete_record("local", 60)
    page = get(source, "/local/projects?limit=500", headers=bearer_header(source)).json()
    timestamps = [item["updated_at"] for item in page["items"]]
    assert all(a < b for a, b in pairwise(timestamps))
    assert [item["id"][-2:] for item in page["items"][-3:]] == ["50", "03", "60"]
    assert page["items"][-1].keys() == {"id", "updated_at", "deleted"}
    assert page["total"] == len(page["items"]) == 95


def test_updated_since_excludes_older_records(source: SandboxSource) -> None:
    source.agency.change_record("local", 3)
    all_items = get(source, "/local/projects?limit=500", headers=bearer_header(source)).json()[
        "items"
    ]
    for position in (0, 40, 94):
        since = all_items[position]["updated_at"]
        parameters = {"updated_since": since, "limit": "500"}
        page = get(
            source, "/local/projects", params=parameters, headers=bearer_header(source)
        ).json()
        assert page["items"] == all_items[position:]
        assert page["total"] == len(all_items) - position
    later = {"updated_since": datetime(2099, 1, 1, tzinfo=UTC).isoformat()}
    page = get(source, "/local/projects", params=later, headers=bearer_header(source)).json()
    assert (page["items"], page["next_cursor"], page["total"]) == ([], None, 0)


def test_unchanged_page_answers_304(source: SandboxSource) -> None:
    headers = bearer_header(source)
    first = get(source, "/ministry/projects", headers=headers)
    headers["if-none-match"] = first.headers["etag"]
    assert get(source, "/ministry/projects", headers=headers).status_code == 304
    source.agency.change_record("ministry", 0)
    assert get(source, "/ministry/projects", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=501", "limit=x", "cursor=!", "updated_since=x", "cursor=YXR4"]
)
def test_invalid_parameter_is_named_with_400(source: SandboxSource, query: str) -> None:
    answer = get(source, f"/ministry/projects?{query}", headers=bearer_header(source))
    assert (answer.status_code, answer.json()["parameter"]) == (
        400,
        query.split("=", maxsplit=1)[0],
    )


def test_request_without_a_valid_token_is_rejected_with_401(source: SandboxSource) -> None:
    assert get(source, "/ministry/projects").status_code == 401
    assert get(source, "/budget/bbgfproject").status_code == 401
    unknown_token = {"authorization": "Bearer never-given"}
    assert get(source, "/local/projects", headers=unknown_token).status_code == 401


@pytest.mark.parametrize("location", ["header", "body"])
def test_client_secret_is_accepted_in_header_or_body(source: SandboxSource, location: str) -> None:
    form = {"grant_type": "client_credentials"}
    client = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    answer = (
        httpx2.post(f"{source.address}/token", data=form, auth=(CLIENT_ID, CLIENT_SECRET))
        if location == "header"
        else httpx2.post(f"{source.address}/token", data=form | client)
    )
    assert answer.json()["token_type"] == "Bearer"  # noqa: S105 - a kind
    wrong = httpx2.post(f"{source.address}/token", data=form, auth=(CLIENT_ID, "wrong"))
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("name", FAULT_DESCRIPTIONS)
def test_fault_is_parsed_with_its_count_and_first_page(name: str) -> None:
    fault = Fault.parse(f"{name}x2@3")
    assert (fault.name, fault.remaining, fault.first_page) == (name, 2, 3)
    assert [fault.trigger(page) for page in range(1, 7)] == [False, False, True, True, False, False]


@pytest.mark.parametrize("text", ["", "nonsense", "503x", "x3", "503@", "404"])
def test_unknown_fault_error_lists_the_choices(text: str) -> None:
    with pytest.raises(Invalid, match="slow-loris"):
        Fault.parse(text)


def test_million_records_are_generated_on_demand() -> None:
    agency = SandboxAgency(GeneratedRecords(1_000_000))
    items, after = agency.list_page("ministry", 999_990, 20)
    assert (len(items), after) == (10, None)
    assert agency.data.budget(999_999)["name"].endswith("หมู่ที่ 1000000")
    assert len(json.dumps(items)) < 20_000


def get_ckan(source: SandboxSource, **parameters: str) -> httpx2.Response:
    table = "/catalog/api/3/action/datastore_search"
    return get(source, table, params={"resource_id": RESOURCE, **parameters})


def test_contracts_require_the_api_key_and_are_filtered_and_paged(source: SandboxSource) -> None:
    def get_contracts(**parameters: str) -> list[dict[str, Any]]:
        answer = get(
            source, "/contracts/cgdcontract", params=parameters, headers={"api-key": API_KEY}
        )
        found: list[dict[str, Any]] = answer.json()["result"]
        return found

    assert get(source, "/contracts/cgdcontract").status_code == 401
    all_contracts = get_contracts(limit="500")
    assert len(all_contracts) == 95
    assert len(get_contracts()) == 10
    assert [
        one for offset in range(0, 95, 30) for one in get_contracts(offset=str(offset), limit="30")
    ] == all_contracts
    years = [get_contracts(year=year, limit="500") for year in ("2565", "2566", "2567", "2568")]
    assert [one for part in years for one in part] == all_contracts
    for one in all_contracts:
        parts = [Decimal(part["price_agree"].replace(",", "")) for part in one["contract"]]
        assert sum(parts) == Decimal(one["sum_price_agree"].replace(",", ""))


def test_catalog_table_answers_like_ckan(source: SandboxSource) -> None:
    first = get_ckan(source, limit="60").json()
    second = get_ckan(source, limit="60", offset="60").json()
    assert (first["success"], first["result"]["total"]) == (True, 95)
    rows = first["result"]["records"] + second["result"]["records"]
    assert [row["_id"] for row in rows] == list(range(1, 96))
    assert "offset=60" in first["result"]["_links"]["next"]
    without_table = get(source, "/catalog/api/3/action/datastore_search")
    assert (without_table.status_code, without_table.json()["success"]) == (404, False)
    assert get_ckan(source, limit="x").status_code == 409
    source.set_faults("not-success")
    failed = get_ckan(source)
    assert (failed.status_code, failed.json()["success"]) == (200, False)


@pytest.mark.parametrize("api", COLUMNS_BY_API)
@pytest.mark.parametrize("name", RECORD_FAULTS)
def test_record_fault_changes_only_the_first_record_of_a_page(name: str, api: str) -> None:
    if (name, api) in {("separators", "contracts"), ("separators", "catalog")} or (
        name == "boundary" and api != "contracts"
    ):
        return  # these APIs always write separators; only contracts have a date
    data = GeneratedRecords(3)
    generators = {"budget": data.budget, "contracts": data.contract, "catalog": data.row}
    records = [
        generators[api](number) if api in generators else data.project(number, api)
        for number in range(3)
    ]
    first, *rest = apply_record_fault(name, api, records)
    assert apply_record_fault(name, api, []) == []
    if name == "same-key":
        assert rest[-1] != first
        assert rest[-1][COLUMNS_BY_API[api].key] == first[COLUMNS_BY_API[api].key]
        rest = rest[:-1]
    if name == "gone" and "deleted" not in records[0]:
        assert [first, *rest] == records[1:]
        return
    assert rest == records[1:]
    assert (first == records[0]) is (name == "same-key")
    assert encode_answer({"items": [first]})


def test_sandbox_sources_and_authorities_match_what_it_serves() -> None:
    sources = load_sandbox_sources()
    assert set(sources) == {f"sandbox_{api}" for api in COLUMNS_BY_API}
    assert {one.spec.asserted for one in sources.values()} == {Assertion.ASSUMED}
    declared = {(one.code, one.name.th) for one in sources["sandbox_local"].spec.authorities}
    assert declared == {tuple(town) for town, _ in list_authorities()}
    assert sources["sandbox_catalog"].spec.parameters["resource_id"] == RESOURCE

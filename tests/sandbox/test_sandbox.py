"""The sandbox serves what it says it serves, the same on every machine."""

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
from tests.sandbox.served import Source


def get(source: Source, path: str, **asked: Any) -> httpx2.Response:
    return httpx2.get(source.address + path, **asked)


def bearer(source: Source) -> dict[str, str]:
    return {"authorization": f"Bearer {source.agency.issue_token('')}"}


def test_the_same_seed_gives_the_same_records_and_another_seed_gives_others() -> None:
    assert [GeneratedRecords(50, 1).budget(n) for n in range(50)] == list(
        GeneratedRecords(50, 1).iterate_budget()
    )
    assert list(GeneratedRecords(50, 1).iterate_budget()) != list(
        GeneratedRecords(50, 2).iterate_budget()
    )
    assert mix_bits(1, 1) == 3398605319709311917


@pytest.mark.parametrize("number", range(0, 1000, 37))
def test_the_amounts_of_a_record_are_the_sums_of_its_elements(number: int) -> None:
    made = GeneratedRecords(1000).budget(number)
    assert made["amount"] == sum(part["bb_amount"] for part in made["compare"])
    assert made["gf_amount_sum"] == sum(part.get("gf_amount", 0) for part in made["compare"])
    assert made["bb_code"].startswith(made["agc_code"])
    assert len(made["bb_code"]) == 16


def test_names_are_those_of_the_reference_data() -> None:
    assert len(list_provinces()) == 77
    assert ("15", "กระทรวงมหาดไทย") in list_ministries()
    assert all(list_departments(ministry.code) for ministry in list_ministries())


async def test_the_truth_is_what_a_reader_finds(source: Source) -> None:
    source.agency.delete_record("ministry", 4)
    source.agency.change_record("ministry", 9)
    truth = get(source, "/truth").json()
    budget = await source.read()
    assert len(budget) == truth["budget"]["records"]
    found = Decimal(sum(r.payload["amount"] for r in budget))
    assert found == Decimal(truth["budget"]["appropriated"])
    projects = await source.read("ministry")
    living = [r for r in projects if not r.deleted]
    assert (len(living), len(projects) - len(living)) == (94, 1)
    asked = sum(Decimal(r.payload["amounts"][0]["baht"]) for r in living)
    assert asked == Decimal(truth["ministry"]["requested"])


@pytest.mark.parametrize("api", ["budget", "ministry", "local"])
async def test_a_list_is_whole_without_gaps_or_repeats(source: Source, api: str) -> None:
    key = "bb_code" if api == "budget" else "id"
    found = [record.payload[key] for record in await source.read(api)]
    assert len(found) == len(set(found)) == 95


async def test_filters_of_the_budget_divide_it_without_rest(source: Source) -> None:
    def count(**asked: str) -> int:
        found, offset = 0, 0
        while True:
            parameters = {"user_token": USER_TOKEN, "offset": str(offset), **asked}
            page = get(source, "/budget/bbgfproject", params=parameters).json()["result"]
            if not page:
                return found
            assert all(r["bb_year"] == asked.get("year", r["bb_year"]) for r in page)
            assert all(r["min_code"] == asked.get("min_code", r["min_code"]) for r in page)
            found, offset = found + len(page), offset + 20

    years = ("2565", "2566", "2567", "2568")
    assert sum(count(year=year) for year in years) == 95
    assert sum(count(min_code=f"{m.code}000") for m in list_ministries()) == 95
    assert (
        sum(count(year=y, min_code=f"{m.code}000") for y in years for m in list_ministries()) == 95
    )


def test_projects_come_in_the_order_of_their_changes(source: Source) -> None:
    for number in (3, 50, 3):
        source.agency.change_record("local", number)
    source.agency.delete_record("local", 60)
    page = get(source, "/local/projects?limit=500", headers=bearer(source)).json()
    stamps = [item["updated_at"] for item in page["items"]]
    assert all(a < b for a, b in pairwise(stamps))
    assert [item["id"][-2:] for item in page["items"][-3:]] == ["50", "03", "60"]
    assert page["items"][-1].keys() == {"id", "updated_at", "deleted"}
    assert page["total"] == len(page["items"]) == 95


def test_updated_since_leaves_what_is_older(source: Source) -> None:
    source.agency.change_record("local", 3)
    plain = get(source, "/local/projects?limit=500", headers=bearer(source)).json()["items"]
    for at in (0, 40, 94):
        since = plain[at]["updated_at"]
        asked = {"updated_since": since, "limit": "500"}
        page = get(source, "/local/projects", params=asked, headers=bearer(source)).json()
        assert page["items"] == plain[at:]
        assert page["total"] == len(plain) - at
    later = {"updated_since": datetime(2099, 1, 1, tzinfo=UTC).isoformat()}
    page = get(source, "/local/projects", params=later, headers=bearer(source)).json()
    assert (page["items"], page["next_cursor"], page["total"]) == ([], None, 0)


def test_an_unchanged_page_is_not_sent_again(source: Source) -> None:
    headers = bearer(source)
    first = get(source, "/ministry/projects", headers=headers)
    headers["if-none-match"] = first.headers["etag"]
    assert get(source, "/ministry/projects", headers=headers).status_code == 304
    source.agency.change_record("ministry", 0)
    assert get(source, "/ministry/projects", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "asked", ["limit=0", "limit=501", "limit=x", "cursor=!", "updated_since=x", "cursor=YXR4"]
)
def test_a_parameter_that_cannot_be_is_named(source: Source, asked: str) -> None:
    answer = get(source, f"/ministry/projects?{asked}", headers=bearer(source))
    assert (answer.status_code, answer.json()["parameter"]) == (
        400,
        asked.split("=", maxsplit=1)[0],
    )


def test_nobody_reads_without_a_token(source: Source) -> None:
    assert get(source, "/ministry/projects").status_code == 401
    assert get(source, "/budget/bbgfproject").status_code == 401
    stale = {"authorization": "Bearer never-given"}
    assert get(source, "/local/projects", headers=stale).status_code == 401


@pytest.mark.parametrize("place", ["header", "body"])
def test_a_client_may_show_its_secret_in_the_header_or_the_body(source: Source, place: str) -> None:
    form = {"grant_type": "client_credentials"}
    own = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    answer = (
        httpx2.post(f"{source.address}/token", data=form, auth=(CLIENT_ID, CLIENT_SECRET))
        if place == "header"
        else httpx2.post(f"{source.address}/token", data=form | own)
    )
    assert answer.json()["token_type"] == "Bearer"  # noqa: S105 - a kind
    wrong = httpx2.post(f"{source.address}/token", data=form, auth=(CLIENT_ID, "wrong"))
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("name", FAULT_DESCRIPTIONS)
def test_every_fault_can_be_asked_for_so_often_and_from_a_page_on(name: str) -> None:
    fault = Fault.parse(f"{name}x2@3")
    assert (fault.name, fault.remaining, fault.first_page) == (name, 2, 3)
    assert [fault.trigger(page) for page in range(1, 7)] == [False, False, True, True, False, False]


@pytest.mark.parametrize("text", ["", "nonsense", "503x", "x3", "503@", "404"])
def test_a_fault_that_is_none_is_told_the_choice(text: str) -> None:
    with pytest.raises(Invalid, match="slow-loris"):
        Fault.parse(text)


def test_a_million_records_need_no_memory_before_they_are_asked_for() -> None:
    agency = SandboxAgency(GeneratedRecords(1_000_000))
    items, after = agency.list_page("ministry", 999_990, 20)
    assert (len(items), after) == (10, None)
    assert agency.data.budget(999_999)["name"].endswith("หมู่ที่ 1000000")
    assert len(json.dumps(items)) < 20_000


def ckan(source: Source, **asked: str) -> httpx2.Response:
    table = "/catalog/api/3/action/datastore_search"
    return get(source, table, params={"resource_id": RESOURCE, **asked})


def test_contracts_are_given_to_who_has_the_key_by_year_and_in_parts(source: Source) -> None:
    def asked(**parameters: str) -> list[dict[str, Any]]:
        answer = get(
            source, "/contracts/cgdcontract", params=parameters, headers={"api-key": API_KEY}
        )
        found: list[dict[str, Any]] = answer.json()["result"]
        return found

    assert get(source, "/contracts/cgdcontract").status_code == 401
    whole = asked(limit="500")
    assert len(whole) == 95
    assert len(asked()) == 10
    assert [one for at in range(0, 95, 30) for one in asked(offset=str(at), limit="30")] == whole
    years = [asked(year=year, limit="500") for year in ("2565", "2566", "2567", "2568")]
    assert [one for part in years for one in part] == whole
    for one in whole:
        parts = [Decimal(part["price_agree"].replace(",", "")) for part in one["contract"]]
        assert sum(parts) == Decimal(one["sum_price_agree"].replace(",", ""))


def test_a_table_of_the_catalogue_is_answered_as_ckan_answers(source: Source) -> None:
    first = ckan(source, limit="60").json()
    second = ckan(source, limit="60", offset="60").json()
    assert (first["success"], first["result"]["total"]) == (True, 95)
    rows = first["result"]["records"] + second["result"]["records"]
    assert [row["_id"] for row in rows] == list(range(1, 96))
    assert "offset=60" in first["result"]["_links"]["next"]
    stranger = get(source, "/catalog/api/3/action/datastore_search")
    assert (stranger.status_code, stranger.json()["success"]) == (404, False)
    assert ckan(source, limit="x").status_code == 409
    source.behave("not-success")
    refused = ckan(source)
    assert (refused.status_code, refused.json()["success"]) == (200, False)


@pytest.mark.parametrize("api", COLUMNS_BY_API)
@pytest.mark.parametrize("name", RECORD_FAULTS)
def test_a_fault_of_a_row_spoils_the_first_record_of_a_page_and_no_other(
    name: str, api: str
) -> None:
    if (name, api) in {("separators", "contracts"), ("separators", "catalog")} or (
        name == "boundary" and api != "contracts"
    ):
        return  # they have separators always, and only contracts have a day
    data = GeneratedRecords(3)
    made = {"budget": data.budget, "contracts": data.contract, "catalog": data.row}
    records = [
        made[api](number) if api in made else data.project(number, api) for number in range(3)
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


def test_the_sources_of_the_sandbox_are_those_it_serves_by_the_names_it_gives() -> None:
    known = load_sandbox_sources()
    assert set(known) == {f"sandbox_{api}" for api in COLUMNS_BY_API}
    assert {one.spec.asserted for one in known.values()} == {Assertion.ASSUMED}
    told = {(one.code, one.name.th) for one in known["sandbox_local"].spec.authorities}
    assert told == {tuple(town) for town, _ in list_authorities()}
    assert known["sandbox_catalog"].spec.parameters["resource_id"] == RESOURCE

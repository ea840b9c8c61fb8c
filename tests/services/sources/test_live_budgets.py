"""Live figures are the agency's current figures; on an error the stored one and a notice return."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest

from connectors.kit.oauth import TokenCache
from connectors.kit.paging import create_http_pages
from connectors.live_client import LiveAgencyClient
from connectors.registry import find_connector
from hub.ingest.run import SourceInput, ingest
from hub.sandbox.agency import SandboxAgency
from hub.sandbox.faults import Fault
from hub.sandbox.records import GeneratedRecords
from hub.store.database import Database, open_database
from tests.conftest import GraphQLApi, replace_database_name
from tests.ingest.ministry_hub import LIVE_QUERY, STORED_QUERY, MinistryHub
from tests.sandbox.sandbox_source import SECRETS, serve_agency


@pytest.fixture
def agency() -> Iterator[tuple[SandboxAgency, str]]:
    sandbox = SandboxAgency(GeneratedRecords(40))
    with serve_agency(sandbox) as address:
        yield sandbox, address


@pytest.fixture
async def ministry(
    api: GraphQLApi, fresh_database: Database, agency: tuple[SandboxAgency, str]
) -> AsyncIterator[MinistryHub]:
    found = MinistryHub(api, fresh_database, *agency)
    await found.import_register()
    async with found.create_live_client().open() as api.agencies:
        yield found
    api.agencies = None


def list_amounts(project: dict[str, Any]) -> list[tuple[str, str]]:
    return [(line["phase"], line["amount"]["amount"]) for line in project["budgets"]]


async def test_live_figure_shows_a_change_without_storing_it(
    ministry: MinistryHub,
) -> None:
    before = await ministry(STORED_QUERY)
    ministry.agency.change_record("ministry", 7)
    live = await ministry()
    now = ministry.agency.find_record("ministry", "ministry-00000007")
    assert now is not None
    assert list_amounts(live) == [(one["phase"], one["baht"]) for one in now["amounts"]]
    assert list_amounts(live) != list_amounts(before)
    assert [line["area"] for line in live["budgets"]] == [one["area"] for one in before["budgets"]]
    assert live["budgetNotices"] == []
    for line, old in zip(live["budgets"], before["budgets"], strict=True):
        assert (line["live"], old["live"], line["notice"]) == (True, False, None)
        assert line["retrievedAt"] > old["retrievedAt"]
        [live_provenance] = line["provenance"]
        [stored_provenance] = old["provenance"]
        assert live_provenance["source"] == stored_provenance["source"]
        assert (live_provenance["retrievedAt"], live_provenance["asserted"]) == (
            line["retrievedAt"],
            "REPORTED",
        )
        assert live_provenance["record"]["externalId"]["value"] == "ministry-00000007"
        assert (
            live_provenance["record"]["payloadHash"] != stored_provenance["record"]["payloadHash"]
        )
    assert await ministry(STORED_QUERY) == before


async def test_unchanged_live_record_has_its_stored_hash(
    ministry: MinistryHub,
) -> None:
    live, stored = await ministry(), await ministry(STORED_QUERY)
    assert list_amounts(live) == list_amounts(stored)
    hashes = [
        {line["provenance"][0]["record"]["payloadHash"] for line in one["budgets"]}
        for one in (live, stored)
    ]
    assert hashes[0] == hashes[1]


@pytest.mark.parametrize(
    ("faults", "code"),
    [
        (["503"], "LIVE_UNREACHABLE"),
        (["reset"], "LIVE_UNREACHABLE"),
        (["html"], "LIVE_REFUSED"),
        (["truncated"], "LIVE_REFUSED"),
        (["redirect"], "LIVE_REFUSED"),
        (["slow"], "LIVE_LATE"),
    ],
)
async def test_agency_fault_returns_the_stored_figure_with_a_notice(
    ministry: MinistryHub, faults: list[str], code: str
) -> None:
    stored = await ministry(STORED_QUERY)
    ministry.agency.faults = [Fault.parse(fault) for fault in faults]
    # On a busy machine an answer of any kind may take half a second.
    patience = 0.5 if code == "LIVE_LATE" else 5
    async with ministry.create_live_client(patience=patience).open() as ministry.client.agencies:
        live = await ministry()
    assert list_amounts(live) == list_amounts(stored)
    source = ["sources", "ministry_register"]
    assert live["budgetNotices"] == [{"code": code, "path": source}]
    for line in live["budgets"]:
        assert not line["live"]
        assert (line["notice"]["code"], line["notice"]["path"]) == (code, source)
        assert line["notice"]["text"]["th"]
        assert line["notice"]["text"]["en"]


async def test_project_removed_at_the_agency_is_stored_with_a_notice(
    ministry: MinistryHub,
) -> None:
    stored = await ministry(STORED_QUERY)
    ministry.agency.delete_record("ministry", 7)
    live = await ministry()
    assert list_amounts(live) == list_amounts(stored)
    assert [notice["code"] for notice in live["budgetNotices"]] == ["LIVE_GONE"]


async def test_invalid_live_answer_is_not_shown(
    ministry: MinistryHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = await ministry(STORED_QUERY)
    original_project = ministry.agency.data.project

    def project_with_unknown_province(
        _: GeneratedRecords, number: int, kind: str, revision: int = 0
    ) -> dict[str, Any]:
        return {**original_project(number, kind, revision), "province_name": "จ.ไม่มีที่นี้"}

    monkeypatch.setattr(GeneratedRecords, "project", project_with_unknown_province)
    live = await ministry()
    assert list_amounts(live) == list_amounts(stored)
    assert [notice["code"] for notice in live["budgetNotices"]] == ["LIVE_DOUBTFUL"]


async def test_line_without_a_live_source_has_a_notice(ministry: MinistryHub) -> None:
    async with ministry.database.write_transaction() as connection:
        await connection.execute(
            "update budget_line set record_id = null where phase = 'REQUESTED'"
        )
    live = await ministry()
    by_phase = {line["phase"]: line for line in live["budgets"]}
    assert not by_phase["APPROPRIATED"]["notice"]
    ministry.client.agencies = None
    without_agencies = await ministry()
    assert {line["notice"]["code"] for line in without_agencies["budgets"]} == {"LIVE_NOT_OFFERED"}


async def test_live_lines_are_filtered_by_year_and_phase(ministry: MinistryHub) -> None:
    query = LIVE_QUERY.replace("freshness: LIVE", "freshness: LIVE, phase: [REQUESTED]")
    assert [line["phase"] for line in (await ministry(query))["budgets"]] == ["REQUESTED"]
    early = "freshness: LIVE, fiscalYears: {from: {be: 2550}, to: {be: 2551}}"
    assert (await ministry(LIVE_QUERY.replace("freshness: LIVE", early)))["budgets"] == []


async def test_too_many_live_requests_are_rejected_with_their_cost(
    ministry: MinistryHub,
) -> None:
    query = "query ($first: Int!) { projects(fiscalYears: {from: {be: 2560}, to: {be: 2580}}, "
    query += "first: $first) { nodes { budgets(freshness: LIVE) { live } } } }"
    allowed = await ministry.client(query, {"first": 20}, database=ministry.database)
    lines = [line for node in allowed["data"]["projects"]["nodes"] for line in node["budgets"]]
    assert len(lines) == 40
    assert all(line["live"] for line in lines)
    request_count = ministry.agency.counters["pages"]
    rejected = await ministry.client(query, {"first": 40}, database=ministry.database)
    error = rejected["errors"][0]["extensions"]
    assert (error["code"], error["cost"], error["limit"]) == ("TOO_COSTLY", 40, 20)
    assert ministry.agency.counters["pages"] == request_count


async def test_live_freshness_as_of_the_past_is_rejected(ministry: MinistryHub) -> None:
    now = await ministry.database.pool.fetchval("select clock_timestamp()")
    answer = await ministry.client(
        'query ($at: DateTime!) { project(by: {code: "ministry-00000007"}, '
        "asOf: {instant: $at}) { budgets(freshness: LIVE) { live } } }",
        {"at": now.isoformat()},
        database=ministry.database,
    )
    assert answer["errors"][0]["extensions"]["field"] == "freshness"


async def test_no_connection_is_occupied_while_waiting_for_an_agency(
    template: str, ministry: MinistryHub
) -> None:
    name = await ministry.database.pool.fetchval("select current_database()")
    ministry.agency.faults = [Fault.parse("slow")]
    agencies = ministry.create_live_client(patience=60)
    async with (
        open_database(replace_database_name(template, name), pool_size=1) as small_pool,
        agencies.open() as ministry.client.agencies,
    ):
        ministry.database = small_pool
        waiting = asyncio.create_task(ministry())
        while not agencies._request_tasks:  # noqa: ASYNC110 - the request runs in another thread
            await asyncio.sleep(0.01)
        before = ministry.agency.counters["pages"]
        async with asyncio.timeout(30):  # the only connection is available
            assert (await ministry(STORED_QUERY))["budgets"]
        assert not waiting.done()
        assert ministry.agency.counters["pages"] - before <= 1
        for task in agencies._request_tasks.values():
            task.cancel()
        answer = await waiting
    assert {line["notice"]["code"] for line in answer["budgets"]} == {"LIVE_UNREACHABLE"}


async def test_source_without_single_records_is_read_as_a_limited_list(
    api: GraphQLApi, fresh_database: Database, agency: tuple[SandboxAgency, str]
) -> None:
    stub, address = agency
    connector = find_connector("govspending_budget")
    spec = replace(connector.spec, url=f"{address}/budget/bbgfproject")
    secret = {"govspending-user-token": SECRETS["budget-token"]}.__getitem__
    reader = create_http_pages(spec, secret, TokenCache())
    await ingest(fresh_database, spec, connector.read, SourceInput(reader, "budget"))
    codes = await fresh_database.pool.fetch(
        "select p.code from project p join source_record r on r.project_id = p.id order by scope"
    )
    sources = {spec.id: replace(connector, spec=spec)}
    async with LiveAgencyClient(sources, secret, TokenCache()).open() as api.agencies:
        for code in (codes[0][0], codes[-1][0]):
            answer = await api(LIVE_QUERY, {"code": code}, database=fresh_database)
            project = answer["data"]["project"]
            assert project["budgets"]
            assert all(line["live"] for line in project["budgets"])
            assert project["budgetNotices"] == []
    api.agencies = None
    assert stub.counters["refused"] == 0

"""A live figure is what the agency says now; what hinders it, the stored one stands and says so."""

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
from tests.conftest import Asking, of_database
from tests.ingest.ministry import ONE, STORED, Ministry
from tests.sandbox.served import SECRETS, served


@pytest.fixture
def agency() -> Iterator[tuple[SandboxAgency, str]]:
    found = SandboxAgency(GeneratedRecords(40))
    with served(found) as address:
        yield found, address


@pytest.fixture
async def ministry(
    ask: Asking, fresh_database: Database, agency: tuple[SandboxAgency, str]
) -> AsyncIterator[Ministry]:
    found = Ministry(ask, fresh_database, *agency)
    await found.take_in()
    async with found.asking().open() as ask.agencies:
        yield found
    ask.agencies = None


def amounts(project: dict[str, Any]) -> list[tuple[str, str]]:
    return [(line["phase"], line["amount"]["amount"]) for line in project["budgets"]]


async def test_a_changed_figure_is_told_at_once_and_nothing_is_written(ministry: Ministry) -> None:
    before = await ministry(STORED)
    ministry.agency.change_record("ministry", 7)
    live = await ministry()
    now = ministry.agency.find_record("ministry", "ministry-00000007")
    assert now is not None
    assert amounts(live) == [(one["phase"], one["baht"]) for one in now["amounts"]]
    assert amounts(live) != amounts(before)
    assert [line["area"] for line in live["budgets"]] == [one["area"] for one in before["budgets"]]
    assert live["budgetNotices"] == []
    for line, old in zip(live["budgets"], before["budgets"], strict=True):
        assert (line["live"], old["live"], line["notice"]) == (True, False, None)
        assert line["retrievedAt"] > old["retrievedAt"]
        [said] = line["provenance"]
        [held] = old["provenance"]
        assert said["source"] == held["source"]
        assert (said["retrievedAt"], said["asserted"]) == (line["retrievedAt"], "REPORTED")
        assert said["record"]["externalId"]["value"] == "ministry-00000007"
        assert said["record"]["payloadHash"] != held["record"]["payloadHash"]
    assert await ministry(STORED) == before


async def test_a_record_that_has_not_changed_has_the_hash_it_was_stored_with(
    ministry: Ministry,
) -> None:
    live, stored = await ministry(), await ministry(STORED)
    assert amounts(live) == amounts(stored)
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
async def test_whatever_is_wrong_with_the_agency_the_stored_figure_stands_and_says_so(
    ministry: Ministry, faults: list[str], code: str
) -> None:
    stored = await ministry(STORED)
    ministry.agency.faults = [Fault.parse(fault) for fault in faults]
    async with ministry.asking(patience=0.5).open() as ministry.ask.agencies:
        live = await ministry()
    assert amounts(live) == amounts(stored)
    source = ["sources", "ministry_register"]
    assert live["budgetNotices"] == [{"code": code, "path": source}]
    for line in live["budgets"]:
        assert not line["live"]
        assert (line["notice"]["code"], line["notice"]["path"]) == (code, source)
        assert line["notice"]["text"]["th"]
        assert line["notice"]["text"]["en"]


async def test_a_project_the_agency_removed_says_so_and_stands_until_the_next_run(
    ministry: Ministry,
) -> None:
    stored = await ministry(STORED)
    ministry.agency.delete_record("ministry", 7)
    live = await ministry()
    assert amounts(live) == amounts(stored)
    assert [notice["code"] for notice in live["budgetNotices"]] == ["LIVE_GONE"]


async def test_a_doubtful_answer_is_not_told(
    ministry: Ministry, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = await ministry(STORED)
    kept = ministry.agency.data.project

    def odd(_: GeneratedRecords, number: int, kind: str, revision: int = 0) -> dict[str, Any]:
        return {**kept(number, kind, revision), "province_name": "จ.ไม่มีที่นี้"}

    monkeypatch.setattr(GeneratedRecords, "project", odd)
    live = await ministry()
    assert amounts(live) == amounts(stored)
    assert [notice["code"] for notice in live["budgetNotices"]] == ["LIVE_DOUBTFUL"]


async def test_what_no_agency_can_be_asked_about_says_so(ministry: Ministry) -> None:
    async with ministry.database.write_transaction() as connection:
        await connection.execute(
            "update budget_line set record_id = null where phase = 'REQUESTED'"
        )
    live = await ministry()
    by_phase = {line["phase"]: line for line in live["budgets"]}
    assert not by_phase["APPROPRIATED"]["notice"]
    ministry.ask.agencies = None
    alone = await ministry()
    assert {line["notice"]["code"] for line in alone["budgets"]} == {"LIVE_NOT_OFFERED"}


async def test_lines_are_chosen_by_year_and_phase_as_stored_ones_are(ministry: Ministry) -> None:
    query = ONE.replace("freshness: LIVE", "freshness: LIVE, phase: [REQUESTED]")
    assert [line["phase"] for line in (await ministry(query))["budgets"]] == ["REQUESTED"]
    early = "freshness: LIVE, fiscalYears: {from: {be: 2550}, to: {be: 2551}}"
    assert (await ministry(ONE.replace("freshness: LIVE", early)))["budgets"] == []


async def test_too_many_questions_at_once_are_refused_with_their_number(
    ministry: Ministry,
) -> None:
    query = "query ($first: Int!) { projects(fiscalYears: {from: {be: 2560}, to: {be: 2580}}, "
    query += "first: $first) { nodes { budgets(freshness: LIVE) { live } } } }"
    some = await ministry.ask(query, {"first": 20}, database=ministry.database)
    lines = [line for node in some["data"]["projects"]["nodes"] for line in node["budgets"]]
    assert len(lines) == 40
    assert all(line["live"] for line in lines)
    asked = ministry.agency.counters["pages"]
    many = await ministry.ask(query, {"first": 40}, database=ministry.database)
    error = many["errors"][0]["extensions"]
    assert (error["code"], error["cost"], error["limit"]) == ("TOO_COSTLY", 40, 20)
    assert ministry.agency.counters["pages"] == asked


async def test_the_past_cannot_be_asked_of_an_agency(ministry: Ministry) -> None:
    now = await ministry.database.pool.fetchval("select clock_timestamp()")
    answer = await ministry.ask(
        'query ($at: DateTime!) { project(by: {code: "ministry-00000007"}, '
        "asOf: {instant: $at}) { budgets(freshness: LIVE) { live } } }",
        {"at": now.isoformat()},
        database=ministry.database,
    )
    assert answer["errors"][0]["extensions"]["field"] == "freshness"


async def test_while_an_agency_is_waited_for_no_connection_is_held(
    template: str, ministry: Ministry
) -> None:
    name = await ministry.database.pool.fetchval("select current_database()")
    ministry.agency.faults = [Fault.parse("slow")]
    agencies = ministry.asking(patience=60)
    async with (
        open_database(of_database(template, name), pool_size=1) as narrow,
        agencies.open() as ministry.ask.agencies,
    ):
        ministry.database = narrow
        waiting = asyncio.create_task(ministry())
        while not agencies._request_tasks:  # noqa: ASYNC110 - the agency is asked on another thread
            await asyncio.sleep(0.01)
        before = ministry.agency.counters["pages"]
        async with asyncio.timeout(30):  # the one connection is there for others
            assert (await ministry(STORED))["budgets"]
        assert not waiting.done()
        assert ministry.agency.counters["pages"] - before <= 1
        for task in agencies._request_tasks.values():
            task.cancel()
        ended = await waiting
    assert {line["notice"]["code"] for line in ended["budgets"]} == {"LIVE_UNREACHABLE"}


async def test_a_service_that_knows_no_projects_is_asked_for_the_beginning_of_a_list(
    ask: Asking, fresh_database: Database, agency: tuple[SandboxAgency, str]
) -> None:
    served_by, address = agency
    held = find_connector("govspending_budget")
    spec = replace(held.spec, url=f"{address}/budget/bbgfproject")
    secret = {"govspending-user-token": SECRETS["budget-token"]}.__getitem__
    reader = create_http_pages(spec, secret, TokenCache())
    await ingest(fresh_database, spec, held.read, SourceInput(reader, "budget"))
    codes = await fresh_database.pool.fetch(
        "select p.code from project p join source_record r on r.project_id = p.id order by scope"
    )
    sources = {spec.id: replace(held, spec=spec)}
    async with LiveAgencyClient(sources, secret, TokenCache()).open() as ask.agencies:
        for code in (codes[0][0], codes[-1][0]):
            answer = await ask(ONE, {"code": code}, database=fresh_database)
            project = answer["data"]["project"]
            assert project["budgets"]
            assert all(line["live"] for line in project["budgets"])
            assert project["budgetNotices"] == []
    ask.agencies = None
    assert served_by.counters["refused"] == 0

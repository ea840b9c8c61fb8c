"""An agency asked now is asked once for all who want to know, and never waited for too long."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.kit.oauth import TokenCache
from connectors.live_client import LiveAgencyClient, LiveTimings
from connectors.registry import Connector, find_connector
from hub.domain.sources.live import FallbackReason, LiveRecord, RecordKey
from hub.domain.sources.live_spec import LiveSpec
from hub.domain.sources.records import RawRecord, SourceEntry
from hub.domain.sources.spec import SourceSpec, parse_source_spec
from hub.errors import SourceCredentialsRejected
from tests.sandbox.served import declared, serving

ONE = LiveSpec("", {}, "/{key}", 1)
LIST = LiveSpec("{year}/{ministry}", {"year": "{year}", "min_code": "{ministry}"}, None, 2)


def read(raw: RawRecord, spec: SourceSpec) -> SourceEntry:
    return SourceEntry(str(raw.payload["id"]))


@dataclass
class Agency:
    """A system that answers what a test says, and counts what it is asked."""

    address: str = ""
    answer: Any = None
    status: int = 200
    asked: int = 0
    under_way: int = 0
    most: int = 0
    wait: float = 0

    async def door(self, request: Request) -> Response:
        self.asked += 1
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(self.wait)
        self.under_way -= 1
        key = request.path_params["key"]
        found = {"id": key, "name": "ก"} if self.answer is None else self.answer
        return JSONResponse(found, self.status)


@pytest.fixture
def agency() -> Any:
    found = Agency()
    with serving(Starlette(routes=[Route("/list/{key:path}", found.door)])) as address:
        found.address = address
        yield found


class Now:
    """A clock that a test sets."""

    at = 1000.0

    def __call__(self) -> float:
        return self.at


def asking(agency: Agency, live: LiveSpec = ONE, **times: Any) -> tuple[LiveAgencyClient, Now]:
    table = declared("budget", agency.address, auth={}, url=f"{agency.address}/list")
    table["columns"] = {"required": ["id", "name"]}
    spec = replace(parse_source_spec("made", table, ""), live=live)
    held = Connector(spec, read, find_connector("govspending_budget").folder)
    clock = Now()
    found = LiveAgencyClient(
        {"made": held},
        lambda _: "",
        TokenCache(),
        LiveTimings(**{"patience": 5, **times}),
        clock=clock,
    )
    return found, clock


def key(name: str = "a/b", scope: str = "") -> RecordKey:
    return RecordKey("made", name, scope)


async def said(agencies: LiveAgencyClient, one: RecordKey) -> LiveRecord | FallbackReason:
    return (await agencies.fetch([one]))[one]


async def settled(agencies: LiveAgencyClient) -> None:
    """Wait for what is asked behind an answer."""
    await asyncio.gather(*agencies._request_tasks.values())


async def test_many_who_want_to_know_ask_once(agency: Agency) -> None:
    agencies, _ = asking(agency)
    agency.wait = 0.05
    async with agencies.open():
        found = await asyncio.gather(*(said(agencies, key()) for _ in range(10)))
        assert all(isinstance(one, LiveRecord) for one in found)
        assert isinstance(await said(agencies, key()), LiveRecord)
    assert agency.asked == 1


async def test_a_key_goes_into_the_address_as_it_is_and_no_further(agency: Agency) -> None:
    agencies, _ = asking(agency)
    question = agencies.build_request(key("../x?a=b#c"))
    assert question is not None
    assert question.url == f"{agency.address}/list/..%2Fx%3Fa%3Db%23c"


async def test_a_little_old_answer_is_given_at_once_and_renewed_behind_it(agency: Agency) -> None:
    agencies, clock = asking(agency, good=60)
    async with agencies.open():
        await said(agencies, key("a"))
        agency.answer = {"id": "a", "name": "ใหม่"}
        clock.at += 59
        assert name(await said(agencies, key("a"))) == "ก"
        assert agency.asked == 1
        clock.at += 2
        assert name(await said(agencies, key("a"))) == "ก"
        await settled(agencies)
        assert name(await said(agencies, key("a"))) == "ใหม่"
    assert agency.asked == 2


def name(found: LiveRecord | FallbackReason) -> str:
    assert isinstance(found, LiveRecord)
    payload: Mapping[str, str] = found.raw.payload
    return payload["name"]


async def test_an_agency_that_is_down_is_not_asked_by_everybody(agency: Agency) -> None:
    agencies, clock = asking(agency, failed=30)
    agency.status = 503
    async with agencies.open():
        for _ in range(3):
            assert await said(agencies, key("a")) is FallbackReason.UNREACHABLE
        assert agency.asked == 1
        clock.at += 31
        agency.status = 200
        assert isinstance(await said(agencies, key("a")), LiveRecord)


async def test_what_it_said_before_stands_while_it_is_down(agency: Agency) -> None:
    agencies, clock = asking(agency, good=60, failed=30)
    async with agencies.open():
        await said(agencies, key("a"))
        agency.status = 503
        clock.at += 61
        for _ in range(3):
            assert name(await said(agencies, key("a"))) == "ก"
            await settled(agencies)
    assert agency.asked == 2


async def test_nobody_waits_longer_than_his_patience_and_what_comes_late_is_kept(
    agency: Agency,
) -> None:
    agencies, _ = asking(agency, patience=0.01)
    agency.wait = 0.2
    async with agencies.open():
        assert await said(agencies, key("a")) is FallbackReason.LATE
        await settled(agencies)
        assert isinstance(await said(agencies, key("a")), LiveRecord)
    assert agency.asked == 1


async def test_a_question_that_takes_for_ever_ends(agency: Agency) -> None:
    agencies, _ = asking(agency, longest=0.05)
    agency.wait = 2
    async with agencies.open():
        assert await said(agencies, key("a")) is FallbackReason.UNREACHABLE


async def test_questions_under_way_end_with_the_hub(agency: Agency) -> None:
    agencies, _ = asking(agency, patience=0.01)
    agency.wait = 2
    async with agencies.open():
        assert await said(agencies, key("a")) is FallbackReason.LATE
    assert not agencies._request_tasks


async def test_no_more_questions_are_under_way_than_a_source_can_bear(agency: Agency) -> None:
    agencies, _ = asking(agency, of_one=2)
    agency.wait = 0.02
    async with agencies.open():
        found = await agencies.fetch([key(str(n)) for n in range(9)])
    assert all(isinstance(one, LiveRecord) for one in found.values())
    assert (agency.asked, agency.most) == (9, 2)


async def test_of_too_many_answers_the_oldest_is_given_up(agency: Agency) -> None:
    agencies, _ = asking(agency, most=2)
    async with agencies.open():
        for n in (1, 2, 3, 3, 2, 1):
            await said(agencies, key(str(n)))
    assert agency.asked == 4


@pytest.mark.parametrize(
    ("answer", "status", "why"),
    [
        ({"id": "other", "name": "ก"}, 200, FallbackReason.GONE),
        ({"detail": "none"}, 404, FallbackReason.GONE),
        ({"id": "a", "name": "ก", "new": 1}, 200, FallbackReason.REFUSED),
        ({"id": "a"}, 200, FallbackReason.REFUSED),
        ({}, 401, FallbackReason.UNREACHABLE),
        ({}, 418, FallbackReason.REFUSED),
    ],
)
async def test_what_is_no_answer_says_which_kind_of_none_it_is(
    agency: Agency, answer: Any, status: int, why: FallbackReason
) -> None:
    agencies, _ = asking(agency)
    agency.answer, agency.status = answer, status
    async with agencies.open():
        assert await said(agencies, key("a")) is why


async def test_a_source_that_declares_nothing_and_one_nobody_knows_are_not_asked(
    agency: Agency,
) -> None:
    agencies, _ = asking(agency, LIST)
    other, scopeless = RecordKey("unknown", "a", ""), key("a", "2567")
    async with agencies.open():
        assert set((await agencies.fetch([other, scopeless])).values()) == {
            FallbackReason.NOT_OFFERED
        }
    assert (agency.asked, agencies.count_requests([other, scopeless])) == (0, 0)


async def test_a_source_without_its_secret_is_not_asked(agency: Agency) -> None:
    agencies, _ = asking(agency)
    held = agencies.sources["made"]
    auth = replace(find_connector("govspending_budget").spec.auth)

    def missing(_: str) -> str:
        raise SourceCredentialsRejected

    agencies.read_secret = missing
    agencies.sources = {"made": replace(held, spec=replace(held.spec, auth=auth))}
    async with agencies.open():
        assert await said(agencies, key("a")) is FallbackReason.UNREACHABLE
    assert agency.asked == 0


async def test_two_projects_of_one_list_are_one_question_and_a_long_list_is_not_searched() -> None:
    pages = 0

    async def door(request: Request) -> Response:
        nonlocal pages
        pages += 1
        asked = request.query_params
        assert (asked["year"], asked["min_code"]) == ("2567", "15000")
        offset = int(asked["offset"])
        return JSONResponse(
            {"result": [{"id": n, "name": "ก"} for n in range(offset, offset + 20)]}
        )

    with serving(Starlette(routes=[Route("/list", door)])) as address:
        agencies, _ = asking(Agency(address), LIST)
        near, far, beyond = (key(n, "2567/15000") for n in ("3", "39", "40"))
        async with agencies.open():
            found = await agencies.fetch([near, far, beyond])
            assert agencies.count_requests([near, far, beyond]) == 1
    assert isinstance(found[near], LiveRecord)
    assert isinstance(found[far], LiveRecord)
    assert found[beyond] is FallbackReason.TOO_LONG
    assert pages == 2


async def test_a_record_that_comes_with_two_values_is_doubtful() -> None:
    async def door(request: Request) -> Response:
        rows = [{"id": 1, "name": "ก"}, {"id": 1, "name": "ข"}, {"id": 2, "name": "ก"}]
        return JSONResponse({"result": rows if request.query_params["offset"] == "0" else []})

    with serving(Starlette(routes=[Route("/list", door)])) as address:
        agencies, _ = asking(Agency(address), replace(LIST, pages=5))
        twice, once, none = (key(n, "2567/15000") for n in "123")
        async with agencies.open():
            found = await agencies.fetch([twice, once, none])
    assert found[twice] is FallbackReason.DOUBTFUL
    assert isinstance(found[once], LiveRecord)
    assert found[none] is FallbackReason.GONE

"""Concurrent fetches of a live record share one request, and every fetch has a timeout."""

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
from tests.sandbox.sandbox_source import build_declaration, serve_app

SINGLE_RECORD = LiveSpec("", {}, "/{key}", 1)
RECORD_LIST = LiveSpec("{year}/{ministry}", {"year": "{year}", "min_code": "{ministry}"}, None, 2)


def read(raw: RawRecord, spec: SourceSpec) -> SourceEntry:
    return SourceEntry(str(raw.payload["id"]))


@dataclass
class StubAgency:
    """A server that returns the test's answer and counts the requests it receives."""

    address: str = ""
    answer: Any = None
    status: int = 200
    request_count: int = 0
    active_requests: int = 0
    max_active_requests: int = 0
    delay: float = 0

    async def handle(self, request: Request) -> Response:
        self.request_count += 1
        self.active_requests += 1
        self.max_active_requests = max(self.max_active_requests, self.active_requests)
        await asyncio.sleep(self.delay)
        self.active_requests -= 1
        key = request.path_params["key"]
        found = {"id": key, "name": "ก"} if self.answer is None else self.answer
        return JSONResponse(found, self.status)


@pytest.fixture
def agency() -> Any:
    stub = StubAgency()
    with serve_app(Starlette(routes=[Route("/list/{key:path}", stub.handle)])) as address:
        stub.address = address
        yield stub


class FakeClock:
    """A clock whose time is set by the test."""

    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def create_client(
    agency: StubAgency, live: LiveSpec = SINGLE_RECORD, **times: Any
) -> tuple[LiveAgencyClient, FakeClock]:
    table = build_declaration("budget", agency.address, auth={}, url=f"{agency.address}/list")
    table["columns"] = {"required": ["id", "name"]}
    spec = replace(parse_source_spec("made", table, ""), live=live)
    connector = Connector(spec, read, find_connector("govspending_budget").folder)
    clock = FakeClock()
    client = LiveAgencyClient(
        {"made": connector},
        lambda _: "",
        TokenCache(),
        LiveTimings(**{"patience": 5, **times}),
        clock=clock,
    )
    return client, clock


def record_key(name: str = "a/b", scope: str = "") -> RecordKey:
    return RecordKey("made", name, scope)


async def fetch_one(client: LiveAgencyClient, key: RecordKey) -> LiveRecord | FallbackReason:
    return (await client.fetch([key]))[key]


async def wait_for_requests(client: LiveAgencyClient) -> None:
    """Wait until the client's background requests have completed."""
    await asyncio.gather(*client._request_tasks.values())


async def test_concurrent_fetches_of_a_key_send_one_request(agency: StubAgency) -> None:
    client, _ = create_client(agency)
    agency.delay = 0.05
    async with client.open():
        found = await asyncio.gather(*(fetch_one(client, record_key()) for _ in range(10)))
        assert all(isinstance(one, LiveRecord) for one in found)
        assert isinstance(await fetch_one(client, record_key()), LiveRecord)
    assert agency.request_count == 1


async def test_key_is_percent_encoded_in_the_address(agency: StubAgency) -> None:
    client, _ = create_client(agency)
    request = client.build_request(record_key("../x?a=b#c"))
    assert request is not None
    assert request.url == f"{agency.address}/list/..%2Fx%3Fa%3Db%23c"


async def test_stale_answer_is_returned_and_refreshed_in_the_background(agency: StubAgency) -> None:
    client, clock = create_client(agency, good=60)
    async with client.open():
        await fetch_one(client, record_key("a"))
        agency.answer = {"id": "a", "name": "ใหม่"}
        clock.seconds += 59
        assert name_of(await fetch_one(client, record_key("a"))) == "ก"
        assert agency.request_count == 1
        clock.seconds += 2
        assert name_of(await fetch_one(client, record_key("a"))) == "ก"
        await wait_for_requests(client)
        assert name_of(await fetch_one(client, record_key("a"))) == "ใหม่"
    assert agency.request_count == 2


def name_of(answer: LiveRecord | FallbackReason) -> str:
    assert isinstance(answer, LiveRecord)
    payload: Mapping[str, str] = answer.raw.payload
    return payload["name"]


async def test_failure_is_cached_until_its_retry_time(agency: StubAgency) -> None:
    client, clock = create_client(agency, failed=30)
    agency.status = 503
    async with client.open():
        for _ in range(3):
            assert await fetch_one(client, record_key("a")) is FallbackReason.UNREACHABLE
        assert agency.request_count == 1
        clock.seconds += 31
        agency.status = 200
        assert isinstance(await fetch_one(client, record_key("a")), LiveRecord)


async def test_cached_answer_is_returned_while_the_agency_is_down(agency: StubAgency) -> None:
    client, clock = create_client(agency, good=60, failed=30)
    async with client.open():
        await fetch_one(client, record_key("a"))
        agency.status = 503
        clock.seconds += 61
        for _ in range(3):
            assert name_of(await fetch_one(client, record_key("a"))) == "ก"
            await wait_for_requests(client)
    assert agency.request_count == 2


async def test_caller_times_out_and_the_late_answer_is_cached(
    agency: StubAgency,
) -> None:
    client, _ = create_client(agency, patience=0.01)
    agency.delay = 0.2
    async with client.open():
        assert await fetch_one(client, record_key("a")) is FallbackReason.LATE
        await wait_for_requests(client)
        assert isinstance(await fetch_one(client, record_key("a")), LiveRecord)
    assert agency.request_count == 1


async def test_request_without_end_times_out(agency: StubAgency) -> None:
    client, _ = create_client(agency, longest=0.05)
    agency.delay = 2
    async with client.open():
        assert await fetch_one(client, record_key("a")) is FallbackReason.UNREACHABLE


async def test_pending_requests_are_cancelled_on_close(agency: StubAgency) -> None:
    client, _ = create_client(agency, patience=0.01)
    agency.delay = 2
    async with client.open():
        assert await fetch_one(client, record_key("a")) is FallbackReason.LATE
    assert not client._request_tasks


async def test_concurrent_requests_to_a_source_are_limited(agency: StubAgency) -> None:
    client, _ = create_client(agency, of_one=2)
    agency.delay = 0.02
    async with client.open():
        found = await client.fetch([record_key(str(n)) for n in range(9)])
    assert all(isinstance(one, LiveRecord) for one in found.values())
    assert (agency.request_count, agency.max_active_requests) == (9, 2)


async def test_oldest_cached_answer_is_evicted_first(agency: StubAgency) -> None:
    client, _ = create_client(agency, most=2)
    async with client.open():
        for n in (1, 2, 3, 3, 2, 1):
            await fetch_one(client, record_key(str(n)))
    assert agency.request_count == 4


@pytest.mark.parametrize(
    ("answer", "status", "reason"),
    [
        ({"id": "other", "name": "ก"}, 200, FallbackReason.GONE),
        ({"detail": "none"}, 404, FallbackReason.GONE),
        ({"id": "a", "name": "ก", "new": 1}, 200, FallbackReason.REFUSED),
        ({"id": "a"}, 200, FallbackReason.REFUSED),
        ({}, 401, FallbackReason.UNREACHABLE),
        ({}, 418, FallbackReason.REFUSED),
    ],
)
async def test_invalid_answer_returns_its_fallback_reason(
    agency: StubAgency, answer: Any, status: int, reason: FallbackReason
) -> None:
    client, _ = create_client(agency)
    agency.answer, agency.status = answer, status
    async with client.open():
        assert await fetch_one(client, record_key("a")) is reason


async def test_unknown_source_and_unmatched_scope_send_no_request(
    agency: StubAgency,
) -> None:
    client, _ = create_client(agency, RECORD_LIST)
    unknown, unmatched = RecordKey("unknown", "a", ""), record_key("a", "2567")
    async with client.open():
        assert set((await client.fetch([unknown, unmatched])).values()) == {
            FallbackReason.NOT_OFFERED
        }
    assert (agency.request_count, client.count_requests([unknown, unmatched])) == (0, 0)


async def test_source_without_its_secret_sends_no_request(agency: StubAgency) -> None:
    client, _ = create_client(agency)
    connector = client.sources["made"]
    auth = replace(find_connector("govspending_budget").spec.auth)

    def raise_rejected(_: str) -> str:
        raise SourceCredentialsRejected

    client.read_secret = raise_rejected
    client.sources = {"made": replace(connector, spec=replace(connector.spec, auth=auth))}
    async with client.open():
        assert await fetch_one(client, record_key("a")) is FallbackReason.UNREACHABLE
    assert agency.request_count == 0


async def test_records_of_one_list_share_a_request_and_pages_are_limited() -> None:
    page_count = 0

    async def handle(request: Request) -> Response:
        nonlocal page_count
        page_count += 1
        parameters = request.query_params
        assert (parameters["year"], parameters["min_code"]) == ("2567", "15000")
        offset = int(parameters["offset"])
        return JSONResponse(
            {"result": [{"id": n, "name": "ก"} for n in range(offset, offset + 20)]}
        )

    with serve_app(Starlette(routes=[Route("/list", handle)])) as address:
        client, _ = create_client(StubAgency(address), RECORD_LIST)
        near, far, beyond = (record_key(n, "2567/15000") for n in ("3", "39", "40"))
        async with client.open():
            found = await client.fetch([near, far, beyond])
            assert client.count_requests([near, far, beyond]) == 1
    assert isinstance(found[near], LiveRecord)
    assert isinstance(found[far], LiveRecord)
    assert found[beyond] is FallbackReason.TOO_LONG
    assert page_count == 2


async def test_record_with_two_values_is_doubtful() -> None:
    async def handle(request: Request) -> Response:
        rows = [{"id": 1, "name": "ก"}, {"id": 1, "name": "ข"}, {"id": 2, "name": "ก"}]
        return JSONResponse({"result": rows if request.query_params["offset"] == "0" else []})

    with serve_app(Starlette(routes=[Route("/list", handle)])) as address:
        client, _ = create_client(StubAgency(address), replace(RECORD_LIST, pages=5))
        twice, once, none = (record_key(n, "2567/15000") for n in "123")
        async with client.open():
            found = await client.fetch([twice, once, none])
    assert found[twice] is FallbackReason.DOUBTFUL
    assert isinstance(found[once], LiveRecord)
    assert found[none] is FallbackReason.GONE

"""Tests the rate and concurrency limits of each client."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from hub.domain.identity.audit_log import Operation
from hub.errors import RateLimited
from hub.web.rate_limits import BURST, COST_PER_TOKEN, MAX_CLIENTS, RateLimiter, client_address
from tests.web.graphql.sample_endpoint import (
    SCHEMA,
    HeaderAuthentication,
    build_endpoint,
    only_error,
    open_client,
    open_empty_context,
    post_query,
    serve_endpoint,
)
from tests.web.graphql.socket_client import connect_socket


@pytest.fixture(autouse=True)
def _free_parsing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Charge no time of parsing, which differs between machines."""
    monkeypatch.setattr("hub.web.rate_limits.SECONDS_PER_TOKEN", 60.0)


class Clock:
    """A clock whose time the test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def retry_after(limiter: RateLimiter, who: str, cost: int = 0) -> int:
    with pytest.raises(RateLimited) as refused:
        limiter.charge(who, cost)
    return refused.value.seconds


def test_idle_client_may_send_a_burst() -> None:
    clock = Clock()
    limiter = RateLimiter(2, clock=clock)
    for _ in range(2 * BURST):
        limiter.charge("a")
    assert retry_after(limiter, "a") == 1
    limiter.charge("b")
    clock.now = 1.0
    limiter.charge("a")
    limiter.charge("a")
    assert retry_after(limiter, "a") == 1


def test_costly_query_counts_by_its_cost() -> None:
    clock = Clock()
    limiter = RateLimiter(1, clock=clock)
    limiter.charge("a", 8 * COST_PER_TOKEN)
    assert retry_after(limiter, "a", 5 * COST_PER_TOKEN) == 3
    clock.now = 3.0
    limiter.charge("a", 5 * COST_PER_TOKEN)


def test_full_bucket_allows_a_query_of_any_cost() -> None:
    limiter = RateLimiter(1, clock=Clock())
    limiter.charge("a", 1_000_000 * COST_PER_TOKEN)
    assert retry_after(limiter, "a") == 1


def test_number_of_tracked_clients_is_limited() -> None:
    limiter = RateLimiter(1, clock=Clock())
    for n in range(MAX_CLIENTS + 10):
        limiter.charge(str(n))
    assert len(limiter._buckets) == MAX_CLIENTS


@given(st.lists(st.tuples(st.floats(0, 30), st.integers(0, 3_000)), max_size=60))
def test_allowed_requests_never_exceed_the_rate_and_one_burst(
    requests: list[tuple[float, int]],
) -> None:
    clock = Clock()
    rate, passed = 3, 0.0
    limiter = RateLimiter(rate, clock=clock)
    for delay, cost in requests:
        clock.now += delay
        try:
            limiter.charge("a", cost)
        except RateLimited as refused:
            clock.now += refused.seconds  # after this wait the request is allowed
            limiter.charge("a", cost)
        passed += cost / COST_PER_TOKEN if cost else 1
        assert passed <= rate * (BURST + clock.now) + 1e-6


def test_concurrent_requests_per_client_are_limited() -> None:
    limiter = RateLimiter(max_concurrent=1)
    with (
        limiter.count_concurrent("a"),
        limiter.count_concurrent("b"),
        limiter.count_concurrent("a", stream=True),
        pytest.raises(RateLimited),
        limiter.count_concurrent("a"),
    ):
        pass
    with limiter.count_concurrent("a"):
        pass
    assert not limiter._concurrent


@pytest.mark.parametrize(
    ("host", "who"),
    [
        ("10.1.2.3", "at 10.1.2.3"),
        ("2001:db8:1:2:3:4:5:6", "at 2001:db8:1:2::/64"),
        ("testclient", "at testclient"),
    ],
)
def test_anonymous_client_is_identified_by_its_address(host: str, who: str) -> None:
    assert client_address(Request({"type": "http", "headers": [], "client": (host, 1)})) == who


async def test_client_over_the_rate_gets_429_with_retry_after() -> None:
    async with open_client(
        build_endpoint(SCHEMA, open_empty_context, rate_limiter=RateLimiter(1))
    ) as client:
        for _ in range(BURST):
            assert (await post_query(client, "{ word }")).status_code == 200
        response = await post_query(client, "{ word }")
    assert response.status_code == 429
    assert response.headers["retry-after"] == "1"
    error = only_error(response)
    assert (error["extensions"]["code"], error["extensions"]["retryAfter"]) == ("RATE_LIMITED", 1)


async def test_registered_client_is_rate_limited_by_its_id() -> None:
    endpoint = build_endpoint(
        SCHEMA,
        open_empty_context,
        rate_limiter=RateLimiter(1),
        authentication=HeaderAuthentication(),
    )
    async with open_client(endpoint) as client:
        body = {"query": "{ word }"}
        for who in ("a", "b"):
            for _ in range(BURST):
                response = await client.post("/graphql", headers={"x-client": who}, json=body)
                assert response.status_code == 200
        refused = await client.post("/graphql", headers={"x-client": "a"}, json=body)
    assert refused.status_code == 429


async def test_concurrency_limit_of_one_client_does_not_affect_another() -> None:
    started, proceed = asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def open_slow_context(
        request: Request, __: Operation, _limits: object
    ) -> AsyncIterator[None]:
        if request.headers.get("x-client") == "a":
            started.set()
            await proceed.wait()
        yield None

    endpoint = build_endpoint(
        SCHEMA,
        open_slow_context,
        rate_limiter=RateLimiter(max_concurrent=1),
        authentication=HeaderAuthentication(),
    )
    async with open_client(endpoint) as client:

        async def send_query(who: str) -> int:
            body = {"query": "{ word }"}
            response = await client.post("/graphql", json=body, headers={"x-client": who})
            return response.status_code

        first = asyncio.create_task(send_query("a"))
        await started.wait()
        assert (await send_query("a"), await send_query("b")) == (429, 200)
        proceed.set()
        assert (await first, await send_query("a")) == (200, 200)


async def test_socket_operations_are_rate_limited() -> None:
    endpoint = build_endpoint(
        SCHEMA, open_empty_context, rate_limiter=RateLimiter(1, clock=lambda: 0.0)
    )
    async with serve_endpoint(endpoint) as server, connect_socket(server) as socket:
        await socket.initialize()
        left = BURST - 2  # the handshake and `connection_init` count as well
        for n in range(left + 1):
            await socket.subscribe("{ nobody }", str(n))
        codes = [
            (await socket.receive())["payload"][0]["extensions"]["code"] for _ in range(left + 1)
        ]
    assert codes == ["GRAPHQL_VALIDATION_FAILED"] * left + ["RATE_LIMITED"]

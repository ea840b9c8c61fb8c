"""How fast one client may ask and how much at once, whoever else asks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from hub.domain.identity.audit_log import Operation
from hub.errors import RateLimited
from hub.web.turnstile import BURST, DEAR, MOST_CLIENTS, Turnstile, address_of
from tests.web.door import SCHEMA, ByHeader, client_of, endpoint, only_error, opened, post, served
from tests.web.talk import talking


class Clock:
    """A time that goes when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def seconds_until(turnstile: Turnstile, who: str, cost: int = 0) -> int:
    with pytest.raises(RateLimited) as refused:
        turnstile.take(who, cost)
    return refused.value.seconds


def test_a_quiet_client_may_ask_at_once_what_it_did_not_ask_before() -> None:
    clock = Clock()
    turnstile = Turnstile(2, clock=clock)
    for _ in range(2 * BURST):
        turnstile.take("a")
    assert seconds_until(turnstile, "a") == 1
    turnstile.take("b")
    clock.now = 1.0
    turnstile.take("a")
    turnstile.take("a")
    assert seconds_until(turnstile, "a") == 1


def test_a_dear_question_counts_as_many_and_says_how_long_to_wait() -> None:
    clock = Clock()
    turnstile = Turnstile(1, clock=clock)
    turnstile.take("a", 8 * DEAR)
    assert seconds_until(turnstile, "a", 5 * DEAR) == 3
    clock.now = 3.0
    turnstile.take("a", 5 * DEAR)


def test_the_dearest_question_is_let_pass_by_a_full_bucket() -> None:
    turnstile = Turnstile(1, clock=Clock())
    turnstile.take("a", 1_000_000 * DEAR)
    assert seconds_until(turnstile, "a") == 1


def test_clients_are_remembered_up_to_a_bound() -> None:
    turnstile = Turnstile(1, clock=Clock())
    for n in range(MOST_CLIENTS + 10):
        turnstile.take(str(n))
    assert len(turnstile._buckets) == MOST_CLIENTS


@given(st.lists(st.tuples(st.floats(0, 30), st.integers(0, 3_000)), max_size=60))
def test_over_any_time_no_more_passes_than_the_rate_and_one_burst(
    asked: list[tuple[float, int]],
) -> None:
    clock = Clock()
    rate, passed = 3, 0.0
    turnstile = Turnstile(rate, clock=clock)
    for later, cost in asked:
        clock.now += later
        try:
            turnstile.take("a", cost)
        except RateLimited as refused:
            clock.now += refused.seconds  # who waits as long as was said is let pass
            turnstile.take("a", cost)
        passed += cost / DEAR if cost else 1
        assert passed <= rate * (BURST + clock.now) + 1e-6


def test_so_many_questions_are_under_way_and_no_more() -> None:
    turnstile = Turnstile(at_once=1)
    with (
        turnstile.inside("a"),
        turnstile.inside("b"),
        turnstile.inside("a", stream=True),
        pytest.raises(RateLimited),
        turnstile.inside("a"),
    ):
        pass
    with turnstile.inside("a"):
        pass
    assert not turnstile._inside


@pytest.mark.parametrize(
    ("host", "who"),
    [
        ("10.1.2.3", "at 10.1.2.3"),
        ("2001:db8:1:2:3:4:5:6", "at 2001:db8:1:2::/64"),
        ("testclient", "at testclient"),
    ],
)
def test_who_has_no_name_is_known_by_the_address(host: str, who: str) -> None:
    assert address_of(Request({"type": "http", "headers": [], "client": (host, 1)})) == who


async def test_who_asks_too_fast_is_told_when_to_come_back() -> None:
    async with client_of(endpoint(SCHEMA, opened, turnstile=Turnstile(1))) as client:
        for _ in range(BURST):
            assert (await post(client, "{ word }")).status_code == 200
        response = await post(client, "{ word }")
    assert response.status_code == 429
    assert response.headers["retry-after"] == "1"
    error = only_error(response)
    assert (error["extensions"]["code"], error["extensions"]["retryAfter"]) == ("RATE_LIMITED", 1)


async def test_a_registered_client_is_counted_by_its_name_wherever_it_asks_from() -> None:
    door = endpoint(SCHEMA, opened, turnstile=Turnstile(1), authentication=ByHeader())
    async with client_of(door) as client:
        asked = {"query": "{ word }"}
        for who in ("a", "b"):
            for _ in range(BURST):
                came = await client.post("/graphql", headers={"x-client": who}, json=asked)
                assert came.status_code == 200
        refused = await client.post("/graphql", headers={"x-client": "a"}, json=asked)
    assert refused.status_code == 429


async def test_a_client_with_too_much_under_way_is_refused_and_another_is_not() -> None:
    here, go = asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def slow(request: Request, __: Operation) -> AsyncIterator[None]:
        if request.headers.get("x-client") == "a":
            here.set()
            await go.wait()
        yield None

    door = endpoint(SCHEMA, slow, turnstile=Turnstile(at_once=1), authentication=ByHeader())
    async with client_of(door) as client:

        async def ask(who: str) -> int:
            asked = {"query": "{ word }"}
            response = await client.post("/graphql", json=asked, headers={"x-client": who})
            return response.status_code

        first = asyncio.create_task(ask("a"))
        await here.wait()
        assert (await ask("a"), await ask("b")) == (429, 200)
        go.set()
        assert (await first, await ask("a")) == (200, 200)


async def test_questions_over_a_socket_are_counted_too() -> None:
    door = endpoint(SCHEMA, opened, turnstile=Turnstile(1))
    async with served(door) as listening, talking(listening) as talk:
        await talk.introduced()
        for n in range(BURST + 1):
            await talk.ask("{ nobody }", str(n))
        codes = [(await talk.heard())["payload"][0]["extensions"]["code"] for _ in range(BURST + 1)]
    assert codes == ["GRAPHQL_VALIDATION_FAILED"] * BURST + ["RATE_LIMITED"]

"""Answers as server-sent events, over real connections."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from hub.errors import NotReady
from hub.web.listening import Listening
from hub.web.responses import EVENTS, JSON
from tests.web.door import (
    SCHEMA,
    SOURCES,
    While,
    address,
    closed,
    endpoint,
    only_error,
    opened,
    served,
)
from tests.web.talk import until


@asynccontextmanager
async def stream(
    listening: Listening, query: str, method: str = "POST", **variables: Any
) -> AsyncIterator[httpx2.Response]:
    told: dict[str, Any] = {"query": query, "variables": variables}
    how = {"json": told} if method == "POST" else {"params": {"query": query}}
    async with (
        httpx2.AsyncClient(base_url=f"http://{address(listening)}", timeout=20) as client,
        client.stream(method, "/graphql", headers={"accept": EVENTS}, **how) as response,
    ):
        yield response


async def events(response: httpx2.Response) -> AsyncIterator[tuple[str, Any]]:
    """What was told, event by event; comments as they are."""
    kind = ""
    async for line in response.aiter_lines():
        word, _, rest = line.partition(": ")
        if line.startswith(":"):
            yield "", line
        elif word == "event":
            kind = rest
        elif word == "data":
            yield kind, json.loads(rest) if rest else None


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_subscription_is_told_event_by_event_and_completed(
    listening: Listening, method: str
) -> None:
    async with stream(listening, "subscription { count(to: 2) }", method) as response:
        assert response.status_code == 200
        assert response.headers["content-type"] == f"{EVENTS}; charset=utf-8"
        assert response.headers["cache-control"] == "no-store"
        told = [event async for event in events(response)]
    assert [data["data"] for kind, data in told[:-1]] == [{"count": 0}, {"count": 1}]
    assert [kind for kind, _ in told] == ["next", "next", "complete"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ word", "GRAPHQL_PARSE_FAILED"),
        ("{ nobody }", "GRAPHQL_VALIDATION_FAILED"),
        ("query ($n: Int!) { number(n: $n) }", "BAD_USER_INPUT"),
        ("subscription { refusing }", "INVALID"),
    ],
)
async def test_a_document_that_will_not_do_is_told_in_an_event(
    listening: Listening, query: str, code: str
) -> None:
    async with stream(listening, query) as response:
        assert response.status_code == 200
        (kind, told), complete = [event async for event in events(response)]
    assert (kind, complete) == ("next", ("complete", None))
    assert told["errors"][0]["extensions"]["code"] == code
    assert "data" not in told


async def test_a_query_is_answered_and_a_mutation_by_post_alone(listening: Listening) -> None:
    for query, data in (
        ("{ word }", {"word": "ชลบุรี"}),
        ("mutation { change }", {"change": "done"}),
    ):
        async with stream(listening, query) as response:
            told = [event async for event in events(response)]
        assert [kind for kind, _ in told] == ["next", "complete"]
        assert told[0][1]["data"] == data
    async with stream(listening, "mutation { change }", "GET") as response:
        assert response.status_code == 405


async def test_what_a_source_breaks_on_never_leaves_the_hub(listening: Listening) -> None:
    async with stream(listening, "subscription { breaking }") as response:
        told = [event async for event in events(response)]
    assert [kind for kind, _ in told] == ["next", "next", "complete"]
    assert told[1][1]["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert "hunter2" not in str(told)


async def test_a_hub_that_is_not_ready_says_so_in_the_stream() -> None:
    async with (
        served(endpoint(SCHEMA, closed)) as listening,
        stream(listening, "{ word }") as response,
    ):
        [(_, told), _] = [event async for event in events(response)]
    assert told["errors"][0]["extensions"]["code"] == NotReady.code


async def test_who_leaves_ends_the_source(listening: Listening) -> None:
    async with stream(listening, "subscription { quiet }") as response:
        await anext(events(response))
        assert SOURCES["quiet"] == 1
    await until(lambda: SOURCES["quiet"] == 0)


async def test_who_never_reads_is_dropped_and_the_source_waits_for_them(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.web.listening.READ_WITHIN", 0.3)
    before = SOURCES["made"]
    query = "subscription ($t: String!) { hot(text: $t) }"
    async with stream(listening, query, t="x" * 500_000):
        await until(lambda: SOURCES["hot"] == 1)
        await until(lambda: SOURCES["hot"] == 0)
        assert SOURCES["made"] - before < 60


async def test_a_silence_is_broken_by_a_comment_so_that_proxies_keep_the_stream(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.web.execution.POLL", 0.02)
    async with stream(listening, "subscription { quiet }") as response:
        told = events(response)
        assert (await anext(told))[0] == "next"
        assert await anext(told) == ("", ":")
        assert await anext(told) == ("", ":")


async def test_who_may_no_longer_listen_is_told_and_the_source_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hub.web.execution.POLL", 0.02)
    allowed = asyncio.Event()
    allowed.set()

    backend = While(lambda _: allowed.is_set())
    async with served(endpoint(SCHEMA, opened, backend)) as listening:
        async with stream(listening, "subscription { quiet }") as response:
            told = events(response)
            await anext(told)
            allowed.clear()
            rest = [event async for event in told if event[0]]
        assert rest[0][1]["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert rest[1] == ("complete", None)
        assert SOURCES["quiet"] == 0
        async with stream(listening, "subscription { quiet }") as response:
            [(_, refused), _] = [event async for event in events(response)]
        assert refused["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_stop_ends_the_stream_without_saying_that_it_is_complete() -> None:
    door = endpoint(SCHEMA, opened)
    async with (
        served(door) as listening,
        stream(listening, "subscription { quiet }") as response,
    ):
        told = events(response)
        await anext(told)
        await door.close()
        assert [event async for event in told] == [
            ("", ": ระบบกำลังหยุด · the hub is stopping; come again shortly")
        ]
        assert SOURCES["quiet"] == 0


@pytest.mark.parametrize("accept", [JSON, "application/graphql-response+json", "*/*"])
async def test_a_subscription_that_cannot_be_streamed_is_told_how_it_can(
    client: httpx2.AsyncClient, accept: str
) -> None:
    asked = {"query": "subscription { count }"}
    response = await client.post("/graphql", json=asked, headers={"accept": accept})
    assert response.status_code == 406
    assert EVENTS in only_error(response)["message"]

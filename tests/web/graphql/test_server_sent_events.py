"""Tests responses as server-sent events over real connections."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from hub.errors import NotReady
from hub.web.responses import EVENTS, JSON
from hub.web.server import HubServer
from tests.web.graphql.sample_endpoint import (
    ACTIVE_STREAMS,
    SCHEMA,
    ConditionalAuthentication,
    build_endpoint,
    only_error,
    open_empty_context,
    raise_not_ready,
    serve_endpoint,
    server_address,
)
from tests.web.graphql.socket_client import wait_until


@asynccontextmanager
async def open_stream(
    server: HubServer, query: str, method: str = "POST", **variables: Any
) -> AsyncIterator[httpx2.Response]:
    body: dict[str, Any] = {"query": query, "variables": variables}
    request_options = {"json": body} if method == "POST" else {"params": {"query": query}}
    async with (
        httpx2.AsyncClient(base_url=f"http://{server_address(server)}", timeout=20) as client,
        client.stream(
            method, "/graphql", headers={"accept": EVENTS}, **request_options
        ) as response,
    ):
        yield response


async def read_events(response: httpx2.Response) -> AsyncIterator[tuple[str, Any]]:
    """Yield each event with its type and data; a comment has an empty type."""
    event_type = ""
    async for line in response.aiter_lines():
        field, _, value = line.partition(": ")
        if line.startswith(":"):
            yield "", line
        elif field == "event":
            event_type = value
        elif field == "data":
            yield event_type, json.loads(value) if value else None


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_subscription_sends_each_event_and_completes(
    http_server: HubServer, method: str
) -> None:
    async with open_stream(http_server, "subscription { count(to: 2) }", method) as response:
        assert response.status_code == 200
        assert response.headers["content-type"] == f"{EVENTS}; charset=utf-8"
        assert response.headers["cache-control"] == "no-store"
        received = [event async for event in read_events(response)]
    assert [data["data"] for kind, data in received[:-1]] == [{"count": 0}, {"count": 1}]
    assert [kind for kind, _ in received] == ["next", "next", "complete"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ word", "GRAPHQL_PARSE_FAILED"),
        ("{ nobody }", "GRAPHQL_VALIDATION_FAILED"),
        ("query ($n: Int!) { number(n: $n) }", "BAD_USER_INPUT"),
        ("subscription { refusing }", "INVALID"),
    ],
)
async def test_invalid_document_is_answered_with_an_error_event(
    http_server: HubServer, query: str, code: str
) -> None:
    async with open_stream(http_server, query) as response:
        assert response.status_code == 200
        (kind, result), complete = [event async for event in read_events(response)]
    assert (kind, complete) == ("next", ("complete", None))
    assert result["errors"][0]["extensions"]["code"] == code
    assert "data" not in result


async def test_query_is_answered_and_mutation_requires_post(http_server: HubServer) -> None:
    for query, data in (
        ("{ word }", {"word": "ชลบุรี"}),
        ("mutation { change }", {"change": "done"}),
    ):
        async with open_stream(http_server, query) as response:
            received = [event async for event in read_events(response)]
        assert [kind for kind, _ in received] == ["next", "complete"]
        assert received[0][1]["data"] == data
    async with open_stream(http_server, "mutation { change }", "GET") as response:
        assert response.status_code == 405


async def test_exception_of_a_subscription_is_sent_as_internal_error_without_its_message(
    http_server: HubServer,
) -> None:
    async with open_stream(http_server, "subscription { breaking }") as response:
        received = [event async for event in read_events(response)]
    assert [kind for kind, _ in received] == ["next", "next", "complete"]
    assert received[1][1]["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert "hunter2" not in str(received)


async def test_not_ready_error_is_sent_as_an_event() -> None:
    async with (
        serve_endpoint(build_endpoint(SCHEMA, raise_not_ready)) as server,
        open_stream(server, "{ word }") as response,
    ):
        [(_, result), _] = [event async for event in read_events(response)]
    assert result["errors"][0]["extensions"]["code"] == NotReady.code


async def test_closed_connection_ends_the_subscription(http_server: HubServer) -> None:
    async with open_stream(http_server, "subscription { quiet }") as response:
        await anext(read_events(response))
        assert ACTIVE_STREAMS["quiet"] == 1
    await wait_until(lambda: ACTIVE_STREAMS["quiet"] == 0)


async def test_client_that_does_not_read_is_disconnected_with_backpressure(
    http_server: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.web.server.READ_TIMEOUT", 0.3)
    produced_before = ACTIVE_STREAMS["made"]
    query = "subscription ($t: String!) { hot(text: $t) }"
    async with open_stream(http_server, query, t="x" * 500_000):
        await wait_until(lambda: ACTIVE_STREAMS["hot"] == 1)
        await wait_until(lambda: ACTIVE_STREAMS["hot"] == 0)
        assert ACTIVE_STREAMS["made"] - produced_before < 60


async def test_idle_stream_sends_keep_alive_comments(
    http_server: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.web.graphql.execution.REVALIDATION_INTERVAL", 0.02)
    async with open_stream(http_server, "subscription { quiet }") as response:
        received = read_events(response)
        assert (await anext(received))[0] == "next"
        assert await anext(received) == ("", ":")
        assert await anext(received) == ("", ":")


async def test_revoked_permission_sends_an_error_and_ends_the_subscription(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hub.web.graphql.execution.REVALIDATION_INTERVAL", 0.02)
    allowed = asyncio.Event()
    allowed.set()

    backend = ConditionalAuthentication(lambda _: allowed.is_set())
    async with serve_endpoint(build_endpoint(SCHEMA, open_empty_context, backend)) as server:
        async with open_stream(server, "subscription { quiet }") as response:
            received = read_events(response)
            await anext(received)
            allowed.clear()
            rest = [event async for event in received if event[0]]
        assert rest[0][1]["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert rest[1] == ("complete", None)
        assert ACTIVE_STREAMS["quiet"] == 0
        async with open_stream(server, "subscription { quiet }") as response:
            [(_, refused), _] = [event async for event in read_events(response)]
        assert refused["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_shutdown_ends_the_stream_without_a_complete_event() -> None:
    endpoint = build_endpoint(SCHEMA, open_empty_context)
    async with (
        serve_endpoint(endpoint) as server,
        open_stream(server, "subscription { quiet }") as response,
    ):
        received = read_events(response)
        await anext(received)
        await endpoint.close()
        assert [event async for event in received] == [
            ("", ": ระบบกำลังหยุด · the hub is stopping; reconnect shortly")
        ]
        assert ACTIVE_STREAMS["quiet"] == 0


@pytest.mark.parametrize("accept", [JSON, "application/graphql-response+json", "*/*"])
async def test_subscription_without_event_stream_accept_gets_406_naming_the_media_type(
    client: httpx2.AsyncClient, accept: str
) -> None:
    body = {"query": "subscription { count }"}
    response = await client.post("/graphql", json=body, headers={"accept": accept})
    assert response.status_code == 406
    assert EVENTS in only_error(response)["message"]

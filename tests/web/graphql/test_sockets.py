"""Tests operations over `graphql-transport-ws` on real sockets, and the limits of a socket."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.requests import Request
from websockets.exceptions import InvalidStatus

from hub.domain.identity.audit_log import Operation
from hub.web.graphql.websocket import MAX_OPERATIONS
from hub.web.server import HubServer
from tests.web.graphql.sample_endpoint import ACTIVE_STREAMS, SCHEMA, build_endpoint, serve_endpoint
from tests.web.graphql.socket_client import GraphQLSocket, connect_socket, wait_until

# ── operations ────────────────────────────────────────────────────────────────────────────────────


async def test_subscription_sends_each_event_and_completes(socket: GraphQLSocket) -> None:
    await socket.initialize()
    await socket.subscribe("subscription ($to: Int!) { count(to: $to) }", variables={"to": 2})
    messages = [await socket.receive() for _ in range(3)]
    assert [m["payload"]["data"] for m in messages[:2]] == [{"count": 0}, {"count": 1}]
    assert messages[0]["payload"]["extensions"]["cost"]["asked"] == 0
    assert messages[2] == {"id": "1", "type": "complete"}


async def test_query_and_mutation_are_answered_once_and_completed(socket: GraphQLSocket) -> None:
    await socket.initialize()
    for query, data in (
        ("{ word }", {"word": "ชลบุรี"}),
        ("mutation { change }", {"change": "done"}),
    ):
        await socket.subscribe(query)
        assert (await socket.receive())["payload"]["data"] == data
        assert await socket.receive() == {"id": "1", "type": "complete"}


async def test_invalid_document_gets_an_error_and_the_socket_stays_open(
    socket: GraphQLSocket,
) -> None:
    await socket.initialize()
    for query, code in (
        ("{ nobody }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ word", "GRAPHQL_PARSE_FAILED"),
        ("subscription { count quiet }", "GRAPHQL_VALIDATION_FAILED"),
        ("query ($n: Int!) { number(n: $n) }", "BAD_USER_INPUT"),
        ("subscription ($n: Int!) { count(to: $n) }", "BAD_USER_INPUT"),
        ("subscription { refusing }", "INVALID"),
    ):
        await socket.subscribe(query)
        message = await socket.receive()
        assert (message["id"], message["type"]) == ("1", "error")
        assert message["payload"][0]["extensions"]["code"] == code
        assert len(message["payload"][0]["extensions"]["traceId"]) == 32
    await socket.subscribe("{ word }")
    assert (await socket.receive())["type"] == "next"


async def test_exception_of_a_subscription_is_sent_as_internal_error_without_its_message(
    socket: GraphQLSocket, caplog: pytest.LogCaptureFixture
) -> None:
    await socket.initialize()
    await socket.subscribe("subscription { breaking }")
    assert (await socket.receive())["payload"]["data"] == {"breaking": 0}
    message = await socket.receive()
    assert message["type"] == "error"
    assert message["payload"][0]["extensions"]["code"] == "INTERNAL"
    assert "hunter2" not in json.dumps(message)
    assert "hunter2" in caplog.text
    assert message["payload"][0]["extensions"]["traceId"] in {
        record.__dict__.get("incident") for record in caplog.records
    }


async def test_pings_are_answered_before_and_after_connection_init(socket: GraphQLSocket) -> None:
    await socket.send({"type": "ping"}, {"type": "pong"}, {"type": "ping", "payload": {"n": 1}})
    assert await socket.receive() == {"type": "pong"}
    assert await socket.receive() == {"type": "pong", "payload": {"n": 1}}
    await (await socket.initialize()).send({"type": "ping", "payload": None})
    assert await socket.receive() == {"type": "pong"}


async def test_completed_subscription_ends_and_frees_its_operation_id(
    socket: GraphQLSocket,
) -> None:
    await socket.initialize()
    await socket.send({"id": "unknown", "type": "complete"})
    for _ in range(2):
        await socket.subscribe("subscription { quiet }")
        assert (await socket.receive())["payload"]["data"] == {"quiet": 0}
        assert ACTIVE_STREAMS["quiet"] == 1
        await socket.send({"id": "1", "type": "complete"})
    await wait_until(lambda: ACTIVE_STREAMS["quiet"] == 0)


async def test_closed_socket_ends_its_subscriptions(http_server: HubServer) -> None:
    async with connect_socket(http_server) as socket:
        await socket.initialize()
        await socket.subscribe("subscription { quiet }", "1")
        await socket.subscribe("subscription { hot }", "2")
        await wait_until(lambda: ACTIVE_STREAMS["quiet"] == ACTIVE_STREAMS["hot"] == 1)
    await wait_until(lambda: ACTIVE_STREAMS["quiet"] == ACTIVE_STREAMS["hot"] == 0)


async def test_busy_subscription_does_not_block_other_sockets(http_server: HubServer) -> None:
    async with (
        connect_socket(http_server) as busy_socket,
        connect_socket(http_server) as other_socket,
    ):
        await busy_socket.initialize()
        await busy_socket.subscribe("subscription { hot }")
        await other_socket.initialize()
        await other_socket.subscribe("{ word }")
        assert (await other_socket.receive())["payload"]["data"] == {"word": "ชลบุรี"}
        assert (await busy_socket.receive())["type"] == "next"


async def test_each_event_has_its_own_context_and_none_stays_open_between_events() -> None:
    open_now: list[int] = []
    opened: list[int] = []

    @asynccontextmanager
    async def open_counted_context(
        _: Request, __: Operation, _limits: object
    ) -> AsyncIterator[int]:
        number = len(opened)
        opened.append(number)
        open_now.append(number)
        yield number
        open_now.remove(number)

    async with (
        serve_endpoint(build_endpoint(SCHEMA, open_counted_context)) as server,
        connect_socket(server) as socket,
    ):
        await socket.initialize()
        await socket.subscribe("subscription { looking }")
        results = [(await socket.receive())["payload"]["data"]["looking"] for _ in range(3)]
        assert results == ["0", "2", "4"]  # each event takes a number in between
        assert len(opened) == 6
        await socket.subscribe("subscription { quiet }", "2")
        await socket.receive()
        await socket.receive()
        assert open_now == []


# ── limits ────────────────────────────────────────────────────────────────────────────────────────


async def test_operations_of_a_socket_are_limited(socket: GraphQLSocket) -> None:
    await socket.initialize()
    for n in range(MAX_OPERATIONS):
        await socket.subscribe("subscription { quiet }", str(n))
        await socket.receive()
    await socket.subscribe("{ word }", "more")
    message = await socket.receive()
    assert (message["id"], message["type"]) == ("more", "error")
    assert message["payload"][0]["extensions"]["code"] == "TOO_COSTLY"
    assert message["payload"][0]["extensions"]["limit"] == MAX_OPERATIONS
    await socket.send({"id": "0", "type": "complete"})
    await wait_until(lambda: ACTIVE_STREAMS["quiet"] == MAX_OPERATIONS - 1)
    await socket.subscribe("{ word }", "more")
    assert (await socket.receive())["type"] == "next"


async def test_socket_over_the_limit_is_rejected_with_503(
    http_server: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.web.graphql.sockets.MAX_SOCKETS", 1)
    async with connect_socket(http_server) as socket:
        await socket.initialize()
        with pytest.raises(InvalidStatus) as refused:
            async with connect_socket(http_server):
                pass
        assert refused.value.response.status_code == 503


async def test_client_that_does_not_read_is_disconnected_with_backpressure(
    http_server: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.web.server.READ_TIMEOUT", 0.3)
    produced_before = ACTIVE_STREAMS["made"]
    async with connect_socket(http_server, max_queue=1) as socket:
        await socket.initialize()
        await socket.subscribe(
            "subscription ($t: String!) { hot(text: $t) }", variables={"t": "x" * 500_000}
        )
        await wait_until(lambda: ACTIVE_STREAMS["hot"] == 1)
        await wait_until(lambda: ACTIVE_STREAMS["hot"] == 0)
        # Only the items that fit into the kernel's buffers and the queue were produced.
        assert ACTIVE_STREAMS["made"] - produced_before < 60

"""Tests each close code of `graphql-transport-ws` over real sockets."""

from typing import Any

import pytest
from starlette.requests import HTTPConnection
from websockets.exceptions import InvalidStatus

from hub.web.graphql.websocket import MAX_ID_LENGTH
from hub.web.server import HubServer
from tests.web.graphql.sample_endpoint import (
    ACTIVE_STREAMS,
    SCHEMA,
    ConditionalAuthentication,
    build_endpoint,
    open_empty_context,
    serve_endpoint,
    server_address,
)
from tests.web.graphql.socket_client import INIT_MESSAGE, GraphQLSocket, connect_socket

QUERY = {"query": "{ word }"}
INVALID_MESSAGES = {
    "no JSON": "word",
    "an empty text": "",
    "a list": "[]",
    "null": "null",
    "a text": '"connection_init"',
    "a number": "1",
    "nesting beyond the reader": "[" * 5000,
    "bytes": b"\x00\x01",
    "bytes of JSON": b'{"type":"ping"}',
    "no type": "{}",
    "a type that is none": {"type": "start", "id": "1", "payload": QUERY},
    "a type that is a list": {"type": []},
    "an object as id": {"type": "subscribe", "id": {}, "payload": QUERY},
    "a number as id": {"type": "subscribe", "id": 1, "payload": QUERY},
    "an empty id": {"type": "subscribe", "id": "", "payload": QUERY},
    "an endless id": {"type": "subscribe", "id": "x" * (MAX_ID_LENGTH + 1), "payload": QUERY},
    "no id": {"type": "subscribe", "payload": QUERY},
    "no payload": {"type": "subscribe", "id": "1"},
    "a text as payload": {"type": "subscribe", "id": "1", "payload": "{ word }"},
    "a list as payload": {"type": "subscribe", "id": "1", "payload": [QUERY]},
    "no query": {"type": "subscribe", "id": "1", "payload": {}},
    "an object as query": {"type": "subscribe", "id": "1", "payload": {"query": {}}},
    "variables as text": {"type": "subscribe", "id": "1", "payload": {**QUERY, "variables": "{}"}},
    "complete without id": {"type": "complete"},
    "ping with a text": {"type": "ping", "payload": "now"},
    "init with a list": {"type": "connection_init", "payload": []},
}


@pytest.mark.parametrize("message", INVALID_MESSAGES.values(), ids=INVALID_MESSAGES)
async def test_invalid_message_closes_with_4400(socket: GraphQLSocket, message: Any) -> None:
    if not isinstance(message, dict) or message.get("type") != "connection_init":
        await socket.initialize()
    await socket.send(message)
    code, reason = await socket.wait_closed()
    assert code == 4400
    assert reason.startswith("ข้อความไม่ถูกต้อง · Invalid message: ")


async def test_subscribing_before_connection_init_closes_with_4401(socket: GraphQLSocket) -> None:
    await socket.subscribe("{ word }")
    assert (await socket.wait_closed())[0] == 4401


async def test_second_connection_init_closes_with_4429(socket: GraphQLSocket) -> None:
    await (await socket.initialize()).send(INIT_MESSAGE)
    assert (await socket.wait_closed())[0] == 4429


async def test_operation_id_in_use_closes_with_4409(socket: GraphQLSocket) -> None:
    await socket.initialize()
    await socket.subscribe("subscription { quiet }", "ก")
    await socket.subscribe("{ word }", "ก")
    assert await socket.wait_closed() == (4409, "id ซ้ำ · Subscriber for ก already exists")


async def test_missing_connection_init_closes_with_4408(
    http_server: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.web.graphql.websocket.INIT_TIMEOUT", 0.05)
    async with connect_socket(http_server) as socket:
        await socket.send({"type": "ping"})
        assert (await socket.wait_closed())[0] == 4408


@pytest.mark.parametrize("protocols", [None, ["graphql-ws"]])
async def test_unsupported_subprotocol_closes_with_4406(
    http_server: HubServer, protocols: list[str] | None
) -> None:
    async with connect_socket(http_server, subprotocols=None) as socket:
        assert (await socket.wait_closed())[0] == 4406


async def test_oversized_message_closes_with_1009(socket: GraphQLSocket) -> None:
    await socket.initialize()
    await socket.subscribe("{ word } #" + "x" * 1_000_000)
    assert (await socket.wait_closed())[0] == 1009


async def test_internal_error_closes_with_1011_and_an_incident_number(
    http_server: HubServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def raise_error(*_: Any) -> None:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr("hub.web.graphql.websocket.build_init_request", raise_error)
    async with connect_socket(http_server) as socket:
        await socket.send(INIT_MESSAGE)
        code, reason = await socket.wait_closed()
    assert code == 1011
    [record] = [r for r in caplog.records if hasattr(r, "incident")]
    assert reason == f"ข้อผิดพลาดภายใน · Internal error {record.__dict__['incident']}"


async def test_shutdown_closes_with_1012_and_rejects_new_sockets() -> None:
    endpoint = build_endpoint(SCHEMA, open_empty_context)
    async with (
        serve_endpoint(endpoint) as server,
        connect_socket(server) as socket,
        connect_socket(server) as idle,
    ):
        await socket.initialize()
        await socket.subscribe("subscription { quiet }")
        await socket.receive()
        await endpoint.close()
        for one in (socket, idle):
            code, reason = await one.wait_closed()
            assert (code, reason.partition(" · ")[2]) == (
                1012,
                "The hub is stopping; reconnect shortly",
            )
        assert ACTIVE_STREAMS["quiet"] == 0
        with pytest.raises(InvalidStatus) as refused:
            async with connect_socket(server):
                pass
        assert refused.value.response.status_code == 503
        assert refused.value.response.headers["retry-after"] == "5"


async def test_forbidden_connection_is_closed_with_4403_at_init_and_when_revoked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hub.web.graphql.websocket.REVALIDATION_INTERVAL", 0.02)
    valid = {"Bearer good"}
    seen: set[str | None] = set()

    def is_allowed(conn: HTTPConnection) -> bool:
        seen.add(conn.headers.get("authorization"))
        return conn.headers.get("authorization") in valid

    async with serve_endpoint(
        build_endpoint(SCHEMA, open_empty_context, ConditionalAuthentication(is_allowed))
    ) as server:
        for token in ("Bearer bad", None):
            async with connect_socket(server) as socket:
                await socket.send({**INIT_MESSAGE, "payload": {"Authorization": token}})
                assert (await socket.wait_closed())[0] == 4403
        async with connect_socket(server) as socket:
            await socket.send({**INIT_MESSAGE, "payload": {"authorization": "Bearer good"}})
            await socket.receive()
            await socket.subscribe("subscription { quiet }")
            await socket.receive()
            valid.clear()
            code, reason = await socket.wait_closed()
            assert (code, ACTIVE_STREAMS["quiet"]) == (4403, 0)
            assert reason == "สิทธิ์สิ้นสุดแล้ว · Forbidden: the token expired or access ended"
    assert seen == {"Bearer good", "Bearer bad", None}


async def test_socket_from_another_origin_is_rejected_with_403(http_server: HubServer) -> None:
    async with connect_socket(
        http_server, origin=f"http://{server_address(http_server)}"
    ) as socket:
        await socket.initialize()
    with pytest.raises(InvalidStatus) as refused:
        async with connect_socket(http_server, origin="https://evil.example"):
            pass
    assert refused.value.response.status_code == 403

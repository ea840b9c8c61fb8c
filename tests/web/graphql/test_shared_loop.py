"""What one client sends cannot keep the event loop from the others: documents and messages."""

from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from hub.errors import RateLimited
from hub.web.graphql.documents import MAX_SHORT, DocumentCache
from hub.web.graphql.limits import MAX_OPERATIONS
from hub.web.graphql.websocket import MAX_REFUSED
from hub.web.rate_limits import BURST, SECONDS_PER_TOKEN, RateLimiter
from hub.web.server import MAX_FRAMES_PER_SECOND
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
from tests.web.graphql.socket_client import GraphQLSocket, connect_socket


def write_operations(count: int) -> str:
    return " ".join(f"query Q{n} {{ word }}" for n in range(count))


async def test_a_document_has_at_most_ten_operations() -> None:
    documents = DocumentCache(SCHEMA)
    assert (await documents.parse(write_operations(MAX_OPERATIONS))).ast is not None
    refused = await documents.parse(write_operations(MAX_OPERATIONS + 1))
    assert refused.ast is None
    assert refused.measure is None, "it was measured, which the limit is to prevent"


async def test_a_new_document_is_charged_its_time_and_a_cached_one_is_not() -> None:
    charged: list[float] = []
    documents = DocumentCache(SCHEMA)
    for text in ("{ word }", "{ word }" + " " * MAX_SHORT):
        for _ in range(2):
            assert (await documents.parse(text, charged.append)).ast is not None
    assert len(charged) == 2
    assert all(seconds > 0 for seconds in charged)


def test_time_that_was_used_is_owed_until_it_is_earned() -> None:
    now = [0.0]
    limiter = RateLimiter(1, clock=lambda: now[0])
    limiter.charge_time("a", (BURST + 6) * SECONDS_PER_TOKEN)
    with pytest.raises(RateLimited) as refused:
        limiter.charge("a")
    assert refused.value.seconds == 6
    now[0] = 6.0
    limiter.charge("a")
    limiter.charge("b")


async def test_documents_that_take_long_are_limited_before_the_rate_is() -> None:
    limiter = RateLimiter(1, clock=lambda: 0.0)
    endpoint = build_endpoint(SCHEMA, open_empty_context, rate_limiter=limiter)
    async with open_client(endpoint) as client:
        answers = [await post_query(client, f"{{ a{n}: word b }}") for n in range(2)]
        assert {only_error(answer)["extensions"]["code"] for answer in answers} == {
            "GRAPHQL_VALIDATION_FAILED"
        }
        limiter.charge_time("at 127.0.0.1", 1.0)
        answer = await post_query(client, "{ word }")
    assert only_error(answer)["extensions"]["code"] == "RATE_LIMITED"


@pytest.mark.parametrize("message", [{"type": "ping"}, {"type": "complete", "id": "9"}])
async def test_messages_on_a_socket_count_like_requests(message: dict[str, Any]) -> None:
    endpoint = build_endpoint(
        SCHEMA, open_empty_context, rate_limiter=RateLimiter(1, clock=lambda: 0.0)
    )
    async with serve_endpoint(endpoint) as server, connect_socket(server) as socket:
        await socket.initialize()
        await socket.send(*[message] * BURST)
        code, reason = await socket.wait_closed()
    assert (code, "ส่งถี่เกินไป" in reason) == (1013, True)


async def test_a_socket_that_continues_above_the_rate_is_closed() -> None:
    endpoint = build_endpoint(
        SCHEMA, open_empty_context, rate_limiter=RateLimiter(1, clock=lambda: 0.0)
    )
    async with serve_endpoint(endpoint) as server, connect_socket(server) as socket:
        await socket.initialize()
        refused = 0
        try:
            for n in range(BURST + MAX_REFUSED + 10):
                await socket.subscribe("{ word }", str(n))
                while (message := await socket.receive())["type"] == "next":
                    pass
                refused += message["type"] == "error"
        except ConnectionClosed:
            pass
        code, _ = await socket.wait_closed()
    assert (code, refused) == (1013, MAX_REFUSED + 1)


async def test_handshakes_count_like_requests() -> None:
    endpoint = build_endpoint(
        SCHEMA, open_empty_context, rate_limiter=RateLimiter(1, clock=lambda: 0.0)
    )
    async with serve_endpoint(endpoint) as server:
        for _ in range(BURST):
            async with connect_socket(server):
                pass
        with pytest.raises(InvalidStatus) as refused:
            async with connect_socket(server):
                pass
    assert refused.value.response.status_code == 429


async def test_handshake_of_a_client_does_not_share_the_limit_of_its_address() -> None:
    endpoint = build_endpoint(
        SCHEMA,
        open_empty_context,
        HeaderAuthentication(),
        rate_limiter=RateLimiter(1, clock=lambda: 0.0),
    )
    async with serve_endpoint(endpoint) as server:
        for _ in range(BURST):
            async with connect_socket(server):
                pass
        with pytest.raises(InvalidStatus):
            async with connect_socket(server):
                pass
        async with connect_socket(server, additional_headers={"x-client": "planner"}) as socket:
            await socket.initialize()


async def test_a_socket_with_thousands_of_frames_a_second_is_aborted() -> None:
    endpoint = build_endpoint(SCHEMA, open_empty_context)
    async with serve_endpoint(endpoint) as server, connect_socket(server) as socket:
        await socket.initialize()
        with pytest.raises((ConnectionClosed, OSError)):
            await send_pings(socket, 10 * MAX_FRAMES_PER_SECOND)


async def send_pings(socket: GraphQLSocket, count: int) -> None:
    """Send pings of the WebSocket protocol, which no application sees, and wait for the end."""
    for _ in range(count):
        await socket.connection.ping()
    await socket.connection.recv()

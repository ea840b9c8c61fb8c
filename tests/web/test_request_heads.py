"""The head of a request, its first line and headers, is limited in bytes and in headers."""

import asyncio

import pytest

from hub.web.server import MAX_HEAD_BYTES, MAX_HEADERS, HubServer
from tests.web.graphql.sample_endpoint import server_address

FIRST_LINE = b"GET /graphql?query=%7Bword%7D HTTP/1.1\r\nhost: hub\r\n"


async def send_bytes(server: HubServer, *parts: bytes) -> bytes:
    """Send bytes on one connection and return all that is answered within its time."""
    host, _, port = server_address(server).rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        async with asyncio.timeout(10):
            return await reader.read(4_096)
    except ConnectionError:
        return b"HTTP/1.1 431 (reset while sending)"
    finally:
        writer.close()


@pytest.mark.parametrize(
    "parts",
    [
        (FIRST_LINE, *(b"x%d: y\r\n" % n for n in range(MAX_HEADERS + 1)), b"\r\n"),
        (FIRST_LINE, b"x: " + b"y" * (MAX_HEAD_BYTES + 1) + b"\r\n\r\n"),
        (FIRST_LINE, b"x: ", *[b"y" * MAX_HEAD_BYTES] * 20),
        (b"GET /" + b"a" * (MAX_HEAD_BYTES + 1),),
    ],
    ids=["too many headers", "a long header", "a head without an end", "a long address"],
)
async def test_a_head_that_is_too_large_is_answered_with_431(
    http_server: HubServer, parts: tuple[bytes, ...]
) -> None:
    assert (await send_bytes(http_server, *parts)).startswith(b"HTTP/1.1 431")


async def test_a_hundred_headers_and_sixty_kibibytes_are_accepted(http_server: HubServer) -> None:
    headers = b"".join(b"x%d: %s\r\n" % (n, b"y" * 600) for n in range(MAX_HEADERS - 1))
    answer = await send_bytes(http_server, FIRST_LINE + headers + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 200")


async def test_a_body_does_not_count_as_head_and_each_request_counts_by_itself(
    http_server: HubServer,
) -> None:
    body = b'{"query": "{ word }", "variables": {"pad": "' + b"p" * 90_000 + b'"}}'
    head = (
        b"POST /graphql HTTP/1.1\r\nhost: hub\r\ncontent-type: application/json\r\n"
        b"content-length: %d\r\n" % len(body)
    )
    headers = b"".join(b"x%d: y\r\n" % n for n in range(90))
    one = head + headers + b"\r\n" + body
    assert (await send_bytes(http_server, one)).startswith(b"HTTP/1.1 200")
    answer = await send_bytes(
        http_server, one, one.replace(b"\r\nhost", b"\r\nconnection: close\r\nhost")
    )
    assert answer.startswith(b"HTTP/1.1 200")


async def test_a_head_in_pieces_after_a_large_body_is_accepted(http_server: HubServer) -> None:
    host, _, port = server_address(http_server).rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    body = b'{"query": "{ word }", "variables": {"pad": "' + b"p" * 90_000 + b'"}}'
    writer.write(
        b"POST /graphql HTTP/1.1\r\nhost: hub\r\ncontent-type: application/json\r\n"
        b"content-length: %d\r\n\r\n" % len(body)
    )
    for start in range(0, len(body), 10_000):
        writer.write(body[start : start + 10_000])
        await writer.drain()
        await asyncio.sleep(0)
    async with asyncio.timeout(10):
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        await reader.readuntil(b'"limit":100000}}}')
        writer.write(FIRST_LINE)
        await writer.drain()
        await asyncio.sleep(0.01)
        writer.write(b"x: y\r\n\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    writer.close()

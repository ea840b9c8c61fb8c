"""Misbehaviour below HTTP's good manners: slow, cut, short, swollen, or somewhere else."""

import asyncio
import json
import socket
import struct
import zlib
from collections.abc import AsyncIterator
from typing import Final

from starlette.datastructures import URL
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.sandbox.agency import Agency
from hub.sandbox.faults import STATUSES, WIRE

PAGES: Final = (
    "/budget/bbgfproject",
    "/ministry/projects",
    "/local/projects",
    "/contracts/cgdcontract",
    "/catalog/api/3/action/datastore_search",
)
"""What misbehaves; the token endpoint and the truth never do."""
JSON: Final = (b"content-type", b"application/json; charset=utf-8")
BOMB: Final = 300
"""Megabytes."""
OTHER_HOST: Final = {"127.0.0.1": "localhost", "localhost": "127.0.0.1"}


class Wire:
    """Answers pages and single records as the agency's faults want it; passes all else on."""

    def __init__(self, app: ASGIApp, agency: Agency) -> None:
        self.app = app
        self.agency = agency

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        path = scope.get("path", "")
        if scope["type"] != "http" or not {path, path.rpartition("/")[0]} & set(PAGES):
            await self.app(scope, receive, send)
            return
        self.agency.seen["pages"] += 1
        number = self.agency.seen["pages"]
        for fault in self.agency.faults:
            if fault.name in STATUSES | WIRE.keys() and fault.due(number):
                await self.misbehave(fault.name, scope, receive, send)
                return
        await self.app(scope, receive, send)

    async def misbehave(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer wrongly, in the way of this name."""
        if name in STATUSES:
            wait = [(b"retry-after", b"1")] if name == "429" else []
            await begin(send, int(name), JSON, *wait)
            await end(send, b'{"error": "sandbox"}')
        elif name == "slow":
            await gone(receive)
        elif name == "slow-loris":
            await drip(receive, send)
        elif name == "html":
            await begin(send, 200, (b"content-type", b"text/html; charset=utf-8"))
            await end(send, "<!doctype html><title>ปิดปรับปรุงระบบ</title>".encode())
        elif name == "bomb":
            await begin(send, 200, JSON, (b"content-encoding", b"gzip"))
            async for part in swollen():
                await send({"type": "http.response.body", "body": part, "more_body": True})
            await end(send)
        elif name == "redirect":
            await begin(send, 302, (b"location", elsewhere(scope).encode()))
            await end(send)
        else:
            await self.cut(name, scope, receive, send)

    async def cut(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        """The right answer, half of it."""
        body = bytearray()
        status = 200

        async def keep(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            body.extend(message.get("body", b""))

        await self.app(scope, receive, keep)
        half = bytes(body[: len(body) // 2])
        if name == "truncated":
            await begin(send, status, JSON)
            await end(send, half)
            return
        await begin(send, status, JSON, (b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.body", "body": half, "more_body": True})
        hang_up(send, reset=name == "reset")


async def begin(send: Send, status: int, *headers: tuple[bytes, bytes]) -> None:
    """The head of an answer."""
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})


async def end(send: Send, body: bytes = b"") -> None:
    """The rest of an answer."""
    await send({"type": "http.response.body", "body": body})


async def gone(receive: Receive) -> None:
    """Wait until the client has had enough."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def drip(receive: Receive, send: Send) -> None:
    """A blank every tenth of a second, until the client leaves: each read succeeds, none ends."""
    await begin(send, 200, JSON)
    leaving = asyncio.ensure_future(gone(receive))
    while not leaving.done():
        await send({"type": "http.response.body", "body": b" ", "more_body": True})
        await asyncio.wait([leaving], timeout=0.1)


async def swollen() -> AsyncIterator[bytes]:
    """A valid, empty list with very many blanks in it, as gzip."""
    squeezed = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    blanks = b" " * (1 << 20)
    yield squeezed.compress(b'{"items": [')
    for _ in range(BOMB):
        part = squeezed.compress(blanks)
        if part:
            yield part
        await asyncio.sleep(0)
    yield squeezed.compress(json.dumps([]).encode()[1:] + b', "result": [], "next_cursor": null}')
    yield squeezed.flush()


def elsewhere(scope: Scope) -> str:
    """The same question at another host, which writes down what it is told."""
    url = URL(scope=scope)
    host = OTHER_HOST.get(url.hostname or "", "localhost")
    return str(url.replace(hostname=host, path="/elsewhere"))


def hang_up(send: Send, *, reset: bool) -> None:
    """Close the connection under the answer; ASGI has no word for it, so uvicorn's own is taken."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionResetError("cut by the sandbox")
    if reset:
        wire: socket.socket = transport.get_extra_info("socket")
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    else:
        transport.close()

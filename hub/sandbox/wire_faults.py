"""Faults below HTTP semantics: slow, truncated, reset, oversized or redirected responses."""

import asyncio
import json
import socket
import struct
import zlib
from collections.abc import AsyncIterator
from typing import Final

from starlette.datastructures import URL
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.sandbox.agency import SandboxAgency
from hub.sandbox.faults import ERROR_STATUSES, WIRE_FAULTS

FAULTY_PATHS: Final = (
    "/budget/bbgfproject",
    "/ministry/projects",
    "/local/projects",
    "/contracts/cgdcontract",
    "/catalog/api/3/action/datastore_search",
)
"""Paths with faults; the token endpoint and the truth have none."""
JSON_CONTENT_TYPE: Final = (b"content-type", b"application/json; charset=utf-8")
BOMB_MEGABYTES: Final = 300
"""Megabytes of blanks in the decompressed body."""
OTHER_HOST: Final = {"127.0.0.1": "localhost", "localhost": "127.0.0.1"}


class FaultMiddleware:
    """Middleware that answers pages and single records with the agency's faults."""

    def __init__(self, app: ASGIApp, agency: SandboxAgency) -> None:
        self.app = app
        self.agency = agency

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to one request with a fault, or pass it to the application."""
        path = scope.get("path", "")
        if scope["type"] != "http" or not {path, path.rpartition("/")[0]} & set(FAULTY_PATHS):
            await self.app(scope, receive, send)
            return
        self.agency.counters["pages"] += 1
        number = self.agency.counters["pages"]
        for fault in self.agency.faults:
            if fault.name in ERROR_STATUSES | WIRE_FAULTS.keys() and fault.trigger(number):
                await self.send_fault(fault.name, scope, receive, send)
                return
        await self.app(scope, receive, send)

    async def send_fault(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response of the fault with this name."""
        if name in ERROR_STATUSES:
            wait = [(b"retry-after", b"1")] if name == "429" else []
            await send_head(send, int(name), JSON_CONTENT_TYPE, *wait)
            await send_body(send, b'{"error": "sandbox"}')
        elif name == "slow":
            await wait_for_disconnect(receive)
        elif name == "slow-loris":
            await send_slowly(receive, send)
        elif name == "html":
            await send_head(send, 200, (b"content-type", b"text/html; charset=utf-8"))
            await send_body(send, "<!doctype html><title>ปิดปรับปรุงระบบ</title>".encode())
        elif name == "bomb":
            await send_head(send, 200, JSON_CONTENT_TYPE, (b"content-encoding", b"gzip"))
            async for part in generate_bomb():
                await send({"type": "http.response.body", "body": part, "more_body": True})
            await send_body(send)
        elif name == "redirect":
            await send_head(send, 302, (b"location", build_redirect_url(scope).encode()))
            await send_body(send)
        else:
            await self.send_partial(name, scope, receive, send)

    async def send_partial(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Send half of the correct response."""
        body = bytearray()
        status = 200

        async def _collect(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            body.extend(message.get("body", b""))

        await self.app(scope, receive, _collect)
        half = bytes(body[: len(body) // 2])
        if name == "truncated":
            await send_head(send, status, JSON_CONTENT_TYPE)
            await send_body(send, half)
            return
        await send_head(
            send, status, JSON_CONTENT_TYPE, (b"content-length", str(len(body)).encode())
        )
        await send({"type": "http.response.body", "body": half, "more_body": True})
        close_connection(send, reset=name == "reset")


async def send_head(send: Send, status: int, *headers: tuple[bytes, bytes]) -> None:
    """Send the status and headers of a response."""
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})


async def send_body(send: Send, body: bytes = b"") -> None:
    """Send the last part of a response body."""
    await send({"type": "http.response.body", "body": body})


async def wait_for_disconnect(receive: Receive) -> None:
    """Wait until the client disconnects."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def send_slowly(receive: Receive, send: Send) -> None:
    """Send a blank every tenth of a second until the client disconnects: no single read times
    out.
    """
    await send_head(send, 200, JSON_CONTENT_TYPE)
    disconnected = asyncio.ensure_future(wait_for_disconnect(receive))
    while not disconnected.done():
        await send({"type": "http.response.body", "body": b" ", "more_body": True})
        await asyncio.wait([disconnected], timeout=0.1)


async def generate_bomb() -> AsyncIterator[bytes]:
    """Yield a valid, empty JSON list with very many blanks, as gzip."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    blanks = b" " * (1 << 20)
    yield compressor.compress(b'{"items": [')
    for _ in range(BOMB_MEGABYTES):
        part = compressor.compress(blanks)
        if part:
            yield part
        await asyncio.sleep(0)
    yield compressor.compress(json.dumps([]).encode()[1:] + b', "result": [], "next_cursor": null}')
    yield compressor.flush()


def build_redirect_url(scope: Scope) -> str:
    """Return the address of this request at another host, which counts the secrets it receives."""
    url = URL(scope=scope)
    host = OTHER_HOST.get(url.hostname or "", "localhost")
    return str(url.replace(hostname=host, path="/elsewhere"))


def close_connection(send: Send, *, reset: bool) -> None:
    """Close the TCP connection; ASGI has no message for it, so uvicorn's transport is used."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionResetError("cut by the sandbox")
    if reset:
        connection: socket.socket = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    else:
        transport.close()

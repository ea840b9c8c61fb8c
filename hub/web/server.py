"""The program behind the socket: uvicorn, made patient with everybody but not for ever.

What uvicorn leaves open is closed here, on the connection itself, where no application can reach:
a request whose head does not come, and a peer that does not read what it is sent. The second would
otherwise hold its connection, and what waits in it, until the peer goes away.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from hub.web.request_body import MAX_BODY_BYTES

HEAD_TIMEOUT: Final = 15.0
"""Seconds the head of a request may take, and how long a connection may wait for its first."""
READ_TIMEOUT: Final = 20.0
"""Seconds in which a peer must read on once 64 KiB wait for it."""
SHUTDOWN_TIMEOUT: Final = 15.0
"""Seconds that questions under way are given when the hub stops."""


class SlowClientTimeouts(asyncio.Protocol):
    """A connection that is cut when its peer does not read on."""

    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    read_timer: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        """So much waits for the peer that it must read first."""
        super().pause_writing()
        self.read_timer = self.loop.call_later(READ_TIMEOUT, self.transport.abort)

    def resume_writing(self) -> None:
        """It did."""
        self.cancel_read_timer()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self.cancel_read_timer()
        super().connection_lost(exc)

    def cancel_read_timer(self) -> None:
        """Nobody is waited for any more."""
        if self.read_timer is not None:
            self.read_timer.cancel()
            self.read_timer = None


class HttpProtocol(SlowClientTimeouts, HttpToolsProtocol):
    """HTTP/1.1; the head of each request has to come in time."""

    head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Somebody connected."""
        super().connection_made(transport)
        self.head_timer = self.loop.call_later(HEAD_TIMEOUT, self.transport.abort)

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        self.cancel_head_timer()
        self.head_timer = self.loop.call_later(HEAD_TIMEOUT, self.transport.abort)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The whole head of it."""
        self.cancel_head_timer()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Gone, whether or not a request came."""
        self.cancel_head_timer()
        super().connection_lost(exc)

    def cancel_head_timer(self) -> None:
        """Nothing of a head is waited for."""
        if self.head_timer is not None:
            self.head_timer.cancel()
            self.head_timer = None


class WebSocketProtocol(SlowClientTimeouts, WebSocketsSansIOProtocol):
    """WebSocket; once the application is done with it, it is gone soon."""

    async def run_asgi(self) -> None:
        """See to it, then wait a while for the peer to read the end."""
        await super().run_asgi()
        self.loop.call_later(READ_TIMEOUT, self.transport.abort)

    def keepalive_timeout(self) -> None:
        """A peer that does not answer a ping will not read a farewell either."""
        super().keepalive_timeout()
        self.transport.abort()


class HubServer(uvicorn.Server):
    """The server; `close` ends what would go on, and is awaited before the rest is."""

    def __init__(self, app: ASGIApp, close: Callable[[], Awaitable[Any]]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=HttpProtocol,
                ws=WebSocketProtocol,
                ws_max_size=MAX_BODY_BYTES,
                ws_per_message_deflate=False,
                access_log=False,
                log_config=None,
                server_header=False,
                timeout_graceful_shutdown=int(SHUTDOWN_TIMEOUT),
                lifespan="on",
            )
        )
        self._close = close

    async def shutdown(self, sockets: list[Any] | None = None) -> None:
        """Close what is open with a reason, let what is under way be answered, and stop."""
        await self._close()
        await super().shutdown(sockets)

"""The uvicorn server, with timeouts that uvicorn does not have.

Two kinds of connections stay open in uvicorn and cannot be closed by an ASGI application, so they
are closed here: a request whose headers do not arrive, and a peer that does not read the response.
The second would otherwise keep its connection and the buffered data until the peer disconnects.
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
"""Seconds in which the headers of a request, or the first request of a connection, must arrive."""
READ_TIMEOUT: Final = 20.0
"""Seconds in which a peer must read when 64 KiB are buffered for it."""
SHUTDOWN_TIMEOUT: Final = 15.0
"""Seconds that running requests have to finish when the hub stops."""


class SlowClientTimeouts(asyncio.Protocol):
    """A protocol that aborts the connection when its peer does not read."""

    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    read_timer: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        """Start the timer: the write buffer is full until the peer reads."""
        super().pause_writing()
        self.read_timer = self.loop.call_later(READ_TIMEOUT, self.transport.abort)

    def resume_writing(self) -> None:
        """Cancel the timer: the peer has read."""
        self.cancel_read_timer()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the timer."""
        self.cancel_read_timer()
        super().connection_lost(exc)

    def cancel_read_timer(self) -> None:
        """Cancel the timer that waits for the peer to read."""
        if self.read_timer is not None:
            self.read_timer.cancel()
            self.read_timer = None


class HttpProtocol(SlowClientTimeouts, HttpToolsProtocol):
    """HTTP/1.1 with a timeout for the headers of each request."""

    head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Start the timer for the headers of the first request."""
        super().connection_made(transport)
        self.head_timer = self.loop.call_later(HEAD_TIMEOUT, self.transport.abort)

    def on_message_begin(self) -> None:
        """Restart the timer at the first byte of a request."""
        self.cancel_head_timer()
        self.head_timer = self.loop.call_later(HEAD_TIMEOUT, self.transport.abort)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Cancel the timer: all headers arrived."""
        self.cancel_head_timer()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the timer, whether or not a request arrived."""
        self.cancel_head_timer()
        super().connection_lost(exc)

    def cancel_head_timer(self) -> None:
        """Cancel the timer that waits for headers."""
        if self.head_timer is not None:
            self.head_timer.cancel()
            self.head_timer = None


class WebSocketProtocol(SlowClientTimeouts, WebSocketsSansIOProtocol):
    """WebSocket that aborts the connection soon after the application has finished."""

    async def run_asgi(self) -> None:
        """Run the application, then give the peer a while to read the rest."""
        await super().run_asgi()
        self.loop.call_later(READ_TIMEOUT, self.transport.abort)

    def keepalive_timeout(self) -> None:
        """Abort: a peer that does not answer a ping will not read a close frame either."""
        super().keepalive_timeout()
        self.transport.abort()


class HubServer(uvicorn.Server):
    """The server; on shutdown it first awaits `close`, which ends sockets and streams."""

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
        """Close sockets and streams with a reason, finish running requests, and stop."""
        await self._close()
        await super().shutdown(sockets)

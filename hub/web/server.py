"""The uvicorn server, with limits that uvicorn does not have.

Two kinds of connections stay open in uvicorn and cannot be closed by an ASGI application, so they
are closed here: a request whose headers do not arrive, and a peer that does not read the response.
The second would otherwise keep its connection and the buffered data until the peer disconnects.
The head of a request (its first line and headers) has no limit in uvicorn either, and is kept in
memory until it is complete.
"""

import asyncio
import sys
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
MAX_HEAD_BYTES: Final = 64 * 1024
"""Bytes of the head of a request, its first line included."""
MAX_HEADERS: Final = 100
HEAD_TOO_LARGE: Final = (
    "คำขอมีส่วนหัวใหญ่หรือมากเกินไป · The head of the request is too large: at most "
    f"{MAX_HEAD_BYTES // 1024} KiB and {MAX_HEADERS} headers\n"
)
MAX_FRAMES_PER_SECOND: Final = 1_000
"""Frames of one WebSocket, pings included; twice what the rate limit allows an idle client."""
FRAME_SLICE: Final = 4_096
"""Bytes of frames that are parsed at a time: at most 2,000 pings."""
SWITCH_INTERVAL: Final = 0.0005
"""Seconds after which a thread, such as one that parses a document, lets the event loop run; the
default of 5 ms is paid at each of the loop's turns of a request."""
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


class HeadTooLarge(Exception):
    """Raised while a head is parsed; uvicorn then answers through `send_400_response`."""


class HttpProtocol(SlowClientTimeouts, HttpToolsProtocol):
    """HTTP/1.1 with a timeout and a limited size for the head of each request."""

    head_timer: asyncio.TimerHandle | None = None
    received_bytes = 0
    """Bytes received since the chunk in which this head began."""
    head_bytes = 0
    """Bytes of the address and the complete headers of this head."""
    header_count = 0
    reads_head = True
    head_is_too_large = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Start the timer for the headers of the first request."""
        super().connection_made(transport)
        self.head_timer = self.loop.call_later(HEAD_TIMEOUT, self.transport.abort)

    def data_received(self, data: bytes) -> None:
        """Parse what was received; reject a head that is too large, complete or not."""
        if self.head_is_too_large:
            return
        self.received_bytes += len(data)
        super().data_received(data)
        if self.reads_head and self.received_bytes > MAX_HEAD_BYTES and not self.head_is_too_large:
            self.head_is_too_large = True
            self.send_400_response("")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Add a header, of which there may be 100."""
        self.header_count += 1
        self.count_head_bytes(len(name) + len(value))
        super().on_header(name, value)

    def on_url(self, url: bytes) -> None:
        """Add a part of the address."""
        self.count_head_bytes(len(url))
        super().on_url(url)

    def count_head_bytes(self, size: int) -> None:
        """Count bytes of the head; `HeadTooLarge` ends the parsing."""
        self.head_bytes += size
        if self.head_bytes > MAX_HEAD_BYTES or self.header_count > MAX_HEADERS:
            self.head_is_too_large = True
            raise HeadTooLarge

    def send_400_response(self, msg: str) -> None:
        """Answer a request that cannot be read, and close: 431 for a head that is too large."""
        if not self.head_is_too_large:
            super().send_400_response(msg)
            return
        body = HEAD_TOO_LARGE.encode()
        head = (
            "HTTP/1.1 431 Request Header Fields Too Large\r\n"
            "content-type: text/plain; charset=utf-8\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()

    def on_message_begin(self) -> None:
        """Restart the timer at the first byte of a request."""
        self.cancel_head_timer()
        self.reads_head = True
        self.header_count = self.head_bytes = self.received_bytes = 0
        self.head_timer = self.loop.call_later(HEAD_TIMEOUT, self.transport.abort)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Cancel the timer: all headers arrived."""
        self.cancel_head_timer()
        self.reads_head = False
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
    """WebSocket that aborts the connection soon after the application has finished, and at once
    when its peer sends more than 1,000 frames in a second.

    uvicorn parses all that it has received before anything else runs, and answers pings itself, so
    the rate limit of messages would be reached too late.
    """

    frame_count = 0
    window_start = 0.0
    """When `frame_count` began; seconds of the loop's clock."""

    def data_received(self, data: bytes) -> None:
        """Parse what was received, in slices until there were too many frames."""
        for start in range(0, len(data), FRAME_SLICE):
            if self.transport.is_closing():
                return
            super().data_received(data[start : start + FRAME_SLICE])

    def handle_events(self) -> None:
        """Handle the frames of a slice, after counting them."""
        now = self.loop.time()
        if now - self.window_start > 1:
            self.frame_count, self.window_start = 0, now
        self.frame_count += len(self.conn.events)
        if self.frame_count > MAX_FRAMES_PER_SECOND:
            self.transport.abort()
            return
        super().handle_events()

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
        sys.setswitchinterval(SWITCH_INTERVAL)

    async def shutdown(self, sockets: list[Any] | None = None) -> None:
        """Close sockets and streams with a reason, finish running requests, and stop."""
        await self._close()
        await super().shutdown(sockets)

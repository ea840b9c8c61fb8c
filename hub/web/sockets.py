"""Every WebSocket of the process: who may open one, and how all of them are closed."""

import asyncio
from typing import Final

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from hub.web.execution import Execution
from hub.web.faults import RETRY_AFTER
from hub.web.session import PROTOCOL, Session, reason

MOST_SOCKETS: Final = 2_000


class Sockets:
    """Every socket of this process; `close` ends them all, and `closing` says that it did."""

    def __init__(self, execution: Execution) -> None:
        self.closing = asyncio.Event()
        self._execution = execution
        self._open: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See to one socket until it closes."""
        socket = WebSocket(scope, receive, send)
        refusal = self._refusal(socket)
        if refusal is not None:
            await socket.receive()
            await socket.send_denial_response(refusal)
            return
        if PROTOCOL not in scope.get("subprotocols", []):
            await socket.accept()
            await socket.close(4406, reason("Subprotocol not acceptable: use " + PROTOCOL))
            return
        await socket.accept(PROTOCOL)
        living = asyncio.create_task(Session(socket, self._execution).live(self.closing))
        self._open.add(living)
        try:
            await living
        finally:
            self._open.discard(living)

    def _refusal(self, socket: WebSocket) -> Response | None:
        """What is answered to a handshake that will not do."""
        if self.closing.is_set() or len(self._open) >= MOST_SOCKETS:
            return Response(status_code=503, headers={"Retry-After": str(RETRY_AFTER)})
        if not same_origin(socket):
            return Response(status_code=403)
        return None

    async def close(self) -> None:
        """Close every socket with a reason, and wait until they are."""
        self.closing.set()
        if self._open:
            await asyncio.wait(self._open, timeout=10)


def same_origin(socket: HTTPConnection) -> bool:
    """Whether a browser says that the page is ours; other programs say nothing and are let in.

    A page of anybody may open a socket to anybody, and the browser sends our cookies with it.
    """
    origin = socket.headers.get("origin")
    return origin is None or origin.partition("://")[2] == socket.headers.get("host")

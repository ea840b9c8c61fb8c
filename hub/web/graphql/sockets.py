"""The WebSocket endpoint: accepts or denies handshakes, and closes all sockets of the process."""

import asyncio
from typing import Final

from starlette.authentication import AuthenticationBackend
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from hub.errors import NotReady, RateLimited
from hub.web.cors import is_same_origin
from hub.web.errors import bare_error
from hub.web.graphql.execution import Execution
from hub.web.graphql.websocket import PROTOCOL, WebSocketSession, truncate_reason

MAX_SOCKETS: Final = 2_000


class WebSocketEndpoint:
    """All sockets of this process; `close` closes them, and `closing` is set when it starts."""

    def __init__(self, execution: Execution, authentication: AuthenticationBackend) -> None:
        self.closing = asyncio.Event()
        self._execution = execution
        self._authentication = authentication
        self._open: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run one socket until it closes."""
        socket = WebSocket(scope, receive, send)
        rejection = await self._reject_handshake(socket)
        if rejection is not None:
            await deny_handshake(socket, rejection)
            return
        if PROTOCOL not in scope.get("subprotocols", []):
            await socket.accept()
            await socket.close(4406, truncate_reason("Subprotocol not acceptable: use " + PROTOCOL))
            return
        await socket.accept(PROTOCOL)
        session = WebSocketSession(socket, self._execution, self._authentication)
        task = asyncio.create_task(session.run(self.closing))
        self._open.add(task)
        try:
            await task
        finally:
            self._open.discard(task)

    async def _reject_handshake(self, socket: WebSocket) -> Response | None:
        """Return the response that denies a handshake; None if it is accepted."""
        if self.closing.is_set() or len(self._open) >= MAX_SOCKETS:
            return bare_error(NotReady())
        if not is_same_origin(socket):
            return Response(status_code=403)
        try:
            await self._execution.charge_message(socket, None)
        except RateLimited as limited:
            return bare_error(limited)
        return None

    async def close(self) -> None:
        """Close every socket with a reason, and wait up to ten seconds until they are closed."""
        self.closing.set()
        if self._open:
            await asyncio.wait(self._open, timeout=10)


async def deny_handshake(socket: WebSocket, response: Response) -> None:
    """Answer the handshake of a socket with an HTTP response instead of accepting it."""
    await socket.receive()
    await socket.send_denial_response(response)

"""One socket: questions and subscriptions in the words of the `graphql-transport-ws` protocol.

Every way to break the protocol closes the socket with the code the protocol has for it; a document
that will not do, or a question that fails, is an `error` of that question alone and the socket goes
on. One message is read, and one is written, at a time.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Any, Final

import orjson
from graphql import OperationType
from starlette.authentication import AuthenticationBackend
from starlette.requests import HTTPConnection, Request
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from hub.errors import TooCostly
from hub.web.errors import Problem, RequestRejected, error_problem, new_trace, report_incident
from hub.web.graphql.execution import POLL, Execution, GraphQLAnswer, PreparedOperation
from hub.web.graphql.request import GraphQLRequest, parse_request
from hub.web.request_body import MAX_BODY_BYTES

PROTOCOL: Final = "graphql-transport-ws"
INIT_TIMEOUT: Final = 10.0
"""Seconds a client has to introduce itself."""
MAX_OPERATIONS: Final = 50
"""Questions and subscriptions of one socket that are under way."""
MAX_ID_LENGTH: Final = 200
MAX_REASON_LENGTH: Final = 123
"""Bytes of UTF-8, as RFC 6455 has it (5.5)."""


class SocketClosed(Exception):
    """Why a socket is closed: the code of the protocol, and words for people."""

    def __init__(self, code: int, th: str, en: str) -> None:
        super().__init__(f"{th} · {en}")
        self.code = code


def invalid_message(en: str) -> SocketClosed:
    """4400: a message that is none of the protocol's."""
    return SocketClosed(4400, "ข้อความไม่ถูกต้อง", f"Invalid message: {en}")


class WebSocketSession:
    """One socket: whether it introduced itself, and what is under way on it."""

    def __init__(
        self, socket: WebSocket, execution: Execution, authentication: AuthenticationBackend
    ) -> None:
        self._socket = socket
        self._execution = execution
        self._authentication = authentication
        self._request: Request | None = None
        self._acknowledged = asyncio.Event()
        self._named: dict[str, asyncio.Task[None]] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()

    async def run(self, closing: asyncio.Event) -> None:
        """Read and answer until somebody closes; then nothing of it is left running."""
        ends = {
            asyncio.create_task(self._read()),
            asyncio.create_task(self._introduced()),
            asyncio.create_task(wait_for_stop(closing)),
        }
        try:
            done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            why = next(iter(done)).exception()
        finally:
            running = ends | self._running
            for task in running:
                task.cancel()
            await asyncio.wait(running)
        await self._close(why)

    async def _close(self, why: BaseException | None) -> None:
        """Close the socket, unless the client did."""
        if isinstance(why, WebSocketDisconnect):
            return
        if not isinstance(why, SocketClosed):
            problem = report_incident(why or RuntimeError("a socket ended of itself"), new_trace())
            why = SocketClosed(
                1011, "ข้อผิดพลาดภายใน", f"Internal error {problem['extensions']['traceId']}"
            )
        if self._socket.application_state is WebSocketState.CONNECTED:
            with suppress(WebSocketDisconnect, RuntimeError):
                await self._socket.close(why.code, close_reason(str(why)))

    async def _introduced(self) -> None:
        """4408 where nobody introduces themselves; 4403 once who did may no longer ask."""
        try:
            async with asyncio.timeout(INIT_TIMEOUT):
                await self._acknowledged.wait()
        except TimeoutError:
            raise SocketClosed(
                4408, "ไม่ได้แนะนำตัวในเวลา", "Connection initialisation timeout"
            ) from None
        while True:
            await asyncio.sleep(POLL)
            if not await self._build_request.user.revalidate():
                raise SocketClosed(4403, "สิทธิ์สิ้นสุดแล้ว", "Forbidden: the token or the agency ended")

    @property
    def _build_request(self) -> Request:
        """Who asks, as a request; 4401 before they introduced themselves."""
        if self._request is None or not self._acknowledged.is_set():
            raise SocketClosed(
                4401, "ส่ง connection_init ก่อน", "Unauthorized: connection_init comes first"
            )
        return self._request

    async def _read(self) -> None:
        while True:
            message = await self._message()
            kind = str(message.get("type"))
            payload = message.get("payload")
            if kind in {"connection_init", "ping", "pong"} and not isinstance(payload, dict | None):
                raise invalid_message("payload must be an object")
            match kind:
                case "connection_init":
                    await self._introduce(payload or {})
                case "ping":
                    await self._send({"type": "pong", **({"payload": payload} if payload else {})})
                case "pong":
                    pass
                case "subscribe":
                    await self._subscribe(operation_id(message), payload)
                case "complete":
                    running = self._named.pop(operation_id(message), None)
                    if running is not None:
                        running.cancel()
                case _:
                    raise invalid_message("unknown type")

    async def _message(self) -> dict[str, Any]:
        """The next message; 4400 for what is none."""
        came = await self._socket.receive()
        if came["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(came.get("code") or 1005)
        text = came.get("text")
        if text is None:
            raise invalid_message("send text")
        if len(text) > MAX_BODY_BYTES:
            raise SocketClosed(1009, "ข้อความใหญ่เกินไป", "Message too big")
        try:
            read = orjson.loads(text)
        except orjson.JSONDecodeError:
            raise invalid_message("it is not JSON") from None
        if not isinstance(read, dict):
            raise invalid_message("it is not an object")
        return read

    async def _introduce(self, payload: dict[str, Any]) -> None:
        """Authenticate by the payload of `connection_init`; 4403 when that fails."""
        if self._request is not None:
            raise SocketClosed(4429, "แนะนำตัวแล้ว", "Too many initialisation requests")
        request = headers_of_init(self._socket, payload)
        authenticated = await self._authentication.authenticate(request)
        if authenticated is not None:
            request.scope["auth"], request.scope["user"] = authenticated
        self._request = request
        if not await request.user.revalidate():
            raise SocketClosed(4403, "ไม่มีสิทธิ์", "Forbidden")
        self._acknowledged.set()
        await self._send({"type": "connection_ack"})

    async def _subscribe(self, name: str, payload: Any) -> None:
        """Begin what is asked under a name of the client's."""
        request = self._build_request
        if name in self._named:
            raise SocketClosed(4409, "id ซ้ำ", f"Subscriber for {name} already exists")
        try:
            graphql_request = parse_request(payload)
        except RequestRejected as refusal:
            raise invalid_message(str(refusal).rpartition(" · ")[2]) from None
        if len(self._running) >= MAX_OPERATIONS:
            # Told from here, so that nothing more is read before it has been written.
            many = TooCostly(len(self._running) + 1, MAX_OPERATIONS, "คำถามที่ค้างอยู่/open questions")
            await self._fail(name, [error_problem(many, new_trace())])
            return
        running = asyncio.create_task(self._run(name, graphql_request, request))
        self._named[name] = running
        self._running.add(running)
        running.add_done_callback(self._running.discard)

    async def _run(self, name: str, graphql_request: GraphQLRequest, request: Request) -> None:
        """Answer one question, or one subscription until it ends."""
        trace = new_trace()
        with suppress(WebSocketDisconnect):
            try:
                operation = await self._execution.prepare(graphql_request, request, trace)
                async with aclosing(self._answers(operation, request, trace)) as answers:
                    async for answer in answers:
                        if answer.request_failed:
                            await self._fail(name, answer.content["errors"])
                            return
                        await self._send({"id": name, "type": "next", "payload": answer.content})
                self._named.pop(name, None)
                await self._send({"id": name, "type": "complete"})
            except WebSocketDisconnect:
                raise
            except Exception as error:  # noqa: BLE001 - the last wall: a number outside, all in the log
                await self._fail(name, [error_problem(error, trace)])

    async def _answers(
        self, operation: PreparedOperation, request: Request, trace: str
    ) -> AsyncGenerator[GraphQLAnswer]:
        if operation.refused is not None:
            yield operation.refused
        elif operation.kind is OperationType.SUBSCRIPTION:
            async with aclosing(self._execution.events(operation, request)) as events:
                async for answer in events:
                    if answer is not None:
                        yield answer
        else:
            yield await self._execution.execute(operation, request, trace)

    async def _fail(self, name: str, errors: list[Problem]) -> None:
        """`error`, after which nothing comes under that name, and the client may use it again."""
        self._named.pop(name, None)
        await self._send({"id": name, "type": "error", "payload": errors})

    async def _send(self, message: dict[str, Any]) -> None:
        async with self._turn:
            await self._socket.send_text(orjson.dumps(message).decode())


async def wait_for_stop(closing: asyncio.Event) -> None:
    """Wait until the hub stops; clients of the protocol come again by themselves on 1012."""
    await closing.wait()
    raise SocketClosed(1012, "ระบบกำลังหยุด", "The hub is stopping; come again shortly")


def operation_id(message: dict[str, Any]) -> str:
    """The name a client gave to what it asked; 4400 where it is no name."""
    name = message.get("id")
    if not isinstance(name, str) or not 0 < len(name) <= MAX_ID_LENGTH:
        raise invalid_message(f"id must be a text of 1 to {MAX_ID_LENGTH} characters")
    return name


def headers_of_init(socket: HTTPConnection, payload: dict[str, Any]) -> Request:
    """Who asks over a socket, as if over HTTP: browsers cannot set headers on one, so the
    `Authorization` of the payload stands for the header.
    """
    headers = list(socket.scope["headers"])
    for name, value in payload.items():
        if name.lower() == "authorization" and isinstance(value, str):
            headers = [(k, v) for k, v in headers if k != b"authorization"]
            headers.append((b"authorization", value.encode("utf-8", "replace")))
    return Request({**socket.scope, "type": "http", "method": "GET", "headers": headers})


def close_reason(text: str) -> str:
    """As much of a reason as fits into a closing frame."""
    return text.encode()[:MAX_REASON_LENGTH].decode(errors="ignore")

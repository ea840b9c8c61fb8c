"""One WebSocket connection of the `graphql-transport-ws` protocol.

Each violation of the protocol closes the socket with the close code that the protocol defines. An
invalid document or a failed operation is an `error` message for that operation only, and the socket
stays open. Messages are read one at a time, and written one at a time.
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

from hub.errors import RateLimited, TooCostly
from hub.web.errors import Problem, RequestRejected, error_problem, log_incident, new_trace
from hub.web.graphql.answers import GraphQLAnswer
from hub.web.graphql.execution import REVALIDATION_INTERVAL, Execution
from hub.web.graphql.operations import PreparedOperation
from hub.web.graphql.request import GraphQLRequest, parse_request
from hub.web.request_body import MAX_BODY_BYTES

PROTOCOL: Final = "graphql-transport-ws"
INIT_TIMEOUT: Final = 10.0
"""Seconds in which a client must send `connection_init`."""
MAX_OPERATIONS: Final = 50
"""Operations that one socket may run at the same time."""
MAX_REFUSED: Final = 50
"""Operations that one socket may send in a row above the rate limit of its client."""
MAX_ID_LENGTH: Final = 200
MAX_REASON_LENGTH: Final = 123
"""Bytes of UTF-8 in a close reason (RFC 6455, section 5.5)."""


class SocketClosed(Exception):
    """Raised to close a socket with a close code of the protocol and a reason in both languages."""

    def __init__(self, code: int, th: str, en: str) -> None:
        super().__init__(f"{th} · {en}")
        self.code = code


def invalid_message(en: str) -> SocketClosed:
    """Return the 4400 close: the message does not follow the protocol."""
    return SocketClosed(4400, "ข้อความไม่ถูกต้อง", f"Invalid message: {en}")


def try_again_later(seconds: int) -> SocketClosed:
    """Return the 1013 close: the client continued above its rate limit."""
    return SocketClosed(1013, "ส่งถี่เกินไป", f"Too many messages: try again in {seconds} s")


class WebSocketSession:
    """One socket: its credentials after `connection_init`, and the operations that run on it."""

    def __init__(
        self, socket: WebSocket, execution: Execution, authentication: AuthenticationBackend
    ) -> None:
        self._socket = socket
        self._execution = execution
        self._authentication = authentication
        self._request: Request | None = None
        self._acknowledged = asyncio.Event()
        self._tasks_by_id: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._send_lock = asyncio.Lock()
        self._refused = 0

    async def run(self, closing: asyncio.Event) -> None:
        """Read and answer messages until the client or the hub closes; then cancel all tasks."""
        end_conditions = {
            asyncio.create_task(self._read_messages()),
            asyncio.create_task(self._watch_credentials()),
            asyncio.create_task(wait_for_stop(closing)),
        }
        try:
            done, _ = await asyncio.wait(end_conditions, return_when=asyncio.FIRST_COMPLETED)
            cause = next(iter(done)).exception()
        finally:
            tasks = end_conditions | self._tasks
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        await self._close(cause)

    async def _close(self, cause: BaseException | None) -> None:
        """Close the socket, unless the client did."""
        if isinstance(cause, WebSocketDisconnect):
            return
        if not isinstance(cause, SocketClosed):
            problem = log_incident(cause or RuntimeError("socket task ended"), new_trace())
            cause = SocketClosed(
                1011, "ข้อผิดพลาดภายใน", f"Internal error {problem['extensions']['traceId']}"
            )
        if self._socket.application_state is WebSocketState.CONNECTED:
            with suppress(WebSocketDisconnect, RuntimeError):
                await self._socket.close(cause.code, truncate_reason(str(cause)))

    async def _watch_credentials(self) -> None:
        """Close with 4408 without a `connection_init` in time, with 4403 when access has ended."""
        try:
            async with asyncio.timeout(INIT_TIMEOUT):
                await self._acknowledged.wait()
        except TimeoutError:
            raise SocketClosed(
                4408, "ไม่ได้ส่ง connection_init ในเวลา", "Connection initialisation timeout"
            ) from None
        while True:
            await asyncio.sleep(REVALIDATION_INTERVAL)
            if not await self._authenticated_request.user.revalidate():
                raise SocketClosed(
                    4403, "สิทธิ์สิ้นสุดแล้ว", "Forbidden: the token expired or access ended"
                )

    @property
    def _authenticated_request(self) -> Request:
        """Return the handshake as a request with its user; 4401 before `connection_init`."""
        if self._request is None or not self._acknowledged.is_set():
            raise SocketClosed(
                4401, "ส่ง connection_init ก่อน", "Unauthorized: connection_init comes first"
            )
        return self._request

    async def _read_messages(self) -> None:
        while True:
            message = await self._receive_message()
            kind = str(message.get("type"))
            payload = message.get("payload")
            if kind != "subscribe":
                await self._charge_message()
            if kind in {"connection_init", "ping", "pong"} and not isinstance(payload, dict | None):
                raise invalid_message("payload must be an object")
            match kind:
                case "connection_init":
                    await self._initialise(payload or {})
                case "ping":
                    await self._send({"type": "pong", **({"payload": payload} if payload else {})})
                case "pong":
                    pass
                case "subscribe":
                    await self._subscribe(parse_operation_id(message), payload)
                case "complete":
                    running = self._tasks_by_id.pop(parse_operation_id(message), None)
                    if running is not None:
                        running.cancel()
                case _:
                    raise invalid_message("unknown type")

    async def _charge_message(self) -> None:
        """Charge a message like a request; 1013 above the rate limit of the client."""
        try:
            await self._execution.charge_message(self._socket, self._request)
        except RateLimited as limited:
            raise try_again_later(limited.seconds) from None

    async def _receive_message(self) -> dict[str, Any]:
        """Return the next message; 4400 if it is not a JSON object."""
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code") or 1005)
        text = message.get("text")
        if text is None:
            raise invalid_message("send text")
        if len(text) > MAX_BODY_BYTES:
            raise SocketClosed(1009, "ข้อความใหญ่เกินไป", "Message too big")
        try:
            content = orjson.loads(text)
        except orjson.JSONDecodeError:
            raise invalid_message("not JSON") from None
        if not isinstance(content, dict):
            raise invalid_message("not an object")
        return content

    async def _initialise(self, payload: dict[str, Any]) -> None:
        """Authenticate by the payload of `connection_init`; 4403 when that fails."""
        if self._request is not None:
            raise SocketClosed(4429, "ส่ง connection_init ซ้ำ", "Too many initialisation requests")
        request = build_init_request(self._socket, payload)
        authenticated = await self._authentication.authenticate(request)
        if authenticated is not None:
            request.scope["auth"], request.scope["user"] = authenticated
        self._request = request
        if not await request.user.revalidate():
            raise SocketClosed(4403, "ไม่มีสิทธิ์", "Forbidden")
        self._acknowledged.set()
        await self._send({"type": "connection_ack"})

    async def _subscribe(self, operation_id: str, payload: Any) -> None:
        """Start an operation under the id that the client chose."""
        request = self._authenticated_request
        if self._refused > MAX_REFUSED:
            raise try_again_later(1)
        if operation_id in self._tasks_by_id:
            raise SocketClosed(4409, "id ซ้ำ", f"Subscriber for {operation_id} already exists")
        try:
            graphql_request = parse_request(payload)
        except RequestRejected as rejection:
            raise invalid_message(str(rejection).rpartition(" · ")[2]) from None
        if len(self._tasks) >= MAX_OPERATIONS:
            # Sent from the reading task, so nothing more is read until it is written.
            error = TooCostly(len(self._tasks) + 1, MAX_OPERATIONS, "คำขอที่ค้างอยู่/running operations")
            await self._send_error(operation_id, [error_problem(error, new_trace())])
            return
        task = asyncio.create_task(self._run(operation_id, graphql_request, request))
        self._tasks_by_id[operation_id] = task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(
        self, operation_id: str, graphql_request: GraphQLRequest, request: Request
    ) -> None:
        """Answer one query or mutation, or one subscription until it ends."""
        trace = new_trace()
        with suppress(WebSocketDisconnect):
            try:
                operation = await self._execution.prepare(graphql_request, request, trace)
                self._refused = 0
                async with aclosing(self._answers(operation, request, trace)) as answers:
                    async for answer in answers:
                        if answer.request_failed:
                            await self._send_error(operation_id, answer.content["errors"])
                            return
                        await self._send(
                            {"id": operation_id, "type": "next", "payload": answer.content}
                        )
                self._tasks_by_id.pop(operation_id, None)
                await self._send({"id": operation_id, "type": "complete"})
            except WebSocketDisconnect:
                raise
            except RateLimited as limited:
                self._refused += 1
                await self._send_error(operation_id, [error_problem(limited, trace)])
            except Exception as error:  # noqa: BLE001 - last resort: id to the client, rest to the log
                await self._send_error(operation_id, [error_problem(error, trace)])

    async def _answers(
        self, operation: PreparedOperation, request: Request, trace: str
    ) -> AsyncGenerator[GraphQLAnswer]:
        if operation.rejection is not None:
            yield operation.rejection
        elif operation.kind is OperationType.SUBSCRIPTION:
            async with aclosing(self._execution.subscribe(operation, request)) as events:
                async for answer in events:
                    if answer is not None:
                        yield answer
        else:
            yield await self._execution.execute(operation, request, trace)

    async def _send_error(self, operation_id: str, errors: list[Problem]) -> None:
        """Send an `error` message, which ends the operation; the client may reuse its id."""
        self._tasks_by_id.pop(operation_id, None)
        await self._send({"id": operation_id, "type": "error", "payload": errors})

    async def _send(self, message: dict[str, Any]) -> None:
        async with self._send_lock:
            await self._socket.send_text(orjson.dumps(message).decode())


async def wait_for_stop(closing: asyncio.Event) -> None:
    """Wait until the hub stops, then close with 1012; clients reconnect by themselves."""
    await closing.wait()
    raise SocketClosed(1012, "ระบบกำลังหยุด", "The hub is stopping; reconnect shortly")


def parse_operation_id(message: dict[str, Any]) -> str:
    """Return the operation id of a message; 4400 if it is invalid."""
    operation_id = message.get("id")
    if not isinstance(operation_id, str) or not 0 < len(operation_id) <= MAX_ID_LENGTH:
        raise invalid_message(f"id must be a string of 1 to {MAX_ID_LENGTH} characters")
    return operation_id


def build_init_request(socket: HTTPConnection, payload: dict[str, Any]) -> Request:
    """Return the handshake as an HTTP request with the `Authorization` of the `connection_init`
    payload, because browsers cannot set headers on a socket.
    """
    headers = list(socket.scope["headers"])
    for name, value in payload.items():
        if name.lower() == "authorization" and isinstance(value, str):
            headers = [(k, v) for k, v in headers if k != b"authorization"]
            headers.append((b"authorization", value.encode("utf-8", "replace")))
    return Request({**socket.scope, "type": "http", "method": "GET", "headers": headers})


def truncate_reason(text: str) -> str:
    """Return as much of a reason as fits into a close frame."""
    return text.encode()[:MAX_REASON_LENGTH].decode(errors="ignore")

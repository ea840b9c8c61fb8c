"""Server-sent events, in the "distinct connections" mode of the GraphQL over SSE protocol.

Each answer is one `next` event, followed by `complete` at the end. A comment line is sent when
there was no event for a while, so that proxies keep the connection and a client that has gone is
detected.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, Final

import orjson
from graphql import OperationType
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from hub.web.errors import error_problem, new_trace
from hub.web.graphql.answers import GraphQLAnswer
from hub.web.graphql.disconnects import wait_for_disconnect
from hub.web.graphql.execution import Execution
from hub.web.graphql.operations import PreparedOperation

KEEP_ALIVE: Final = b":\n\n"
COMPLETE: Final = b"event: complete\ndata: \n\n"
STOPPING: Final = ": ระบบกำลังหยุด · the hub is stopping; reconnect shortly\n\n".encode()
"""Sent without `complete`, so that clients of the protocol reconnect by themselves."""
HEADERS: Final = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


class EventStream:
    """A response that streams answers until they end, the client disconnects or the hub closes."""

    def __init__(
        self,
        execution: Execution,
        operation: PreparedOperation,
        request: Request,
        closing: asyncio.Event,
    ) -> None:
        self._execution = execution
        self._operation = operation
        self._request = request
        self._closing = closing

    async def __call__(self, _: Scope, receive: Receive, send: Send) -> None:
        """Send the answers; the first of the three ends cancels the others."""
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        send_task = asyncio.create_task(self._send_events(send))
        disconnect_task = asyncio.create_task(wait_for_disconnect(receive))
        closing_task = asyncio.create_task(self._closing.wait())
        try:
            await asyncio.wait(
                {send_task, disconnect_task, closing_task}, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            for task in (send_task, disconnect_task, closing_task):
                task.cancel()
            await asyncio.wait({send_task, disconnect_task, closing_task})
        body = STOPPING
        if not send_task.cancelled():
            send_task.result()
            body = COMPLETE
        await send({"type": "http.response.body", "body": body})

    async def _send_events(self, send: Send) -> None:
        async with aclosing(self._answers()) as answers:
            async for answer in answers:
                body = KEEP_ALIVE if answer is None else format_event(answer.content)
                await send({"type": "http.response.body", "body": body, "more_body": True})

    async def _answers(self) -> AsyncGenerator[GraphQLAnswer | None]:
        operation = self._operation
        if operation.rejection is not None:
            yield operation.rejection
        elif operation.kind is OperationType.SUBSCRIPTION:
            async with aclosing(self._execution.subscribe(operation, self._request)) as events:
                async for answer in events:
                    yield answer
        else:
            trace = new_trace()
            try:
                yield await self._execution.execute(operation, self._request, trace)
            except Exception as error:  # noqa: BLE001 - last resort: id to the client, rest to the log
                yield GraphQLAnswer({"errors": [error_problem(error, trace)]}, True)


def format_event(content: dict[str, Any]) -> bytes:
    """Return one answer as an event; JSON contains no line breaks."""
    return b"event: next\ndata: " + orjson.dumps(content) + b"\n\n"

"""The GraphQL door, `/graphql`: over HTTP by GET for queries and by POST in JSON, as a stream of
events where the client accepts that, and over WebSocket.

An endpoint of our own rather than strawberry.asgi.GraphQL: that one decides statuses and the media
type after it has thrown away which stage failed, reads bodies without a bound, and runs a schema's
extensions around every request to parse and validate again what was parsed a moment ago. What is
left to do here is less than overriding all that would be.
"""

from typing import Any, Final

import orjson
from graphql import GraphQLSchema, OperationType
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hub.errors import HubError, Unready
from hub.web import faults
from hub.web.asked import EVENTS, GRAPHQL, JSON, Asked, answer_type, asked
from hub.web.documents import Documents
from hub.web.events import EventStream
from hub.web.execution import Answer, Begun, Execution, Opened, Still, always, expected
from hub.web.faults import RETRY_AFTER, Refused, incident, new_trace
from hub.web.measure import Weights
from hub.web.sockets import Sockets

HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class GraphQLDoor:
    """An ASGI application that answers GraphQL over one schema."""

    def __init__(
        self,
        schema: GraphQLSchema,
        opened: Opened,
        *,
        still: Still = always,
        weights: Weights | None = None,
        introspected: bool = True,
    ) -> None:
        documents = Documents(schema, weights, introspected=introspected)
        self._execution = Execution(schema, documents, opened, still)
        self.sockets = Sockets(self._execution)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or see to one socket until it closes."""
        if scope["type"] == "websocket":
            await self.sockets(scope, receive, send)
            return
        response = await self.respond(Request(scope, receive))
        await response(scope, receive, send)

    async def close(self) -> None:
        """End what would go on: sockets and streams are told to come again."""
        await self.sockets.close()

    async def respond(self, request: Request) -> Response | EventStream:
        """The answer to a request, whatever happens."""
        trace = new_trace()
        media = JSON
        try:
            media = answer_type(request)
            return await self._answered(request, await asked(request), media, trace)
        except Refused as refusal:
            return told(
                {"errors": [faults.refused(refusal, trace)]},
                media,
                refusal.status,
                refusal.headers,
            )
        except HubError as error:
            status = 503 if isinstance(error, Unready) else 400
            return told({"errors": [expected(error, trace)]}, media, status)
        except Exception as error:  # noqa: BLE001 - the last wall: a number outside, all in the log
            return told({"errors": [incident(error, trace)]}, media, 500)

    async def _answered(
        self, request: Request, ask: Asked, media: str, trace: str
    ) -> Response | EventStream:
        begun = self._execution.begin(ask, trace)
        self._allowed(request, begun, media)
        if media == EVENTS:
            return EventStream(self._execution, begun, request, self.sockets.closing)
        if begun.refused is not None:
            return said(begun.refused, media)
        return said(await self._execution.answer(begun, request, trace), media)

    @staticmethod
    def _allowed(request: Request, begun: Begun, media: str) -> None:
        """`Refused` where the operation may not come in, or its answers not go out, this way."""
        if request.method == "GET" and begun.kind is OperationType.MUTATION:
            raise Refused(
                405, "GET ใช้ได้กับ query เท่านั้น ใช้ POST", "GET is for queries; use POST", Allow="POST"
            )
        if begun.kind is OperationType.SUBSCRIPTION and media != EVENTS:
            raise Refused(
                406,
                f"subscription ตอบเป็น {EVENTS} หรือทาง WebSocket (graphql-transport-ws)",
                f"a subscription is answered as {EVENTS}, accept that, "
                "or over WebSocket (graphql-transport-ws)",
            )


def said(answer: Answer, media: str) -> Response:
    """An answer of GraphQL as a response."""
    status = 200
    if answer.unready:
        status = 503
    elif answer.request_failed and media == GRAPHQL:
        status = 400
    return told(answer.content, media, status)


def told(
    content: dict[str, Any], media: str, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """A response in JSON, Thai unescaped."""
    more = {**HEADERS, **(headers or {})}
    if status == 503:
        more["Retry-After"] = str(RETRY_AFTER)
    kind = JSON if media == EVENTS else media
    return Response(
        orjson.dumps(content), status, {**more, "Content-Type": f"{kind}; charset=utf-8"}
    )

"""The GraphQL door, `/graphql`: over HTTP by GET for queries and by POST in JSON, as a stream of
events where the client accepts that, and over WebSocket.

An endpoint of our own rather than strawberry.asgi.GraphQL: that one decides statuses and the media
type after it has thrown away which stage failed, reads bodies without a bound, and runs a schema's
extensions around every request to parse and validate again what was parsed a moment ago. What is
left to do here is less than overriding all that would be.
"""

import hashlib
from typing import Any, Final

import orjson
from graphql import GraphQLSchema, OperationType
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hub.errors import Forbidden, HubError, TooMany, Unauthenticated, UnknownDocument, Unready
from hub.web import faults
from hub.web.asked import EVENTS, GRAPHQL, JSON, Asked, answer_type, asked
from hub.web.documents import Documents
from hub.web.events import EventStream
from hub.web.execution import (
    Answer,
    Begun,
    CallerOf,
    Execution,
    Opened,
    Still,
    always,
    expected,
    nobody,
)
from hub.web.faults import RETRY_AFTER, Refused, incident, new_trace, wait
from hub.web.measure import Weights
from hub.web.operations import Operations
from hub.web.sockets import Sockets
from hub.web.turnstile import Turnstile

STATUSES: Final[dict[type[HubError], int]] = {
    Unready: 503,
    TooMany: 429,
    Forbidden: 403,
    Unauthenticated: 401,
    UnknownDocument: 200,
}
"""Of what is wrong before anything is executed; 400 otherwise."""
PRIVATE: Final = {"Cache-Control": "no-store"}
PUBLIC: Final = {"Cache-Control": "public, no-cache", "Vary": "Accept, Authorization, Cookie"}


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
        caller_of: CallerOf = nobody,
        operations: Operations | None = None,
        turnstile: Turnstile | None = None,
    ) -> None:
        documents = Documents(schema, weights, introspected=introspected)
        self._execution = Execution(
            schema, documents, opened, still, caller_of, operations, turnstile
        )
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
            status = STATUSES.get(type(error), 400)
            if status == 200 and media == GRAPHQL:
                status = 400
            after = {"Retry-After": str(wait(error))} if status in {429, 503} else {}
            return told({"errors": [expected(error, trace)]}, media, status, after)
        except Exception as error:  # noqa: BLE001 - the last wall: a number outside, all in the log
            return told({"errors": [incident(error, trace)]}, media, 500)

    async def _answered(
        self, request: Request, ask: Asked, media: str, trace: str
    ) -> Response | EventStream:
        begun = await self._execution.begin(ask, request, trace)
        self._allowed(request, begun, media)
        if media == EVENTS:
            return EventStream(self._execution, begun, request, self.sockets.closing)
        if begun.refused is not None:
            return said(begun.refused, media)
        answer = await self._execution.answer(begun, request, trace)
        response = said(answer, media)
        if "errors" in answer.content or not self._public(request):
            return response
        return revalidated(request, response)

    @staticmethod
    def _public(request: Request) -> bool:
        """Whether an answer is everybody's: asked by GET, by nobody in particular."""
        named = {"authorization", "cookie"} & set(request.headers)
        return request.method == "GET" and not named

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
    after = {"Retry-After": str(RETRY_AFTER)} if status == 503 else {}
    return told(answer.content, media, status, after)


def revalidated(request: Request, response: Response) -> Response:
    """A public answer with its ETag; 304 where the client has it already."""
    tag = f'"{hashlib.sha256(response.body).hexdigest()[:32]}"'
    response.headers.update({**PUBLIC, "ETag": tag})
    kept = request.headers.get("if-none-match", "").split(",")
    if {tag, "*"} & {part.strip().removeprefix("W/") for part in kept}:
        return Response(status_code=304, headers={**PUBLIC, "ETag": tag})
    return response


def told(
    content: dict[str, Any], media: str, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """A response in JSON, Thai unescaped."""
    more = {**PRIVATE, **(headers or {})}
    kind = JSON if media == EVENTS else media
    return Response(
        orjson.dumps(content), status, {**more, "Content-Type": f"{kind}; charset=utf-8"}
    )

"""The GraphQL endpoint, `/graphql`: HTTP GET for queries, POST with JSON, server-sent events if the
client accepts them, and WebSocket.

It replaces strawberry.asgi.GraphQL, which chooses the status and media type after the stage of the
error is lost, reads bodies without a limit, and runs schema extensions around every request that
parse and validate again what was just parsed. Overriding all of that would be more code than this.
"""

from typing import Any, Final

from graphql import Executor, GraphQLSchema, OperationType
from starlette.authentication import AuthenticationBackend
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hub.errors import NotReady
from hub.web.errors import RequestRejected, graphql_error, headers_of, new_trace
from hub.web.graphql.allow_list import OperationAllowList
from hub.web.graphql.answer_cache import AnswerCache
from hub.web.graphql.answers import GraphQLAnswer, StoredAnswer, build_etag
from hub.web.graphql.disconnects import run_while_connected
from hub.web.graphql.documents import DocumentCache
from hub.web.graphql.event_stream import EventStream
from hub.web.graphql.execution import ContextFactory, Execution
from hub.web.graphql.operations import PreparedOperation
from hub.web.graphql.query_cost import Weights
from hub.web.graphql.request import GraphQLRequest, negotiate_media_type, read_request
from hub.web.graphql.slots import COSTLY, ExecutionSlots
from hub.web.graphql.sockets import WebSocketEndpoint
from hub.web.rate_limits import RateLimiter
from hub.web.responses import (
    EVENTS,
    GRAPHQL,
    JSON,
    compress_response,
    graphql_response,
    json_response,
)

PUBLIC_HEADERS: Final = {
    "Cache-Control": "public, no-cache",
    "Vary": "Accept, Authorization, Cookie",
}
PRIVATE_HEADERS: Final = {**PUBLIC_HEADERS, "Cache-Control": "private, no-cache"}
"""Of an answer that others of the same agency may get: a browser stores it for its own person, and
validates it with credentials each time.
"""


class GraphQLEndpoint:
    """An ASGI application that answers GraphQL requests over one schema.

    Starlette's `AuthenticationMiddleware` sets the user of a request; `authentication` is the same
    backend, for the credentials that a socket sends in its `connection_init`.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        context_factory: ContextFactory,
        authentication: AuthenticationBackend,
        *,
        url: str = "",
        weights: Weights | None = None,
        allow_introspection: bool = True,
        operations: OperationAllowList | None = None,
        rate_limiter: RateLimiter | None = None,
        slots: ExecutionSlots | None = None,
        executor_class: type[Executor[Any]] | None = None,
        cache: AnswerCache | None = None,
    ) -> None:
        documents = DocumentCache(schema, weights, allow_introspection=allow_introspection)
        self.execution = Execution(
            schema,
            documents,
            context_factory,
            url,
            operations,
            rate_limiter,
            slots,
            executor_class,
            cache,
        )
        self.authentication = authentication
        self.sockets = WebSocketEndpoint(self.execution, authentication)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or run one socket until it closes."""
        if scope["type"] == "websocket":
            await self.sockets(scope, receive, send)
            return
        response = await self.respond(Request(scope, receive))
        await response(scope, receive, send)

    async def close(self) -> None:
        """Close all sockets and streams; their clients reconnect later."""
        await self.sockets.close()

    async def respond(self, request: Request) -> Response | EventStream:
        """Return the response to a request; every error becomes a response."""
        trace = new_trace()
        media = JSON
        try:
            media = negotiate_media_type(request)
            return await self._respond(request, await read_request(request), media, trace)
        except Exception as error:  # noqa: BLE001 - last resort: id to the client, rest to the log
            return graphql_error(error, media, trace)

    async def _respond(
        self, request: Request, graphql_request: GraphQLRequest, media: str, trace: str
    ) -> Response | EventStream:
        operation = await self.execution.prepare(graphql_request, request, trace)
        self._check_transport(request, operation, media)
        if media == EVENTS:
            return EventStream(self.execution, operation, request, self.sockets.closing)
        if operation.rejection is not None:
            return answer_response(operation.rejection, media)
        work = self.execution.execute(operation, request, trace, may_cache=True)
        if operation.kind is OperationType.QUERY and operation.cost >= COSTLY:
            work = run_while_connected(work, request.receive)
        answer = await work
        cached = answer.cached
        response = answer_response(answer, media)
        if request.method == "GET" and "errors" not in answer.content:
            if not {"authorization", "cookie"} & set(request.headers):
                response = with_etag(request, response, PUBLIC_HEADERS, cached)
            elif cached is not None:
                response = with_etag(request, response, PRIVATE_HEADERS, cached)
        return await compress_response(
            request.headers, response, cached.gzipped if cached is not None else None
        )

    @staticmethod
    def _check_transport(request: Request, operation: PreparedOperation, media: str) -> None:
        """Raise `RequestRejected` if method or media type do not fit the operation (405, 406)."""
        if request.method == "GET" and operation.kind is OperationType.MUTATION:
            raise RequestRejected(
                405, "GET ใช้ได้กับ query เท่านั้น ใช้ POST", "GET is for queries; use POST", Allow="POST"
            )
        if operation.kind is OperationType.SUBSCRIPTION and media != EVENTS:
            raise RequestRejected(
                406,
                f"subscription ตอบเป็น {EVENTS} หรือทาง WebSocket (graphql-transport-ws)",
                f"a subscription is answered as {EVENTS} (accept it) "
                "or over WebSocket (graphql-transport-ws)",
            )


def answer_response(answer: GraphQLAnswer, media: str) -> Response:
    """Return a GraphQL answer as a response."""
    if answer.cached is not None:
        return json_response(answer.cached.body, media)
    status = 200
    if answer.is_not_ready:
        status = 503
    elif answer.request_failed and media == GRAPHQL:
        status = 400
    headers = headers_of(NotReady()) if answer.is_not_ready else {}
    return graphql_response(answer.content, media, status, headers)


def with_etag(
    request: Request, response: Response, headers: dict[str, str], cached: StoredAnswer | None
) -> Response:
    """Return a response with its ETag, or 304 if the client has it already."""
    etag = cached.etag if cached is not None else build_etag(bytes(response.body))
    response.headers.update({**headers, "ETag": etag})
    etags = request.headers.get("if-none-match", "").split(",")
    if {etag, "*"} & {part.strip().removeprefix("W/") for part in etags}:
        return Response(status_code=304, headers={**headers, "ETag": etag})
    return response

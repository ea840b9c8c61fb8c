"""The GraphQL door, `/graphql`: GraphQL over HTTP, by GET for queries and by POST in JSON.

An endpoint of our own rather than strawberry.asgi.GraphQL: that one decides statuses and the media
type after it has thrown away which stage failed, reads bodies without a bound, and runs a schema's
extensions around every request to parse and validate again what was parsed a moment ago. What is
left to do here is less than overriding all that would be.
"""

import inspect
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

import orjson
from graphql import ExecutionResult, GraphQLSchema, OperationType, execute, get_operation_ast
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hub.errors import HubError, Unready
from hub.web import faults
from hub.web.asked import GRAPHQL, JSON, Asked, answer_type, asked
from hub.web.documents import Documents
from hub.web.faults import RETRY_AFTER, Problem, Refused, Stage, incident, new_trace, problem

Opened = Callable[[Request], AbstractAsyncContextManager[Any]]
"""Makes the context of one request; `Unready` while nothing can be answered."""

HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class GraphQLDoor:
    """An ASGI application that answers GraphQL over one schema."""

    def __init__(self, schema: GraphQLSchema, opened: Opened) -> None:
        self._schema = schema
        self._opened = opened
        self._documents = Documents(schema)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        response = await self.respond(Request(scope, receive))
        await response(scope, receive, send)

    async def respond(self, request: Request) -> Response:
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
            extensions = {**faults.expected(error), "traceId": trace}
            status = 503 if isinstance(error, Unready) else 400
            return told(
                {"errors": [{"message": error.message, "extensions": extensions}]}, media, status
            )
        except Exception as error:  # noqa: BLE001 - the last wall: a number outside, all in the log
            return told({"errors": [incident(error, trace)]}, media, 500)

    async def _answered(self, request: Request, ask: Asked, media: str, trace: str) -> Response:
        document = self._documents.read(ask.query)
        if document.ast is None:
            errors = [problem(error, document.stage, trace) for error in document.errors]
            return told({"errors": errors}, media, unanswered(media))
        operation = get_operation_ast(document.ast, ask.operation)
        if (
            request.method == "GET"
            and operation is not None
            and operation.operation is not OperationType.QUERY
        ):
            raise Refused(
                405, "GET ใช้ได้กับ query เท่านั้น ใช้ POST", "GET is for queries; use POST", Allow="POST"
            )
        async with self._opened(request) as context:
            running = execute(
                self._schema,
                document.ast,
                context_value=context,
                variable_values=ask.variables,
                operation_name=ask.operation,
            )
            result = await running if inspect.isawaitable(running) else running
        return answered(result, media, trace)


def answered(result: ExecutionResult, media: str, trace: str) -> Response:
    """What execution gave, with its errors as they may leave."""
    failed = result.errors or []
    content: dict[str, Any] = {}
    if failed:
        content["errors"] = [problem(error, Stage.EXECUTE, trace) for error in failed]
    # Without a path it is the request that failed (variables, operation name): there is no data.
    request_failed = result.data is None and all(error.path is None for error in failed)
    if not request_failed:
        content["data"] = result.data
    status = 200
    if faults.unready(failed):
        status = 503
    elif request_failed:
        status = unanswered(media)
    return told(content, media, status)


def unanswered(media: str) -> int:
    """The status of a well-formed request whose document or variables will not do."""
    return 400 if media == GRAPHQL else 200


def told(
    content: dict[str, Any] | dict[str, list[Problem]],
    media: str,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    """A response in JSON, Thai unescaped."""
    more = {**HEADERS, **(headers or {})}
    if status == 503:
        more["Retry-After"] = str(RETRY_AFTER)
    return Response(
        orjson.dumps(content),
        status,
        {**more, "Content-Type": f"{media}; charset=utf-8"},
    )

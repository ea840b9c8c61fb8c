"""The one mapping of errors to responses, over GraphQL, OAuth, pages and sockets.

A client receives a public code, a trace id and both languages, never a stack trace. Errors of
graphql-core keep their message beside a Thai one, a `HubError` has its own code and status, and any
other exception is returned as an incident id and logged with its stack trace.
"""

import logging
import uuid
from collections.abc import Awaitable, Callable
from enum import Enum
from functools import wraps
from typing import Any, Final

import orjson
from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response

from hub.errors import (
    Ambiguous,
    Forbidden,
    HubError,
    Invalid,
    NotFound,
    NotReady,
    RateLimited,
    TooCostly,
    Unauthenticated,
    UnknownDocument,
)
from hub.web.graphql_messages import translate_message
from hub.web.pages.error_page import error_page
from hub.web.responses import GRAPHQL, graphql_response

logger = logging.getLogger(__name__)
Problem = dict[str, Any]

Endpoint = Callable[[Any, Request], Awaitable[Response]]

RETRY_AFTER: Final = 5
"""Seconds of `Retry-After` when the hub is not ready."""
STATUSES: Final[dict[type[HubError], int]] = {
    NotReady: 503,
    RateLimited: 429,
    NotFound: 404,
    Forbidden: 403,
    Unauthenticated: 401,
}
"""The status of an error that fails a whole request; 400 for every other `HubError`."""
OAUTH_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Pragma": "no-cache",
    "X-Content-Type-Options": "nosniff",
}
"""Headers of every response of the token endpoint (RFC 6749, section 5.1)."""


class RequestStage(Enum):
    """The stage a request reached, and the code of errors there that have no code of their own."""

    PARSE = "GRAPHQL_PARSE_FAILED"
    VALIDATE = "GRAPHQL_VALIDATION_FAILED"
    EXECUTE = "BAD_USER_INPUT"


class RequestRejected(Exception):
    """A request that cannot be read or is not allowed, with its status, message and headers."""

    code = RequestStage.EXECUTE.value

    def __init__(self, status: int, th: str, en: str, **headers: str) -> None:
        super().__init__(f"{th} · {en}")
        self.status = status
        self.headers = headers


def new_trace() -> str:
    """Return a new trace id for one request, by which its errors are found in the log."""
    return uuid.uuid4().hex


def status_of(error: BaseException) -> int:
    """Return the status of a request that failed with an error."""
    if isinstance(error, RequestRejected):
        return error.status
    if isinstance(error, HubError):
        return STATUSES.get(type(error), 400)
    return 500


def headers_of(error: BaseException) -> dict[str, str]:
    """Return the headers of the response to a failed request, in any format."""
    if isinstance(error, RequestRejected):
        return error.headers
    if isinstance(error, HubError) and status_of(error) in {429, 503}:
        return {"Retry-After": str(retry_after(error))}
    return {}


def retry_after(error: HubError) -> int:
    """Return the seconds after which a client should try again."""
    return error.seconds if isinstance(error, RateLimited) else RETRY_AFTER


def message_of(error: BaseException, trace: str) -> str:
    """Return the message of an error for a person; an unexpected one is logged as an incident."""
    if isinstance(error, RequestRejected):
        return str(error)
    if isinstance(error, HubError):
        return error.message
    return str(log_incident(error, trace)["message"])


def graphql_error(error: Exception, media: str, trace: str) -> Response:
    """Return the GraphQL response of a request that failed as a whole."""
    status = status_of(error)
    if isinstance(error, UnknownDocument) and media != GRAPHQL:
        status = 200  # expected by clients with automatic persisted queries
    content = {"errors": [error_problem(error, trace)]}
    return graphql_response(content, media, status, headers_of(error))


def oauth_error(error: Exception) -> Response:
    """Return the response of an OAuth endpoint (RFC 6749, section 5.2) that failed."""
    trace = new_trace()
    if isinstance(error, RequestRejected):
        content, status = {"error": "invalid_request", "message": str(error)}, error.status
    elif isinstance(error, NotReady):
        content, status = {"error": "temporarily_unavailable", "message": error.message}, 503
    else:
        content, status = (
            {"error": "server_error", "message": log_incident(error, trace)["message"]},
            500,
        )
    headers = {**OAUTH_HEADERS, **(headers_of(error) if status != 500 else {})}
    return Response(orjson.dumps(content), status, headers, "application/json")


def page_error(error: Exception) -> Response:
    """Return the error page of a failed request."""
    return error_page(message_of(error, new_trace()), status_of(error), **headers_of(error))


def bare_error(error: HubError) -> Response:
    """Return an error response without a body, for a socket handshake or a script of our pages."""
    return Response(status_code=status_of(error), headers=headers_of(error))


def with_error_pages(endpoint: Endpoint) -> Endpoint:
    """Wrap the endpoint of a page so that every error is answered with an error page."""

    @wraps(endpoint)
    async def _respond(self: Any, request: Request) -> Response:
        try:
            return await endpoint(self, request)
        except Exception as error:  # noqa: BLE001 - last resort: id to the client, rest to the log
            return page_error(error)

    return _respond


def error_problem(error: Exception, trace: str) -> Problem:
    """Return the GraphQL error of a request that failed as a whole."""
    if isinstance(error, RequestRejected):
        extensions = {"code": error.code, "traceId": trace}
        return {"message": str(error), "extensions": extensions}
    if isinstance(error, HubError):
        extensions = {**build_error_extensions(error), "traceId": trace}
        return {"message": error.message, "extensions": extensions}
    return log_incident(error, trace)


def build_error_extensions(error: HubError) -> Problem:
    """Return the `extensions` of a `HubError`: its code and its typed details."""
    extensions: Problem = {"code": error.code}
    if isinstance(error, Invalid):
        extensions |= {"field": error.field, "th": error.th, "en": error.en}
    elif isinstance(error, Ambiguous):
        extensions |= {"field": error.field, "ids": list(error.ids)}
    elif isinstance(error, TooCostly):
        extensions |= {"cost": error.cost, "limit": error.limit}
    elif isinstance(error, NotReady | RateLimited):
        extensions |= {"retryAfter": retry_after(error)}
    return extensions


def log_incident(error: BaseException, trace: str) -> Problem:
    """Log an unexpected error with its stack trace; return a GraphQL error with only its id."""
    logger.error("incident", exc_info=error, extra={"incident": trace})
    return {
        "message": f"เกิดข้อผิดพลาดภายใน รหัสเหตุการณ์ {trace} · Internal error, incident {trace}",
        "extensions": {"code": "INTERNAL", "traceId": trace},
    }


def graphql_problem(error: GraphQLError, stage: RequestStage, trace: str) -> Problem:
    """Return an error of graphql-core, or of a resolver, as it is sent to the client."""
    cause = original_error(error)
    if isinstance(cause, HubError):
        problem: Problem = {
            "message": cause.message,
            "extensions": {**build_error_extensions(cause), "traceId": trace},
        }
    elif cause is None or error.path is None:
        problem = document_problem(error, stage, trace)
    else:
        problem = log_incident(cause, trace)
    if error.locations:
        problem["locations"] = [{"line": at.line, "column": at.column} for at in error.locations]
    if error.path:
        problem["path"] = error.path
    return problem


def document_problem(error: GraphQLError, stage: RequestStage, trace: str) -> Problem:
    """Return an error that graphql-core raised, with a Thai text, and its argument as `field`."""
    th, field = translate_message(error.message, stage.value), (error.extensions or {}).get("field")
    extensions: Problem = {"code": stage.value, "th": th, "en": error.message, "traceId": trace}
    message = f"{th} · {error.message}"
    if field is not None:
        extensions["field"] = field
        message = f"{field}: {message}"
    return {"message": message, "extensions": extensions}


def original_error(error: GraphQLError) -> BaseException | None:
    """Return the exception under layers of graphql-core; None if graphql-core raised the error."""
    cause: BaseException | None = error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def has_not_ready_error(errors: list[GraphQLError]) -> bool:
    """Return whether a field is missing because the hub could not answer now (`NotReady`)."""
    return any(isinstance(original_error(error), NotReady) for error in errors)

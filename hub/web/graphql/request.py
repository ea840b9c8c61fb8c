"""Parse GraphQL requests from HTTP; a malformed request is rejected with a specific error."""

from typing import Any, Final

import orjson
from starlette.requests import Request

from hub.domain.record import value
from hub.web.errors import RequestRejected
from hub.web.request_body import read_body
from hub.web.responses import EVENTS, GRAPHQL, JSON

MEDIA_TYPES: Final = {
    GRAPHQL: GRAPHQL,
    JSON: JSON,
    EVENTS: EVENTS,
    "application/*": JSON,
    "text/*": EVENTS,
    "*/*": JSON,
}
"""The media type of the response, by the media type that a client accepts."""


@value
class GraphQLRequest:
    """One operation as it was sent; `query` is empty if only its hash was sent."""

    query: str
    variables: dict[str, Any]
    operation_name: str | None
    extensions: dict[str, Any]

    @property
    def hash(self) -> str | None:
        """Return the SHA-256 of the document (`persistedQuery`) in lower-case hex, or None."""
        persisted = self.extensions.get("persistedQuery")
        found = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
        return found.lower() if isinstance(found, str) else None


def negotiate_media_type(request: Request) -> str:
    """Return the media type that the client prefers of our three; 406 if it accepts none.

    Without an `Accept` header it is `application/json`, which GraphQL over HTTP specifies for older
    clients.
    """
    best, chosen = 0.0, ""
    accept = ",".join(request.headers.getlist("accept")) or JSON
    for part in accept.split(","):
        media_type, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = parse_quality(parameters)
        offered = MEDIA_TYPES.get(media_type)
        if offered and quality > best:
            best, chosen = quality, offered
    if not chosen:
        raise RequestRejected(
            406,
            f"ตอบได้เฉพาะ {GRAPHQL} {JSON} หรือ {EVENTS}",
            f"responses are {GRAPHQL}, {JSON} or {EVENTS}; accept one of them",
        )
    return chosen


def parse_quality(parameters: list[str]) -> float:
    """Return the `q` of a media type; 1 if there is none, 0 if it is not a number."""
    for parameter in parameters:
        name, _, number = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(float(number), 1.0)
            except ValueError:
                return 0.0
    return 1.0


async def read_request(request: Request) -> GraphQLRequest:
    """Return the GraphQL request of an HTTP request; `RequestRejected` if it is malformed."""
    if request.method == "GET":
        parameters: dict[str, Any] = dict(request.query_params)
        for name in ("variables", "extensions"):
            text = parameters.pop(name, "")
            if text:  # an empty one counts as absent (GraphQL over HTTP, "GET")
                parameters[name] = parse_json(text.encode("utf-8", "surrogatepass"), name)
    elif request.method == "POST":
        parameters = parse_json(await read_body(request), "body")
    else:
        raise RequestRejected(405, "ใช้ GET หรือ POST", "use GET or POST", Allow="GET, POST")
    return parse_request(parameters)


def parse_request(parameters: Any) -> GraphQLRequest:
    """Return the GraphQL request of its parameters, from a query string, a body or a socket."""
    if not isinstance(parameters, dict):
        raise RequestRejected(
            400,
            "เนื้อหาต้องเป็นออบเจ็กต์ JSON ที่มี query",
            'the body must be a JSON object with a "query"',
        )
    request = GraphQLRequest(
        typed_parameter(parameters, "query", str) or "",
        typed_parameter(parameters, "variables", dict) or {},
        typed_parameter(parameters, "operationName", str) or None,
        typed_parameter(parameters, "extensions", dict) or {},
    )
    if not request.query and request.hash is None:
        raise RequestRejected(400, "ไม่มี query", 'there is no "query"')
    return request


def typed_parameter(
    parameters: dict[str, Any], name: str, expected_type: type[str] | type[dict[str, Any]]
) -> Any:
    """Return a parameter of that type, or None if it is absent; 400 if it has another type."""
    found = parameters.get(name)
    if found is not None and not isinstance(found, expected_type):
        type_name = "string" if expected_type is str else "object"
        raise RequestRejected(400, f"{name} ต้องเป็น {type_name}", f"{name} must be a {type_name}")
    return found


def parse_json(text: bytes, name: str) -> Any:
    """Parse JSON; 400 if it is not JSON or UTF-8 or is nested too deeply."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise RequestRejected(
            400, f"{name} ไม่ใช่ JSON ที่ถูกต้อง", f"{name} is not valid JSON: {error.msg}"
        ) from error

"""Reading a GraphQL request off HTTP; whatever it is not, it is refused with a clear error."""

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
"""What is answered to each media type that a client may accept."""


@value
class GraphQLRequest:
    """One operation as it was asked; `query` is empty where only the hash of it was sent."""

    query: str
    variables: dict[str, Any]
    operation_name: str | None
    extensions: dict[str, Any]

    @property
    def hash(self) -> str | None:
        """The SHA-256 of the document, where the client sent one (`persistedQuery`), in hex."""
        persisted = self.extensions.get("persistedQuery")
        found = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
        return found.lower() if isinstance(found, str) else None


def negotiate_media_type(request: Request) -> str:
    """The media type the client prefers of our three; 406 where it takes none of them.

    `application/json` where it does not say, as GraphQL over HTTP has it for older clients.
    """
    best, chosen = 0.0, ""
    accept = ",".join(request.headers.getlist("accept")) or JSON
    for part in accept.split(","):
        kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = parse_quality(parameters)
        offered = MEDIA_TYPES.get(kind)
        if offered and weight > best:
            best, chosen = weight, offered
    if not chosen:
        raise RequestRejected(
            406,
            f"ตอบได้เฉพาะ {GRAPHQL} {JSON} หรือ {EVENTS}",
            f"answers are {GRAPHQL}, {JSON} or {EVENTS}; accept one of them",
        )
    return chosen


def parse_quality(parameters: list[str]) -> float:
    """The `q` of a media type; 1 where there is none, 0 where it cannot be read."""
    for parameter in parameters:
        name, _, number = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(float(number), 1.0)
            except ValueError:
                return 0.0
    return 1.0


async def read_request(request: Request) -> GraphQLRequest:
    """What a request asks; `Refused` says why it is none."""
    if request.method == "GET":
        parameters: dict[str, Any] = dict(request.query_params)
        for name in ("variables", "extensions"):
            if name in parameters:
                parameters[name] = parse_json_body(
                    parameters[name].encode("utf-8", "surrogatepass"), name
                )
    elif request.method == "POST":
        parameters = parse_json_body(await read_body(request), "body")
    else:
        raise RequestRejected(405, "ใช้ GET หรือ POST", "use GET or POST", Allow="GET, POST")
    return parse_request(parameters)


def parse_request(parameters: Any) -> GraphQLRequest:
    """What the parameters of a request ask, wherever they came in."""
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
    """A parameter of the right type, or null; 400 otherwise."""
    found = parameters.get(name)
    if found is not None and not isinstance(found, expected_type):
        type_name = "string" if expected_type is str else "object"
        raise RequestRejected(400, f"{name} ต้องเป็น {type_name}", f"{name} must be a {type_name}")
    return found


def parse_json_body(text: bytes, name: str) -> Any:
    """JSON; 400 for what is not, or is not UTF-8, or nests beyond reason."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise RequestRejected(
            400, f"{name} ไม่ใช่ JSON ที่อ่านได้", f"{name} is not JSON that can be read: {error.msg}"
        ) from error

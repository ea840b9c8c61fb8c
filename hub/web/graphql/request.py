"""Reading a GraphQL request off HTTP; whatever it is not, it is refused with a clear error."""

from typing import Any, Final

import orjson
from starlette.requests import Request

from hub.domain.record import value
from hub.web.errors import Refused
from hub.web.request_body import read_body
from hub.web.responses import EVENTS, GRAPHQL, JSON

OFFERED: Final = {
    GRAPHQL: GRAPHQL,
    JSON: JSON,
    EVENTS: EVENTS,
    "application/*": JSON,
    "text/*": EVENTS,
    "*/*": JSON,
}
"""What is answered to each media type that a client may accept."""


@value
class Asked:
    """One operation as it was asked; `query` is empty where only the hash of it was sent."""

    query: str
    variables: dict[str, Any]
    operation: str | None
    extensions: dict[str, Any]

    @property
    def hash(self) -> str | None:
        """The SHA-256 of the document, where the client sent one (`persistedQuery`), in hex."""
        persisted = self.extensions.get("persistedQuery")
        found = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
        return found.lower() if isinstance(found, str) else None


def answer_type(request: Request) -> str:
    """The media type the client prefers of our three; 406 where it takes none of them.

    `application/json` where it does not say, as GraphQL over HTTP has it for older clients.
    """
    best, chosen = 0.0, ""
    accept = ",".join(request.headers.getlist("accept")) or JSON
    for part in accept.split(","):
        kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = weigh(parameters)
        offered = OFFERED.get(kind)
        if offered and weight > best:
            best, chosen = weight, offered
    if not chosen:
        raise Refused(
            406,
            f"ตอบได้เฉพาะ {GRAPHQL} {JSON} หรือ {EVENTS}",
            f"answers are {GRAPHQL}, {JSON} or {EVENTS}; accept one of them",
        )
    return chosen


def weigh(parameters: list[str]) -> float:
    """The `q` of a media type; 1 where there is none, 0 where it cannot be read."""
    for parameter in parameters:
        name, _, number = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(float(number), 1.0)
            except ValueError:
                return 0.0
    return 1.0


async def asked(request: Request) -> Asked:
    """What a request asks; `Refused` says why it is none."""
    if request.method == "GET":
        told: dict[str, Any] = dict(request.query_params)
        for name in ("variables", "extensions"):
            if name in told:
                told[name] = decoded(told[name].encode("utf-8", "surrogatepass"), name)
    elif request.method == "POST":
        told = decoded(await read_body(request), "body")
    else:
        raise Refused(405, "ใช้ GET หรือ POST", "use GET or POST", Allow="GET, POST")
    return asking(told)


def asking(told: Any) -> Asked:
    """What the parameters of a request ask, wherever they came in."""
    if not isinstance(told, dict):
        raise Refused(
            400,
            "เนื้อหาต้องเป็นออบเจ็กต์ JSON ที่มี query",
            'the body must be a JSON object with a "query"',
        )
    made = Asked(
        kind(told, "query", str) or "",
        kind(told, "variables", dict) or {},
        kind(told, "operationName", str) or None,
        kind(told, "extensions", dict) or {},
    )
    if not made.query and made.hash is None:
        raise Refused(400, "ไม่มี query", 'there is no "query"')
    return made


def kind(told: dict[str, Any], name: str, wanted: type[str] | type[dict[str, Any]]) -> Any:
    """A parameter of the right type, or null; 400 otherwise."""
    found = told.get(name)
    if found is not None and not isinstance(found, wanted):
        word = "string" if wanted is str else "object"
        raise Refused(400, f"{name} ต้องเป็น {word}", f"{name} must be a {word}")
    return found


def decoded(text: bytes, name: str) -> Any:
    """JSON; 400 for what is not, or is not UTF-8, or nests beyond reason."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as odd:
        raise Refused(
            400, f"{name} ไม่ใช่ JSON ที่อ่านได้", f"{name} is not JSON that can be read: {odd.msg}"
        ) from odd

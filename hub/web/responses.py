"""Responses of the GraphQL endpoint: their media types, and JSON in one of them."""

import asyncio
import gzip
from collections.abc import Mapping
from typing import Any, Final

import orjson
from starlette.responses import Response

GRAPHQL: Final = "application/graphql-response+json"
JSON: Final = "application/json"
EVENTS: Final = "text/event-stream"
MIN_COMPRESSED: Final = 1_000
"""Bytes from which a response is compressed."""
MAX_AT_ONCE: Final = 50_000
"""Bytes that are compressed by the event loop; more take milliseconds, in a thread."""
COMPRESSION_LEVEL: Final = 4
"""A third of the time of the default level, for a tenth more bytes of JSON."""
NEVER: Final = frozenset({"q=0", "q=0.0", "q=0.00", "q=0.000"})


def accepts_gzip(headers: Mapping[str, str]) -> bool:
    """Return whether a client accepts gzip; one that refuses it with `q=0` does not."""
    codings = (part.partition(";") for part in headers.get("accept-encoding", "").split(","))
    return any(
        coding.strip().lower() in {"gzip", "*"} and weight.replace(" ", "") not in NEVER
        for coding, _, weight in codings
    )


async def compress(body: bytes) -> bytes:
    """Return a body compressed by gzip."""
    if len(body) <= MAX_AT_ONCE:
        return gzip.compress(body, COMPRESSION_LEVEL, mtime=0)
    return await asyncio.to_thread(gzip.compress, body, COMPRESSION_LEVEL, mtime=0)


async def compress_response(
    headers: Mapping[str, str], response: Response, gzipped: bytes | None = None
) -> Response:
    """Return a response compressed, if a request with these headers accepts that and it is long.

    `gzipped` is its body, if that was compressed before.
    """
    body = bytes(response.body)
    if len(body) < MIN_COMPRESSED:
        return response
    vary = ", ".join(filter(None, (response.headers.get("vary"), "Accept-Encoding")))
    response.headers["Vary"] = vary
    if not accepts_gzip(headers):
        return response
    sent = {key: text for key, text in response.headers.items() if key != "content-length"}
    sent["content-encoding"] = "gzip"
    if "etag" in sent:
        sent["etag"] = f"W/{sent['etag']}"
    return Response(gzipped or await compress(body), response.status_code, sent)


def graphql_response(
    content: dict[str, Any], media: str, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """Return content as JSON with unescaped Thai; errors of event streams are plain JSON too."""
    return json_response(orjson.dumps(content), media, status, headers)


def json_response(
    body: bytes, media: str, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """Do the same with JSON."""
    kind = JSON if media == EVENTS else media
    return Response(
        body,
        status,
        {
            "Cache-Control": "no-store",
            **(headers or {}),
            "Content-Type": f"{kind}; charset=utf-8",
        },
    )

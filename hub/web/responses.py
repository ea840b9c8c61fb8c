"""Responses of the GraphQL endpoint: their media types, and JSON in one of them."""

from typing import Any, Final

import orjson
from starlette.responses import Response

GRAPHQL: Final = "application/graphql-response+json"
JSON: Final = "application/json"
EVENTS: Final = "text/event-stream"


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

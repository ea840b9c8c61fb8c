"""Answers of operations, before they are sent."""

import hashlib
from typing import Any

from hub.domain.data_version import AnswerValidity
from hub.domain.identity.viewer import Viewer
from hub.domain.record import value
from hub.web.graphql.limits import MAX_COST


@value
class StoredAnswer:
    """The JSON of an answer, the same compressed, its ETag, and until when it is right."""

    body: bytes
    gzipped: bytes
    etag: str
    validity: AnswerValidity


@value
class GraphQLAnswer:
    """The content of a GraphQL response; `request_failed` if the whole request failed.

    `is_not_ready` is true if a part failed because the hub could not answer now. `cached` is the
    content as JSON, if others may get the same answer; `content` may be empty then.
    """

    content: dict[str, Any]
    request_failed: bool = False
    is_not_ready: bool = False
    cached: StoredAnswer | None = None


@value
class ComputedAnswer:
    """An answer, the viewer that it was computed for, and until when it is right.

    `validity` null: it is for this request alone.
    """

    answer: GraphQLAnswer
    viewer: Viewer
    validity: AnswerValidity | None


def cost_extension(cost: int) -> dict[str, Any]:
    """Return the `extensions` that report the cost of an operation."""
    return {"cost": {"asked": cost, "limit": MAX_COST}}


def build_etag(body: bytes) -> str:
    """Return the ETag of the JSON of an answer."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'

"""Tests the response to one error for clients of GraphQL, OAuth, pages and sockets."""

import json
from typing import Any

import pytest

from hub.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    NotReady,
    RateLimited,
    TooCostly,
    Unauthenticated,
    UnknownDocument,
)
from hub.web.errors import (
    RequestRejected,
    bare_error,
    error_problem,
    graphql_error,
    headers_of,
    oauth_error,
    page_error,
    status_of,
)
from hub.web.responses import EVENTS, GRAPHQL, JSON

ERRORS: list[tuple[Exception, int]] = [
    (NotReady(), 503),
    (RateLimited(7), 429),
    (Forbidden(), 403),
    (Unauthenticated(), 401),
    (NotFound(), 404),
    (Conflict(), 400),
    (Invalid("first", "ผิด", "wrong"), 400),
    (TooCostly(2, 1, "x"), 400),
    (RequestRejected(415, "ก", "a", Allow="POST"), 415),
    (RuntimeError("hunter2"), 500),
]


def parse_body(body: bytes | memoryview) -> Any:
    return json.loads(bytes(body))


@pytest.mark.parametrize(("error", "status"), ERRORS, ids=lambda one: type(one).__name__)
def test_graphql_and_page_errors_share_status_and_headers(error: Exception, status: int) -> None:
    for response in (graphql_error(error, JSON, "t" * 32), page_error(error)):
        assert response.status_code == status_of(error) == status
        assert (
            headers_of(error).items()
            <= {name.title(): value for name, value in response.headers.items()}.items()
        )
        assert b"hunter2" not in bytes(response.body)
    [problem] = parse_body(graphql_error(error, JSON, "t" * 32).body)["errors"]
    assert problem["extensions"]["traceId"] == "t" * 32


@pytest.mark.parametrize(("error", "seconds"), [(NotReady(), "5"), (RateLimited(7), "7")])
def test_temporary_errors_have_a_retry_after_header(error: Exception, seconds: str) -> None:
    assert headers_of(error) == {"Retry-After": seconds}
    assert error_problem(error, "t")["extensions"]["retryAfter"] == int(seconds)


@pytest.mark.parametrize(("media", "status"), [(JSON, 200), (EVENTS, 200), (GRAPHQL, 400)])
def test_unknown_document_has_status_200_unless_graphql_response_is_accepted(
    media: str, status: int
) -> None:
    assert graphql_error(UnknownDocument(), media, "t").status_code == status


@pytest.mark.parametrize(
    ("error", "status", "name"),
    [
        (NotReady(), 503, "temporarily_unavailable"),
        (RequestRejected(405, "ใช้ POST", "use POST", Allow="POST"), 405, "invalid_request"),
        (NotFound("secret path"), 500, "server_error"),
        (RuntimeError("secret path"), 500, "server_error"),
    ],
)
def test_oauth_errors_have_oauth_codes_and_hide_internal_messages(
    error: Exception, status: int, name: str
) -> None:
    response = oauth_error(error)
    assert response.status_code == status
    assert parse_body(response.body)["error"] == name
    assert "secret" not in bytes(response.body).decode()
    assert response.headers["cache-control"] == "no-store"
    assert ("retry-after" in response.headers) is (status == 503)
    assert ("allow" in response.headers) is (status == 405)


def test_denied_handshake_has_no_body() -> None:
    response = bare_error(NotReady())
    assert (response.status_code, response.body) == (503, b"")
    assert response.headers["retry-after"] == "5"

"""Tests GraphQL requests over HTTP: valid requests, and malformed ones with their status codes."""

import json
from collections.abc import AsyncIterator

import httpx2
import pytest

from hub.web.graphql.limits import MAX_COST
from hub.web.request_body import MAX_BODY_BYTES
from hub.web.responses import GRAPHQL, JSON
from tests.web.graphql.sample_endpoint import JSON_HEADERS, only_error, post_query

# ── valid requests ────────────────────────────────────────────────────────────────────────────────


async def test_query_is_answered_by_post_and_by_get(client: httpx2.AsyncClient) -> None:
    body = {"query": "query Q($t: String!) { word(text: $t) }", "operationName": "Q"}
    posted = await client.post("/graphql", json={**body, "variables": {"t": "ระยอง"}})
    got = await client.get("/graphql", params={**body, "variables": '{"t": "ระยอง"}'})
    for response in (posted, got):
        assert response.status_code == 200
        assert response.json() == {
            "data": {"word": "ระยอง"},
            "extensions": {"cost": {"asked": 0, "limit": MAX_COST}},
        }
        assert "ระยอง" in response.text
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["content-type"] == f"{JSON}; charset=utf-8"


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}, {JSON};q=0.9", GRAPHQL),
        (f"{JSON}, {GRAPHQL};q=0.5", JSON),
        (f"text/html, {GRAPHQL};charset=utf-8", GRAPHQL),
    ],
)
async def test_response_has_the_media_type_the_client_prefers(
    client: httpx2.AsyncClient, accept: str, media: str
) -> None:
    response = await post_query(client, "{ word }", accept)
    assert response.headers["content-type"] == f"{media}; charset=utf-8"


@pytest.mark.parametrize("accept", ["text/html", f"{JSON};q=0", f"{JSON};q=much"])
async def test_unacceptable_media_types_get_406(client: httpx2.AsyncClient, accept: str) -> None:
    response = await post_query(client, "{ word }", accept)
    assert response.status_code == 406
    only_error(response)


# ── malformed requests ────────────────────────────────────────────────────────────────────────────

MALFORMED_BODIES: dict[str, bytes] = {
    "null": b"null",
    "a string": b'"x"',
    "a number": b"1",
    "a list": b'[{"query": "{ word }"}]',
    "an empty object": b"{}",
    "nothing": b"",
    "no JSON": b"{ word }",
    "invalid UTF-8": b'{"query": "\xff\xfe"}',
    "an incomplete character": b'{"query": "{ word(text: \\"\\ud800\\") }"}',
    "100,000-deep JSON": b'{"query": "", "variables": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a query that is null": b'{"query": null}',
    "a query that is a number": b'{"query": 1}',
    "an empty query": b'{"query": ""}',
    "variables that are a list": b'{"query": "{ word }", "variables": []}',
    "variables that are a string": b'{"query": "{ word }", "variables": "{}"}',
    "an operation name that is a number": b'{"query": "{ word }", "operationName": 7}',
    "not a number": b'{"query": "{ word }", "variables": {"n": NaN}}',
    "a gzip body": b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
}


@pytest.mark.parametrize("body", MALFORMED_BODIES.values(), ids=MALFORMED_BODIES)
@pytest.mark.parametrize("accept", [JSON, GRAPHQL])
async def test_malformed_body_is_rejected_with_400(
    client: httpx2.AsyncClient, body: bytes, accept: str
) -> None:
    response = await client.post(
        "/graphql", content=body, headers={**JSON_HEADERS, "accept": accept}
    )
    assert response.status_code == 400
    assert only_error(response)["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize("digits", [20, 400, 10_000])
async def test_oversized_number_in_variables_is_a_client_error(
    client: httpx2.AsyncClient, digits: int
) -> None:
    body = b'{"query": "query ($n: Int!) { number(n: $n) }", "variables": {"n": %s}}'
    response = await client.post(
        "/graphql", content=body % (b"9" * digits), headers={**JSON_HEADERS, "accept": GRAPHQL}
    )
    assert response.status_code == 400
    assert only_error(response)["extensions"]["code"] == "BAD_USER_INPUT"


async def test_oversized_number_in_the_query_is_a_client_error(
    client: httpx2.AsyncClient,
) -> None:
    response = await post_query(client, "{ number(n: %s) }" % ("9" * 10_000), GRAPHQL)
    assert response.status_code == 400
    assert only_error(response)["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": ""},
        {"content-type": f"{JSON}; charset=tis-620"},
        {**JSON_HEADERS, "content-encoding": "gzip"},
    ],
)
async def test_unsupported_content_type_is_rejected_with_415(
    client: httpx2.AsyncClient, headers: dict[str, str]
) -> None:
    response = await client.post("/graphql", content=b'{"query": "{ word }"}', headers=headers)
    assert response.status_code == 415
    only_error(response)


async def test_body_over_the_size_limit_is_rejected_with_or_without_content_length(
    client: httpx2.AsyncClient,
) -> None:
    body = json.dumps({"query": "{ word }", "padding": "x" * MAX_BODY_BYTES}).encode()

    async def parts() -> AsyncIterator[bytes]:
        for at in range(0, len(body), 65_536):
            yield body[at : at + 65_536]

    for content in (body, parts()):
        response = await client.post("/graphql", content=content, headers=JSON_HEADERS)
        assert response.status_code == 413
        only_error(response)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_other_methods_are_rejected_with_405(client: httpx2.AsyncClient, method: str) -> None:
    response = await client.request(method, "/graphql")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST"


@pytest.mark.parametrize(
    "empty",
    [
        {"variables": ""},
        {"extensions": ""},
        {"variables": "", "operationName": "", "extensions": ""},
    ],
    ids=str,
)
async def test_empty_parameter_of_a_get_is_absent(
    client: httpx2.AsyncClient, empty: dict[str, str]
) -> None:
    """Forms and older clients send it; GraphQL over HTTP says "and not the empty string"."""
    response = await client.get("/graphql", params={"query": "{ __typename }", **empty})
    assert response.json()["data"] == {"__typename": "Query"}


@pytest.mark.parametrize("variables", [" ", '""', "null!", "[]", "0"])
async def test_parameter_of_a_get_that_is_not_empty_is_read(
    client: httpx2.AsyncClient, variables: str
) -> None:
    params = {"query": "{ __typename }", "variables": variables}
    response = await client.get("/graphql", params=params)
    assert response.status_code == 400
    assert "variables" in response.json()["errors"][0]["message"]


async def test_empty_text_as_variables_of_a_post_is_rejected(client: httpx2.AsyncClient) -> None:
    response = await client.post("/graphql", json={"query": "{ __typename }", "variables": ""})
    assert response.status_code == 400


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"query": ""},
        {"query": "{ word }", "variables": "[]"},
        {"query": "{ word }", "variables": "{"},
        {"query": "{ word }", "variables": "[" * 5000},
    ],
)
async def test_get_without_a_valid_query_is_rejected_with_400(
    client: httpx2.AsyncClient, params: dict[str, str]
) -> None:
    response = await client.get("/graphql", params=params)
    assert response.status_code == 400
    only_error(response)


async def test_get_that_is_not_utf_8_is_a_client_error(client: httpx2.AsyncClient) -> None:
    response = await client.get("/graphql?query=%ff%fe", headers={"accept": GRAPHQL})
    assert response.status_code == 400
    assert only_error(response)["extensions"]["code"] == "GRAPHQL_PARSE_FAILED"


async def test_mutation_by_get_is_rejected_with_405(client: httpx2.AsyncClient) -> None:
    response = await client.get("/graphql", params={"query": "mutation { change }"})
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    assert (await post_query(client, "mutation { change }")).json()["data"] == {"change": "done"}

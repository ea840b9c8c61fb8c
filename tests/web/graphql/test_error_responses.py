"""Tests the GraphQL error responses for invalid documents, resolver errors and hub errors."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
from graphql import get_introspection_query
from starlette.requests import Request

from hub.domain.identity.audit_log import Operation
from hub.web.graphql.documents import (
    MAX_CACHED,
    MAX_CACHED_LENGTH,
    MAX_CACHED_TEXT,
    MAX_TOKENS,
    DocumentCache,
)
from hub.web.graphql.limits import MAX_DEPTH, MAX_FIELD_PAIRS, MAX_SELECTIONS
from hub.web.responses import GRAPHQL, JSON
from tests.conftest import GraphQLApi
from tests.web.graphql.sample_endpoint import (
    SCHEMA,
    build_endpoint,
    only_error,
    open_client,
    open_empty_context,
    post_query,
    raise_not_ready,
)

# ── invalid documents ─────────────────────────────────────────────────────────────────────────────

INVALID_DOCUMENTS = {
    "no GraphQL": ("{ word", "GRAPHQL_PARSE_FAILED"),
    "a NUL": ("{ word\0 }", "GRAPHQL_PARSE_FAILED"),
    "an escaped half character": ('{ word(text: "\\ud800") }', "GRAPHQL_PARSE_FAILED"),
    "nesting beyond the parser": ("{ itself " * 2_400 + "}" * 2_400, "GRAPHQL_PARSE_FAILED"),
    "too many tokens": ("{" + " word" * MAX_TOKENS + "}", "GRAPHQL_PARSE_FAILED"),
    "an unknown field": ("{ nobody }", "GRAPHQL_VALIDATION_FAILED"),
    "a missing argument": ("{ number }", "GRAPHQL_VALIDATION_FAILED"),
    "a fragment in itself": ("{ ...F } fragment F on Query { ...F }", "GRAPHQL_VALIDATION_FAILED"),
    "an unknown operation": ("query A { word } query B { word }", "BAD_USER_INPUT"),
    "a missing variable": ("query ($n: Int!) { number(n: $n) }", "BAD_USER_INPUT"),
    "too many levels": ("{ itself " * MAX_DEPTH + "{ word }" + "}" * MAX_DEPTH, "TOO_COSTLY"),
}


@pytest.mark.parametrize(("query", "code"), INVALID_DOCUMENTS.values(), ids=INVALID_DOCUMENTS)
async def test_invalid_document_gets_its_error_code(
    client: httpx2.AsyncClient, query: str, code: str
) -> None:
    for accept, status in ((GRAPHQL, 400), (JSON, 200)):
        response = await post_query(client, query, accept)
        assert response.status_code == status
        assert only_error(response)["extensions"]["code"] == code


async def test_depth_of_nested_fragments_is_counted_once_per_fragment(
    client: httpx2.AsyncClient,
) -> None:
    doubling = " ".join(
        f"fragment F{n} on Query {{ a: itself {{ ...F{n + 1} }} b: itself {{ ...F{n + 1} }} }}"
        for n in range(20)
    )
    query = f"{{ ...F0 }} {doubling} fragment F20 on Query {{ word }}"
    error = only_error(await post_query(client, query))
    assert (error["extensions"]["cost"], error["extensions"]["limit"]) == (21, MAX_DEPTH)


async def test_document_cache_evicts_beyond_its_limit() -> None:
    documents = DocumentCache(SCHEMA)
    first = await documents.parse("{ word }")
    assert await documents.parse("{ word }") is first
    for n in range(MAX_CACHED + 1):
        await documents.parse(f"{{ a{n}: word }}")
    assert await documents.parse("{ word }") is not first


async def test_invalid_document_is_not_cached() -> None:
    documents = DocumentCache(SCHEMA)
    for text in ("{ nobody }", "{ word", "{ " + "word " * 101 + "}"):
        assert (await documents.parse(text)).ast is None
        assert await documents.parse(text) is not await documents.parse(text)


async def test_document_cache_limits_its_total_text_length() -> None:
    documents = DocumentCache(SCHEMA)
    for n in range(2 * MAX_CACHED_TEXT // MAX_CACHED_LENGTH):
        await documents.parse(f"{{ a{n}: word }}".ljust(MAX_CACHED_LENGTH))
        assert sum(map(len, documents._cached)) == documents._length <= MAX_CACHED_TEXT
    assert len(documents._cached) == MAX_CACHED_TEXT // MAX_CACHED_LENGTH


FRAGMENTS = " ".join(f"fragment F{n} on Query {{ a{n}: word }}" for n in range(120))
COSTLY_DOCUMENTS = {
    "selections": (
        "{" + " ".join(f"a{n}: word" for n in range(MAX_SELECTIONS + 1)) + "}",
        (MAX_SELECTIONS + 1, MAX_SELECTIONS),
    ),
    "one field side by side": (
        "{" + "itself { word } " * 101 + "}",
        (2 * 101 * 100 // 2, MAX_FIELD_PAIRS),
    ),
    "one field, in many fragments": (
        "{"
        + " ".join(f"...F{n}" for n in range(80))
        + "}"
        # validation compares the spreads with each other, and the fields too
        + " ".join(f"fragment F{n} on Query {{ itself {{ word }} }}" for n in range(80)),
        (3 * 80 * 79 // 2, MAX_FIELD_PAIRS),
    ),
    "many fragments side by side": (
        "{" + " ".join(f"...F{n}" for n in range(120)) + "}" + FRAGMENTS,
        (120 * 119 // 2, MAX_FIELD_PAIRS),
    ),
    "what is not valid either": (
        "{" + "nobody { none } " * 400 + "}",
        (2 * 400 * 399 // 2, MAX_FIELD_PAIRS),
    ),
}


@pytest.mark.parametrize(("query", "expected"), COSTLY_DOCUMENTS.values(), ids=COSTLY_DOCUMENTS)
async def test_document_costly_to_validate_is_rejected_before_validation(
    client: httpx2.AsyncClient,
    query: str,
    expected: tuple[int, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hub.web.graphql.documents.validate", None)
    error = only_error(await post_query(client, query))
    assert error["extensions"]["code"] == "TOO_COSTLY"
    assert (error["extensions"]["cost"], error["extensions"]["limit"]) == expected


async def test_introspection_query_is_answered(api: GraphQLApi) -> None:
    answer = await api(get_introspection_query(input_value_deprecation=True))
    assert "errors" not in answer


# ── resolver errors ───────────────────────────────────────────────────────────────────────────────


async def test_invalid_argument_error_names_its_field_in_both_languages(
    client: httpx2.AsyncClient,
) -> None:
    body = (await post_query(client, "{ wrong word }")).json()
    [error] = body["errors"]
    assert body["data"] == {"wrong": None, "word": "ชลบุรี"}
    assert error["path"] == ["wrong"]
    extensions = error["extensions"]
    assert (extensions["code"], extensions["field"], extensions["th"], extensions["en"]) == (
        "INVALID",
        "fiscalYear",
        "ผิด",
        "wrong",
    )


async def test_expected_error_has_its_code(client: httpx2.AsyncClient) -> None:
    [error] = (await post_query(client, "{ nothing }")).json()["errors"]
    assert error["extensions"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize("field", ["broken", "certain"])
async def test_unexpected_error_returns_an_incident_number_and_is_logged(
    client: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture, field: str
) -> None:
    with caplog.at_level(logging.ERROR):
        response = await post_query(client, f"{{ {field} }}", GRAPHQL)
    [error] = response.json()["errors"]
    trace = error["extensions"]["traceId"]
    assert error["message"] == (
        f"เกิดข้อผิดพลาดภายใน รหัสเหตุการณ์ {trace} · Internal error, incident {trace}"
    )
    assert error["extensions"]["code"] == "INTERNAL"
    assert "hunter2" not in response.text
    [record] = caplog.records
    assert record.__dict__["incident"] == trace
    assert record.exc_info
    assert "hunter2" in str(record.exc_info[1])
    assert response.status_code == 200
    assert "data" in response.json()


@pytest.mark.parametrize("query", ["{ word }", "{ later }"])
async def test_not_ready_hub_gets_503_with_retry_after(query: str) -> None:
    endpoint = build_endpoint(
        SCHEMA, raise_not_ready if query == "{ word }" else open_empty_context
    )
    async with open_client(endpoint) as client:
        response = await post_query(client, query)
    assert response.status_code == 503
    assert response.headers["retry-after"] == "5"
    [error] = response.json()["errors"]
    assert error["extensions"]["code"] == "UNREADY"


async def test_exception_of_the_endpoint_returns_500_with_an_incident_number(
    caplog: pytest.LogCaptureFixture,
) -> None:
    @asynccontextmanager
    async def raise_error(_: Request, __: Operation, _limits: object) -> AsyncIterator[None]:
        raise RuntimeError("hunter2")
        yield None

    async with open_client(build_endpoint(SCHEMA, raise_error)) as client:
        response = await post_query(client, "{ word }")
    assert response.status_code == 500
    assert only_error(response)["extensions"]["code"] == "INTERNAL"
    assert "hunter2" not in response.text


# ── the published schema ──────────────────────────────────────────────────────────────────────────


async def test_query_over_the_database_takes_one_statement(api: GraphQLApi) -> None:
    answer = await api("{ areas(level: PROVINCE, first: 100) { nodes { code } } }")
    assert len(answer["data"]["areas"]["nodes"]) == 77
    assert api.statement_count == 1


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("{ areas(first: 100000) { nodes { code } } }", "first"),
        ("{ areas(first: -1) { nodes { code } } }", "first"),
        ('{ areas(first: 1, after: "nonsense") { nodes { code } } }', "after"),
        ('{ areas(under: "nonsense") { nodes { code } } }', "under"),
        ('{ areas(under: "gid://hub/Area/\\u0000") { nodes { code } } }', "under"),
    ],
)
async def test_invalid_argument_is_named(api: GraphQLApi, query: str, field: str) -> None:
    [error] = (await api(query))["errors"]
    assert error["extensions"]["code"] == "INVALID"
    assert error["extensions"]["field"] == field


async def test_unknown_area_is_null(api: GraphQLApi) -> None:
    answer = await api('{ area(by: {code: "nowhere"}) { code } }')
    assert answer == {"data": {"area": None}}

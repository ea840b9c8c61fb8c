"""Errors of documents, of resolvers and of the hub, as a client of GraphQL reads them."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
from graphql import get_introspection_query
from starlette.requests import Request

from hub.domain.identity.audit_log import Operation
from hub.web.bounds import DEEPEST, MOST_MEETINGS, MOST_SELECTIONS
from hub.web.documents import (
    LONGEST_REMEMBERED,
    MOST_TOKENS,
    REMEMBERED,
    REMEMBERED_TEXT,
    Documents,
)
from hub.web.responses import GRAPHQL, JSON
from tests.conftest import Asking
from tests.web.door import SCHEMA, client_of, closed, endpoint, only_error, opened, post

# ── documents that will not do ──────────────────────────────────────────────────────────────────

DOCUMENTS = {
    "no GraphQL": ("{ word", "GRAPHQL_PARSE_FAILED"),
    "a NUL": ("{ word\0 }", "GRAPHQL_PARSE_FAILED"),
    "an escaped half character": ('{ word(text: "\\ud800") }', "GRAPHQL_PARSE_FAILED"),
    "nesting beyond the parser": ("{ itself " * 2_400 + "}" * 2_400, "GRAPHQL_PARSE_FAILED"),
    "too many tokens": ("{" + " word" * MOST_TOKENS + "}", "GRAPHQL_PARSE_FAILED"),
    "an unknown field": ("{ nobody }", "GRAPHQL_VALIDATION_FAILED"),
    "a missing argument": ("{ number }", "GRAPHQL_VALIDATION_FAILED"),
    "a fragment in itself": ("{ ...F } fragment F on Query { ...F }", "GRAPHQL_VALIDATION_FAILED"),
    "an unknown operation": ("query A { word } query B { word }", "BAD_USER_INPUT"),
    "a missing variable": ("query ($n: Int!) { number(n: $n) }", "BAD_USER_INPUT"),
    "too many levels": ("{ itself " * DEEPEST + "{ word }" + "}" * DEEPEST, "TOO_COSTLY"),
}


@pytest.mark.parametrize(("query", "code"), DOCUMENTS.values(), ids=DOCUMENTS)
async def test_a_document_that_will_not_do_is_told_its_code(
    client: httpx2.AsyncClient, query: str, code: str
) -> None:
    for accept, status in ((GRAPHQL, 400), (JSON, 200)):
        response = await post(client, query, accept)
        assert response.status_code == status
        assert only_error(response)["extensions"]["code"] == code


async def test_levels_are_counted_through_fragments_once_each(client: httpx2.AsyncClient) -> None:
    doubling = " ".join(
        f"fragment F{n} on Query {{ a: itself {{ ...F{n + 1} }} b: itself {{ ...F{n + 1} }} }}"
        for n in range(20)
    )
    query = f"{{ ...F0 }} {doubling} fragment F20 on Query {{ word }}"
    error = only_error(await post(client, query))
    assert (error["extensions"]["cost"], error["extensions"]["limit"]) == (21, DEEPEST)


async def test_documents_are_remembered_up_to_a_bound() -> None:
    documents = Documents(SCHEMA)
    first = documents.read("{ word }")
    assert documents.read("{ word }") is first
    for n in range(REMEMBERED + 1):
        documents.read(f"{{ a{n}: word }}")
    assert documents.read("{ word }") is not first


async def test_a_document_that_will_not_do_is_not_remembered() -> None:
    documents = Documents(SCHEMA)
    for text in ("{ nobody }", "{ word", "{ " + "word " * 101 + "}"):
        assert documents.read(text).ast is None
        assert documents.read(text) is not documents.read(text)


async def test_what_is_remembered_has_a_length() -> None:
    documents = Documents(SCHEMA)
    for n in range(2 * REMEMBERED_TEXT // LONGEST_REMEMBERED):
        documents.read(f"{{ a{n}: word }}".ljust(LONGEST_REMEMBERED))
        assert sum(map(len, documents._known)) == documents._length <= REMEMBERED_TEXT
    assert len(documents._known) == REMEMBERED_TEXT // LONGEST_REMEMBERED


FRAGMENTS = " ".join(f"fragment F{n} on Query {{ a{n}: word }}" for n in range(120))
COSTLY = {
    "selections": (
        "{" + " ".join(f"a{n}: word" for n in range(MOST_SELECTIONS + 1)) + "}",
        (MOST_SELECTIONS + 1, MOST_SELECTIONS),
    ),
    "one field side by side": (
        "{" + "itself { word } " * 101 + "}",
        (2 * 101 * 100 // 2, MOST_MEETINGS),
    ),
    "one field, in many fragments": (
        "{"
        + " ".join(f"...F{n}" for n in range(80))
        + "}"
        # the spreads are compared with each other, and so are the fields
        + " ".join(f"fragment F{n} on Query {{ itself {{ word }} }}" for n in range(80)),
        (3 * 80 * 79 // 2, MOST_MEETINGS),
    ),
    "many fragments side by side": (
        "{" + " ".join(f"...F{n}" for n in range(120)) + "}" + FRAGMENTS,
        (120 * 119 // 2, MOST_MEETINGS),
    ),
    "what is not valid either": (
        "{" + "nobody { none } " * 400 + "}",
        (2 * 400 * 399 // 2, MOST_MEETINGS),
    ),
}


@pytest.mark.parametrize(("query", "told"), COSTLY.values(), ids=COSTLY)
async def test_a_document_that_is_costly_to_validate_is_refused_before_it_is(
    client: httpx2.AsyncClient,
    query: str,
    told: tuple[int, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hub.web.documents.validate", None)
    error = only_error(await post(client, query))
    assert error["extensions"]["code"] == "TOO_COSTLY"
    assert (error["extensions"]["cost"], error["extensions"]["limit"]) == told


async def test_tools_may_ask_for_the_whole_schema(ask: Asking) -> None:
    answer = await ask(get_introspection_query(input_value_deprecation=True))
    assert "errors" not in answer


# ── errors of resolvers ─────────────────────────────────────────────────────────────────────────


async def test_an_invalid_argument_names_its_field_in_both_languages(
    client: httpx2.AsyncClient,
) -> None:
    body = (await post(client, "{ wrong word }")).json()
    [error] = body["errors"]
    assert body["data"] == {"wrong": None, "word": "ชลบุรี"}
    assert error["path"] == ["wrong"]
    told = error["extensions"]
    assert (told["code"], told["field"], told["th"], told["en"]) == (
        "INVALID",
        "fiscalYear",
        "ผิด",
        "wrong",
    )


async def test_an_expected_error_carries_its_code(client: httpx2.AsyncClient) -> None:
    [error] = (await post(client, "{ nothing }")).json()["errors"]
    assert error["extensions"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize("field", ["broken", "certain"])
async def test_an_unexpected_error_leaves_as_a_number_and_is_logged_in_full(
    client: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture, field: str
) -> None:
    with caplog.at_level(logging.ERROR):
        response = await post(client, f"{{ {field} }}", GRAPHQL)
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
async def test_a_hub_that_is_not_ready_says_when_to_come_back(query: str) -> None:
    door = endpoint(SCHEMA, closed if query == "{ word }" else opened)
    async with client_of(door) as client:
        response = await post(client, query)
    assert response.status_code == 503
    assert response.headers["retry-after"] == "5"
    [error] = response.json()["errors"]
    assert error["extensions"]["code"] == "UNREADY"


async def test_a_door_that_breaks_down_answers_a_number(caplog: pytest.LogCaptureFixture) -> None:
    @asynccontextmanager
    async def broken(_: Request, __: Operation) -> AsyncIterator[None]:
        raise RuntimeError("hunter2")
        yield None

    async with client_of(endpoint(SCHEMA, broken)) as client:
        response = await post(client, "{ word }")
    assert response.status_code == 500
    assert only_error(response)["extensions"]["code"] == "INTERNAL"
    assert "hunter2" not in response.text


# ── the published contract ──────────────────────────────────────────────────────────────────────


async def test_the_hub_answers_over_its_database_and_counts_its_statements(ask: Asking) -> None:
    answer = await ask("{ areas(level: PROVINCE, first: 100) { nodes { code } } }")
    assert len(answer["data"]["areas"]["nodes"]) == 77
    assert ask.statements == 1


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
async def test_an_argument_that_will_not_do_is_named(ask: Asking, query: str, field: str) -> None:
    [error] = (await ask(query))["errors"]
    assert error["extensions"]["code"] == "INVALID"
    assert error["extensions"]["field"] == field


async def test_what_is_not_there_is_null(ask: Asking) -> None:
    answer = await ask('{ area(by: {code: "nowhere"}) { code } }')
    assert answer == {"data": {"area": None}}

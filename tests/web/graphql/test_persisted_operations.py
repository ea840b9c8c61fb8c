"""Tests persisted queries, allow lists of operations, ETags and disabled introspection."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hub.domain.identity.audit_log import hash_document
from hub.errors import Invalid
from hub.settings import Settings
from hub.web.graphql.allow_list import (
    MAX_PERSISTED,
    MAX_PERSISTED_LENGTH,
    OperationAllowList,
    load_documents,
)
from hub.web.responses import GRAPHQL, JSON
from tests.web.graphql.sample_endpoint import (
    SCHEMA,
    HeaderAuthentication,
    build_endpoint,
    only_error,
    open_client,
    open_empty_context,
    post_query,
)

QUERY = "{ word }"


def persisted_query(text: str) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": hash_document(text)}}


async def post_json(client: httpx2.AsyncClient, **body: Any) -> httpx2.Response:
    return await client.post("/graphql", json=body, headers={"accept": GRAPHQL})


# ── persisted queries ───────────────────────────────────────────────────────────────────────────


async def test_document_sent_with_its_hash_is_found_by_hash_afterwards(
    client: httpx2.AsyncClient,
) -> None:
    unknown = await post_json(client, extensions=persisted_query(QUERY))
    assert unknown.status_code == 400
    assert only_error(unknown)["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
    for body in (
        {"query": QUERY, "extensions": persisted_query(QUERY)},
        {"extensions": persisted_query(QUERY)},
    ):
        assert (await post_json(client, **body)).json()["data"] == {"word": "ชลบุรี"}
    params = {
        "extensions": json.dumps({"persistedQuery": {"sha256Hash": hash_document(QUERY).upper()}})
    }
    assert (await client.get("/graphql", params=params)).json()["data"] == {"word": "ชลบุรี"}


async def test_unknown_hash_gets_200_for_application_json(
    client: httpx2.AsyncClient,
) -> None:
    response = await client.post("/graphql", json={"extensions": persisted_query(QUERY)})
    assert response.status_code == 200
    assert only_error(response)["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"


async def test_mismatched_hash_is_rejected_and_not_stored(
    client: httpx2.AsyncClient,
) -> None:
    response = await post_json(client, query="{ broken }", extensions=persisted_query(QUERY))
    assert only_error(response)["extensions"]["code"] == "INVALID"
    assert (await post_json(client, extensions=persisted_query(QUERY))).status_code == 400


async def test_invalid_document_is_not_stored(client: httpx2.AsyncClient) -> None:
    bad = "{ nobody }"
    await post_json(client, query=bad, extensions=persisted_query(bad))
    response = await post_json(client, extensions=persisted_query(bad))
    assert only_error(response)["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize("extensions", [{}, {"persistedQuery": 1}, {"persistedQuery": {}}])
async def test_request_without_query_and_hash_is_rejected_with_400(
    client: httpx2.AsyncClient, extensions: dict[str, Any]
) -> None:
    assert (await post_json(client, extensions=extensions)).status_code == 400


async def test_stored_documents_have_a_limit() -> None:
    operations = OperationAllowList()
    async with open_client(
        build_endpoint(SCHEMA, open_empty_context, operations=operations)
    ) as client:
        for text in (f"{{ a{n}: word }}" for n in range(MAX_PERSISTED + 5)):
            await post_json(client, query=text, extensions=persisted_query(text))
        long = QUERY.ljust(MAX_PERSISTED_LENGTH + 1)
        await post_json(client, query=long, extensions=persisted_query(long))
    assert len(operations._persisted) == MAX_PERSISTED
    assert hash_document(long) not in operations._persisted


# ── allow lists ───────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for client, text in (("moi", "{ word }\n"), ("anonymous", "query Q { itself { word } }")):
        (tmp_path / client).mkdir()
        (tmp_path / client / "one.graphql").write_text(text, "utf-8")
    return tmp_path


async def test_trusted_mode_executes_only_operations_of_the_clients_list(
    folder: Path,
) -> None:
    endpoint = build_endpoint(
        SCHEMA,
        open_empty_context,
        operations=OperationAllowList(load_documents(folder)),
        authentication=HeaderAuthentication(),
    )
    q = "query Q { itself { word } }"
    async with open_client(endpoint) as client:

        async def status(who: str | None, **body: Any) -> int:
            headers = {"accept": GRAPHQL, **({"x-client": who} if who else {})}
            return (await client.post("/graphql", json=body, headers=headers)).status_code

        assert await status("moi", query=QUERY) == 200
        assert (
            await status("moi", query="{ word }\n", extensions=persisted_query("{ word }\n")) == 200
        )
        assert await status("moi", extensions=persisted_query(QUERY)) == 200
        assert (
            await status(None, query=q) == await status(None, extensions=persisted_query(q)) == 200
        )
        assert await status("moi", query=q) == await status(None, query=QUERY) == 403
        assert await status("nobody", query=QUERY) == 403
        assert await status("moi", query="{ number(n: 1) }") == 403
        refused = await post_json(client, query="{ __schema { types { name } } }")
    error = only_error(refused)
    assert error["extensions"]["code"] == "FORBIDDEN"
    assert "HUB_OPERATIONS_DIR" in error["message"]


def test_allow_list_folder_without_documents_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="there is no <client>/"):
        load_documents(tmp_path)


def test_trusted_mode_without_an_allow_list_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_OPERATIONS", "trusted")
    with pytest.raises(Invalid, match="HUB_OPERATIONS_DIR"):
        Settings.from_environment()
    monkeypatch.setenv("HUB_OPERATIONS", "closed")
    with pytest.raises(Invalid, match="open or trusted"):
        Settings.from_environment()


# ── caching ───────────────────────────────────────────────────────────────────────────────────────


async def test_public_response_with_a_matching_etag_gets_304(client: httpx2.AsyncClient) -> None:
    first = await client.get("/graphql", params={"query": QUERY})
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "public, no-cache"
    assert first.headers["vary"] == "Accept, Authorization, Cookie"
    for if_none_match in (tag, f'"other", W/{tag}', "*"):
        again = await client.get(
            "/graphql", params={"query": QUERY}, headers={"if-none-match": if_none_match}
        )
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    other = await client.get(
        "/graphql", params={"query": '{ word(text: "x") }'}, headers={"if-none-match": tag}
    )
    assert other.status_code == 200


@pytest.mark.parametrize("header", ["authorization", "cookie"])
async def test_response_to_credentials_is_not_cacheable(
    client: httpx2.AsyncClient, header: str
) -> None:
    response = await client.get("/graphql", params={"query": QUERY}, headers={header: "x"})
    assert response.headers["cache-control"] == "no-store"
    assert "etag" not in response.headers


@pytest.mark.parametrize("query", ["{ nobody }", "{ wrong }", "{ broken }", "{ later }"])
async def test_response_with_errors_is_not_cacheable(
    client: httpx2.AsyncClient, query: str
) -> None:
    response = await client.get("/graphql", params={"query": query})
    assert response.headers["cache-control"] == "no-store"
    assert "etag" not in response.headers


# ── introspection ─────────────────────────────────────────────────────────────────────────────────


async def test_disabled_introspection_hides_the_schema_and_suggestions() -> None:
    async with open_client(
        build_endpoint(SCHEMA, open_empty_context, allow_introspection=False)
    ) as client:
        for query in ("{ __schema { types { name } } }", '{ __type(name: "Query") { name } }'):
            refused = await post_query(client, query, GRAPHQL)
            codes = {e["extensions"]["code"] for e in refused.json()["errors"]}
            assert (refused.status_code, codes) == (400, {"GRAPHQL_VALIDATION_FAILED"})
        for query in ("{ wor }", "{ word(tex: 1) }", "{ number(n: wor) }"):
            assert "Did you mean" not in (await post_query(client, query, JSON)).text
        assert (await post_query(client, "{ __typename word }", JSON)).json()["data"][
            "word"
        ] == "ชลบุรี"


async def test_enabled_introspection_shows_the_schema_and_suggestions(
    client: httpx2.AsyncClient,
) -> None:
    assert "Did you mean 'word'" in (await post_query(client, "{ wor }")).text
    assert (await post_query(client, "{ __schema { types { name } } }")).json()["data"]

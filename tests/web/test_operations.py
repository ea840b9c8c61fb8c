"""Documents named by their hash, lists of what may be asked, answers that need not come again."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hub.errors import Invalid
from hub.settings import Settings
from hub.web.operations import KEPT, LONGEST_KEPT, Operations, digest, listed
from hub.web.responses import GRAPHQL, JSON
from tests.web.door import SCHEMA, ByHeader, client_of, endpoint, only_error, opened, post

WORD = "{ word }"


def named(text: str) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": digest(text)}}


async def ask(client: httpx2.AsyncClient, **told: Any) -> httpx2.Response:
    return await client.post("/graphql", json=told, headers={"accept": GRAPHQL})


# ── persisted queries ───────────────────────────────────────────────────────────────────────────


async def test_a_document_sent_with_its_hash_is_afterwards_known_by_it(
    client: httpx2.AsyncClient,
) -> None:
    unknown = await ask(client, extensions=named(WORD))
    assert unknown.status_code == 400
    assert only_error(unknown)["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
    for told in ({"query": WORD, "extensions": named(WORD)}, {"extensions": named(WORD)}):
        assert (await ask(client, **told)).json()["data"] == {"word": "ชลบุรี"}
    params = {"extensions": json.dumps({"persistedQuery": {"sha256Hash": digest(WORD).upper()}})}
    assert (await client.get("/graphql", params=params)).json()["data"] == {"word": "ชลบุรี"}


async def test_older_clients_are_told_so_with_200(
    client: httpx2.AsyncClient,
) -> None:
    response = await client.post("/graphql", json={"extensions": named(WORD)})
    assert response.status_code == 200
    assert only_error(response)["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"


async def test_a_hash_of_something_else_is_refused_and_teaches_nothing(
    client: httpx2.AsyncClient,
) -> None:
    response = await ask(client, query="{ broken }", extensions=named(WORD))
    assert only_error(response)["extensions"]["code"] == "INVALID"
    assert (await ask(client, extensions=named(WORD))).status_code == 400


async def test_what_is_not_valid_is_not_kept(client: httpx2.AsyncClient) -> None:
    bad = "{ nobody }"
    await ask(client, query=bad, extensions=named(bad))
    response = await ask(client, extensions=named(bad))
    assert only_error(response)["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize("extensions", [{}, {"persistedQuery": 1}, {"persistedQuery": {}}])
async def test_without_a_query_and_without_a_hash_nothing_is_asked(
    client: httpx2.AsyncClient, extensions: dict[str, Any]
) -> None:
    assert (await ask(client, extensions=extensions)).status_code == 400


async def test_what_is_kept_has_a_bound() -> None:
    operations = Operations()
    async with client_of(endpoint(SCHEMA, opened, operations=operations)) as client:
        for text in (f"{{ a{n}: word }}" for n in range(KEPT + 5)):
            await ask(client, query=text, extensions=named(text))
        long = WORD.ljust(LONGEST_KEPT + 1)
        await ask(client, query=long, extensions=named(long))
    assert len(operations._kept) == KEPT
    assert digest(long) not in operations._kept


# ── lists ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for client, text in (("moi", "{ word }\n"), ("anonymous", "query Q { itself { word } }")):
        (tmp_path / client).mkdir()
        (tmp_path / client / "one.graphql").write_text(text, "utf-8")
    return tmp_path


async def test_a_trusted_hub_executes_what_is_on_the_list_of_the_client_and_nothing_else(
    folder: Path,
) -> None:
    door = endpoint(
        SCHEMA,
        opened,
        operations=Operations(listed(folder)),
        authentication=ByHeader(),
    )
    q = "query Q { itself { word } }"
    async with client_of(door) as client:

        async def status(who: str | None, **told: Any) -> int:
            headers = {"accept": GRAPHQL, **({"x-client": who} if who else {})}
            return (await client.post("/graphql", json=told, headers=headers)).status_code

        assert await status("moi", query=WORD) == 200
        assert await status("moi", query="{ word }\n", extensions=named("{ word }\n")) == 200
        assert await status("moi", extensions=named(WORD)) == 200
        assert await status(None, query=q) == await status(None, extensions=named(q)) == 200
        assert await status("moi", query=q) == await status(None, query=WORD) == 403
        assert await status("nobody", query=WORD) == 403
        assert await status("moi", query="{ number(n: 1) }") == 403
        refused = await ask(client, query="{ __schema { types { name } } }")
    error = only_error(refused)
    assert error["extensions"]["code"] == "FORBIDDEN"
    assert "HUB_OPERATIONS_DIR" in error["message"]


def test_a_list_without_documents_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="there is no <client>/"):
        listed(tmp_path)


def test_trusting_without_a_list_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_OPERATIONS", "trusted")
    with pytest.raises(Invalid, match="HUB_OPERATIONS_DIR"):
        Settings.from_environment()
    monkeypatch.setenv("HUB_OPERATIONS", "closed")
    with pytest.raises(Invalid, match="open or trusted"):
        Settings.from_environment()


# ── answers that need not come again ────────────────────────────────────────────────────────────


async def test_a_public_answer_is_not_sent_twice(client: httpx2.AsyncClient) -> None:
    first = await client.get("/graphql", params={"query": WORD})
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "public, no-cache"
    assert first.headers["vary"] == "Accept, Authorization, Cookie"
    for known in (tag, f'"other", W/{tag}', "*"):
        again = await client.get(
            "/graphql", params={"query": WORD}, headers={"if-none-match": known}
        )
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    other = await client.get(
        "/graphql", params={"query": '{ word(text: "x") }'}, headers={"if-none-match": tag}
    )
    assert other.status_code == 200


@pytest.mark.parametrize("header", ["authorization", "cookie"])
async def test_an_answer_to_somebody_is_kept_by_nobody(
    client: httpx2.AsyncClient, header: str
) -> None:
    response = await client.get("/graphql", params={"query": WORD}, headers={header: "x"})
    assert response.headers["cache-control"] == "no-store"
    assert "etag" not in response.headers


@pytest.mark.parametrize("query", ["{ nobody }", "{ wrong }", "{ broken }", "{ later }"])
async def test_an_answer_with_errors_is_kept_by_nobody(
    client: httpx2.AsyncClient, query: str
) -> None:
    response = await client.get("/graphql", params={"query": query})
    assert response.headers["cache-control"] == "no-store"
    assert "etag" not in response.headers


# ── what is not told ────────────────────────────────────────────────────────────────────────────


async def test_a_closed_contract_is_not_told_and_suggests_nothing() -> None:
    async with client_of(endpoint(SCHEMA, opened, introspected=False)) as client:
        for query in ("{ __schema { types { name } } }", '{ __type(name: "Query") { name } }'):
            refused = await post(client, query, GRAPHQL)
            codes = {e["extensions"]["code"] for e in refused.json()["errors"]}
            assert (refused.status_code, codes) == (400, {"GRAPHQL_VALIDATION_FAILED"})
        for query in ("{ wor }", "{ word(tex: 1) }", "{ number(n: wor) }"):
            assert "Did you mean" not in (await post(client, query, JSON)).text
        assert (await post(client, "{ __typename word }", JSON)).json()["data"]["word"] == "ชลบุรี"


async def test_an_open_contract_is_told_and_suggests(client: httpx2.AsyncClient) -> None:
    assert "Did you mean 'word'" in (await post(client, "{ wor }")).text
    assert (await post(client, "{ __schema { types { name } } }")).json()["data"]

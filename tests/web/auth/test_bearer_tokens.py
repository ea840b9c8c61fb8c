"""Tests how a bearer token is sent, whom it authenticates, and when it becomes invalid."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request

from hub.domain.identity.viewer import ANONYMOUS
from hub.store.database import Database
from hub.web.auth.issuers import CACHE_SECONDS
from tests.sandbox.sandbox_source import serve_app
from tests.web.auth.jwks_server import JwksServer, issue_token
from tests.web.hub_instance import (
    INTERIOR,
    TOURISM,
    URL,
    VIEWER_QUERY,
    HubInstance,
    UnreachablePool,
    generate_ec_key,
)

ROOT = Path(__file__).parents[3]
ISSUER = "https://id.moi.test"


async def get_client_token(instance: HubInstance) -> str:
    secret = await instance.add_client()
    return str((await instance.get_token(auth=("planner", secret))).json()["access_token"])


def error_code(answer: Any) -> str:
    [error] = answer.json()["errors"]
    return str(error["extensions"]["code"])


async def test_anonymous_query_is_answered_when_allowed(instance: HubInstance) -> None:
    assert (await instance.query_viewer()).json()["data"] == {"viewer": None}


async def test_anonymous_query_is_rejected_with_401_when_denied(
    registry_database: Database, tmp_path: Path
) -> None:
    closed = HubInstance(registry_database, tmp_path, anonymous=False)
    async with closed.http:
        answer = await closed.query_viewer()
        assert answer.status_code == 401
        assert error_code(answer) == "UNAUTHENTICATED"
        # RFC 6750 section 3.1: no error code if the request has no credentials.
        assert answer.headers["www-authenticate"] == (
            f'Bearer realm="hub", resource_metadata="{URL}/.well-known/oauth-protected-resource"'
        )
        schema = await closed.http.post(
            "/graphql", json={"query": "{ __schema { types { name } } }"}
        )
        assert schema.status_code == 401
        assert (await closed.query_viewer(await get_client_token(closed))).status_code == 200


async def test_bearer_scheme_is_case_insensitive(instance: HubInstance) -> None:
    token = await get_client_token(instance)
    answer = await instance.query_viewer(headers={"Authorization": f"bEARER  {token} "})
    assert answer.json()["data"]["viewer"]["subject"] == "planner"


@pytest.mark.parametrize("header", ["Basic YTpi", "DPoP abc", "Bearer", "abc", ""])
async def test_unsupported_scheme_is_rejected_with_401(instance: HubInstance, header: str) -> None:
    answer = await instance.query_viewer(headers={"Authorization": header})
    assert answer.status_code == 401
    assert error_code(answer) == "UNAUTHENTICATED"


async def test_token_sent_twice_or_in_the_url_is_rejected_with_400(instance: HubInstance) -> None:
    token = await get_client_token(instance)
    twice = [("Authorization", f"Bearer {token}"), ("Authorization", f"Bearer {token}")]
    body = {"query": VIEWER_QUERY}
    twice_response = await instance.http.post("/graphql", json=body, headers=twice)
    in_url = await instance.http.post("/graphql", json=body, params={"access_token": token})
    for answer in (twice_response, in_url):
        assert answer.status_code == 400
        assert 'error="invalid_request"' in answer.headers["www-authenticate"]
        assert error_code(answer) == "UNAUTHENTICATED"
        assert token not in answer.text


async def test_removed_scope_is_removed_from_existing_tokens(instance: HubInstance) -> None:
    token = await get_client_token(instance)
    database = instance.database
    assert (await instance.query_viewer(token)).json()["data"]["viewer"]["scopes"] == [
        "audit:read",
        "source:operate",
    ]
    user = await instance.bearer(token)
    await database.pool.execute("update client set scopes = '{audit:read}' where id = 'planner'")
    instance.advance(CACHE_SECONDS)
    assert (await instance.query_viewer(token)).json()["data"]["viewer"]["scopes"] == ["audit:read"]
    assert await user.revalidate()
    assert (await user.viewer()).scopes == {"audit:read"}


def test_cache_lifetime_equals_the_documented_two_seconds() -> None:
    document = (ROOT / "docs" / "howto" / "get-a-token.md").read_text("utf-8")
    assert "within two seconds, on every node" in document
    assert CACHE_SECONDS == 2


DisableAction = Callable[[HubInstance], Awaitable[None]]


@pytest.mark.parametrize(
    "stop",
    [
        lambda instance: instance.registry.disable_client("planner"),
        lambda instance: instance.registry.disable_agency(TOURISM),
    ],
    ids=["client", "agency"],
)
async def test_disabled_client_or_agency_is_rejected_on_every_instance(
    instance: HubInstance, tmp_path: Path, stop: DisableAction
) -> None:
    token = await get_client_token(instance)
    other = HubInstance(instance.database, tmp_path / "other")
    async with other.http:
        for node in (instance, other):
            assert (await node.query_viewer(token)).status_code == 200
        users = [await node.bearer(token) for node in (instance, other)]
        assert [await user.revalidate() for user in users] == [True, True]
        await stop(instance)
        for node, user in zip((instance, other), users, strict=True):
            node.advance(CACHE_SECONDS)
            answer = await node.query_viewer(token)
            assert answer.status_code == 401
            assert 'error="invalid_token"' in answer.headers["www-authenticate"]
            assert not await user.revalidate()  # as each socket does at intervals
    await instance.registry.register_agency(TOURISM)


@pytest.mark.parametrize(
    "stop",
    [
        lambda instance: instance.registry.disable_issuer(ISSUER),
        lambda instance: instance.registry.disable_agency(INTERIOR),
    ],
    ids=["issuer", "agency"],
)
async def test_disabled_issuer_is_rejected_without_affecting_another_agency(
    instance: HubInstance, stop: DisableAction
) -> None:
    key, own_token = generate_ec_key(), await get_client_token(instance)
    with serve_app(JwksServer(key)) as address:
        await instance.add_issuer(ISSUER, f"{address}/jwks")
        token = issue_token(ISSUER, key)
        user = await instance.bearer(token)
        assert (await user.viewer()).agency_id == INTERIOR
        assert await user.revalidate()
        await stop(instance)
        instance.advance(CACHE_SECONDS)
        assert (await instance.query_viewer(token)).status_code == 401
        assert not await user.revalidate()
        assert (await instance.query_viewer(own_token)).status_code == 200


async def test_viewer_is_valid_until_the_token_expires(instance: HubInstance) -> None:
    user = await instance.bearer(await get_client_token(instance))
    until = (await user.viewer()).until
    assert until is not None
    assert await user.revalidate()
    instance.clock = lambda: until
    assert not await user.revalidate()
    anonymous = await instance.user(Request({"type": "http", "headers": [], "query_string": b""}))
    assert await anonymous.viewer() == ANONYMOUS
    assert await anonymous.revalidate()


@pytest.mark.parametrize(
    ("minutes", "status"), [(10.6, 401), (10.4, 200), (0.4, 200), (-0.4, 200), (-0.6, 401)]
)
async def test_token_times_are_checked_with_a_leeway(
    instance: HubInstance, minutes: float, status: int
) -> None:
    """Fault 44: a token expires after ten minutes; a clock difference of 30 seconds is allowed."""
    token = await get_client_token(instance)
    instance.clock = lambda: datetime.now(UTC) + timedelta(minutes=minutes)
    assert (await instance.query_viewer(token)).status_code == status


async def test_token_issued_in_the_future_is_rejected(instance: HubInstance) -> None:
    instance.clock = lambda: datetime.now(UTC) + timedelta(hours=1)
    token = await get_client_token(instance)
    instance.clock = lambda: datetime.now(UTC)
    assert (await instance.query_viewer(token)).status_code == 401


async def test_unreachable_registry_gets_503_instead_of_401(
    instance: HubInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await get_client_token(instance)
    monkeypatch.setattr(instance.database, "pool", UnreachablePool())
    answer = await instance.query_viewer(token)
    assert (answer.status_code, error_code(answer)) == (503, "UNREADY")
    assert answer.headers["retry-after"]
    monkeypatch.undo()
    assert (await instance.query_viewer(token)).status_code == 200

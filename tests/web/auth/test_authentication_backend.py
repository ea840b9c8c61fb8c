"""Tests the authentication backend of Starlette's middleware: when it reads the database."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.requests import HTTPConnection, Request

from hub.domain.identity.viewer import ANONYMOUS
from hub.errors import NotReady
from hub.store.database import Database
from hub.web.auth.backend import BearerAuthentication, BearerUser, ChallengeRequired
from hub.web.auth.issuers import CACHE_SECONDS
from tests.web.audit_log import list_audit_entries
from tests.web.hub_instance import (
    TOURISM,
    VIEWER_QUERY,
    HubInstance,
    UnreachablePool,
    request_with_token,
)

INVALID_TOKEN_HEADER = {"authorization": "Bearer not.a.token"}


def connection(**headers: str) -> HTTPConnection:
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    return HTTPConnection({"type": "websocket", "headers": pairs, "query_string": b""})


async def get_client_token(instance: HubInstance) -> str:
    secret = await instance.add_client()
    return str((await instance.get_token(auth=("planner", secret))).json()["access_token"])


@pytest.mark.parametrize("path", ["/", "/query", "/sources", "/static/css/base.css", "/healthz"])
async def test_pages_and_health_checks_do_not_authenticate(
    instance: HubInstance, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    async def fail(*_: Any) -> Any:
        raise AssertionError("it was authenticated")

    monkeypatch.setattr(BearerAuthentication, "verify", fail)
    monkeypatch.setattr(instance.database, "pool", UnreachablePool())
    assert (await instance.http.get(path, headers=INVALID_TOKEN_HEADER)).status_code == 200


async def test_token_is_verified_once_per_request(
    instance: HubInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, verified = await get_client_token(instance), 0
    verify: Callable[..., Any] = BearerAuthentication.verify

    async def verify_and_count(self: Any, conn: Any) -> Any:
        nonlocal verified
        verified += 1
        return await verify(self, conn)

    monkeypatch.setattr(BearerAuthentication, "verify", verify_and_count)
    assert (await instance.query_viewer(token)).json()["data"]["viewer"]["subject"] == "planner"
    assert verified == 1


async def test_invalid_token_gets_401_with_a_challenge_in_the_accepted_media_type(
    instance: HubInstance,
) -> None:
    media = "application/graphql-response+json"
    answer = await instance.http.post(
        "/graphql", json={"query": VIEWER_QUERY}, headers={**INVALID_TOKEN_HEADER, "accept": media}
    )
    assert answer.status_code == 401
    assert answer.headers["content-type"] == f"{media}; charset=utf-8"
    challenge = answer.headers["www-authenticate"]
    assert challenge.startswith('Bearer realm="hub", error="invalid_token"')
    [error] = answer.json()["errors"]
    assert set(error) == {"message", "extensions"}
    assert set(error["extensions"]) == {"code", "traceId"}
    assert error["extensions"]["code"] == "UNAUTHENTICATED"


async def test_malformed_request_gets_400_before_its_token_is_verified(
    instance: HubInstance,
) -> None:
    answer = await instance.http.post("/graphql", json=[], headers=INVALID_TOKEN_HEADER)
    assert answer.status_code == 400


async def test_user_is_anonymous_until_authenticated(instance: HubInstance) -> None:
    user = await instance.user(request_with_token(await get_client_token(instance)))
    assert isinstance(user, BearerUser)
    assert (user.is_authenticated, user.display_name) == (False, "")
    viewer = await user.viewer()
    assert (user.is_authenticated, user.display_name) == (True, "planner")
    assert (viewer.agency_id, viewer.client_id) == (TOURISM, "planner")


async def test_viewer_is_verified_again_when_the_cache_expires(instance: HubInstance) -> None:
    user = await instance.bearer(await get_client_token(instance))
    await instance.registry.disable_client("planner")
    assert (await user.viewer()).subject == "planner"
    instance.advance(CACHE_SECONDS)
    with pytest.raises(ChallengeRequired):
        await user.viewer()


async def test_socket_with_an_invalid_token_is_logged_as_denied(
    instance: HubInstance, registry_database: Database
) -> None:
    authentication = instance.hub.authentication
    authenticated = await authentication.authenticate(connection(**INVALID_TOKEN_HEADER))
    assert authenticated is not None
    user = authenticated[1]
    assert isinstance(user, BearerUser)
    start = await registry_database.pool.fetchval("select number from access_head")
    assert not await user.revalidate()
    [one] = [one for one in await list_audit_entries(registry_database) if one.number > start]
    assert one.reason == "UNAUTHENTICATED"


async def test_connection_without_credentials_stays_anonymous(
    instance: HubInstance,
) -> None:
    user = await instance.user(Request({"type": "http", "headers": [], "query_string": b""}))
    assert await user.viewer() == ANONYMOUS
    assert await user.revalidate()


async def test_unreachable_database_raises_not_ready_instead_of_invalid_token(
    instance: HubInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await instance.bearer(await get_client_token(instance))
    instance.advance(CACHE_SECONDS)
    monkeypatch.setattr(instance.database, "pool", UnreachablePool())
    with pytest.raises(NotReady):
        await user.revalidate()

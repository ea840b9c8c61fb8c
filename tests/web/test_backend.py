"""Authentication as Starlette's middleware calls it: when the database is read, and when not."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.requests import HTTPConnection, Request

from hub.domain.identity.viewer import ANONYMOUS
from hub.errors import NotReady
from hub.store.database import Database
from hub.web.auth.backend import BearerAuthentication, BearerUser, Challenged
from hub.web.trust import REMEMBERED
from tests.web.access import TOURISM, WHO, Realm, Unreachable, request_of
from tests.web.logged import links

GARBAGE = {"authorization": "Bearer not.a.token"}


def connection(**headers: str) -> HTTPConnection:
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    return HTTPConnection({"type": "websocket", "headers": pairs, "query_string": b""})


async def token(realm: Realm) -> str:
    secret = await realm.add_client()
    return str((await realm.get_token(auth=("planner", secret))).json()["access_token"])


@pytest.mark.parametrize("path", ["/", "/query", "/sources", "/static/css/base.css", "/healthz"])
async def test_pages_and_health_authenticate_nobody(
    realm: Realm, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    async def never(*_: Any) -> Any:
        raise AssertionError("it was authenticated")

    monkeypatch.setattr(BearerAuthentication, "verify", never)
    monkeypatch.setattr(realm.database, "pool", Unreachable())
    assert (await realm.http.get(path, headers=GARBAGE)).status_code == 200


async def test_a_token_is_verified_once_for_a_request(
    realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, verified = await token(realm), 0
    verify: Callable[..., Any] = BearerAuthentication.verify

    async def counted(self: Any, conn: Any) -> Any:
        nonlocal verified
        verified += 1
        return await verify(self, conn)

    monkeypatch.setattr(BearerAuthentication, "verify", counted)
    assert (await realm.ask(given)).json()["data"]["viewer"]["subject"] == "planner"
    assert verified == 1


async def test_an_invalid_token_gets_401_with_a_challenge_in_the_accepted_media_type(
    realm: Realm,
) -> None:
    media = "application/graphql-response+json"
    answer = await realm.http.post(
        "/graphql", json={"query": WHO}, headers={**GARBAGE, "accept": media}
    )
    assert answer.status_code == 401
    assert answer.headers["content-type"] == f"{media}; charset=utf-8"
    challenge = answer.headers["www-authenticate"]
    assert challenge.startswith('Bearer realm="hub", error="invalid_token"')
    [error] = answer.json()["errors"]
    assert set(error) == {"message", "extensions"}
    assert set(error["extensions"]) == {"code", "traceId"}
    assert error["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_malformed_request_is_told_so_before_its_token(realm: Realm) -> None:
    answer = await realm.http.post("/graphql", json=[], headers=GARBAGE)
    assert answer.status_code == 400


async def test_a_user_is_of_nobody_until_it_was_authenticated(realm: Realm) -> None:
    user = await realm.user(request_of(await token(realm)))
    assert isinstance(user, BearerUser)
    assert (user.is_authenticated, user.display_name) == (False, "")
    viewer = await user.viewer()
    assert (user.is_authenticated, user.display_name) == (True, "planner")
    assert (viewer.agency_id, viewer.client_id) == (TOURISM, "planner")


async def test_a_viewer_is_verified_again_after_a_moment(realm: Realm) -> None:
    user = await realm.bearer(await token(realm))
    await realm.register.disable_client("planner")
    assert (await user.viewer()).subject == "planner"
    realm.later(REMEMBERED)
    with pytest.raises(Challenged):
        await user.viewer()


async def test_a_socket_that_loses_its_token_is_counted_as_denied(
    realm: Realm, register_database: Database
) -> None:
    authentication = realm.hub.authentication
    authenticated = await authentication.authenticate(connection(**GARBAGE))
    assert authenticated is not None
    user = authenticated[1]
    assert isinstance(user, BearerUser)
    start = await register_database.pool.fetchval("select number from access_head")
    assert not await user.revalidate()
    [one] = [one for one in await links(register_database) if one.number > start]
    assert one.reason == "UNAUTHENTICATED"


async def test_without_credentials_a_connection_goes_on_as_nobody_in_particular(
    realm: Realm,
) -> None:
    user = await realm.user(Request({"type": "http", "headers": [], "query_string": b""}))
    assert await user.viewer() == ANONYMOUS
    assert await user.revalidate()


async def test_a_database_that_is_away_is_no_invalid_token(
    realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await realm.bearer(await token(realm))
    realm.later(REMEMBERED)
    monkeypatch.setattr(realm.database, "pool", Unreachable())
    with pytest.raises(NotReady):
        await user.revalidate()

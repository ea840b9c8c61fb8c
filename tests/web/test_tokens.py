"""How a token must be sent, whom it speaks for, and how soon it stops when the register says so."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request

from hub.domain.identity.viewer import ANONYMOUS
from hub.store.database import Database
from hub.web.trust import REMEMBERED
from tests.sandbox.served import serve_app
from tests.web.access import INTERIOR, TOURISM, URL, WHO, Realm, Unreachable, ec
from tests.web.jwks import Jwks, token_of

ROOT = Path(__file__).parents[2]
ISSUER = "https://id.moi.test"


async def token(realm: Realm) -> str:
    secret = await realm.add_client()
    return str((await realm.get_token(auth=("planner", secret))).json()["access_token"])


def code_of(answer: Any) -> str:
    [error] = answer.json()["errors"]
    return str(error["extensions"]["code"])


async def test_nobody_may_ask_where_that_is_allowed(realm: Realm) -> None:
    assert (await realm.ask()).json()["data"] == {"viewer": None}


async def test_nobody_may_ask_nothing_where_that_is_denied(
    register_database: Database, tmp_path: Path
) -> None:
    closed = Realm(register_database, tmp_path, anonymous=False)
    async with closed.http:
        answer = await closed.ask()
        assert answer.status_code == 401
        assert code_of(answer) == "UNAUTHENTICATED"
        # RFC 6750 section 3.1: no error is named to whoever has sent nothing.
        assert answer.headers["www-authenticate"] == (
            f'Bearer realm="hub", resource_metadata="{URL}/.well-known/oauth-protected-resource"'
        )
        schema = await closed.http.post(
            "/graphql", json={"query": "{ __schema { types { name } } }"}
        )
        assert schema.status_code == 401
        assert (await closed.ask(await token(closed))).status_code == 200


async def test_the_scheme_may_be_written_as_one_likes(realm: Realm) -> None:
    given = await token(realm)
    answer = await realm.ask(headers={"Authorization": f"bEARER  {given} "})
    assert answer.json()["data"]["viewer"]["subject"] == "planner"


@pytest.mark.parametrize("header", ["Basic YTpi", "DPoP abc", "Bearer", "abc", ""])
async def test_another_scheme_is_no_anonymous_reading(realm: Realm, header: str) -> None:
    answer = await realm.ask(headers={"Authorization": header})
    assert answer.status_code == 401
    assert code_of(answer) == "UNAUTHENTICATED"


async def test_a_token_is_sent_once_and_in_the_header(realm: Realm) -> None:
    given = await token(realm)
    twice = [("Authorization", f"Bearer {given}"), ("Authorization", f"Bearer {given}")]
    body = {"query": WHO}
    both = await realm.http.post("/graphql", json=body, headers=twice)
    address = await realm.http.post("/graphql", json=body, params={"access_token": given})
    for answer in (both, address):
        assert answer.status_code == 400
        assert 'error="invalid_request"' in answer.headers["www-authenticate"]
        assert code_of(answer) == "UNAUTHENTICATED"
        assert given not in answer.text


async def test_a_scope_that_was_taken_away_is_gone_from_tokens_given_before(realm: Realm) -> None:
    given = await token(realm)
    database = realm.database
    assert (await realm.ask(given)).json()["data"]["viewer"]["scopes"] == [
        "audit:read",
        "source:operate",
    ]
    user = await realm.bearer(given)
    await database.pool.execute("update client set scopes = '{audit:read}' where id = 'planner'")
    realm.later(REMEMBERED)
    assert (await realm.ask(given)).json()["data"]["viewer"]["scopes"] == ["audit:read"]
    assert await user.revalidate()
    assert (await user.viewer()).scopes == {"audit:read"}


def test_the_bound_is_what_the_papers_say() -> None:
    paper = (ROOT / "docs" / "howto" / "get-a-token.md").read_text("utf-8")
    assert "stop within two seconds, on every node" in paper
    assert REMEMBERED == 2


Stop = Callable[[Realm], Awaitable[None]]


@pytest.mark.parametrize(
    "stop",
    [
        lambda realm: realm.register.disable_client("planner"),
        lambda realm: realm.register.disable(TOURISM),
    ],
    ids=["client", "agency"],
)
async def test_who_is_disabled_stops_within_the_bound_on_every_node(
    realm: Realm, tmp_path: Path, stop: Stop
) -> None:
    given = await token(realm)
    other = Realm(realm.database, tmp_path / "other")
    async with other.http:
        for node in (realm, other):
            assert (await node.ask(given)).status_code == 200
        users = [await node.bearer(given) for node in (realm, other)]
        assert [await user.revalidate() for user in users] == [True, True]
        await stop(realm)
        for node, user in zip((realm, other), users, strict=True):
            node.later(REMEMBERED)
            answer = await node.ask(given)
            assert answer.status_code == 401
            assert 'error="invalid_token"' in answer.headers["www-authenticate"]
            assert not await user.revalidate()  # what each socket asks
    await realm.register.register_agency(TOURISM)


@pytest.mark.parametrize(
    "stop",
    [
        lambda realm: realm.register.disable_issuer(ISSUER),
        lambda realm: realm.register.disable(INTERIOR),
    ],
    ids=["issuer", "agency"],
)
async def test_a_disabled_issuer_stops_and_another_agency_goes_on(realm: Realm, stop: Stop) -> None:
    key, own = ec(), await token(realm)
    with serve_app(Jwks(key)) as address:
        await realm.add_issuer(ISSUER, f"{address}/jwks")
        given = token_of(ISSUER, key)
        user = await realm.bearer(given)
        assert (await user.viewer()).agency_id == INTERIOR
        assert await user.revalidate()
        await stop(realm)
        realm.later(REMEMBERED)
        assert (await realm.ask(given)).status_code == 401
        assert not await user.revalidate()
        assert (await realm.ask(own)).status_code == 200


async def test_a_viewer_counts_until_the_token_ends(realm: Realm) -> None:
    user = await realm.bearer(await token(realm))
    until = (await user.viewer()).until
    assert until is not None
    assert await user.revalidate()
    realm.clock = lambda: until
    assert not await user.revalidate()
    anonymous = await realm.user(Request({"type": "http", "headers": [], "query_string": b""}))
    assert await anonymous.viewer() == ANONYMOUS
    assert await anonymous.revalidate()


@pytest.mark.parametrize(
    ("minutes", "status"), [(10.6, 401), (10.4, 200), (0.4, 200), (-0.4, 200), (-0.6, 401)]
)
async def test_a_clock_that_is_wrong_counts_as_long_as_the_leeway(
    realm: Realm, minutes: float, status: int
) -> None:
    """Fault 44: a token lives ten minutes, and half a minute of difference is borne at each end."""
    given = await token(realm)
    realm.clock = lambda: datetime.now(UTC) + timedelta(minutes=minutes)
    assert (await realm.ask(given)).status_code == status


async def test_a_token_of_an_hour_hence_never_counts(realm: Realm) -> None:
    realm.clock = lambda: datetime.now(UTC) + timedelta(hours=1)
    given = await token(realm)
    realm.clock = lambda: datetime.now(UTC)
    assert (await realm.ask(given)).status_code == 401


async def test_while_the_register_cannot_be_asked_a_token_is_neither_good_nor_bad(
    realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = await token(realm)
    monkeypatch.setattr(realm.database, "pool", Unreachable())
    answer = await realm.ask(given)
    assert (answer.status_code, code_of(answer)) == (503, "UNREADY")
    assert answer.headers["retry-after"]
    monkeypatch.undo()
    assert (await realm.ask(given)).status_code == 200

"""The hub's own authorization server gives tokens to whom it should, and to nobody else."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws

from hub.domain.identity.clients import GRANTABLE_SCOPES, ClientKind, hash_secret
from tests.web.access import TOURISM, URL, Realm, Unreachable, assertion, ec, ed, public, rsa


def refused(response: Any, error: str, status: int = 400) -> dict[str, Any]:
    assert response.status_code == status, response.text
    body: dict[str, Any] = response.json()
    assert body["error"] == error, body
    assert body["error_description"].isascii()
    assert " · " in body["message"]
    assert response.headers["cache-control"] == "no-store"
    assert "access_token" not in body
    return body


async def test_a_client_gets_a_token_and_is_known_by_it(realm: Realm) -> None:
    secret = await realm.add_client()
    given = await realm.get_token(auth=("planner", secret))
    assert given.status_code == 200, given.text
    assert given.headers["cache-control"] == "no-store"
    told = given.json()
    assert (told["token_type"], told["expires_in"]) == ("Bearer", 600)
    answer = await realm.ask(told["access_token"])
    assert answer.json()["data"] == {
        "viewer": {
            "subject": "planner",
            "agency": {"code": "05"},
            "scopes": ["audit:read", "source:operate"],
        }
    }


async def test_a_token_is_one_of_rfc_9068_signed_by_a_published_key(realm: Realm) -> None:
    secret = await realm.add_client()
    given = (await realm.get_token(auth=("planner", secret))).json()["access_token"]
    held = jws.extract_compact(given.encode())
    listed = (await realm.http.get("/oauth/jwks")).json()["keys"]
    assert held.headers() == {"typ": "at+jwt", "alg": "ES256", "kid": listed[0]["kid"]}
    assert not {"d", "p", "q", "k"} & set(listed[0])
    claims = json.loads(held.payload or b"")
    assert set(claims) == {"iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope"}
    assert (claims["iss"], claims["aud"], claims["exp"] - claims["iat"]) == (URL, URL, 600)


async def test_the_private_key_is_readable_by_its_owner_alone_and_not_in_the_database(
    realm: Realm, tmp_path: Path
) -> None:
    await realm.get_token(auth=("planner", await realm.add_client()))
    kept = tmp_path / "keys" / "signing.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    private = json.loads(kept.read_text("utf-8"))["jwk"]["d"]
    database = realm.database
    assert private not in str(await database.pool.fetch("select * from signing_key"))


async def test_a_token_of_one_node_counts_on_another_which_has_another_key(
    realm: Realm, tmp_path: Path
) -> None:
    secret = await realm.add_client()
    other = Realm(realm.database, tmp_path / "other")
    async with other.http:
        # Each has read the keys there are before the other makes its own.
        first = (await other.get_token(auth=("planner", secret))).json()["access_token"]
        assert (await other.ask(first)).status_code == 200
        second = (await realm.get_token(auth=("planner", secret))).json()["access_token"]
        assert (await realm.ask(first)).json() == (await other.ask(second)).json()
        assert (await other.ask(second)).json()["data"]["viewer"]["subject"] == "planner"
    assert len((await realm.http.get("/oauth/jwks")).json()["keys"]) == 2


@pytest.mark.parametrize("way", ["basic", "post"])
async def test_a_wrong_secret_and_an_unknown_client_are_refused_in_the_same_words(
    realm: Realm, way: str
) -> None:
    secret = await realm.add_client()

    async def tell(client_id: str, told: str) -> Any:
        if way == "basic":
            return await realm.get_token(auth=(client_id, told))
        return await realm.get_token(client_id=client_id, client_secret=told)

    assert (await tell("planner", secret)).status_code == 200
    wrong = refused(await tell("planner", "bhs_guess"), "invalid_client", 401)
    unknown = refused(await tell("nobody", "bhs_guess"), "invalid_client", 401)
    assert wrong == unknown


async def test_two_secrets_count_while_one_replaces_the_other(realm: Realm) -> None:
    first = await realm.add_client()

    async def statuses(*secrets: str) -> list[int]:
        asked = [await realm.get_token(auth=("planner", secret)) for secret in secrets]
        return [answer.status_code for answer in asked]

    await realm.register.rotate_secret("planner", hash_secret("second"), revoke_previous=False)
    assert await statuses(first, "second") == [200, 200]
    await realm.register.rotate_secret("planner", hash_secret("third"), revoke_previous=False)
    assert await statuses(first, "second", "third") == [401, 200, 200]
    await realm.register.rotate_secret("planner", hash_secret("fourth"), revoke_previous=True)
    assert await statuses("third", "fourth") == [401, 200]


@pytest.mark.parametrize(("make", "alg"), [(ec, "ES256"), (rsa, "RS256"), (rsa, "PS256")])
async def test_a_client_proves_itself_by_its_key(realm: Realm, make: Any, alg: str) -> None:
    key = make()
    await realm.add_client(secrets=[], keys=public(key)["keys"])
    given = await realm.get_token(**assertion(key, "planner", alg))
    assert given.status_code == 200, given.text


async def test_an_assertion_counts_once_whichever_node_it_is_shown_to(
    realm: Realm, tmp_path: Path
) -> None:
    key = ec()
    await realm.add_client(secrets=[], keys=public(key)["keys"])
    other = Realm(realm.database, tmp_path / "other")
    proof = assertion(key, "planner")
    async with other.http:
        nodes = [realm, other] * 4
        answers = await asyncio.gather(*(node.get_token(**proof) for node in nodes))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7
    refused(await realm.get_token(**proof), "invalid_client", 401)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "somebody"},
        {"sub": "somebody"},
        {"aud": "https://elsewhere.test"},
        {"aud": None},
        {"exp": 1},
        {"exp": None},
        {"exp": 4_000_000_000},
        {"nbf": 4_000_000_000},
        {"iat": 4_000_000_000},
        {"jti": None},
        {"jti": 7},
        {"jti": "j" * 256},
        {"jti": "a\0b"},
    ],
    ids=str,
)
async def test_an_assertion_that_is_not_for_us_now_is_refused(
    realm: Realm, claims: dict[str, Any]
) -> None:
    key = ec()
    await realm.add_client(secrets=[], keys=public(key)["keys"])
    answer = await realm.get_token(**assertion(key, "planner", **claims))
    refused(answer, "invalid_client", 401)


async def test_an_assertion_of_another_key_is_refused(realm: Realm) -> None:
    await realm.add_client(secrets=[], keys=public(ec())["keys"])
    refused(await realm.get_token(**assertion(ec(), "planner")), "invalid_client", 401)
    refused(await realm.get_token(**assertion(ed(), "planner", "Ed25519")), "invalid_client", 401)


async def test_a_client_with_keys_has_no_use_for_a_secret(realm: Realm) -> None:
    secret = await realm.add_client(keys=public(ec())["keys"])
    refused(await realm.get_token(auth=("planner", secret)), "invalid_client", 401)


async def test_less_may_be_asked_for_and_never_more(realm: Realm) -> None:
    secret = await realm.add_client(scopes=frozenset({"source:operate"}))
    auth = ("planner", secret)
    assert (await realm.get_token(auth=auth)).json()["scope"] == "source:operate"
    refused(await realm.get_token(auth=auth, scope="audit:read"), "invalid_scope")
    refused(await realm.get_token(auth=auth, scope="source:operate hub:steward"), "invalid_scope")


async def test_a_token_is_for_this_hub_and_no_other_resource(realm: Realm) -> None:
    auth = ("planner", await realm.add_client())
    assert (await realm.get_token(auth=auth, resource=URL)).status_code == 200
    refused(await realm.get_token(auth=auth, resource="https://other.test"), "invalid_target")


@pytest.mark.parametrize("what", ["client", "agency"])
async def test_whoever_is_disabled_gets_no_token(realm: Realm, what: str) -> None:
    auth = ("planner", await realm.add_client())
    if what == "client":
        await realm.register.disable_client("planner")
    else:
        await realm.register.disable_agency(TOURISM)
    refused(await realm.get_token(auth=auth), "invalid_client", 401)


async def test_a_page_gets_no_token_of_its_own(realm: Realm) -> None:
    await realm.add_client(kind=ClientKind.PUBLIC, secrets=[], origins=["https://page.test"])
    refused(await realm.get_token(client_id="planner"), "invalid_client", 401)


async def test_one_proof_at_a_time(realm: Realm) -> None:
    secret = await realm.add_client()
    both = await realm.get_token(auth=("planner", secret), client_secret=secret)
    refused(both, "invalid_request")
    other = await realm.get_token(auth=("planner", secret), client_id="another")
    refused(other, "invalid_request")


@pytest.mark.parametrize(
    ("sent", "error", "status"),
    [
        (b"grant_type=password&client_id=a&client_secret=b", "unsupported_grant_type", 400),
        (b"client_id=a&client_secret=b", "unsupported_grant_type", 400),
        (b"grant_type=x&grant_type=y", "invalid_request", 400),
        (b"&".join(b"a%d=1" % n for n in range(30)), "invalid_request", 400),
        (b"grant_type=%FF%00&scope=%ED%A0%80", "unsupported_grant_type", 400),
        (b"grant_type=client_credentials&client_id=%00&client_secret=b", "invalid_client", 401),
    ],
)  # fmt: skip
async def test_what_is_no_token_request_is_refused(
    realm: Realm, sent: bytes, error: str, status: int
) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    refused(await realm.http.post("/oauth/token", headers=form, content=sent), error, status)


@pytest.mark.parametrize("header", ["Basic", "Basic !", "Basic /w==", "Basic OjphOg==", "Digest x"])
async def test_a_basic_header_that_cannot_be_read_is_refused(realm: Realm, header: str) -> None:
    answer = await realm.http.post(
        "/oauth/token",
        data={"grant_type": "client_credentials"},
        headers={"Authorization": header},
    )
    refused(answer, "invalid_client", 401)
    assert answer.headers["www-authenticate"].startswith("Basic")


async def test_what_is_no_form_is_refused_with_its_status(realm: Realm) -> None:
    assert (await realm.http.get("/oauth/token")).status_code == 405
    assert (await realm.http.post("/oauth/token", json={})).status_code == 415
    form = {"content-type": "application/x-www-form-urlencoded"}
    large = await realm.http.post("/oauth/token", content=b"a" * 40_000, headers=form)
    assert large.status_code == 413


async def test_who_fails_ten_times_waits_and_keeps_nobody_else_out(realm: Realm) -> None:
    await realm.add_client()
    other = await realm.add_client("other")
    for _ in range(10):
        assert (await realm.get_token(auth=("planner", "wrong"))).status_code == 401
    late = await realm.get_token(auth=("planner", "wrong"))
    assert late.status_code == 429
    assert 0 < int(late.headers["retry-after"]) <= 60
    assert (await realm.get_token(auth=("other", other))).status_code == 200


async def test_without_a_database_it_says_when_to_come_back(
    realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(realm.database, "pool", Unreachable())
    late = await realm.get_token(auth=("planner", "x"))
    assert late.status_code == 503
    assert late.json()["error"] == "temporarily_unavailable"
    assert late.headers["retry-after"]
    assert (await realm.http.get("/oauth/jwks")).status_code == 503


async def test_a_key_file_that_cannot_be_used_is_the_operators_matter(
    realm: Realm, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    secret = await realm.add_client()
    (tmp_path / "keys").write_text("", encoding="utf-8")
    answer = await realm.get_token(auth=("planner", secret))
    assert (answer.status_code, answer.json()["error"]) == (500, "server_error")
    assert str(tmp_path) not in answer.text
    assert "let the account that runs the hub" in caplog.text


async def test_the_documents_say_where_everything_is(realm: Realm) -> None:
    server = (await realm.http.get("/.well-known/oauth-authorization-server")).json()
    resource = (await realm.http.get("/.well-known/oauth-protected-resource")).json()
    assert server["issuer"] == URL == resource["resource"]
    assert resource["authorization_servers"] == [URL]
    assert (await realm.http.get(server["jwks_uri"])).status_code == 200
    assert set(server["scopes_supported"]) == GRANTABLE_SCOPES

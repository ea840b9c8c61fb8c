"""Tests the token endpoint of the hub: client authentication, scopes, keys and errors."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws

from hub.domain.identity.clients import GRANTABLE_SCOPES, ClientKind, hash_secret
from tests.web.hub_instance import (
    TOURISM,
    URL,
    HubInstance,
    UnreachablePool,
    client_assertion,
    generate_ec_key,
    generate_ed25519_key,
    generate_rsa_key,
    public_jwks,
)


def assert_oauth_error(response: Any, error: str, status: int = 400) -> dict[str, Any]:
    assert response.status_code == status, response.text
    body: dict[str, Any] = response.json()
    assert body["error"] == error, body
    assert body["error_description"].isascii()
    assert " · " in body["message"]
    assert response.headers["cache-control"] == "no-store"
    assert "access_token" not in body
    return body


async def test_client_gets_a_token_that_authenticates_it(instance: HubInstance) -> None:
    secret = await instance.add_client()
    response = await instance.get_token(auth=("planner", secret))
    assert response.status_code == 200, response.text
    assert response.headers["cache-control"] == "no-store"
    token = response.json()
    assert (token["token_type"], token["expires_in"]) == ("Bearer", 600)
    answer = await instance.query_viewer(token["access_token"])
    assert answer.json()["data"] == {
        "viewer": {
            "subject": "planner",
            "agency": {"code": "05"},
            "scopes": ["audit:read", "source:operate"],
        }
    }


async def test_token_follows_rfc_9068_and_is_signed_by_a_published_key(
    instance: HubInstance,
) -> None:
    secret = await instance.add_client()
    token = (await instance.get_token(auth=("planner", secret))).json()["access_token"]
    signature = jws.extract_compact(token.encode())
    listed = (await instance.http.get("/oauth/jwks")).json()["keys"]
    assert signature.headers() == {"typ": "at+jwt", "alg": "ES256", "kid": listed[0]["kid"]}
    assert not {"d", "p", "q", "k"} & set(listed[0])
    claims = json.loads(signature.payload or b"")
    assert set(claims) == {"iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope"}
    assert (claims["iss"], claims["aud"], claims["exp"] - claims["iat"]) == (URL, URL, 600)


async def test_private_key_is_readable_by_its_owner_only_and_not_in_the_database(
    instance: HubInstance, tmp_path: Path
) -> None:
    await instance.get_token(auth=("planner", await instance.add_client()))
    key_file = tmp_path / "keys" / "signing.json"
    assert key_file.stat().st_mode & 0o777 == 0o600
    private = json.loads(key_file.read_text("utf-8"))["jwk"]["d"]
    database = instance.database
    assert private not in str(await database.pool.fetch("select * from signing_key"))


async def test_token_of_one_instance_is_accepted_by_another(
    instance: HubInstance, tmp_path: Path
) -> None:
    secret = await instance.add_client()
    other = HubInstance(instance.database, tmp_path / "other")
    async with other.http:
        # Each instance has loaded the existing keys before the other creates its own.
        first = (await other.get_token(auth=("planner", secret))).json()["access_token"]
        assert (await other.query_viewer(first)).status_code == 200
        second = (await instance.get_token(auth=("planner", secret))).json()["access_token"]
        assert (await instance.query_viewer(first)).json() == (
            await other.query_viewer(second)
        ).json()
        assert (await other.query_viewer(second)).json()["data"]["viewer"]["subject"] == "planner"
    assert len((await instance.http.get("/oauth/jwks")).json()["keys"]) == 2


@pytest.mark.parametrize("auth_method", ["basic", "post"])
async def test_wrong_secret_and_unknown_client_get_the_same_error(
    instance: HubInstance, auth_method: str
) -> None:
    secret = await instance.add_client()

    async def request_token(client_id: str, client_secret: str) -> Any:
        if auth_method == "basic":
            return await instance.get_token(auth=(client_id, client_secret))
        return await instance.get_token(client_id=client_id, client_secret=client_secret)

    assert (await request_token("planner", secret)).status_code == 200
    wrong = assert_oauth_error(await request_token("planner", "bhs_guess"), "invalid_client", 401)
    unknown = assert_oauth_error(await request_token("nobody", "bhs_guess"), "invalid_client", 401)
    assert wrong == unknown


async def test_previous_secret_stays_valid_until_the_next_rotation(instance: HubInstance) -> None:
    first = await instance.add_client()

    async def statuses(*secrets: str) -> list[int]:
        responses = [await instance.get_token(auth=("planner", secret)) for secret in secrets]
        return [answer.status_code for answer in responses]

    await instance.registry.rotate_secret("planner", hash_secret("second"), revoke_previous=False)
    assert await statuses(first, "second") == [200, 200]
    await instance.registry.rotate_secret("planner", hash_secret("third"), revoke_previous=False)
    assert await statuses(first, "second", "third") == [401, 200, 200]
    await instance.registry.rotate_secret("planner", hash_secret("fourth"), revoke_previous=True)
    assert await statuses("third", "fourth") == [401, 200]


@pytest.mark.parametrize(
    ("generate_key", "alg"),
    [(generate_ec_key, "ES256"), (generate_rsa_key, "RS256"), (generate_rsa_key, "PS256")],
)
async def test_client_authenticates_with_its_private_key(
    instance: HubInstance, generate_key: Any, alg: str
) -> None:
    key = generate_key()
    await instance.add_client(secrets=[], keys=public_jwks(key)["keys"])
    response = await instance.get_token(**client_assertion(key, "planner", alg))
    assert response.status_code == 200, response.text


async def test_assertion_is_accepted_once_across_instances(
    instance: HubInstance, tmp_path: Path
) -> None:
    key = generate_ec_key()
    await instance.add_client(secrets=[], keys=public_jwks(key)["keys"])
    other = HubInstance(instance.database, tmp_path / "other")
    proof = client_assertion(key, "planner")
    async with other.http:
        nodes = [instance, other] * 4
        answers = await asyncio.gather(*(node.get_token(**proof) for node in nodes))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7
    assert_oauth_error(await instance.get_token(**proof), "invalid_client", 401)


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
async def test_assertion_with_invalid_claims_is_rejected(
    instance: HubInstance, claims: dict[str, Any]
) -> None:
    key = generate_ec_key()
    await instance.add_client(secrets=[], keys=public_jwks(key)["keys"])
    answer = await instance.get_token(**client_assertion(key, "planner", **claims))
    assert_oauth_error(answer, "invalid_client", 401)


async def test_assertion_signed_by_another_key_is_rejected(instance: HubInstance) -> None:
    await instance.add_client(secrets=[], keys=public_jwks(generate_ec_key())["keys"])
    assert_oauth_error(
        await instance.get_token(**client_assertion(generate_ec_key(), "planner")),
        "invalid_client",
        401,
    )
    assert_oauth_error(
        await instance.get_token(**client_assertion(generate_ed25519_key(), "planner", "Ed25519")),
        "invalid_client",
        401,
    )


async def test_client_with_keys_cannot_use_a_secret(instance: HubInstance) -> None:
    secret = await instance.add_client(keys=public_jwks(generate_ec_key())["keys"])
    assert_oauth_error(await instance.get_token(auth=("planner", secret)), "invalid_client", 401)


async def test_requested_scope_must_be_granted_to_the_client(instance: HubInstance) -> None:
    secret = await instance.add_client(scopes=frozenset({"source:operate"}))
    auth = ("planner", secret)
    assert (await instance.get_token(auth=auth)).json()["scope"] == "source:operate"
    assert_oauth_error(await instance.get_token(auth=auth, scope="audit:read"), "invalid_scope")
    assert_oauth_error(
        await instance.get_token(auth=auth, scope="source:operate hub:steward"), "invalid_scope"
    )


async def test_resource_other_than_this_hub_is_rejected(instance: HubInstance) -> None:
    auth = ("planner", await instance.add_client())
    assert (await instance.get_token(auth=auth, resource=URL)).status_code == 200
    assert_oauth_error(
        await instance.get_token(auth=auth, resource="https://other.test"), "invalid_target"
    )


@pytest.mark.parametrize("what", ["client", "agency"])
async def test_disabled_client_or_agency_gets_no_token(instance: HubInstance, what: str) -> None:
    auth = ("planner", await instance.add_client())
    if what == "client":
        await instance.registry.disable_client("planner")
    else:
        await instance.registry.disable_agency(TOURISM)
    assert_oauth_error(await instance.get_token(auth=auth), "invalid_client", 401)


async def test_public_client_gets_no_client_credentials_token(instance: HubInstance) -> None:
    await instance.add_client(kind=ClientKind.PUBLIC, secrets=[], origins=["https://page.test"])
    assert_oauth_error(await instance.get_token(client_id="planner"), "invalid_client", 401)


async def test_two_authentication_methods_at_once_are_rejected(instance: HubInstance) -> None:
    secret = await instance.add_client()
    both = await instance.get_token(auth=("planner", secret), client_secret=secret)
    assert_oauth_error(both, "invalid_request")
    other = await instance.get_token(auth=("planner", secret), client_id="another")
    assert_oauth_error(other, "invalid_request")


@pytest.mark.parametrize(
    ("body", "error", "status"),
    [
        (b"grant_type=password&client_id=a&client_secret=b", "unsupported_grant_type", 400),
        (b"client_id=a&client_secret=b", "unsupported_grant_type", 400),
        (b"grant_type=x&grant_type=y", "invalid_request", 400),
        (b"&".join(b"a%d=1" % n for n in range(30)), "invalid_request", 400),
        (b"grant_type=%FF%00&scope=%ED%A0%80", "unsupported_grant_type", 400),
        (b"grant_type=client_credentials&client_id=%00&client_secret=b", "invalid_client", 401),
    ],
)  # fmt: skip
async def test_invalid_token_request_is_rejected(
    instance: HubInstance, body: bytes, error: str, status: int
) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert_oauth_error(
        await instance.http.post("/oauth/token", headers=form, content=body), error, status
    )


@pytest.mark.parametrize("header", ["Basic", "Basic !", "Basic /w==", "Basic OjphOg==", "Digest x"])
async def test_malformed_authorization_header_is_rejected_with_401(
    instance: HubInstance, header: str
) -> None:
    answer = await instance.http.post(
        "/oauth/token",
        data={"grant_type": "client_credentials"},
        headers={"Authorization": header},
    )
    assert_oauth_error(answer, "invalid_client", 401)
    assert answer.headers["www-authenticate"].startswith("Basic")


async def test_wrong_method_media_type_and_size_have_their_statuses(instance: HubInstance) -> None:
    assert (await instance.http.get("/oauth/token")).status_code == 405
    assert (await instance.http.post("/oauth/token", json={})).status_code == 415
    form = {"content-type": "application/x-www-form-urlencoded"}
    large = await instance.http.post("/oauth/token", content=b"a" * 40_000, headers=form)
    assert large.status_code == 413


async def test_ten_failed_attempts_limit_that_client_and_its_right_secret_is_accepted(
    instance: HubInstance,
) -> None:
    right = await instance.add_client()
    other = await instance.add_client("other")
    for _ in range(10):
        assert (await instance.get_token(auth=("planner", "wrong"))).status_code == 401
    late = await instance.get_token(auth=("planner", "wrong"))
    assert late.status_code == 429
    assert 0 < int(late.headers["retry-after"]) <= 60
    assert (await instance.get_token(auth=("planner", right))).status_code == 200
    assert (await instance.get_token(auth=("other", other))).status_code == 200


async def test_unreachable_database_gets_503_with_retry_after(
    instance: HubInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instance.database, "pool", UnreachablePool())
    late = await instance.get_token(auth=("planner", "x"))
    assert late.status_code == 503
    assert late.json()["error"] == "temporarily_unavailable"
    assert late.headers["retry-after"]
    assert (await instance.http.get("/oauth/jwks")).status_code == 503


async def test_unusable_key_file_gets_500_and_is_logged_for_the_operator(
    instance: HubInstance, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    secret = await instance.add_client()
    (tmp_path / "keys").write_text("", encoding="utf-8")
    answer = await instance.get_token(auth=("planner", secret))
    assert (answer.status_code, answer.json()["error"]) == (500, "server_error")
    assert str(tmp_path) not in answer.text
    assert "the account that runs the hub" in caplog.text


async def test_metadata_documents_link_to_each_other(instance: HubInstance) -> None:
    server = (await instance.http.get("/.well-known/oauth-authorization-server")).json()
    resource = (await instance.http.get("/.well-known/oauth-protected-resource")).json()
    assert server["issuer"] == URL == resource["resource"]
    assert resource["authorization_servers"] == [URL]
    assert (await instance.http.get(server["jwks_uri"])).status_code == 200
    assert set(server["scopes_supported"]) == GRANTABLE_SCOPES

"""Tokens of an issuer that name no key: the key of that issuer that signed them is found."""

import json
from typing import Any

import pytest

from hub.web.auth.issuers import KEYS_MAX_AGE, MIN_REFRESH_INTERVAL
from tests.sandbox.sandbox_source import serve_app
from tests.web.auth.jwks_server import JwksServer
from tests.web.auth.keycloak import (
    ENCRYPTION_KEY,
    FORGED_KEY,
    OTHER_KEY,
    SIGNING_KEY,
    add_realm,
    fetch_reason,
    fetch_scopes,
    keycloak,
    keycloak_token,
    provider,
)
from tests.web.hub_instance import (
    URL,
    HubInstance,
    generate_ec_key,
    generate_ed25519_key,
    generate_rsa_key,
    public_jwks,
)

__all__ = ["keycloak", "provider"]


@pytest.mark.parametrize("kid", [None, "sig-1"])
async def test_token_without_kid_is_verified_with_the_key_that_signed_it(
    keycloak: HubInstance, kid: str | None
) -> None:
    token = keycloak_token(header={"kid": kid})
    assert await fetch_scopes(keycloak, token) == ["source:operate"]
    if kid is None:
        assert await fetch_scopes(keycloak, keycloak_token(key=OTHER_KEY)) == ["source:operate"]
        reason = await fetch_reason(keycloak, keycloak_token(header={"kid": ""}))
        assert reason == "the key is unknown"


@pytest.mark.parametrize(
    ("key", "alg"),
    [
        (FORGED_KEY, "RS256"),
        (ENCRYPTION_KEY, "RS256"),
        (generate_ec_key("sig-1"), "ES256"),
        (generate_ed25519_key("sig-1"), "Ed25519"),
        (SIGNING_KEY.as_pem(private=False), "HS256"),
        (json.dumps(public_jwks(SIGNING_KEY)["keys"][0]).encode(), "HS256"),
        (SIGNING_KEY, "RS512"),
    ],
)
async def test_token_without_kid_of_no_key_of_the_issuer_is_rejected(
    keycloak: HubInstance, key: Any, alg: str
) -> None:
    assert await fetch_reason(keycloak, keycloak_token(key=key, alg=alg)) in {
        "kid is missing, and no key of the issuer signed the token",
        "the algorithm is not accepted",
    }


async def test_token_without_kid_is_not_verified_with_keys_of_another_issuer_or_the_hub(
    keycloak: HubInstance,
) -> None:
    other_key = generate_rsa_key("sig-1")
    with serve_app(JwksServer(other_key)) as address:
        await keycloak.add_issuer("https://id.other.test", f"{address}/jwks", "ministry:05")
        keycloak.advance(5)
        other = keycloak_token("https://id.other.test", other_key, header={"typ": "at+jwt"})
        assert await fetch_scopes(keycloak, other) == []
        assert "no key of the issuer" in await fetch_reason(keycloak, keycloak_token(key=other_key))
    own = keycloak_token(URL, header={"typ": "at+jwt"}, aud=URL)
    assert await fetch_reason(keycloak, own) in {"the key is unknown", "the signature is invalid"}


async def test_key_that_is_limited_to_another_algorithm_is_not_tried(
    instance: HubInstance, provider: tuple[JwksServer, str]
) -> None:
    server, address = provider
    server.keys = []
    server.extra_keys = [{**k, "alg": "PS256"} for k in public_jwks(SIGNING_KEY)["keys"]]
    await add_realm(instance, address)
    assert "no key of the issuer" in await fetch_reason(instance, keycloak_token())
    assert await fetch_scopes(instance, keycloak_token(alg="PS256")) == ["source:operate"]


async def test_too_many_keys_are_not_tried(
    instance: HubInstance, provider: tuple[JwksServer, str]
) -> None:
    server, address = provider
    [public] = public_jwks(generate_rsa_key("old"))["keys"]
    server.extra_keys = [{**public, "kid": f"old-{number}"} for number in range(20)]
    await add_realm(instance, address)
    assert "too many keys" in await fetch_reason(instance, keycloak_token())
    token = keycloak_token(header={"kid": "sig-1"})
    assert await fetch_scopes(instance, token) == ["source:operate"]


async def test_new_key_of_tokens_without_kid_is_fetched_once_in_an_interval(
    keycloak: HubInstance, provider: tuple[JwksServer, str]
) -> None:
    server, _ = provider
    assert await fetch_scopes(keycloak, keycloak_token()) == ["source:operate"]
    new_key = generate_rsa_key("sig-3")
    server.keys = [new_key]
    requests = server.request_count
    for _ in range(5):
        assert "no key of" in await fetch_reason(keycloak, keycloak_token(key=new_key))
    assert server.request_count == requests
    keycloak.advance(MIN_REFRESH_INTERVAL + 1)
    assert MIN_REFRESH_INTERVAL < KEYS_MAX_AGE
    assert await fetch_scopes(keycloak, keycloak_token(key=new_key)) == ["source:operate"]
    assert server.request_count == requests + 1

"""A realm of Keycloak: its keys over HTTP, and tokens in its shape."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from hub.domain.identity.clients import TokenType
from tests.sandbox.sandbox_source import serve_app
from tests.web.auth.jwks_server import JwksServer
from tests.web.auth.token_issuers import base64url_encode, compute_signature
from tests.web.hub_instance import URL, HubInstance, generate_rsa_key, public_jwks

REALM = "https://id.agency.test/realms/staff"
SIGNING_KEY = generate_rsa_key("sig-1")
OTHER_KEY = generate_rsa_key("sig-2")
ENCRYPTION_KEY = RSAKey.generate_key(2048, {"kid": "enc-1", "use": "enc", "alg": "RSA-OAEP"})
FORGED_KEY = generate_rsa_key("sig-1")
MAPPING = {"source-officer": frozenset({"source:operate"})}


def keycloak_token(
    issuer: str = REALM,
    key: Any = SIGNING_KEY,
    alg: str = "RS256",
    header: dict[str, Any] | None = None,
    **changes: Any,
) -> str:
    """Return an access token of a Keycloak service account; null removes a claim or parameter."""
    now = int(time.time())
    claims = {
        "exp": now + 300,
        "iat": now,
        "jti": "trrtcc:0f1e2d",
        "iss": issuer,
        "aud": [URL, "account"],
        "sub": "c2b7c9b2-0000-4000-8000-000000000000",
        "typ": "Bearer",
        "azp": "svc-reports",
        "acr": "1",
        "realm_access": {"roles": ["source-officer", "offline_access", "uma_authorization"]},
        "resource_access": {"buranakan": {"roles": ["source-officer"]}},
        "scope": "profile email",
        "clientHost": "10.0.0.1",
        "preferred_username": "service-account-svc-reports",
        "client_id": "svc-reports",
        **changes,
    }
    head = {"alg": alg, "typ": "JWT", **(header or {})}
    parts = [{k: v for k, v in part.items() if v is not None} for part in (head, claims)]
    signing_input = ".".join(base64url_encode(json.dumps(part)) for part in parts)
    return f"{signing_input}.{base64url_encode(compute_signature(signing_input, key, alg))}"


@pytest.fixture
def provider() -> Iterator[tuple[JwksServer, str]]:
    """Yield a provider with two signing keys and an encryption key, and the address of its keys."""
    server = JwksServer(OTHER_KEY, SIGNING_KEY)
    server.extra_keys = public_jwks(ENCRYPTION_KEY)["keys"]
    with serve_app(server) as address:
        server.metadata = {"issuer": address, "jwks_uri": f"{address}/jwks"}
        yield server, address


@pytest.fixture
async def keycloak(instance: HubInstance, provider: tuple[JwksServer, str]) -> HubInstance:
    """Return a hub that trusts the realm, with `typ: JWT` and nested roles."""
    await add_realm(instance, provider[1])
    return instance


async def add_realm(instance: HubInstance, address: str, **more: Any) -> None:
    fields = {"claim": "realm_access.roles", "mapping": MAPPING, "token_type": TokenType.JWT}
    await instance.add_issuer(REALM, f"{address}/jwks", **{**fields, **more})
    instance.advance(5)


async def fetch_scopes(instance: HubInstance, token: str) -> list[str]:
    answer = await instance.query_viewer(token)
    assert answer.status_code == 200, answer.headers
    scopes: list[str] = answer.json()["data"]["viewer"]["scopes"]
    return scopes


async def fetch_reason(instance: HubInstance, token: str) -> str:
    """Return the description of the 401 that a token gets."""
    answer = await instance.query_viewer(token)
    assert answer.status_code == 401, answer.text
    challenge: str = answer.headers["www-authenticate"]
    return challenge.partition('error_description="')[2].partition('"')[0]

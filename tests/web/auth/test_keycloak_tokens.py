"""Tokens in the shape of Keycloak and of other providers that write `typ: JWT` without a `kid`.

The providers, their keys and the hub answer over HTTP; the registry is managed by the commands.
"""

import logging
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hub.settings import Settings
from hub.web.auth.issuers import WARNING_INTERVAL
from tests.cli.conftest import RunCommand, dsn, expect_failure, expect_success, hub, run, terminal
from tests.hub_thread import hub_in_thread
from tests.web.auth.jwks_server import JwksServer
from tests.web.auth.keycloak import (
    REALM,
    add_realm,
    fetch_reason,
    fetch_scopes,
    keycloak,
    keycloak_token,
    provider,
)
from tests.web.hub_instance import (
    INTERIOR,
    URL,
    VIEWER_QUERY,
    HubInstance,
)

__all__ = ["dsn", "hub", "keycloak", "provider", "run", "terminal"]


def id_token_claims(**more: Any) -> dict[str, Any]:
    """Return what a Keycloak ID token has in place of the claims of an access token."""
    return {"typ": "ID", "realm_access": None, "resource_access": None, "scope": None, **more}


@pytest.mark.parametrize("claim", ["realm_access.roles", "resource_access.buranakan.roles"])
def test_commands_trust_a_keycloak_realm_and_its_tokens_operate_sources(
    hub: RunCommand, dsn: str, provider: tuple[JwksServer, str], claim: str
) -> None:
    _, address = provider
    expect_success(hub("agency", "add", "ministry:15"))
    command = ("issuer", "add", "15", address, "--claim", claim)
    expect_success(hub(*command, "--map", "source-officer=source:operate", "--token-type", "jwt"))
    assert f"{URL}  JWT  24 h  {claim}: source-officer=source:operate" in expect_success(
        hub("issuer", "list")
    )
    settings = Settings("127.0.0.1", 0, Path("unused"), False, dsn, 2, public_url=URL, rate=0)
    with hub_in_thread(settings) as served:
        body, token = {"query": VIEWER_QUERY}, keycloak_token(address)
        sent = {"authorization": f"Bearer {token}"}
        answer = httpx2.post(f"{served}/graphql", json=body, headers=sent, timeout=60)
        assert answer.json()["data"]["viewer"] == {
            "subject": "c2b7c9b2-0000-4000-8000-000000000000",
            "agency": {"code": "15"},
            "scopes": ["source:operate"],
        }
        expect_success(hub(*command, "--map", "source-officer=source:operate"))
        while answer.status_code == 200:  # the registry is cached for two seconds
            time.sleep(0.1)
            answer = httpx2.post(f"{served}/graphql", json=body, headers=sent, timeout=60)
    assert answer.status_code == 401
    assert "typ is JWT, at+jwt is expected" in answer.headers["www-authenticate"]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--token-type", "Bearer"), "--token-type: "),
        (("--token-type", ""), "--token-type: "),
        (("--claim", "realm_access..roles"), "--claim: "),
        (("--sign-in", "--client-id", "hub", "--role-claim", ".roles"), "--role-claim: "),
        (
            ("--token-type", "JWT", "--audience", "hub", "--sign-in", "--client-id", "hub"),
            "--audience: ",
        ),
    ],
)
def test_registration_that_cannot_work_is_rejected(
    hub: RunCommand, arguments: tuple[str, ...], text: str
) -> None:
    expect_success(hub("agency", "add", "ministry:15"))
    issuer = ("15", "https://id.test", "--jwks", "https://id.test/jwks")
    expect_failure(hub("issuer", "add", *issuer, *arguments), 2, text)


@pytest.mark.parametrize("typ", ["JWT", "jwt", "application/jwt", "at+jwt"])
async def test_type_jwt_is_accepted_where_it_is_allowed(keycloak: HubInstance, typ: str) -> None:
    token = keycloak_token(header={"typ": typ})
    assert await fetch_scopes(keycloak, token) == ["source:operate"]


@pytest.mark.parametrize(
    ("typ", "named"),
    [
        ("JWT", "typ is JWT, at+jwt is expected"),
        (None, "typ is missing, at+jwt is expected"),
        ('x"y\n', "typ is unreadable, at+jwt is expected"),
        ("logout+jwt", "typ is logout+jwt, at+jwt is expected"),
    ],
)
async def test_other_types_are_rejected_by_default_and_both_are_named(
    instance: HubInstance, provider: tuple[JwksServer, str], typ: str | None, named: str
) -> None:
    await instance.add_issuer(REALM, f"{provider[1]}/jwks", claim="realm_access.roles")
    assert await fetch_reason(instance, keycloak_token(header={"typ": typ})) == named


async def test_permission_of_one_issuer_is_not_that_of_another(keycloak: HubInstance) -> None:
    other_realm = "https://id.agency.test/realms/other"
    await keycloak.add_issuer(other_realm, await keys_address(keycloak), claim="scope")
    assert "typ is JWT, at+jwt" in await fetch_reason(keycloak, keycloak_token(other_realm))
    assert await fetch_scopes(keycloak, keycloak_token()) == ["source:operate"]


async def keys_address(instance: HubInstance) -> str:
    [issuer] = await instance.registry.list_issuers()
    return issuer.jwks_uri


@pytest.mark.parametrize("typ", [None, 7, "logout+jwt", "dpop+jwt", "secevent+jwt"])
async def test_permission_for_jwt_admits_no_further_type(keycloak: HubInstance, typ: Any) -> None:
    reason = await fetch_reason(keycloak, keycloak_token(header={"typ": typ}))
    assert reason.endswith("at+jwt or JWT is expected")


@pytest.mark.parametrize(
    "claims",
    [
        id_token_claims(aud="svc-reports", at_hash="x", nonce="n"),
        id_token_claims(),  # with the audience of the hub
        {"nonce": "n"},
        {"at_hash": "x"},
        {"c_hash": "x"},
        {"events": {"http://schemas.openid.net/event/backchannel-logout": {}}},
        {"typ": "Refresh"},
        {"typ": "Offline"},
        {"typ": ["Bearer", "ID"]},
        {"token_use": "id"},
        {"aud": "svc-reports"},
        {"aud": [URL, "svc-reports"]},
        {"azp": URL, "client_id": None},
        {"aud": [URL, "account"], "azp": None, "client_id": "account"},
    ],
    ids=str,
)
async def test_token_of_another_kind_with_type_jwt_is_rejected(
    keycloak: HubInstance, claims: dict[str, Any]
) -> None:
    reason = await fetch_reason(keycloak, keycloak_token(**claims))
    assert reason.startswith("the token is no access token: ")


@pytest.mark.parametrize(
    "claims",
    [{"typ": None}, {"typ": "bearer"}, {"token_use": "access"}, {"azp": None}, {"sid": "s"}],
    ids=str,
)
async def test_access_token_that_looks_similar_is_accepted(
    keycloak: HubInstance, claims: dict[str, Any]
) -> None:
    assert await fetch_scopes(keycloak, keycloak_token(**claims)) == ["source:operate"]


@pytest.mark.parametrize(
    ("claim", "changes", "scopes"),
    [
        ("realm_access.roles", {}, ["source:operate"]),
        ("resource_access.buranakan.roles", {}, ["source:operate"]),
        ("realm_access", {}, []),  # an object
        ("resource_access.buranakan", {}, []),
        ("resource_access.other.roles", {}, []),
        ("https://hub.test/roles", {"https://hub.test/roles": ["source-officer"]}, None),
        ("realm_access.roles", {"realm_access.roles": ["nothing"]}, []),
        ("realm_access.roles", {"realm_access": {"roles": {"source-officer": True}}}, []),
    ],
)
async def test_scopes_are_those_of_the_path_that_the_registry_names(
    instance: HubInstance,
    provider: tuple[JwksServer, str],
    claim: str,
    changes: dict[str, Any],
    scopes: list[str] | None,
) -> None:
    await add_realm(instance, provider[1], claim=claim)
    found = await fetch_scopes(instance, keycloak_token(**changes))
    assert found == (["source:operate"] if scopes is None else scopes)


async def test_token_that_grants_nothing_is_logged_with_its_claim_once_a_minute(
    keycloak: HubInstance, caplog: pytest.LogCaptureFixture
) -> None:
    token = keycloak_token(realm_access=None)
    with caplog.at_level(logging.WARNING, "hub.web.auth.issuers"):
        for _ in range(3):
            assert await fetch_scopes(keycloak, token) == []
        keycloak.advance(WARNING_INTERVAL)
        assert await fetch_scopes(keycloak, keycloak_token(realm_access={"roles": ["x"]})) == []
    assert [record.getMessage() for record in caplog.records] == [
        f"a token of {REALM} grants nothing: its claim realm_access.roles {reason}"
        for reason in ("is missing", "has none of the mapped values")
    ]


async def test_agency_is_that_of_the_registration(keycloak: HubInstance) -> None:
    viewer = await keycloak.viewer(keycloak_token(agency="ministry:01", resource_access=None))
    assert viewer.agency_id == INTERIOR

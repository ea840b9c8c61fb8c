"""Tests `hub issuer`: trust an authorization server, discover its keys, enable its login."""

import pytest

from tests.cli.conftest import RunCommand, expect_failure, expect_success
from tests.sandbox.sandbox_source import serve_app
from tests.web.auth.jwks_server import JwksServer
from tests.web.hub_instance import generate_ec_key

URL = "https://hub.test"
LOGIN = ("https://id.test", "--jwks", "https://id.test/jwks", "--sign-in")


def test_issuer_keys_are_discovered_from_its_metadata(hub: RunCommand) -> None:
    expect_success(hub("agency", "add", "ministry:15"))
    server = JwksServer(generate_ec_key())
    with serve_app(server) as address:
        server.metadata = {"issuer": address, "jwks_uri": f"{address}/jwks"}
        scopes = ("--map", "a=audit:read", "--map", "a=hub:steward")
        expect_success(hub("issuer", "add", "15", address, *scopes))
        listed = expect_success(hub("issuer", "list"))
        assert (
            f"✓ {address}  ministry:15  {URL}  at+jwt  24 h  scope: a=audit:read,hub:steward"
            in listed
        )
        server.metadata = {"issuer": "https://other.test", "jwks_uri": f"{address}/jwks"}
        expect_failure(
            hub("issuer", "add", "15", address), 2, "--jwks: ", "no metadata of the issuer"
        )
    assert "is no longer trusted" in expect_success(hub("issuer", "disable", address))
    assert f"✗ {address}" in expect_success(hub("issuer", "list"))


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["http://id.test", "--jwks", "https://id.test/jwks"], 2),
        (["https://id.test", "--jwks", "http://id.test/jwks"], 2),
        (["https://id.test", "--jwks", "file:///etc/passwd"], 2),
        ([URL, "--jwks", "https://id.test/jwks"], 2),
        (["https://id.test", "--jwks", "https://id.test/jwks", "--map", "audit:read"], 2),
        (["https://id.test", "--jwks", "https://id.test/jwks", "--map", "a=b"], 2),
        (["https://taken.test", "--jwks", "https://id.test/jwks"], 1),
        ([*LOGIN], 2),
        ([*LOGIN, "--client-id", "hub", "--role", "OFFICER"], 2),
        ([*LOGIN, "--client-id", "hub", "--role", "a=KING"], 2),
        ([*LOGIN, "--client-id", "hub", "--secret", "not a name"], 2),
    ],
)
def test_invalid_issuer_is_rejected(hub: RunCommand, arguments: list[str], code: int) -> None:
    expect_success(hub("agency", "add", "ministry:05"))
    expect_success(hub("agency", "add", "ministry:15"))
    expect_success(
        hub("issuer", "add", "05", "https://taken.test", "--jwks", "https://id.test/jwks")
    )
    expect_failure(hub("issuer", "add", "15", *arguments), code)


def test_agency_has_only_one_login_issuer(hub: RunCommand) -> None:
    expect_success(hub("agency", "add", "ministry:15"))
    roles = ("--role", "head=DELEGATE", "--role", "clerk=OFFICER")
    expect_success(
        hub("issuer", "add", "15", *LOGIN, "--client-id", "hub", "--secret", "moi", *roles)
    )
    assert "login as  hub  roles: clerk=OFFICER head=DELEGATE" in expect_success(
        hub("issuer", "list")
    )
    other = ("https://other.test", "--jwks", "https://other.test/jwks", "--sign-in")
    refused = hub("issuer", "add", "15", *other, "--client-id", "hub")
    expect_failure(refused, 1, "sign in at https://id.test already")
    expect_success(hub("issuer", "add", "15", *LOGIN[:3]))
    [issuer] = hub("issuer", "list", "--json").json
    assert issuer["sign_in"] is None


def test_issuers_are_listed_as_json(hub: RunCommand) -> None:
    assert hub("issuer", "list", "--json").json == []
    expect_success(hub("agency", "add", "ministry:15"))
    more = ("--client-id", "hub", "--role", "head=DELEGATE", "--map", "a=audit:read")
    expect_success(hub("issuer", "add", "15", *LOGIN, *more))
    assert hub("issuer", "list", "--json").json == [
        {
            "url": "https://id.test",
            "agency": "ministry:15",
            "audience": URL,
            "jwks_uri": "https://id.test/jwks",
            "token_type": "at+jwt",
            "token_hours": 24,
            "claim": "scope",
            "scopes": {"a": ["audit:read"]},
            "sign_in": {
                "client_id": "hub",
                "secret": None,
                "claim": "roles",
                "roles": {"head": "DELEGATE"},
            },
            "enabled": True,
        }
    ]


def test_empty_list_prints_a_message_in_both_languages(hub: RunCommand) -> None:
    assert expect_success(hub("issuer", "list")) == "ยังไม่มีผู้ออกโทเค็น · There is no issuer\n"
    expect_failure(hub("issuer", "disable", "https://id.test"), 1, "no issuer https://id.test")

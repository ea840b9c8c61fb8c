"""`hub issuer`: trust an authorization server, discover its keys, let people log in there."""

import pytest

from tests.cli.conftest import Run, failed, ok
from tests.sandbox.served import serve_app
from tests.web.access import ec
from tests.web.jwks import Jwks

URL = "https://hub.test"
LOGIN = ("https://id.test", "--jwks", "https://id.test/jwks", "--sign-in")


def test_the_keys_of_an_issuer_are_discovered_from_its_metadata(hub: Run) -> None:
    ok(hub("agency", "add", "ministry:15"))
    server = Jwks(ec())
    with serve_app(server) as address:
        server.metadata = {"issuer": address, "jwks_uri": f"{address}/jwks"}
        scopes = ("--map", "a=audit:read", "--map", "a=hub:steward")
        ok(hub("issuer", "add", "15", address, *scopes))
        listed = ok(hub("issuer", "list"))
        assert f"✓ {address}  ministry:15  {URL}  scope: a=audit:read,hub:steward" in listed
        server.metadata = {"issuer": "https://other.test", "jwks_uri": f"{address}/jwks"}
        failed(hub("issuer", "add", "15", address), 2, "--jwks: ", "no metadata of the issuer")
    assert "is no longer trusted" in ok(hub("issuer", "disable", address))
    assert f"✗ {address}" in ok(hub("issuer", "list"))


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
def test_an_invalid_issuer_is_refused(hub: Run, arguments: list[str], code: int) -> None:
    ok(hub("agency", "add", "ministry:05"))
    ok(hub("agency", "add", "ministry:15"))
    ok(hub("issuer", "add", "05", "https://taken.test", "--jwks", "https://id.test/jwks"))
    failed(hub("issuer", "add", "15", *arguments), code)


def test_people_of_an_agency_log_in_at_one_issuer(hub: Run) -> None:
    ok(hub("agency", "add", "ministry:15"))
    roles = ("--role", "head=DELEGATE", "--role", "clerk=OFFICER")
    ok(hub("issuer", "add", "15", *LOGIN, "--client-id", "hub", "--secret", "moi", *roles))
    assert "login as  hub  roles: clerk=OFFICER head=DELEGATE" in ok(hub("issuer", "list"))
    other = ("https://other.test", "--jwks", "https://other.test/jwks", "--sign-in")
    refused = hub("issuer", "add", "15", *other, "--client-id", "hub")
    failed(refused, 1, "sign in at https://id.test already")
    ok(hub("issuer", "add", "15", *LOGIN[:3]))
    [issuer] = hub("issuer", "list", "--json").json
    assert issuer["sign_in"] is None


def test_issuers_are_listed_as_json(hub: Run) -> None:
    assert hub("issuer", "list", "--json").json == []
    ok(hub("agency", "add", "ministry:15"))
    more = ("--client-id", "hub", "--role", "head=DELEGATE", "--map", "a=audit:read")
    ok(hub("issuer", "add", "15", *LOGIN, *more))
    assert hub("issuer", "list", "--json").json == [
        {
            "url": "https://id.test",
            "agency": "ministry:15",
            "audience": URL,
            "jwks_uri": "https://id.test/jwks",
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


def test_an_empty_list_says_so_in_both_languages(hub: Run) -> None:
    assert ok(hub("issuer", "list")) == "ยังไม่มีผู้ออกโทเค็น · There is no issuer\n"
    failed(hub("issuer", "disable", "https://id.test"), 1, "no issuer https://id.test")

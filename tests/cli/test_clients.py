"""Tests `hub client`: a secret is printed once, keys are public, invalid options are named."""

import json
from pathlib import Path
from typing import Any

import pytest

from hub.domain.identity.clients import hash_secret
from tests.cli.conftest import RunCommand, expect_failure, expect_success, fetch_rows, parse_secret
from tests.web.hub_instance import generate_ec_key, generate_rsa_key, public_jwks


def stored_hashes(dsn: str) -> list[str]:
    """Return the hashes of the secrets of the only client."""
    [(found,)] = fetch_rows(dsn, "select secrets from client")
    return list(found)


def test_secret_is_printed_once_and_stored_as_a_hash(hub: RunCommand, dsn: str) -> None:
    expect_success(hub("agency", "add", "ministry:05"))
    secret = parse_secret(expect_success(hub("client", "add", "05", "ระบบแผน", "--id", "plan")))
    listed = expect_success(hub("client", "list"))
    assert "✓ plan  ministry:05  ระบบแผน  [-]  secrets 1" in listed
    stored = str(fetch_rows(dsn, "select * from client"))
    assert secret not in stored + listed
    assert stored_hashes(dsn) == [hash_secret(secret)]
    second = parse_secret(expect_success(hub("client", "rotate", "plan")))
    assert stored_hashes(dsn) == [hash_secret(second), hash_secret(secret)]
    last = parse_secret(expect_success(hub("client", "rotate", "plan", "--at-once")))
    assert stored_hashes(dsn) == [hash_secret(last)]


def test_client_with_keys_has_no_secret_and_its_keys_can_be_replaced(
    hub: RunCommand, dsn: str, tmp_path: Path
) -> None:
    expect_success(hub("agency", "add", "ministry:05"))
    file = tmp_path / "keys.json"
    file.write_text(
        json.dumps(public_jwks(generate_ec_key("a"), generate_rsa_key("b"))), encoding="utf-8"
    )
    printed = expect_success(hub("client", "add", "05", "ระบบ", "--id", "plan", "--jwks", file))
    assert "client_secret" not in printed
    file.write_text(json.dumps(public_jwks(generate_ec_key("c"))["keys"][0]), encoding="utf-8")
    expect_success(hub("client", "rotate", "plan", "--jwks", file))
    [(keys,)] = fetch_rows(dsn, "select keys from client")
    assert [key["kid"] for key in json.loads(keys)] == ["c"]
    expect_failure(hub("client", "rotate", "plan"), 1, "with a secret")


@pytest.mark.parametrize(
    "keys",
    [
        {"keys": []},
        {"keys": [generate_ec_key("a").as_dict(private=True)]},
        {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]},
        public_jwks(generate_rsa_key("weak", 1024)),
        [],
        "no",
        {"keys": "no"},
    ],
    ids=["none", "private", "shared", "weak", "list", "text", "no list"],
)
def test_unusable_keys_are_rejected(run: RunCommand, tmp_path: Path, keys: Any) -> None:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(keys), encoding="utf-8")
    expect_failure(run("client", "add", "05", "ระบบ", "--jwks", file), 2, "--jwks: ")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--scope", "everything"],
        ["--origin", "http://page.test"],
        ["--origin", "https://page.test/path"],
        ["--jwks", "nowhere.json"],
        ["--id", "ไทย"],
        ["--purpose", "x" * 201],
        ["--purpose", "two\nlines"],
    ],
)
def test_invalid_option_is_named(hub: RunCommand, arguments: list[str]) -> None:
    expect_success(hub("agency", "add", "ministry:05"))
    expect_failure(hub("client", "add", "05", "ระบบ", *arguments), 2, f"{arguments[0]}: ")


def test_public_client_has_no_keys(hub: RunCommand, tmp_path: Path) -> None:
    expect_success(hub("agency", "add", "ministry:05"))
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(public_jwks(generate_ec_key("a"))), encoding="utf-8")
    both = ["--origin", "https://page.test", "--jwks", file]
    expect_failure(hub("client", "add", "05", "ระบบ", *both), 2, "--jwks: ", "--origin")


def test_client_id_is_generated_by_default(hub: RunCommand) -> None:
    expect_failure(hub("client", "add", "05", "ระบบ"), 1, "hub agency add ministry:05")
    expect_success(hub("agency", "add", "ministry:05"))
    assert "client_id      c-" in expect_success(hub("client", "add", "05", "ระบบ", "--id", ""))


def test_client_id_is_unique(hub: RunCommand) -> None:
    expect_success(hub("agency", "add", "ministry:05"))
    expect_success(
        hub("client", "add", "05", "ระบบ", "--id", "plan", "--origin", "https://page.test")
    )
    expect_failure(hub("client", "add", "05", "ระบบ", "--id", "plan"), 1, "choose another id")
    assert "https://page.test" in expect_success(hub("client", "list"))
    expect_success(hub("client", "disable", "plan"))
    assert "✗ plan" in expect_success(hub("client", "list"))
    expect_failure(hub("client", "disable", "nobody"), 1, "no client nobody")


def test_redirect_must_be_below_an_origin_of_the_client(hub: RunCommand) -> None:
    expect_success(hub("agency", "add", "ministry:05"))
    origin = ("--origin", "https://map.test")
    below = ("--redirect", "https://map.test/in?a=1")
    expect_success(hub("client", "add", "05", "ก", "--id", "a", *origin))
    expect_success(hub("client", "add", "05", "ข", "--id", "b", *origin, *below))
    assert [one["redirects"] for one in hub("client", "list", "--json").json] == [
        ["https://map.test/"],
        ["https://map.test/in?a=1"],
    ]
    for wrong in ("https://map.test.evil/", "https://map.test@evil/", "https://map.test/#a", "/a"):
        expect_failure(
            hub("client", "add", "05", "ค", *origin, "--redirect", wrong), 2, "--redirect: "
        )


def test_clients_are_listed_as_json_without_secrets(hub: RunCommand) -> None:
    assert hub("client", "list", "--json").json == []
    expect_success(hub("agency", "add", "05"))
    scope = ("--scope", "source:operate", "--purpose", "จัดทำแผน")
    secret = parse_secret(
        expect_success(hub("client", "add", "05", "ระบบแผน", "--id", "plan", *scope))
    )
    listed = hub("client", "list", "--json")
    assert secret not in listed.out
    assert listed.json == [
        {
            "id": "plan",
            "agency": "ministry:05",
            "name": "ระบบแผน",
            "kind": "CONFIDENTIAL",
            "scopes": ["source:operate"],
            "secrets": 1,
            "keys": [],
            "origins": [],
            "redirects": [],
            "purpose": "จัดทำแผน",
            "enabled": True,
        }
    ]


def test_empty_list_prints_a_message_in_both_languages(hub: RunCommand) -> None:
    assert expect_success(hub("client", "list")) == "ยังไม่มีไคลเอนต์ · There is no client\n"

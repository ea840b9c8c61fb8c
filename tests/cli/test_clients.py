"""`hub client`: secrets are printed once, keys are public, wrong options are named."""

import json
from pathlib import Path
from typing import Any

import pytest

from hub.domain.identity.clients import hash_secret
from tests.cli.conftest import Run, failed, ok, rows, secret_in
from tests.web.access import ec, public, rsa


def valid(dsn: str) -> list[str]:
    """The hashes of the only client's secrets."""
    [(found,)] = rows(dsn, "select secrets from client")
    return list(found)


def test_a_secret_is_shown_once_and_stored_as_a_hash(hub: Run, dsn: str) -> None:
    ok(hub("agency", "add", "ministry:05"))
    secret = secret_in(ok(hub("client", "add", "05", "ระบบแผน", "--id", "plan")))
    listed = ok(hub("client", "list"))
    assert "✓ plan  ministry:05  ระบบแผน  [-]  secrets 1" in listed
    stored = str(rows(dsn, "select * from client"))
    assert secret not in stored + listed
    assert valid(dsn) == [hash_secret(secret)]
    second = secret_in(ok(hub("client", "rotate", "plan")))
    assert valid(dsn) == [hash_secret(second), hash_secret(secret)]
    last = secret_in(ok(hub("client", "rotate", "plan", "--at-once")))
    assert valid(dsn) == [hash_secret(last)]


def test_a_client_with_keys_has_no_secret_and_its_keys_can_be_replaced(
    hub: Run, dsn: str, tmp_path: Path
) -> None:
    ok(hub("agency", "add", "ministry:05"))
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(public(ec("a"), rsa("b"))), encoding="utf-8")
    printed = ok(hub("client", "add", "05", "ระบบ", "--id", "plan", "--jwks", file))
    assert "client_secret" not in printed
    file.write_text(json.dumps(public(ec("c"))["keys"][0]), encoding="utf-8")
    ok(hub("client", "rotate", "plan", "--jwks", file))
    [(keys,)] = rows(dsn, "select keys from client")
    assert [key["kid"] for key in json.loads(keys)] == ["c"]
    failed(hub("client", "rotate", "plan"), 1, "with a secret")


@pytest.mark.parametrize(
    "keys",
    [
        {"keys": []},
        {"keys": [ec("a").as_dict(private=True)]},
        {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]},
        public(rsa("weak", 1024)),
        [],
        "no",
        {"keys": "no"},
    ],
    ids=["none", "private", "shared", "weak", "list", "text", "no list"],
)
def test_unusable_keys_are_refused(run: Run, tmp_path: Path, keys: Any) -> None:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(keys), encoding="utf-8")
    failed(run("client", "add", "05", "ระบบ", "--jwks", file), 2, "--jwks: ")


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
def test_a_wrong_option_is_named(hub: Run, arguments: list[str]) -> None:
    ok(hub("agency", "add", "ministry:05"))
    failed(hub("client", "add", "05", "ระบบ", *arguments), 2, f"{arguments[0]}: ")


def test_a_public_client_has_no_keys(hub: Run, tmp_path: Path) -> None:
    ok(hub("agency", "add", "ministry:05"))
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(public(ec("a"))), encoding="utf-8")
    both = ["--origin", "https://page.test", "--jwks", file]
    failed(hub("client", "add", "05", "ระบบ", *both), 2, "--jwks: ", "--origin")


def test_an_id_is_generated_when_none_is_given(hub: Run) -> None:
    failed(hub("client", "add", "05", "ระบบ"), 1, "hub agency add ministry:05")
    ok(hub("agency", "add", "ministry:05"))
    assert "client_id      c-" in ok(hub("client", "add", "05", "ระบบ", "--id", ""))


def test_an_id_is_taken_once(hub: Run) -> None:
    ok(hub("agency", "add", "ministry:05"))
    ok(hub("client", "add", "05", "ระบบ", "--id", "plan", "--origin", "https://page.test"))
    failed(hub("client", "add", "05", "ระบบ", "--id", "plan"), 1, "choose another id")
    assert "https://page.test" in ok(hub("client", "list"))
    ok(hub("client", "disable", "plan"))
    assert "✗ plan" in ok(hub("client", "list"))
    failed(hub("client", "disable", "nobody"), 1, "no client nobody")


def test_redirects_are_below_an_origin_of_the_client(hub: Run) -> None:
    ok(hub("agency", "add", "ministry:05"))
    origin = ("--origin", "https://map.test")
    below = ("--redirect", "https://map.test/in?a=1")
    ok(hub("client", "add", "05", "ก", "--id", "a", *origin))
    ok(hub("client", "add", "05", "ข", "--id", "b", *origin, *below))
    assert [one["redirects"] for one in hub("client", "list", "--json").json] == [
        ["https://map.test/"],
        ["https://map.test/in?a=1"],
    ]
    for wrong in ("https://map.test.evil/", "https://map.test@evil/", "https://map.test/#a", "/a"):
        failed(hub("client", "add", "05", "ค", *origin, "--redirect", wrong), 2, "--redirect: ")


def test_clients_are_listed_as_json_without_secrets(hub: Run) -> None:
    assert hub("client", "list", "--json").json == []
    ok(hub("agency", "add", "05"))
    scope = ("--scope", "source:operate", "--purpose", "จัดทำแผน")
    secret = secret_in(ok(hub("client", "add", "05", "ระบบแผน", "--id", "plan", *scope)))
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


def test_an_empty_list_says_so_in_both_languages(hub: Run) -> None:
    assert ok(hub("client", "list")) == "ยังไม่มีไคลเอนต์ · There is no client\n"

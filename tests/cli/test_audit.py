"""Tests `hub audit`: verify the chain, print its head, log every command that changes data."""

import json

import pytest

from hub.services.identity.operator import account
from hub.store.identity.audit_log import access_record_of
from tests.cli.conftest import RunCommand, expect_failure, expect_success, fetch_rows, parse_secret

AS_A_SUPERUSER = "set session_replication_role = replica"


def test_intact_log_is_verified_and_changed_log_exits_with_1(hub: RunCommand, dsn: str) -> None:
    for agency in ("05", "07", "15"):
        expect_success(hub("agency", "add", agency))
    head = expect_success(hub("audit", "head")).strip()
    assert head.startswith("3:")
    number, digest = head.split(":")
    assert hub("audit", "head", "--json").json == {"number": int(number), "digest": digest}
    verified = expect_success(hub("audit", "verify"))
    assert "3 entries verified" in verified
    assert head in verified
    expect_success(hub("audit", "verify", "--head", head, "--from", "2026-01-01"))
    assert hub("audit", "verify", "--json").json == {
        "entries": 3,
        "number": 3,
        "digest": digest,
        "broken": None,
    }
    fetch_rows(dsn, AS_A_SUPERUSER, "delete from access_log where number = 2")
    broken = hub("audit", "verify")
    assert broken.code == 1
    assert "broken at entry 2: this entry was removed" in broken.out
    again = hub("audit", "verify", "--json")
    assert (again.code, again.json["broken"]["number"]) == (1, 2)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--from", "yesterday"),
        ("--to", "31/12/2569"),
        ("--head", "12"),
        ("--head", "x:" + "0" * 64),
    ],
)
def test_invalid_option_is_named(run: RunCommand, arguments: tuple[str, str]) -> None:
    expect_failure(run("audit", "verify", *arguments), 2, f"{arguments[0]}: ")


def test_every_registry_change_is_logged_with_its_operator(hub: RunCommand, dsn: str) -> None:
    by = ("--by", "สมหญิง")
    url = "https://id.test"
    expect_success(hub("agency", "add", "05", *by))
    purpose = ("--purpose", "จัดทำแผน")
    secrets = [
        parse_secret(
            expect_success(hub("client", "add", "05", "ระบบ", "--id", "plan", *purpose, *by))
        )
    ]
    secrets.append(parse_secret(expect_success(hub("client", "rotate", "plan", *by))))
    expect_success(hub("client", "disable", "plan"))
    expect_success(hub("client", "list"))
    expect_success(hub("issuer", "add", "05", url, "--jwks", f"{url}/jwks", *by))
    expect_success(hub("issuer", "disable", url, *by))
    made = expect_success(
        hub("agreement", "add", "05", "15", "ประชุม", "--until", "2040-09-30", *by)
    )
    key = made.split(":")[0].strip()
    expect_success(hub("agreement", "revoke", key, *by))
    expect_success(hub("agency", "disable", "05", *by))
    logged = fetch_rows(dsn, "select * from access_log order by number")
    every = [access_record_of(row) for row in logged]
    assert [(one.operation, one.records) for one in every] == [
        ("command agency add", ("gid://hub/Registration/ministry:05",)),
        ("command client add", ("gid://hub/Client/plan",)),
        ("command client rotate", ("gid://hub/Client/plan",)),
        ("command client disable", ("gid://hub/Client/plan",)),
        ("command issuer add", (f"gid://hub/Issuer/{url}",)),
        ("command issuer disable", (f"gid://hub/Issuer/{url}",)),
        ("command agreement add", (f"gid://hub/DataSharing/{key}",)),
        ("command agreement revoke", (f"gid://hub/DataSharing/{key}",)),
        ("command agency disable", ("gid://hub/Registration/ministry:05",)),
    ]
    assert {one.owner_id for one in every} == {"ministry:05"}
    assert {one.subject for one in every} == {f"สมหญิง ({account()})", account()}
    stored = json.dumps([row["entry"] for row in logged])
    assert not any(secret in stored for secret in secrets)

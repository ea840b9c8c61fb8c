"""`hub audit`: verify the chain, print its head; every command that changes something is logged."""

import json

import pytest

from hub.services.identity.operator import account
from hub.store.identity.audit_log import access_record_of
from tests.cli.conftest import Run, failed, ok, rows, secret_in

AS_A_SUPERUSER = "set session_replication_role = replica"


def test_an_intact_log_is_verified_and_a_changed_one_ends_with_1(hub: Run, dsn: str) -> None:
    for agency in ("05", "07", "15"):
        ok(hub("agency", "add", agency))
    head = ok(hub("audit", "head")).strip()
    assert head.startswith("3:")
    number, digest = head.split(":")
    assert hub("audit", "head", "--json").json == {"number": int(number), "digest": digest}
    verified = ok(hub("audit", "verify"))
    assert "3 entries verified" in verified
    assert head in verified
    ok(hub("audit", "verify", "--head", head, "--from", "2026-01-01"))
    assert hub("audit", "verify", "--json").json == {
        "entries": 3,
        "number": 3,
        "digest": digest,
        "broken": None,
    }
    rows(dsn, AS_A_SUPERUSER, "delete from access_log where number = 2")
    broken = hub("audit", "verify")
    assert broken.code == 1
    assert "broken at entry 2: this link was removed" in broken.out
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
def test_a_wrong_option_is_named(run: Run, arguments: tuple[str, str]) -> None:
    failed(run("audit", "verify", *arguments), 2, f"{arguments[0]}: ")


def test_every_change_of_the_registry_is_logged_with_who_made_it(hub: Run, dsn: str) -> None:
    by = ("--by", "สมหญิง")
    url = "https://id.test"
    ok(hub("agency", "add", "05", *by))
    purpose = ("--purpose", "จัดทำแผน")
    secrets = [secret_in(ok(hub("client", "add", "05", "ระบบ", "--id", "plan", *purpose, *by)))]
    secrets.append(secret_in(ok(hub("client", "rotate", "plan", *by))))
    ok(hub("client", "disable", "plan"))
    ok(hub("client", "list"))
    ok(hub("issuer", "add", "05", url, "--jwks", f"{url}/jwks", *by))
    ok(hub("issuer", "disable", url, *by))
    made = ok(hub("agreement", "add", "05", "15", "ประชุม", "--until", "2040-09-30", *by))
    key = made.split(":")[0].strip()
    ok(hub("agreement", "revoke", key, *by))
    ok(hub("agency", "disable", "05", *by))
    logged = rows(dsn, "select * from access_log order by number")
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

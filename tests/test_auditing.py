"""The log of access from a terminal: who gave a command, whether the log holds, where it ends."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from hub import auditing, registering, trusting
from hub.domain.access_log import AccessKind, Caller, Entry, Operation
from hub.errors import Invalid
from hub.settings import Settings
from hub.store.access_log import AccessLog, record_of
from hub.store.clients import Registering
from hub.store.engine import Database

SETTINGS = Settings("127.0.0.1", 0, Path("unused"), False, None, 1)
Verify = Callable[..., Coroutine[Any, Any, int]]


@pytest.fixture
def verify(fresh_database: Database, monkeypatch: pytest.MonkeyPatch) -> Verify:
    """`await verify("verify", …)`: the exit code, over a database that is at hand."""
    later: list[Coroutine[Any, Any, int]] = []

    def over(_: Settings, run: Callable[[Database], Coroutine[Any, Any, int]]) -> int:
        later.append(run(fresh_database))
        return 0

    monkeypatch.setattr(auditing, "in_database", over)

    async def run(*arguments: str) -> int:
        auditing.audit(parsed("audit", auditing.ARGUMENTS, arguments), SETTINGS, print)
        return await later.pop()

    return run


def parsed(command: str, known: Any, arguments: tuple[str, ...]) -> Namespace:
    parser = ArgumentParser()
    known[command](parser)
    return parser.parse_args(arguments)


async def test_a_log_that_holds_is_said_to_and_one_that_does_not_ends_with_1(
    verify: Verify, fresh_database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = Entry(AccessKind.READ, Caller("ก"), Operation("query"), count=1)
    for _ in range(3):
        await AccessLog(fresh_database).write([entry])
    assert await verify("head") == 0
    kept = capsys.readouterr().out.strip()
    assert kept.startswith("3:")
    assert await verify("verify") == 0
    told = capsys.readouterr().out
    assert "3 links hold" in told
    assert kept in told
    assert await verify("verify", "--head", kept, "--from", "2026-01-01") == 0
    async with fresh_database.writing() as connection:
        await connection.execute("set local session_replication_role = replica")
        await connection.execute("delete from access_log where number = 2")
    capsys.readouterr()
    assert await verify("verify") == 1
    assert "broken at link 2: this link was removed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (("--from", "yesterday"), "--from"),
        (("--to", "31/12/2569"), "--to"),
        (("--head", "12"), "--head"),
        (("--head", "x:" + "0" * 64), "--head"),
    ],
)
async def test_a_wrong_argument_is_named(
    verify: Verify, arguments: tuple[str, ...], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await verify("verify", *arguments)
    assert refused.value.field == field


async def test_every_change_of_the_register_says_who_made_it(
    fresh_database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    async def typed(command: str, *arguments: str) -> None:
        told = parsed(command, registering.ARGUMENTS, arguments)
        register = Registering(fresh_database, auditing.who(told))
        if command == "issuer":
            await trusting.issuer(told, register, print, "https://hub.test")
        else:
            act = {"agency": registering.agency, "client": registering.client}[command]
            await act(told, register, print)

    by = "--by", "สมหญิง"
    await typed("agency", "add", "05", *by)
    await typed("client", "add", "05", "ระบบ", "--id", "plan", "--purpose", "จัดทำแผน", *by)
    await typed("client", "rotate", "plan", *by)
    secrets = [line.split()[1] for line in capsys.readouterr().out.splitlines() if "bhs_" in line]
    await typed("client", "disable", "plan")
    await typed("client", "list")
    url = "https://id.test"
    await typed("issuer", "add", "05", url, "--jwks", f"{url}/jwks", *by)
    await typed("issuer", "disable", url, *by)
    await typed("agency", "disable", "05", *by)
    rows = await fresh_database.pool.fetch("select * from access_log order by number")
    every = [record_of(row) for row in rows]
    assert [(one.operation, one.records) for one in every] == [
        ("command agency add", ("gid://hub/Registration/ministry:05",)),
        ("command client add", ("gid://hub/Client/plan",)),
        ("command client rotate", ("gid://hub/Client/plan",)),
        ("command client disable", ("gid://hub/Client/plan",)),
        ("command issuer add", (f"gid://hub/Issuer/{url}",)),
        ("command issuer disable", (f"gid://hub/Issuer/{url}",)),
        ("command agency disable", ("gid://hub/Registration/ministry:05",)),
    ]
    assert {one.owner_id for one in every} == {"ministry:05"}
    names = {one.subject for one in every}
    assert names == {f"สมหญิง ({auditing.account()})", auditing.account()}
    assert len(secrets) == 2
    kept = json.dumps([row["entry"] for row in rows])
    assert not any(secret in kept for secret in secrets)
    [client] = await Registering(fresh_database).clients()
    assert client.purpose == "จัดทำแผน"
    with pytest.raises(Invalid, match="--purpose"):
        await typed("client", "add", "05", "ระบบ", "--purpose", "x" * 201)

"""The account of the embedded server, and who may connect to it; real servers and accounts."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import asyncpg
import pytest

from hub.store.embedded import account as accounts
from hub.store.embedded import attachments
from hub.store.embedded.account import ACCOUNT_NAME, Account, EmbeddedError, run_program
from hub.store.embedded.location import find_programs
from hub.store.embedded.server import EmbeddedServer, start

SERVER_SETTINGS: Final = {"shared_buffers": "32MB", "fsync": "off"}
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has an account: run as root")


@pytest.fixture
def folder() -> Iterator[Path]:
    """Yield the path of a data folder in a folder that every account can enter."""
    base = Path(tempfile.mkdtemp(prefix="hub-test-"))
    base.chmod(0o711)
    yield base / "data"
    shutil.rmtree(base)


@pytest.fixture
def server(folder: Path) -> Iterator[EmbeddedServer]:
    running = start(folder, settings=SERVER_SETTINGS)
    yield running
    running.stop()


def connect_as(account: Account | None, dsn: str) -> subprocess.CompletedProcess[str]:
    """Connect with psql as an account; None: this one."""
    install, _ = find_programs(account, lambda _: None)
    return run_program(account, install / "bin/psql", dsn, "-tAc", "select current_user")


def find_shared_account() -> Account:
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_uid, entry.pw_gid)


def list_owners(folder: Path) -> set[str]:
    return {path.owner() for path in (folder, *folder.rglob("*")) if not path.is_symlink()}


@needs_root
def test_server_runs_as_an_account_that_runs_nothing_else(
    server: EmbeddedServer, folder: Path
) -> None:
    entry = pwd.getpwnam(ACCOUNT_NAME)
    pid = attachments.find_server_pid(folder)
    assert Path(f"/proc/{pid}").owner() == ACCOUNT_NAME
    assert (entry.pw_dir, Path(entry.pw_shell).name) == ("/nonexistent", "nologin")
    assert list_owners(folder / "pg") == list_owners(folder / ".s") == {ACCOUNT_NAME}


@needs_root
def test_only_root_and_the_account_of_the_server_can_connect(
    server: EmbeddedServer, folder: Path
) -> None:
    own = pwd.getpwnam(ACCOUNT_NAME)
    for account in (None, Account(own.pw_uid, own.pw_gid)):
        assert connect_as(account, server.dsn).stdout == "hub\n"
    assert "Permission denied" in connect_as(find_shared_account(), server.dsn).stderr
    for path in (folder / ".s", folder / ".s/.s.PGSQL.5432"):
        path.chmod(0o777)  # if the mode of the folder were all that protects it
    assert "Peer authentication failed" in connect_as(find_shared_account(), server.dsn).stderr


async def test_connections_are_authenticated_by_the_kernel(server: EmbeddedServer) -> None:
    connection = await asyncpg.connect(server.dsn)
    try:
        rules = await connection.fetch("select type, auth_method, error from pg_hba_file_rules")
    finally:
        await connection.close()
    assert {(row["type"], row["auth_method"], row["error"]) for row in rules} == {
        ("local", "peer", None)
    }


@needs_root
def test_data_of_a_shared_account_gets_the_account_of_the_server(folder: Path) -> None:
    start(folder, settings=SERVER_SETTINGS).stop()
    outside = folder.parent / "outside"
    outside.write_text("root's own")
    shared = find_shared_account()
    for path in (folder / ".s", folder / "pg", *(folder / "pg").rglob("*")):
        os.lchown(path, *shared)
    (folder / "pg/pg_hba.conf").write_text("local all all trust\n")
    (folder / "pg/link").symlink_to(outside)
    server = start(folder, settings=SERVER_SETTINGS)
    try:
        assert list_owners(folder / "pg") == list_owners(folder / ".s") == {ACCOUNT_NAME}
        assert outside.owner() == "root"
        assert "trust" not in (folder / "pg/pg_hba.conf").read_text()
        assert connect_as(None, server.dsn).stdout == "hub\n"
    finally:
        server.stop()


@needs_root
def test_a_hard_link_among_data_of_a_shared_account_is_not_followed(folder: Path) -> None:
    start(folder, settings=SERVER_SETTINGS).stop()
    outside = folder.parent / "outside"
    outside.write_text("root's own")
    os.link(outside, folder / "pg/base/link")
    os.lchown(folder / "pg", *find_shared_account())
    with pytest.raises(EmbeddedError, match="No permission"):
        start(folder, settings=SERVER_SETTINGS)
    assert outside.owner() == "root"


@needs_root
def test_existing_data_keeps_an_account_that_is_not_shared(folder: Path) -> None:
    start(folder, settings=SERVER_SETTINGS).stop()
    daemon = pwd.getpwnam("daemon")
    for path in (folder / ".s", folder / "pg", *(folder / "pg").rglob("*")):
        os.lchown(path, daemon.pw_uid, daemon.pw_gid)
    server = start(folder, settings=SERVER_SETTINGS)
    try:
        assert Path(f"/proc/{attachments.find_server_pid(folder)}").owner() == "daemon"
    finally:
        server.stop()


@needs_root
@pytest.mark.parametrize("command", [("no-such-program",), ("false",)])
def test_start_without_an_account_is_rejected_with_the_ways_out(
    folder: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setattr(accounts, "ACCOUNT_NAME", "no-such-account")
    monkeypatch.setattr(accounts, "CREATE_ACCOUNT", command)
    with pytest.raises(EmbeddedError) as refused:
        start(folder, settings=SERVER_SETTINGS)
    for way in ("create a system account no-such-account", "ordinary user", "HUB_DATABASE_URL"):
        assert way in refused.value.message
    assert not folder.exists()

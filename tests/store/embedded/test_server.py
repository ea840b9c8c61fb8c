"""The embedded server, tested with real PostgreSQL servers and processes that are killed."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Self

import asyncpg
import pytest

from hub.errors import StoreUnusable
from hub.store.embedded import attachments, location
from hub.store.embedded.account import choose_account
from hub.store.embedded.server import EmbeddedError, EmbeddedServer, start
from tests.data_folder import data_folder
from tests.long_run import long_after

CHECKOUT = Path(__file__).parents[3]
SERVER_SETTINGS = {"shared_buffers": "32MB", "fsync": "off"}
IS_ROOT = os.geteuid() == 0
PROGRAM = f"""
import sys
from pathlib import Path
from hub.store.embedded.server import EmbeddedError, start
try:
    server = start(Path(sys.argv[1]), settings={SERVER_SETTINGS!r})
except EmbeddedError as error:
    sys.exit(str(error))
print(server.dsn, flush=True)
sys.stdin.read()
server.stop()
"""


class HubProcess:
    """Another hub process on a data folder."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(folder)],
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def read_dsn(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def wait_for_exit(self) -> str:
        """Wait until the process exits; return its stderr."""
        return self.process.communicate()[1]

    def kill(self, signum: int = signal.SIGKILL) -> None:
        self.process.send_signal(signum)
        self.process.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.kill()


@pytest.fixture
def base_folder() -> Iterator[Path]:
    """A folder that every account can enter."""
    with data_folder() as folder:
        yield folder
        for lock in folder.rglob(attachments.LOCK_FILE_NAME):
            wait_until(partial(is_stopped, lock.parent))


@pytest.fixture
def folder(base_folder: Path) -> Path:
    return base_folder / "data"


def start_server(folder: Path, **options: Any) -> EmbeddedServer:
    return start(folder, **{"settings": SERVER_SETTINGS, **options})


async def fetch_value(dsn: str, *statements: str) -> Any:
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements[:-1]:
            await connection.execute(statement)
        return await connection.fetchval(statements[-1])
    finally:
        await connection.close()


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(3000):
        if condition():
            return
        time.sleep(0.01)
    pytest.fail("it never came true")


def is_stopped(folder: Path) -> bool:
    return attachments.find_server_pid(folder) is None


def read_mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# ── starting and stopping ───────────────────────────────────────────────────────────────────────


async def test_first_start_creates_a_utf8_database_without_network(folder: Path) -> None:
    server = start_server(folder)
    try:
        expression = "current_database() || current_user || getdatabaseencoding()"
        assert await fetch_value(server.dsn, f"SELECT {expression}") == "hubhubUTF8"
        assert await fetch_value(server.dsn, "SELECT length('เชียงใหม่')") == 9
        assert await fetch_value(server.dsn, "SELECT upper('é') || ('a' < 'B')::text") == "Éfalse"
        assert await fetch_value(server.dsn, "SHOW listen_addresses") == ""
        assert await fetch_value(server.dsn, "SHOW shared_buffers") == "32MB"
        assert server.version.split(".")[0] == await fetch_value(
            server.dsn, "SELECT current_setting('server_version_num')::int / 10000 || ''"
        )
        assert read_mode(folder / ".s") == 0o700
    finally:
        server.stop()
    assert attachments.find_server_pid(folder) is None


async def test_restart_keeps_written_data(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = start_server(folder)
    await fetch_value(server.dsn, "CREATE TABLE kept AS SELECT 7 AS number", "SELECT 1")
    server.stop()
    server.stop()  # idempotent
    for name, value in {"PGPORT": "1", "PGDATA": "/nowhere", "PGHOST": "/nowhere"}.items():
        monkeypatch.setenv(name, value)  # settings of another server are ignored
    server = start_server(folder)
    try:
        assert await fetch_value(server.dsn, "SELECT number FROM kept") == 7
    finally:
        server.stop()


def test_server_runs_in_its_own_session(folder: Path) -> None:
    server = start_server(folder)
    try:
        assert os.getsid(attachments.find_server_pid(folder) or 0) != os.getsid(0)
    finally:
        server.stop()


async def test_second_process_attaches_and_the_last_exit_stops_the_server(
    folder: Path,
) -> None:
    server = start_server(folder)
    pid = attachments.find_server_pid(folder)
    with HubProcess(folder) as other:
        assert other.read_dsn() == server.dsn
        assert attachments.find_server_pid(folder) == pid
        server.stop()
        assert await fetch_value(server.dsn, "SELECT 1") == 1
        assert other.wait_for_exit() == ""
    assert attachments.find_server_pid(folder) is None


def test_concurrent_starts_share_one_server(folder: Path) -> None:
    with HubProcess(folder) as one, HubProcess(folder) as two, HubProcess(folder) as three:
        assert one.read_dsn() == two.read_dsn() == three.read_dsn() != ""
        assert len(attachments.list_attached(folder)) == 3
        assert [hub.wait_for_exit() for hub in (one, two, three)] == ["", "", ""]
    assert attachments.find_server_pid(folder) is None


def test_killed_process_leaves_no_attachment(folder: Path) -> None:
    with HubProcess(folder) as killed:
        assert killed.read_dsn()
        server = start_server(folder)
        assert len(attachments.list_attached(folder)) == 2
        killed.kill()
        wait_until(lambda: len(attachments.list_attached(folder)) == 1)
        assert attachments.find_server_pid(folder) is not None
        server.stop()
    wait_until(lambda: attachments.find_server_pid(folder) is None)


def test_server_stops_after_its_last_process_is_killed(folder: Path) -> None:
    with HubProcess(folder) as only:
        assert only.read_dsn()
        assert attachments.find_server_pid(folder) is not None
        only.kill()
    wait_until(lambda: attachments.find_server_pid(folder) is None)


# ── after crashes ───────────────────────────────────────────────────────────────────────────────


async def test_killed_server_recovers_every_committed_row(folder: Path) -> None:
    first = start_server(folder)
    await fetch_value(first.dsn, "CREATE TABLE kept (number int)", "SELECT 1")
    connection = await asyncpg.connect(first.dsn)
    await connection.executemany("INSERT INTO kept VALUES ($1)", [(n,) for n in range(100)])
    pid = attachments.find_server_pid(folder)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    restarted = start_server(folder)  # a session of the killed server may still exist
    try:
        assert attachments.find_server_pid(folder) not in (None, pid)
        assert await fetch_value(restarted.dsn, "SELECT count(*) FROM kept") == 100
    finally:
        connection.terminate()
        first.stop()
        restarted.stop()
    assert attachments.find_server_pid(folder) is None


@pytest.mark.parametrize(
    "pid_owner", long_after(1, ["another program's", "nobody's", "a zombie's"])
)
async def test_stale_pid_file_is_ignored(folder: Path, pid_owner: str) -> None:
    start_server(folder).stop()
    account = choose_account(folder)  # PostgreSQL ignores other accounts' processes
    program = ["/bin/sleep", "600"] if pid_owner == "another program's" else ["/bin/true"]
    with subprocess.Popen(program, user=account.uid if account else None) as child:
        try:
            if pid_owner == "nobody's":
                child.wait()
            elif pid_owner == "a zombie's":
                wait_until(
                    lambda: os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT) is not None
                )
            lines = (child.pid, folder / "pg", 1700000000, 5432, folder / ".s", "", "0 0", "ready")
            text = "\n".join(map(str, lines)) + "\n"
            (folder / "pg/postmaster.pid").write_text(text)
            (folder / ".s/.s.PGSQL.5432.lock").write_text(text)
            if account is not None:
                shutil.chown(folder / "pg/postmaster.pid", *account)
                shutil.chown(folder / ".s/.s.PGSQL.5432.lock", *account)
            server = start_server(folder)
        finally:
            child.kill()
    try:
        assert await fetch_value(server.dsn, "SELECT 1") == 1
    finally:
        server.stop()


@pytest.mark.parametrize("signum", long_after(1, [signal.SIGKILL, signal.SIGTERM]))
async def test_interrupted_first_start_is_repeated(folder: Path, signum: signal.Signals) -> None:
    with HubProcess(folder) as interrupted:
        wait_until(lambda: any(folder.glob("pg.new-*/PG_VERSION")))
        interrupted.kill(signum)
    assert not (folder / "pg").exists()
    server = start_server(folder)
    try:
        assert await fetch_value(server.dsn, "SELECT 1") == 1
    finally:
        server.stop()


# ── invalid folders ─────────────────────────────────────────────────────────────────────────────


def test_folder_with_other_files_is_rejected_and_unchanged(folder: Path) -> None:
    folder.mkdir(mode=0o755)
    (folder / "thesis.doc").write_text("three years")
    before = folder.stat()
    with pytest.raises(EmbeddedError, match="not the hub's database"):
        start_server(folder)
    assert [entry.name for entry in folder.iterdir()] == ["thesis.doc"]
    after = folder.stat()  # not st_atime: listing the folder sets it
    assert (after.st_mode, after.st_uid, after.st_gid) == (
        before.st_mode,
        before.st_uid,
        before.st_gid,
    )
    assert after.st_mtime_ns == before.st_mtime_ns


def test_file_instead_of_folder_is_rejected(folder: Path) -> None:
    folder.write_text("not a folder")
    with pytest.raises(EmbeddedError, match="cannot be used"):
        start_server(folder)


def test_other_major_version_is_rejected_and_both_versions_are_named(folder: Path) -> None:
    server = start_server(folder)
    server.stop()
    (folder / "pg/PG_VERSION").write_text("16\n")
    with pytest.raises(EmbeddedError, match=f"by PostgreSQL 16, .* PostgreSQL {server.version}"):
        start_server(folder)
    assert not attachments.list_attached(folder)


@pytest.fixture
def unprivileged_account(base_folder: Path) -> Iterator[None]:
    """Run the test as an unprivileged account if it runs as root, which may write everywhere."""
    if not IS_ROOT:
        yield
        return
    account = choose_account(base_folder)
    assert account is not None
    os.setegid(account.gid)
    os.seteuid(account.uid)
    yield
    os.seteuid(0)
    os.setegid(0)


@pytest.mark.usefixtures("unprivileged_account")
def test_folder_without_write_permission_is_rejected(base_folder: Path) -> None:
    base_folder.chmod(0o500) if not IS_ROOT else None
    for folder in (base_folder, base_folder / "data"):
        with pytest.raises(EmbeddedError) as refused:
            start_server(folder)
        thai, english = str(refused.value).splitlines()
        assert thai.startswith(f"ไม่มีสิทธิ์เขียน {base_folder}")
        assert english.startswith(f"No permission to write {base_folder}")


def test_full_disk_is_reported_and_start_succeeds_with_more_space(base_folder: Path) -> None:
    disk = base_folder / "disk"
    disk.mkdir()
    mount = ["/bin/mount", "-t", "tmpfs", "-o", "size=24m", "none", str(disk)]
    if not IS_ROOT or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("no small disk can be mounted: run as root, with the right to mount")
    try:
        with pytest.raises(EmbeddedError, match=r"(?s)is full.*No space left"):
            start_server(disk / "data")
        assert not list((disk / "data").glob("pg*"))
        subprocess.run(["/bin/mount", "-o", "remount,size=200m", str(disk)], check=True)
        start_server(disk / "data").stop()
        (disk / "ballast").write_bytes(bytes(1 << 20) * (shutil.disk_usage(disk).free >> 20))
        (disk / "more ballast").write_bytes(bytes(shutil.disk_usage(disk).free))
        with pytest.raises(EmbeddedError, match="is full"):
            start_server(disk / "data")
    finally:
        subprocess.run(["/bin/umount", "--lazy", str(disk)], check=True)


@pytest.mark.parametrize("name", ["a space", "ข้อมูล", "50%, $HOME: it's `fine`\\"])
async def test_folder_name_may_contain_any_characters(base_folder: Path, name: str) -> None:
    server = start_server(base_folder / name / "data")
    try:
        assert server.data_dir == base_folder / name / "data"
        assert await fetch_value(server.dsn, "SELECT 1") == 1
    finally:
        server.stop()


async def test_socket_of_a_long_path_is_placed_elsewhere(base_folder: Path) -> None:
    data_folder = base_folder / ("long-" * 30) / "data"
    server = start_server(data_folder)
    socket_folder = Path((data_folder / "socket").read_text())
    try:
        assert read_mode(socket_folder) == 0o700
        assert await fetch_value(server.dsn, "SELECT 1") == 1
        with HubProcess(data_folder) as other:
            assert other.read_dsn() == server.dsn
            assert other.wait_for_exit() == ""
    finally:
        server.stop()
    assert not socket_folder.exists()


@pytest.mark.parametrize("parts", [["x" * 300], ["x" * 200] * 5])
def test_path_too_long_for_postgresql_is_rejected_and_not_created(
    base_folder: Path, parts: list[str]
) -> None:
    with pytest.raises(EmbeddedError, match="too long"):
        start_server(base_folder.joinpath(*parts))
    assert not list(base_folder.iterdir())


def test_failed_start_error_contains_the_server_log(folder: Path) -> None:
    start_server(folder).stop()
    with pytest.raises(StoreUnusable, match=r"(?s)did not start.*invalid value for.*work_mem"):
        start_server(folder, settings={"work_mem": "plenty"})
    assert not attachments.list_attached(folder)


def test_folder_in_use_by_another_container_is_rejected(folder: Path) -> None:
    start_server(folder).stop()
    with socket.socket(socket.AF_UNIX) as other_server:  # as if in another container
        other_server.bind(str(folder / ".s/.s.PGSQL.5432"))
        other_server.listen()
        with pytest.raises(EmbeddedError, match="in use from another container"):
            start_server(folder)


# ── as root ─────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def private_folder(base_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder only root can enter, with a shared folder beside it for the data."""
    if not IS_ROOT:
        pytest.skip("only root gives the server another account: run as root")
    folder = base_folder / "closed"
    folder.mkdir(mode=0o700)
    monkeypatch.setattr(location, "SHARED_FOLDERS", [base_folder / "shelter"])
    return folder


async def test_root_data_is_moved_to_a_shared_folder_and_reported(
    private_folder: Path, base_folder: Path
) -> None:
    messages: list[str] = []
    server = start_server(private_folder / "data", report=messages.append)
    try:
        assert await fetch_value(server.dsn, "SELECT 1") == 1
        assert server.data_dir.parent == base_folder / "shelter"
        assert str(server.data_dir) in messages[0]
        assert (server.data_dir / "pg").owner() != "root"
        assert not list(private_folder.iterdir())
        assert read_mode(private_folder) == 0o700
    finally:
        server.stop()
    private_folder.chmod(0o711)  # accessible now, but the data was moved already
    restarted = start_server(private_folder / "data")
    restarted.stop()
    assert restarted.data_dir == server.data_dir


def test_explicit_folder_closed_to_the_server_account_is_rejected(
    private_folder: Path, base_folder: Path
) -> None:
    with pytest.raises(EmbeddedError, match=r"cannot enter .*set HUB_DATA_DIR"):
        start_server(private_folder / "data", explicit=True)
    assert [entry.name for entry in base_folder.iterdir()] == ["closed"]
    assert not list(private_folder.iterdir())


def test_shared_folder_writable_by_others_is_rejected(
    private_folder: Path, base_folder: Path
) -> None:
    (base_folder / "shelter").mkdir()
    (base_folder / "shelter").chmod(0o777)
    with pytest.raises(EmbeddedError, match="No permission"):
        start_server(private_folder / "data")


async def test_programs_in_a_private_folder_are_copied_for_the_server_account(
    private_folder: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install = location._find_shipped_programs()
    package = private_folder / install.parent.name
    for part in ("bin", "lib", "share"):
        shutil.copytree(install / part, package / install.name / part, symlinks=True)
    libraries = install.parent.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, private_folder / libraries.name)
    monkeypatch.setattr(location, "_find_shipped_programs", lambda: package / install.name)
    messages: list[str] = []
    server = start_server(folder, report=messages.append)
    try:
        assert await fetch_value(server.dsn, "SELECT 1") == 1
        assert "shelter" in messages[0]
        assert read_mode(private_folder) == 0o700
    finally:
        server.stop()

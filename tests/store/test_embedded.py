"""The embedded database, tried on real servers and real processes that are really killed."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Self

import asyncpg
import pytest

from hub.errors import StoreUnusable
from hub.store.embedded import attachments, location
from hub.store.embedded.server import EmbeddedError, EmbeddedServer, start

CHECKOUT = Path(__file__).parents[2]
SMALL = {"shared_buffers": "32MB", "fsync": "off"}
ROOT = os.geteuid() == 0
PROGRAM = f"""
import sys
from pathlib import Path
from hub.store.embedded.server import EmbeddedError, start
try:
    server = start(Path(sys.argv[1]), settings={SMALL!r})
except EmbeddedError as error:
    sys.exit(str(error))
print(server.dsn, flush=True)
sys.stdin.read()
server.stop()
"""


class Hub:
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

    def dsn(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def leave(self) -> str:
        """Let the process end by itself; gives what it complained of."""
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
def around() -> Iterator[Path]:
    """A folder anyone can pass through: pytest's own is closed to the account a root hub uses."""
    folder = Path(tempfile.mkdtemp(prefix="hub-test-"))
    folder.chmod(0o711)
    yield folder
    for lock in folder.rglob(attachments.LOCK_FILE_NAME):
        until(partial(stopped, lock.parent))
    shutil.rmtree(folder)


@pytest.fixture
def folder(around: Path) -> Path:
    return around / "data"


def begin(folder: Path, **more: Any) -> EmbeddedServer:
    return start(folder, **{"settings": SMALL, **more})


async def ask(dsn: str, *statements: str) -> Any:
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements[:-1]:
            await connection.execute(statement)
        return await connection.fetchval(statements[-1])
    finally:
        await connection.close()


def until(true: Callable[[], bool]) -> None:
    for _ in range(3000):
        if true():
            return
        time.sleep(0.01)
    pytest.fail("it never came true")


def stopped(folder: Path) -> bool:
    return attachments.find_server_pid(folder) is None


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# ── starting and stopping ───────────────────────────────────────────────────────────────────────


async def test_a_first_start_makes_a_thai_speaking_database_without_a_network(folder: Path) -> None:
    server = begin(folder)
    try:
        about = "current_database() || current_user || getdatabaseencoding()"
        assert await ask(server.dsn, f"SELECT {about}") == "hubhubUTF8"
        assert await ask(server.dsn, "SELECT length('เชียงใหม่')") == 9
        assert await ask(server.dsn, "SELECT upper('é') || ('a' < 'B')::text") == "Éfalse"
        assert await ask(server.dsn, "SHOW listen_addresses") == ""
        assert await ask(server.dsn, "SHOW shared_buffers") == "32MB"
        assert server.version.split(".")[0] == await ask(
            server.dsn, "SELECT current_setting('server_version_num')::int / 10000 || ''"
        )
        assert mode(folder / ".s") == 0o700
    finally:
        server.stop()
    assert attachments.find_server_pid(folder) is None


async def test_a_later_start_finds_what_was_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = begin(folder)
    await ask(server.dsn, "CREATE TABLE kept AS SELECT 7 AS number", "SELECT 1")
    server.stop()
    server.stop()  # harmless
    for name, value in {"PGPORT": "1", "PGDATA": "/nowhere", "PGHOST": "/nowhere"}.items():
        monkeypatch.setenv(name, value)  # meant for somebody's other server
    server = begin(folder)
    try:
        assert await ask(server.dsn, "SELECT number FROM kept") == 7
    finally:
        server.stop()


def test_the_server_is_out_of_reach_of_ctrl_c(folder: Path) -> None:
    server = begin(folder)
    try:
        assert os.getsid(attachments.find_server_pid(folder) or 0) != os.getsid(0)
    finally:
        server.stop()


async def test_a_second_process_attaches_and_the_last_one_out_stops_the_server(
    folder: Path,
) -> None:
    server = begin(folder)
    pid = attachments.find_server_pid(folder)
    with Hub(folder) as other:
        assert other.dsn() == server.dsn
        assert attachments.find_server_pid(folder) == pid
        server.stop()
        assert await ask(server.dsn, "SELECT 1") == 1
        assert other.leave() == ""
    assert attachments.find_server_pid(folder) is None


def test_processes_that_start_together_share_one_server(folder: Path) -> None:
    with Hub(folder) as one, Hub(folder) as two, Hub(folder) as three:
        assert one.dsn() == two.dsn() == three.dsn() != ""
        assert len(attachments.list_attached(folder)) == 3
        assert [hub.leave() for hub in (one, two, three)] == ["", "", ""]
    assert attachments.find_server_pid(folder) is None


def test_a_killed_process_leaves_no_attachment_behind(folder: Path) -> None:
    with Hub(folder) as killed:
        assert killed.dsn()
        server = begin(folder)
        assert len(attachments.list_attached(folder)) == 2
        killed.kill()
        until(lambda: len(attachments.list_attached(folder)) == 1)
        assert attachments.find_server_pid(folder) is not None
        server.stop()
    until(lambda: attachments.find_server_pid(folder) is None)


def test_the_server_stops_though_its_last_process_was_killed(folder: Path) -> None:
    with Hub(folder) as only:
        assert only.dsn()
        assert attachments.find_server_pid(folder) is not None
        only.kill()
    until(lambda: attachments.find_server_pid(folder) is None)


# ── after accidents ─────────────────────────────────────────────────────────────────────────────


async def test_a_killed_server_comes_back_with_every_committed_row(folder: Path) -> None:
    first = begin(folder)
    await ask(first.dsn, "CREATE TABLE kept (number int)", "SELECT 1")
    connection = await asyncpg.connect(first.dsn)
    await connection.executemany("INSERT INTO kept VALUES ($1)", [(n,) for n in range(100)])
    pid = attachments.find_server_pid(folder)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    again = begin(folder)  # while the session of the killed one may still be there
    try:
        assert attachments.find_server_pid(folder) not in (None, pid)
        assert await ask(again.dsn, "SELECT count(*) FROM kept") == 100
    finally:
        connection.terminate()
        first.stop()
        again.stop()
    assert attachments.find_server_pid(folder) is None


@pytest.mark.parametrize("whose", ["nobody's", "another program's", "a zombie's"])
async def test_a_pid_file_left_over_is_recognised_whose_number_is(folder: Path, whose: str) -> None:
    begin(folder).stop()
    account = location.choose_account(folder)  # PostgreSQL disregards processes of other accounts
    program = ["/bin/sleep", "600"] if whose == "another program's" else ["/bin/true"]
    with subprocess.Popen(program, user=account.uid if account else None) as child:
        try:
            if whose == "nobody's":
                child.wait()
            elif whose == "a zombie's":
                until(lambda: os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT) is not None)
            lines = (child.pid, folder / "pg", 1700000000, 5432, folder / ".s", "", "0 0", "ready")
            text = "\n".join(map(str, lines)) + "\n"
            (folder / "pg/postmaster.pid").write_text(text)
            (folder / ".s/.s.PGSQL.5432.lock").write_text(text)
            if account is not None:
                shutil.chown(folder / "pg/postmaster.pid", *account)
                shutil.chown(folder / ".s/.s.PGSQL.5432.lock", *account)
            server = begin(folder)
        finally:
            child.kill()
    try:
        assert await ask(server.dsn, "SELECT 1") == 1
    finally:
        server.stop()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
async def test_a_first_start_broken_off_halfway_is_redone(
    folder: Path, how: signal.Signals
) -> None:
    with Hub(folder) as broken_off:
        until(lambda: any(folder.glob("pg.new-*/PG_VERSION")))
        broken_off.kill(how)
    assert not (folder / "pg").exists()
    server = begin(folder)
    try:
        assert await ask(server.dsn, "SELECT 1") == 1
    finally:
        server.stop()


# ── folders that will not do ────────────────────────────────────────────────────────────────────


def test_a_folder_of_somebody_else_is_refused_and_left_untouched(folder: Path) -> None:
    folder.mkdir(mode=0o755)
    (folder / "thesis.doc").write_text("three years")
    before = folder.stat()
    with pytest.raises(EmbeddedError, match="not the hub's database"):
        begin(folder)
    assert [entry.name for entry in folder.iterdir()] == ["thesis.doc"]
    assert folder.stat() == before


def test_a_file_in_the_place_of_the_folder_is_refused(folder: Path) -> None:
    folder.write_text("not a folder")
    with pytest.raises(EmbeddedError, match="cannot be used"):
        begin(folder)


def test_data_of_another_major_version_is_refused_with_both_versions_named(folder: Path) -> None:
    server = begin(folder)
    server.stop()
    (folder / "pg/PG_VERSION").write_text("16\n")
    with pytest.raises(EmbeddedError, match=f"by PostgreSQL 16, .* PostgreSQL {server.version}"):
        begin(folder)
    assert not attachments.list_attached(folder)


@pytest.fixture
def ordinary(around: Path) -> Iterator[None]:
    """Root may write everywhere; so for this test it is somebody else."""
    if not ROOT:
        yield
        return
    account = location.choose_account(around)
    assert account is not None
    os.setegid(account.gid)
    os.seteuid(account.uid)
    yield
    os.seteuid(0)
    os.setegid(0)


@pytest.mark.usefixtures("ordinary")
def test_a_folder_we_may_not_write_is_refused_saying_so(around: Path) -> None:
    around.chmod(0o500) if not ROOT else None
    for folder in (around, around / "data"):
        with pytest.raises(EmbeddedError) as refused:
            begin(folder)
        thai, english = str(refused.value).splitlines()
        assert thai.startswith(f"ไม่มีสิทธิ์เขียน {around}")
        assert english.startswith(f"No permission to write {around}")


def test_a_full_disk_is_called_a_full_disk_and_mended_by_space(around: Path) -> None:
    disk = around / "disk"
    disk.mkdir()
    mount = ["/bin/mount", "-t", "tmpfs", "-o", "size=24m", "none", str(disk)]
    if not ROOT or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only root can mount a small disk, and not in every container")
    try:
        with pytest.raises(EmbeddedError, match=r"(?s)is full.*No space left"):
            begin(disk / "data")
        assert not list((disk / "data").glob("pg*"))
        subprocess.run(["/bin/mount", "-o", "remount,size=200m", str(disk)], check=True)
        begin(disk / "data").stop()
        (disk / "ballast").write_bytes(bytes(1 << 20) * (shutil.disk_usage(disk).free >> 20))
        (disk / "more ballast").write_bytes(bytes(shutil.disk_usage(disk).free))
        with pytest.raises(EmbeddedError, match="is full"):
            begin(disk / "data")
    finally:
        subprocess.run(["/bin/umount", "--lazy", str(disk)], check=True)


@pytest.mark.parametrize("name", ["a space", "ข้อมูล", "50%, $HOME: it's `fine`\\"])
async def test_any_name_of_a_folder_will_do(around: Path, name: str) -> None:
    server = begin(around / name / "data")
    try:
        assert server.data_dir == around / name / "data"
        assert await ask(server.dsn, "SELECT 1") == 1
    finally:
        server.stop()


async def test_a_path_too_long_for_a_socket_has_its_socket_elsewhere(around: Path) -> None:
    home = around / ("long-" * 30) / "data"
    server = begin(home)
    elsewhere = Path((home / "socket").read_text())
    try:
        assert mode(elsewhere) == 0o700
        assert await ask(server.dsn, "SELECT 1") == 1
        with Hub(home) as other:
            assert other.dsn() == server.dsn
            assert other.leave() == ""
    finally:
        server.stop()
    assert not elsewhere.exists()


@pytest.mark.parametrize("parts", [["x" * 300], ["x" * 200] * 5])
def test_a_path_too_long_for_postgresql_is_refused_and_not_made(
    around: Path, parts: list[str]
) -> None:
    with pytest.raises(EmbeddedError, match="too long"):
        begin(around.joinpath(*parts))
    assert not list(around.iterdir())


def test_a_server_that_does_not_start_says_why_in_its_own_last_words(folder: Path) -> None:
    begin(folder).stop()
    with pytest.raises(StoreUnusable, match=r"(?s)did not start.*invalid value for.*work_mem"):
        begin(folder, settings={"work_mem": "plenty"})
    assert not attachments.list_attached(folder)


def test_a_server_out_of_our_sight_is_not_given_a_rival(folder: Path) -> None:
    begin(folder).stop()
    with socket.socket(socket.AF_UNIX) as elsewhere:  # as from a container with the same folder
        elsewhere.bind(str(folder / ".s/.s.PGSQL.5432"))
        elsewhere.listen()
        with pytest.raises(EmbeddedError, match="in use from another container"):
            begin(folder)


# ── as root ─────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def closed(around: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder like root's home, and a shelter beside it in place of the machine's."""
    if not ROOT:
        pytest.skip("only a hub run by root gives its server another account")
    folder = around / "closed"
    folder.mkdir(mode=0o700)
    monkeypatch.setattr(location, "SHARED_FOLDERS", [around / "shelter"])
    return folder


async def test_root_keeps_data_where_its_server_can_enter_and_says_where(
    closed: Path, around: Path
) -> None:
    said: list[str] = []
    server = begin(closed / "data", report=said.append)
    try:
        assert await ask(server.dsn, "SELECT 1") == 1
        assert server.data_dir.parent == around / "shelter"
        assert str(server.data_dir) in said[0]
        assert (server.data_dir / "pg").owner() != "root"
        assert not list(closed.iterdir())
        assert mode(closed) == 0o700
    finally:
        server.stop()
    closed.chmod(0o711)  # the way is open now, but the data is where it is
    again = begin(closed / "data")
    again.stop()
    assert again.data_dir == server.data_dir


def test_root_is_refused_a_chosen_folder_that_its_server_cannot_enter(
    closed: Path, around: Path
) -> None:
    with pytest.raises(EmbeddedError, match=r"cannot enter .*set HUB_DATA_DIR"):
        begin(closed / "data", explicit=True)
    assert [entry.name for entry in around.iterdir()] == ["closed"]
    assert not list(closed.iterdir())


def test_root_keeps_no_data_in_a_shelter_that_others_can_write(closed: Path, around: Path) -> None:
    (around / "shelter").mkdir()
    (around / "shelter").chmod(0o777)
    with pytest.raises(EmbeddedError, match="No permission"):
        begin(closed / "data")


async def test_root_copies_programs_that_its_server_cannot_reach(
    closed: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install = location._find_shipped_programs()
    package = closed / install.parent.name
    for part in ("bin", "lib", "share"):
        shutil.copytree(install / part, package / install.name / part, symlinks=True)
    libraries = install.parent.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, closed / libraries.name)
    monkeypatch.setattr(location, "_find_shipped_programs", lambda: package / install.name)
    said: list[str] = []
    server = begin(folder, report=said.append)
    try:
        assert await ask(server.dsn, "SELECT 1") == 1
        assert "shelter" in said[0]
        assert mode(closed) == 0o700
    finally:
        server.stop()

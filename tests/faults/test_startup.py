"""Tests the start of a hub under bad conditions: a clear error, and a successful next start.

Each test starts whole hubs, like `make run`, at four CPU seconds for each. The same faults, and
more, are tested at a tenth of that in `tests/store/embedded/test_server.py`, where only the server
starts; so most tests here are part of the long run.
"""

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from hub.store.embedded import attachments
from hub.store.embedded.account import choose_account
from tests.faults.hub_process import (
    ROOT,
    HubProcess,
    fetch_value,
    list_watcher_pids,
    running_server_pid,
    wait_until,
)

Answers = list[dict[str, Any]]


# ── after a crash ─────────────────────────────────────────────────────────────────────────────────


def test_killed_hub_restarts_with_the_same_answers(folder: Path, expected_answers: Answers) -> None:
    with HubProcess(folder) as killed:
        killed.wait_until_ready().kill()
    with HubProcess(folder) as restarted:
        assert restarted.wait_until_ready().fetch_answers() == expected_answers
        restarted.stop(signal.SIGINT)
    assert attachments.find_server_pid(folder) is None


@pytest.mark.long
def test_hub_in_a_shell_background_stops_on_sigint(folder: Path) -> None:
    ignoring = ["/bin/sh", "-c", 'trap "" INT; exec "$@"', "sh"]
    with HubProcess(folder, command_prefix=ignoring) as hub:
        hub.wait_until_ready().stop(signal.SIGINT)


@pytest.mark.long
def test_stale_locks_and_pid_files_do_not_prevent_a_start(
    folder: Path, expected_answers: Answers
) -> None:
    with HubProcess(folder) as killed:
        killed.wait_until_ready()
        (watcher,) = list_watcher_pids(folder)
        server = running_server_pid(folder)
        for pid in (watcher, server, killed.process.pid):
            os.kill(pid, signal.SIGKILL)
        killed.process.wait()
    wait_until(lambda: attachments.find_server_pid(folder) is None)
    stale_files = [
        *folder.glob("hubs/*"),
        folder / "pg/postmaster.pid",
        *folder.glob(".s/.s.PGSQL.*"),
    ]
    assert (
        len(stale_files) == 4
    )  # the lock of the killed hub, the server's PID file, its socket and the lock of the socket
    assert all(path.exists() for path in stale_files)
    with HubProcess(folder) as restarted:
        assert restarted.wait_until_ready().fetch_answers() == expected_answers
        assert not stale_files[0].exists()
        restarted.stop()


@pytest.mark.long
def test_orphaned_postmaster_is_reused_and_stopped_with_the_next_hub(
    folder: Path, expected_answers: Answers
) -> None:
    with HubProcess(folder) as killed:
        killed.wait_until_ready()
        server = running_server_pid(folder)
        for watcher in list_watcher_pids(folder):
            os.kill(watcher, signal.SIGKILL)
        killed.kill()
    assert running_server_pid(folder) == server
    with HubProcess(folder) as restarted:
        assert restarted.wait_until_ready().fetch_answers() == expected_answers
        assert running_server_pid(folder) == server
        restarted.stop()
    assert attachments.find_server_pid(folder) is None


@pytest.mark.long
def test_pid_file_of_a_zombie_process_is_ignored(folder: Path, expected_answers: Answers) -> None:
    account = choose_account(folder)  # PostgreSQL ignores processes of other accounts
    with subprocess.Popen(["/bin/true"], user=account.uid if account else None) as zombie:
        os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
        lines = (zombie.pid, folder / "pg", 1700000000, 5432, folder / ".s", "", "0 0", "ready")
        for record in (folder / "pg/postmaster.pid", folder / ".s/.s.PGSQL.5432.lock"):
            record.write_text("\n".join(map(str, lines)) + "\n")
            if account is not None:
                os.chown(record, *account)
        with HubProcess(folder) as hub:
            assert hub.wait_until_ready().fetch_answers() == expected_answers
            hub.stop()


# ── several hubs ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.long
def test_two_hubs_share_a_new_data_folder_and_one_survives_the_other(
    base_folder: Path, expected_answers: Answers
) -> None:
    folder = base_folder / "data"
    with HubProcess(folder) as first, HubProcess(folder) as second:
        assert (
            first.wait_until_ready().fetch_answers()
            == second.wait_until_ready().fetch_answers()
            == expected_answers
        )
        assert first.address != second.address
        server = running_server_pid(folder)
        first.stop()
        assert second.fetch_answers() == expected_answers
        assert running_server_pid(folder) == server
        second.stop()
    assert attachments.find_server_pid(folder) is None


@pytest.mark.long
async def test_two_checkouts_use_separate_data_folders_and_ports(
    base_folder: Path, expected_answers: Answers
) -> None:
    checkouts = [base_folder / "hub", base_folder / "ระบบ สำเนา 2"]
    for checkout in checkouts:
        for package in ("hub", "schema", "resolvers", "connectors"):
            source = Path(__file__).parents[2] / package
            shutil.copytree(source, checkout / package)
    with (
        HubProcess(None, checkout=checkouts[0]) as one,
        HubProcess(None, checkout=checkouts[1]) as two,
    ):
        assert (
            one.wait_until_ready().fetch_answers()
            == two.wait_until_ready().fetch_answers()
            == expected_answers
        )
        assert one.address != two.address
        homes = [checkout / ".hub" for checkout in checkouts]
        assert running_server_pid(homes[0]) != running_server_pid(homes[1])
        await fetch_value(homes[0], "create table mine ()")
        found = [
            await fetch_value(home, "select to_regclass('mine') is not null") for home in homes
        ]
        assert found == [True, False]
        one.stop()
        assert two.fetch_answers() == expected_answers
        two.stop()


def test_occupied_port_fails_the_start_and_names_the_setting(base_folder: Path) -> None:
    folder = base_folder / "data"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with HubProcess(folder, HUB_PORT=str(port)) as hub:
            message = hub.wait_for_startup_error(code=2)
    assert f"ใช้พอร์ต {port} ที่ 127.0.0.1 ไม่ได้" in message
    assert f"port {port} at 127.0.0.1 cannot be used" in message
    assert "HUB_PORT=8001" in message
    assert not folder.exists(), "the database was not touched"


# ── invalid folders ───────────────────────────────────────────────────────────────────────────────


def file_status(folder: Path) -> tuple[int, ...]:
    """Return the attributes of a folder that must not change; the access time may."""
    status = folder.stat()
    return status.st_mode, status.st_uid, status.st_gid, status.st_mtime_ns


def test_foreign_folder_is_rejected_and_unchanged(base_folder: Path) -> None:
    foreign = base_folder / "papers"
    foreign.mkdir()
    (foreign / "thesis.doc").write_text("three years")
    before = file_status(foreign)
    with HubProcess(foreign) as hub:
        message = hub.wait_for_startup_error()
    assert "ไม่ใช่ฐานข้อมูลของระบบ" in message
    assert "is left untouched: set HUB_DATA_DIR to an empty or new folder" in message
    assert [path.name for path in foreign.iterdir()] == ["thesis.doc"]
    assert file_status(foreign) == before


@pytest.mark.long
def test_data_of_another_postgresql_version_is_rejected_and_unchanged(
    folder: Path, expected_answers: Answers
) -> None:
    version = (folder / "pg/PG_VERSION").read_text()
    (folder / "pg/PG_VERSION").write_text("15\n")
    with HubProcess(folder) as hub:
        message = hub.wait_for_startup_error()
    assert "สร้างด้วย PostgreSQL 15 แต่ระบบนี้ใช้ PostgreSQL" in message
    assert "export it with pg_dump of 15 and import it into a new folder" in message
    (folder / "pg/PG_VERSION").write_text(version)
    with HubProcess(folder) as hub:
        assert hub.wait_until_ready().fetch_answers() == expected_answers
        hub.stop()


# With 48 MB there is no space for the rows, with 56 none for the WAL.
@pytest.mark.long
@pytest.mark.parametrize("size", [48, 56])
def test_full_disk_is_reported_and_the_start_succeeds_after_freeing_space(
    base_folder: Path, expected_answers: Answers, size: int
) -> None:
    disk = base_folder / "disk"
    disk.mkdir()
    mount = ["/bin/mount", "-t", "tmpfs", "-o", f"size={size}m,mode=711", "none", str(disk)]
    if not ROOT or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("no small disk can be mounted: run as root, with the right to mount")
    try:
        with HubProcess(disk / "data") as hub:
            message = hub.wait_for_startup_error()
        assert "เต็ม: ให้เพิ่มที่ว่าง หรือตั้ง HUB_DATA_DIR" in message
        assert "is full: free some space, or set HUB_DATA_DIR to another disk" in message
        wait_until(lambda: attachments.find_server_pid(disk / "data") is None)
        subprocess.run(["/bin/mount", "-o", "remount,size=400m", str(disk)], check=True)
        with HubProcess(disk / "data") as hub:
            assert hub.wait_until_ready().fetch_answers() == expected_answers
            hub.stop()
    finally:
        subprocess.run(["/bin/umount", "--lazy", str(disk)], check=True)


@pytest.mark.long
def test_hub_starts_in_a_very_long_path(
    base_folder: Path, folder: Path, expected_answers: Answers
) -> None:
    deep = base_folder.joinpath(*["ยาวมาก" * 8] * 5)
    assert len(os.fsencode(deep)) > 700
    deep.mkdir(parents=True)
    folder.rename(deep / "data")
    with HubProcess(deep / "data") as hub:
        assert hub.wait_until_ready().fetch_answers() == expected_answers
        hub.stop()
    assert not (deep / "data/socket").exists()


@pytest.mark.long
def test_path_too_long_for_postgresql_is_rejected_and_not_created(base_folder: Path) -> None:
    with HubProcess(base_folder.joinpath(*["x" * 200] * 5)) as hub:
        message = hub.wait_for_startup_error()
    assert "ชื่อโฟลเดอร์ข้อมูลยาวเกินไป" in message
    assert "path is too long" in message
    assert "set HUB_DATA_DIR to a shorter one" in message
    assert not list(base_folder.iterdir())

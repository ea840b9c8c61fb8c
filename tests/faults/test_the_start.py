"""The start on rough machines: what befalls a hub is told to a person, and the next start is fine.

Each test starts whole hubs, as `make run` does; `tests/store/test_embedded.py` tries the embedded
server's own cases more finely, a disk without room for the cluster among them.
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
from hub.store.embedded import location as place
from tests.faults.whole import ROOT, Whole, postmaster, sql, until, watchers

Answers = list[dict[str, Any]]


# ── after accidents ─────────────────────────────────────────────────────────────────────────────


def test_a_killed_hub_is_started_again_and_gives_the_same_answers(
    folder: Path, same: Answers
) -> None:
    with Whole(folder) as killed:
        killed.ready().kill()
    with Whole(folder) as again:
        assert again.ready().answers() == same
        again.stop(signal.SIGINT)
    assert attachments.find_server_pid(folder) is None


def test_a_hub_in_the_background_of_a_shell_stops_as_orderly(folder: Path) -> None:
    ignoring = ["/bin/sh", "-c", 'trap "" INT; exec "$@"', "sh"]
    with Whole(folder, first=ignoring) as behind:
        behind.ready().stop(signal.SIGINT)


def test_locks_and_pid_files_of_a_power_cut_are_seen_to_be_stale(
    folder: Path, same: Answers
) -> None:
    with Whole(folder) as killed:
        killed.ready()
        (watcher,) = watchers(folder)
        server = postmaster(folder)
        for pid in (watcher, server, killed.process.pid):
            os.kill(pid, signal.SIGKILL)
        killed.process.wait()
    until(lambda: attachments.find_server_pid(folder) is None)
    left = [*folder.glob("hubs/*"), folder / "pg/postmaster.pid", *folder.glob(".s/.s.PGSQL.*")]
    assert len(left) == 4  # the killed hub's hold, the server's record, its socket and that's lock
    assert all(path.exists() for path in left)
    with Whole(folder) as again:
        assert again.ready().answers() == same
        assert not left[0].exists()
        again.stop()


def test_a_postmaster_left_behind_serves_the_next_hub_and_stops_with_it(
    folder: Path, same: Answers
) -> None:
    with Whole(folder) as killed:
        killed.ready()
        server = postmaster(folder)
        for watcher in watchers(folder):
            os.kill(watcher, signal.SIGKILL)
        killed.kill()
    assert postmaster(folder) == server
    with Whole(folder) as again:
        assert again.ready().answers() == same
        assert postmaster(folder) == server
        again.stop()
    assert attachments.find_server_pid(folder) is None


def test_a_pid_file_with_the_number_of_a_zombie_is_not_believed(
    folder: Path, same: Answers
) -> None:
    account = place.choose_account(folder)  # PostgreSQL disregards processes of other accounts
    with subprocess.Popen(["/bin/true"], user=account.uid if account else None) as zombie:
        os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
        lines = (zombie.pid, folder / "pg", 1700000000, 5432, folder / ".s", "", "0 0", "ready")
        for record in (folder / "pg/postmaster.pid", folder / ".s/.s.PGSQL.5432.lock"):
            record.write_text("\n".join(map(str, lines)) + "\n")
            if account is not None:
                os.chown(record, *account)
        with Whole(folder) as hub:
            assert hub.ready().answers() == same
            hub.stop()


# ── several hubs ────────────────────────────────────────────────────────────────────────────────


def test_two_hubs_make_one_data_folder_together_and_one_goes_on_when_the_other_leaves(
    around: Path, same: Answers
) -> None:
    folder = around / "data"
    with Whole(folder) as first, Whole(folder) as second:
        assert first.ready().answers() == second.ready().answers() == same
        assert first.address != second.address
        server = postmaster(folder)
        first.stop()
        assert second.answers() == same
        assert postmaster(folder) == server
        second.stop()
    assert attachments.find_server_pid(folder) is None


async def test_two_checkouts_side_by_side_have_each_its_own_data_and_port(
    around: Path, same: Answers
) -> None:
    checkouts = [around / "hub", around / "ระบบ สำเนา 2"]
    for checkout in checkouts:
        for package in ("hub", "schema", "resolvers", "connectors"):
            source = Path(__file__).parents[2] / package
            shutil.copytree(source, checkout / package)
    with Whole(None, checkout=checkouts[0]) as one, Whole(None, checkout=checkouts[1]) as two:
        assert one.ready().answers() == two.ready().answers() == same
        assert one.address != two.address
        homes = [checkout / ".hub" for checkout in checkouts]
        assert postmaster(homes[0]) != postmaster(homes[1])
        await sql(homes[0], "create table mine ()")
        found = [await sql(home, "select to_regclass('mine') is not null") for home in homes]
        assert found == [True, False]
        one.stop()
        assert two.answers() == same
        two.stop()


def test_an_occupied_port_is_refused_with_the_setting_to_change(
    folder: Path, same: Answers
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with Whole(folder, HUB_PORT=str(port)) as hub:
            told = hub.refusal(code=2)
    assert f"ใช้พอร์ต {port} ที่ 127.0.0.1 ไม่ได้" in told
    assert f"port {port} at 127.0.0.1 cannot be used" in told
    assert "HUB_PORT=8001" in told
    assert not list(folder.glob("hubs/*")), "the database was not touched"
    with Whole(folder, HUB_PORT=str(port)) as hub:
        assert hub.ready().answers() == same
        assert hub.address.endswith(f":{port}")
        hub.stop()


# ── folders that will not do ────────────────────────────────────────────────────────────────────


def about(folder: Path) -> tuple[int, ...]:
    """What a folder has that must not change; reading it changes when it was last read."""
    told = folder.stat()
    return told.st_mode, told.st_uid, told.st_gid, told.st_mtime_ns


def test_a_folder_of_somebody_else_is_refused_and_left_as_it_was(around: Path) -> None:
    foreign = around / "papers"
    foreign.mkdir()
    (foreign / "thesis.doc").write_text("three years")
    before = about(foreign)
    with Whole(foreign) as hub:
        told = hub.refusal()
    assert "ไม่ใช่ฐานข้อมูลของระบบ" in told
    assert "is left untouched: set HUB_DATA_DIR to an empty or new folder" in told
    assert [path.name for path in foreign.iterdir()] == ["thesis.doc"]
    assert about(foreign) == before


def test_data_of_another_postgresql_is_refused_and_not_lost(folder: Path, same: Answers) -> None:
    version = (folder / "pg/PG_VERSION").read_text()
    (folder / "pg/PG_VERSION").write_text("15\n")
    with Whole(folder) as hub:
        told = hub.refusal()
    assert "สร้างด้วย PostgreSQL 15 แต่ระบบนี้ใช้ PostgreSQL" in told
    assert "export it with pg_dump of 15 and import it into a new folder" in told
    (folder / "pg/PG_VERSION").write_text(version)
    with Whole(folder) as hub:
        assert hub.ready().answers() == same
        hub.stop()


@pytest.mark.parametrize("size", [48, 56])  # no room for the rows; none for the log of them
def test_a_full_disk_is_called_a_full_disk_and_mended_by_space(
    around: Path, same: Answers, size: int
) -> None:
    disk = around / "disk"
    disk.mkdir()
    mount = ["/bin/mount", "-t", "tmpfs", "-o", f"size={size}m,mode=711", "none", str(disk)]
    if not ROOT or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only root can mount a small disk, and not in every container")
    try:
        with Whole(disk / "data") as hub:
            told = hub.refusal()
        assert "เต็ม: ให้เพิ่มที่ว่าง หรือตั้ง HUB_DATA_DIR" in told
        assert "is full: free some space, or set HUB_DATA_DIR to another disk" in told
        until(lambda: attachments.find_server_pid(disk / "data") is None)
        subprocess.run(["/bin/mount", "-o", "remount,size=400m", str(disk)], check=True)
        with Whole(disk / "data") as hub:
            assert hub.ready().answers() == same
            hub.stop()
    finally:
        subprocess.run(["/bin/umount", "--lazy", str(disk)], check=True)


def test_a_very_long_path_is_served_as_any_other(around: Path, folder: Path, same: Answers) -> None:
    deep = around.joinpath(*["ยาวมาก" * 8] * 5)
    assert len(os.fsencode(deep)) > 700
    deep.mkdir(parents=True)
    folder.rename(deep / "data")
    with Whole(deep / "data") as hub:
        assert hub.ready().answers() == same
        hub.stop()
    assert not (deep / "data/socket").exists()


def test_a_path_too_long_for_postgresql_is_refused_and_not_made(around: Path) -> None:
    with Whole(around.joinpath(*["x" * 200] * 5)) as hub:
        told = hub.refusal()
    assert "ชื่อโฟลเดอร์ข้อมูลยาวเกินไป" in told
    assert "path is too long" in told
    assert "set HUB_DATA_DIR to a shorter one" in told
    assert not list(around.iterdir())

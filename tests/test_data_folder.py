"""Tests the folders for data of hubs and database servers that tests start."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import data_folder as module
from tests.data_folder import PREFIX, data_folder, find_parent


@pytest.fixture(autouse=True)
def memory_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Yield an empty folder in the place of the one in memory."""
    monkeypatch.setattr(module, "MEMORY_FOLDER", tmp_path)
    find_parent.cache_clear()
    yield tmp_path
    find_parent.cache_clear()


def ended_pid() -> int:
    """Return the PID of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_data_folder_is_open_to_every_account_and_removed_at_the_end(memory_folder: Path) -> None:
    if find_parent() != memory_folder:
        pytest.skip("4 GB of free memory: free some")
    with data_folder() as folder:
        assert folder.parent == memory_folder
        assert folder.stat().st_mode & 0o777 == 0o711
        (folder / "data").mkdir()
    assert list(memory_folder.iterdir()) == []


def test_folders_of_ended_processes_are_removed_and_no_others(memory_folder: Path) -> None:
    for pid in (ended_pid(), os.getpid()):
        (memory_folder / f"{PREFIX}{pid}-abc").mkdir()
    (memory_folder / "other").mkdir()
    find_parent()
    assert {one.name for one in memory_folder.iterdir()} == {f"{PREFIX}{os.getpid()}-abc", "other"}


def test_data_is_on_disk_if_there_is_not_enough_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "available_memory", lambda: module.NEEDED_BYTES - 1)
    assert find_parent() == Path(tempfile.gettempdir())

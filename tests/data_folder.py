"""Folders for the data of hubs and database servers that tests start: in memory, if 4 GB are free.

A copy of the test database consists of 1,100 files. Their creation takes 30 ms of CPU time in
memory and 100 to 500 ms on ext4, and the suite makes a thousand copies.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

MEMORY_FOLDER: Final = Path("/dev/shm")  # noqa: S108 - names are random, as in /tmp
NEEDED_BYTES: Final = 4 << 30  # two processes use a third of it at most
PREFIX: Final = "hub-tests-"


@contextmanager
def data_folder() -> Iterator[Path]:
    """Yield a new folder that every account can enter, and remove it at the end.

    pytest's own folders are closed to the account under which root runs a database server.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=find_parent()))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@cache
def find_parent() -> Path:
    """Return the folder in memory, if enough is free; otherwise the one for temporary files.

    Removes what processes left in memory that were killed.
    """
    if not os.access(MEMORY_FOLDER, os.W_OK):
        return Path(tempfile.gettempdir())
    for folder in MEMORY_FOLDER.glob(f"{PREFIX}*-*"):
        if not Path("/proc", folder.name.split("-")[2]).exists():
            shutil.rmtree(folder, ignore_errors=True)
    is_memory_free = min(shutil.disk_usage(MEMORY_FOLDER).free, available_memory()) >= NEEDED_BYTES
    return MEMORY_FOLDER if is_memory_free else Path(tempfile.gettempdir())


def available_memory() -> int:
    """Return how many bytes of memory programs can use without swapping (Linux)."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    values = dict(line.split(":", 1) for line in lines)
    return int(values["MemAvailable"].split()[0]) * 1024

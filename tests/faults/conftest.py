"""Data folders for whole hubs: new, or with a hub's data in them already."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hub.store.embedded import attachments
from tests.faults.whole import Whole, until


def stopped(home: Path) -> bool:
    """Whether no server runs there any more."""
    return attachments.find_server_pid(home) is None


@pytest.fixture
def around() -> Iterator[Path]:
    """A folder anyone can pass through: pytest's own is closed to the account a root hub uses."""
    folder = Path(tempfile.mkdtemp(prefix="hub-faults-"))
    folder.chmod(0o711)
    yield folder
    for lock in folder.rglob(attachments.LOCK_FILE_NAME):
        until(partial(stopped, lock.parent), "the end of the server")
    shutil.rmtree(folder)


@dataclass(frozen=True)
class Kept:
    """The data folder of a hub that has stopped, and what it answered."""

    folder: Path
    answers: list[dict[str, Any]]


@pytest.fixture(scope="session")
def kept() -> Iterator[Kept]:
    """One first start for all who need data that is there already."""
    around = Path(tempfile.mkdtemp(prefix="hub-faults-"))
    around.chmod(0o711)
    with Whole(around / "data") as hub:
        answers = hub.ready().answers()
        hub.stop()
    yield Kept(around / "data", answers)
    shutil.rmtree(around)


@pytest.fixture
def folder(around: Path, kept: Kept) -> Path:
    """A copy of a stopped hub's data folder, owners and all."""
    subprocess.run(["/bin/cp", "-a", str(kept.folder), str(around / "data")], check=True)
    return around / "data"


@pytest.fixture
def same(kept: Kept) -> list[dict[str, Any]]:
    """What every hub must answer."""
    return kept.answers

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
from tests.faults.hub_process import HubProcess, wait_until


def is_server_stopped(home: Path) -> bool:
    """Whether no server runs there any more."""
    return attachments.find_server_pid(home) is None


@pytest.fixture
def base_folder() -> Iterator[Path]:
    """A folder anyone can pass through: pytest's own is closed to the account a root hub uses."""
    folder = Path(tempfile.mkdtemp(prefix="hub-faults-"))
    folder.chmod(0o711)
    yield folder
    for lock in folder.rglob(attachments.LOCK_FILE_NAME):
        wait_until(partial(is_server_stopped, lock.parent), "the end of the server")
    shutil.rmtree(folder)


@dataclass(frozen=True)
class StoppedHub:
    """The data folder of a hub that has stopped, and what it answered."""

    folder: Path
    answers: list[dict[str, Any]]


@pytest.fixture(scope="session")
def stopped_hub() -> Iterator[StoppedHub]:
    """One first start for all who need data that is there already."""
    base_folder = Path(tempfile.mkdtemp(prefix="hub-faults-"))
    base_folder.chmod(0o711)
    with HubProcess(base_folder / "data") as hub:
        answers = hub.wait_until_ready().fetch_answers()
        hub.stop()
    yield StoppedHub(base_folder / "data", answers)
    shutil.rmtree(base_folder)


@pytest.fixture
def folder(base_folder: Path, stopped_hub: StoppedHub) -> Path:
    """A copy of a stopped hub's data folder, owners and all."""
    subprocess.run(
        ["/bin/cp", "-a", str(stopped_hub.folder), str(base_folder / "data")], check=True
    )
    return base_folder / "data"


@pytest.fixture
def expected_answers(stopped_hub: StoppedHub) -> list[dict[str, Any]]:
    """What every hub must answer."""
    return stopped_hub.answers

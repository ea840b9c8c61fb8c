"""Data folders for tests that start whole hubs: empty, or with the data of a stopped hub."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hub.store.embedded import attachments
from tests.data_folder import data_folder
from tests.faults.hub_process import HubProcess, wait_until


def is_server_stopped(home: Path) -> bool:
    """Return whether no server runs in the folder."""
    return attachments.find_server_pid(home) is None


@pytest.fixture
def base_folder() -> Iterator[Path]:
    """Yield a folder that every account can enter."""
    with data_folder() as folder:
        yield folder
        for lock in folder.rglob(attachments.LOCK_FILE_NAME):
            wait_until(partial(is_server_stopped, lock.parent), "the end of the server")


@dataclass(frozen=True)
class StoppedHub:
    """The data folder of a stopped hub, and the responses of that hub."""

    folder: Path
    answers: list[dict[str, Any]]


@pytest.fixture(scope="session")
def stopped_hub() -> Iterator[StoppedHub]:
    """Start and stop one hub, for all tests that need an existing data folder."""
    with data_folder() as base_folder:
        with HubProcess(base_folder / "data") as hub:
            answers = hub.wait_until_ready().fetch_answers()
            hub.stop()
        yield StoppedHub(base_folder / "data", answers)


@pytest.fixture
def folder(base_folder: Path, stopped_hub: StoppedHub) -> Path:
    """Return a copy of a stopped hub's data folder, with its file owners."""
    subprocess.run(
        ["/bin/cp", "-a", str(stopped_hub.folder), str(base_folder / "data")], check=True
    )
    return base_folder / "data"


@pytest.fixture
def expected_answers(stopped_hub: StoppedHub) -> list[dict[str, Any]]:
    """Return the responses that every hub must send."""
    return stopped_hub.answers

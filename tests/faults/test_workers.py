"""Tests a hub of several worker processes: they answer, one is killed, all are stopped."""

import os
import signal
from functools import partial
from pathlib import Path

import httpx2
import pytest

from tests.faults.hub_process import STOPPED_MESSAGE, HubProcess, wait_until

QUERY = {"query": "{ areas(first: 1) { totalCount } }"}
INVALID_WORKERS = ("0", "65", "two")


def list_children(pid: int) -> set[int]:
    """Return the child processes of a process that have not ended."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (process / "stat").read_text().rpartition(")")[2].split()[:2]
        except OSError:  # it has ended
            continue
        if int(parent) == pid and state not in "ZX":
            found.add(int(process.name))
    return found


def count_answers(hub: HubProcess, number: int) -> int:
    """Return how many of so many requests are answered, each over a connection of its own."""
    answered = 0
    for _ in range(number):
        with httpx2.Client(base_url=hub.address, timeout=60) as client:
            answer = client.post("/graphql", json=QUERY)
            answered += answer.status_code == 200 and "errors" not in answer.json()
    return answered


def has_ended(pid: int) -> bool:
    """Return whether a process does not exist, or is a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


def has_started_again(hub: HubProcess, number: int) -> bool:
    """Return whether so many workers were started again and are ready."""
    return hub.error_output.count("was started again") == number


def test_two_workers_share_the_address_and_a_killed_one_is_replaced(folder: Path) -> None:
    with HubProcess(folder, HUB_WORKERS="2", HUB_CACHE_MB="0", HUB_SCHEDULER="off") as hub:
        hub.wait_until_ready()
        workers = list_children(hub.process.pid)
        assert len(workers) == 2
        assert count_answers(hub, 20) == 20
        for number, worker in enumerate(sorted(workers), start=1):
            os.kill(worker, signal.SIGKILL)
            wait_until(partial(has_ended, worker), "the end of a worker")
            assert count_answers(hub, 20) == 20
            wait_until(partial(has_started_again, hub, number), "a ready worker")
        assert not workers & list_children(hub.process.pid)
        assert count_answers(hub, 20) == 20


def test_sigterm_stops_all_workers_and_the_database(folder: Path) -> None:
    with HubProcess(folder, HUB_WORKERS="2") as hub:
        workers = list_children(hub.wait_until_ready().process.pid)
        hub.process.send_signal(signal.SIGTERM)
        assert hub.process.wait(60) == 0
        assert STOPPED_MESSAGE in hub.progress
        assert not any(Path(f"/proc/{pid}").exists() for pid in workers)
    assert not (folder / "pg/postmaster.pid").exists()


def test_workers_stop_when_their_parent_is_killed(folder: Path) -> None:
    with HubProcess(folder, HUB_WORKERS="2") as hub:
        workers = list_children(hub.wait_until_ready().process.pid)
        hub.process.kill()
        hub.process.wait()
        wait_until(lambda: all(has_ended(pid) for pid in workers), "the end of the workers")
        wait_until(lambda: not (folder / "pg/postmaster.pid").exists(), "the end of the database")


def test_workers_without_a_database_end_the_hub_with_the_message_of_one_process() -> None:
    address = "postgresql://nobody@127.0.0.1:1/none"
    with HubProcess(None, HUB_WORKERS="2", HUB_DATABASE_URL=address) as hub:
        assert hub.process.wait(60) == 1
        assert hub.error_output.count("the database does not answer") == 1


@pytest.mark.parametrize("number", INVALID_WORKERS)
def test_number_of_workers_is_checked(folder: Path, number: str) -> None:
    with HubProcess(folder, HUB_WORKERS=number) as hub:
        assert hub.process.wait(60) == 2
        assert "HUB_WORKERS" in hub.error_output

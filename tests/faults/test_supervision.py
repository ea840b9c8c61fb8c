"""The embedded server of a hub is started again when it ends; the hub ends when it cannot be."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import asyncpg
import pytest
from websockets.asyncio.client import connect

from hub.store.embedded import supervisor
from hub.store.embedded.account import EmbeddedError
from hub.store.embedded.server import start
from hub.web.graphql.websocket import PROTOCOL
from tests.faults.conftest import StoppedHub, is_server_stopped
from tests.faults.hub_process import (
    ROOT,
    HubProcess,
    connect_to_hub_database,
    running_server_pid,
    wait_until,
    wait_until_async,
)

FOLLOWED: Final = (
    "subscription { sourceEvents { cursor } }",
    "subscription { changeEvents(topics: [PROJECT]) { cursor } }",
)
IMPATIENT: Final = """
import sys
from hub.store.embedded import supervisor
supervisor.RESTART_TIMEOUT = 0.2
from hub.cli import main
sys.argv = ["hub", *sys.argv[4:]]
sys.exit(main())
"""
"""Runs the command of the arguments after it with a supervisor that gives up early."""


async def follow_until_error(address: str, query: str, follows: asyncio.Event) -> str:
    """Follow over a WebSocket, and return the code of the error that ends it."""
    host = address.removeprefix("http://")
    async with connect(f"ws://{host}/graphql", subprotocols=[PROTOCOL]) as socket:  # type: ignore[list-item]
        await socket.send(json.dumps({"type": "connection_init"}))
        await socket.recv()
        payload = {"query": query}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        await socket.send(json.dumps({"type": "ping"}))
        assert json.loads(await socket.recv()) == {"type": "pong"}
        follows.set()
        message = json.loads(await socket.recv())
    assert message["type"] == "error", message
    code: str = message["payload"][0]["extensions"]["code"]
    return code


async def is_listened_to(folder: Path) -> bool:
    """Return whether the hub listens for its followers."""
    connection = await connect_to_hub_database(folder)
    try:
        listening = "select exists (select from pg_stat_activity where query ilike 'listen %')"
        return bool(await connection.fetchval(listening))
    finally:
        await connection.close()


async def test_killed_server_is_started_again_and_followers_receive_unready(
    folder: Path, expected_answers: list[dict[str, Any]]
) -> None:
    with HubProcess(folder) as hub:
        hub.wait_until_ready()
        ready = [asyncio.Event() for _ in FOLLOWED]
        following = [
            asyncio.create_task(follow_until_error(hub.address, query, one))
            for query, one in zip(FOLLOWED, ready, strict=True)
        ]
        await asyncio.gather(*(one.wait() for one in ready))
        await wait_until_async(partial(is_listened_to, folder))
        os.kill(running_server_pid(folder), signal.SIGKILL)
        async with asyncio.timeout(60):
            codes = await asyncio.gather(*following)
            assert codes == ["UNREADY"] * len(FOLLOWED), hub.error_output
        await asyncio.to_thread(wait_until, hub.is_ready, "the restart")
        assert await asyncio.to_thread(hub.fetch_answers) == expected_answers
        assert "incident" not in hub.error_output
        assert "the database server was started again" in hub.error_output
        hub.process.terminate()
        assert await asyncio.to_thread(hub.process.wait, 60) == 0
    wait_until(lambda: is_server_stopped(folder), "the end of the server")


def test_hub_ends_with_an_exit_code_when_its_server_cannot_be_started(folder: Path) -> None:
    with HubProcess(folder, command_prefix=[sys.executable, "-c", IMPATIENT]) as hub:
        hub.wait_until_ready()
        pid = running_server_pid(folder)
        (folder / "pg").rename(folder / "away")
        os.kill(pid, signal.SIGKILL)
        assert hub.process.wait(60) == 1
        printed = [line for line in hub.error_output.splitlines() if not line.startswith("{")]
        message = "\n".join(printed)  # without the lines of the log
        assert f"{folder}" in message
        assert "HUB_DATA_DIR" in message
        assert "Traceback" not in message
    assert not (folder / "pg").exists(), "no empty database replaces one that has gone"


async def test_server_that_cannot_be_started_cancels_what_uses_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "RESTART_TIMEOUT", 0.2)
    server = await asyncio.to_thread(start, folder)
    pid = running_server_pid(folder)

    async def _use() -> None:
        async with supervisor.run_supervised(server):
            (folder / "pg").rename(folder / "away")
            os.kill(pid, signal.SIGKILL)
            await asyncio.Event().wait()

    try:
        with pytest.raises(EmbeddedError):
            await _use()
    finally:
        await asyncio.to_thread(server.stop)


async def test_error_of_what_uses_the_server_is_raised_as_it_is(folder: Path) -> None:
    server = await asyncio.to_thread(start, folder)
    try:
        with pytest.raises(ZeroDivisionError):
            async with supervisor.run_supervised(server):
                raise ZeroDivisionError
    finally:
        await asyncio.to_thread(server.stop)


@pytest.fixture
def small_disk(base_folder: Path, stopped_hub: StoppedHub) -> Iterator[Path]:
    """Yield a disk of 400 MB with the data of a stopped hub."""
    disk = base_folder / "disk"
    disk.mkdir()
    mount = ["/bin/mount", "-t", "tmpfs", "-o", "size=400m,mode=711", "none", str(disk)]
    if not ROOT or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("no small disk can be mounted: run as root, with the right to mount")
    subprocess.run(["/bin/cp", "-a", str(stopped_hub.folder), str(disk / "data")], check=True)
    yield disk
    subprocess.run(["/bin/umount", "--lazy", str(disk)], check=True)


async def fill_log(folder: Path) -> None:
    """Write to the log of transactions until the server ends, as it does on a full disk."""
    for _ in range(200):
        try:
            connection = await connect_to_hub_database(folder)
            try:
                await connection.execute(
                    "select pg_logical_emit_message(true, 'x', repeat('x', 5000000))"
                )
            finally:
                await connection.close()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, IndexError):
            if await asyncio.to_thread(is_server_stopped, folder):
                return
            await asyncio.sleep(0.1)
    pytest.fail("the server survived a full disk")


@pytest.mark.long
async def test_server_that_a_full_disk_ended_is_started_when_there_is_space(
    small_disk: Path, expected_answers: list[dict[str, Any]]
) -> None:
    folder = small_disk / "data"
    with HubProcess(folder) as hub:
        hub.wait_until_ready()
        free = os.statvfs(small_disk)
        (small_disk / "ballast").write_bytes(bytes(free.f_bavail * free.f_frsize))
        await fill_log(folder)
        wait_until(lambda: "was not started" in hub.error_output, "a failed start")
        assert not hub.is_ready()
        (small_disk / "ballast").unlink()
        wait_until(hub.is_ready, "the restart")
        assert hub.fetch_answers() == expected_answers
        assert "incident" not in hub.error_output
        hub.process.terminate()
        assert hub.process.wait(60) == 0

"""Start a whole hub like `make run`: a separate process with a data folder and a free port."""

import asyncio
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import IO, Any, Final, Self

import asyncpg
import httpx2
import pytest

from hub.store.embedded import attachments

CHECKOUT: Final = Path(__file__).parents[2]
ROOT: Final = os.geteuid() == 0
THAI_LETTER: Final = re.compile("[\u0e01-\u0e5b]")
STOPPED_MESSAGE: Final = "หยุดแล้ว · stopped"
QUERIES: Final = [
    (CHECKOUT / "tests/questions" / f"{name}.graphql").read_text("utf-8")
    for name in ("01-eastern-tourism-matrix", "02-clusters-on-a-day", "05-rules-of-slides-65-67")
]


def wait_until(condition: Callable[[], bool], what: str = "it") -> None:
    """Wait until a condition is true; fail after a limit that only a hub that hangs reaches."""
    for _ in range(6000):
        if condition():
            return
        time.sleep(0.02)
    pytest.fail(f"{what} never came true")


async def wait_until_async(
    condition: Callable[[], Awaitable[bool]], *, abort_if: Callable[[], bool] = lambda: False
) -> None:
    """Wait until an async condition is true; fail after the limit or if `abort_if` is true."""
    for _ in range(6000):
        if await condition():
            return
        if abort_if():
            break
        await asyncio.sleep(0.02)
    pytest.fail("it never came true")


def running_server_pid(folder: Path) -> int:
    """Return the PID of the running server of a data folder."""
    pid = attachments.find_server_pid(folder)
    assert pid is not None
    return pid


def list_watcher_pids(folder: Path) -> list[int]:
    """Return the PIDs of the processes that wait until the hubs of the folder end."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if arguments[-2:-1] == [os.fsencode(folder)] and arguments[-3].endswith(b"attachments.py"):
            found.append(int(process.name))
    return found


async def fetch_value(folder: Path, statement: str, *values: Any) -> Any:
    """Run a statement on the running database of a data folder and return its first value."""
    connection = await connect_to_hub_database(folder)
    try:
        return await connection.fetchval(statement, *values)
    finally:
        await connection.close()


async def connect_to_hub_database(folder: Path) -> asyncpg.Connection:
    """Open a separate connection to the database of a running hub."""
    socket_folder = attachments.read_postmaster_pid(folder)[4]
    return await asyncpg.connect(user="hub", database="hub", host=socket_folder, port=5432)


class HubProcess:
    """A hub process whose output is recorded; it is killed at the end of the block."""

    def __init__(
        self,
        folder: Path | None,
        command: str = "serve",
        *,
        checkout: Path = CHECKOUT,
        command_prefix: list[str] | None = None,
        **environment: str,
    ) -> None:
        process_environment = {"PATH": os.defpath, "HUB_PORT": "0", **environment}
        if folder is not None:
            process_environment["HUB_DATA_DIR"] = str(folder)
        self.out: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed at the end of the block
        self.err: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self.process = subprocess.Popen(
            [*(command_prefix or []), sys.executable, "-m", "hub", *shlex.split(command)],
            cwd=checkout,
            env=process_environment,
            stdout=self.out,
            stderr=self.err,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.out.close()
        self.err.close()

    @property
    def progress(self) -> str:
        """Return the standard output so far."""
        return os.pread(self.out.fileno(), 1 << 20, 0).decode()

    @property
    def error_output(self) -> str:
        """Return the standard error so far."""
        return os.pread(self.err.fileno(), 1 << 20, 0).decode()

    def wait_for_progress(self, text: str) -> Self:
        """Wait until standard output contains a text."""
        wait_until(lambda: text in self.progress or self.process.poll() is not None, text)
        assert text in self.progress, self.progress + self.error_output
        return self

    def wait_until_ready(self) -> Self:
        """Wait until the hub accepts requests."""
        return self.wait_for_progress("Ctrl-C stops it")

    @property
    def address(self) -> str:
        """Return the base URL of the hub."""
        found = re.search(r"(http://\S+)/graphql", self.progress)
        assert found is not None
        return found[1]

    def query(self, document: str) -> tuple[int, dict[str, Any]]:
        """Send a query and return the status and the response body."""
        answer = httpx2.post(f"{self.address}/graphql", json={"query": document}, timeout=120)
        body: dict[str, Any] = answer.json()
        return answer.status_code, body

    def fetch_answers(self) -> list[dict[str, Any]]:
        """Send the fixed queries and return their response bodies."""
        responses = [self.query(question) for question in QUERIES]
        assert [status for status, _ in responses] == [200] * len(QUERIES), responses
        assert not any("errors" in body for _, body in responses), responses
        return [body for _, body in responses]

    def is_ready(self) -> bool:
        """Return whether `/readyz` responds with 200."""
        return httpx2.get(f"{self.address}/readyz", timeout=60).status_code == 200

    def kill(self) -> None:
        """Kill the process with SIGKILL, like a power cut or the out-of-memory killer."""
        self.process.kill()
        self.process.wait()

    def stop(self, signum: signal.Signals = signal.SIGTERM) -> None:
        """Stop the process with a signal and assert a clean exit with the final message."""
        self.process.send_signal(signum)
        assert self.process.wait(120) == 0, self.error_output
        assert self.progress.rstrip().endswith(STOPPED_MESSAGE)
        assert self.error_output == ""

    def wait_for_startup_error(self, code: int = 1) -> str:
        """Wait for a failed start and return standard error, which must have no traceback."""
        assert self.process.wait(120) == code, self.progress + self.error_output
        output = self.error_output
        assert "Traceback" not in output
        assert not output.lstrip().startswith("{"), "a line of the log is not for people"
        assert THAI_LETTER.search(output), output
        assert "Ready" not in self.progress
        return output

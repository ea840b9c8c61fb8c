"""Tests `hub demo`: a sandbox server that runs until it is stopped, and a hub filled from it."""

import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.cli.conftest import RunCommand, expect_failure, expect_success

ROOT = Path(__file__).parents[2]
START = 60


@contextmanager
def run_sandbox(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "hub", "demo", "sandbox", "--port", "0", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    lines: queue.Queue[str] = queue.Queue()

    def listen() -> None:
        for line in process.stdout or ():
            lines.put(line)

    threading.Thread(target=listen, daemon=True).start()
    try:
        while "/truth" not in (line := lines.get(timeout=START)):
            pass
        yield process, line.split()[-1].removesuffix("/truth")
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_sandbox_serves_its_records_and_faults_and_exits_with_0(
    signum: signal.Signals,
) -> None:
    with run_sandbox("--records", "30", "--seed", "7", "--fault", "503x1") as (process, address):
        assert httpx2.get(f"{address}/truth").json()["budget"]["records"] == 30
        statuses = [httpx2.get(f"{address}/budget/bbgfproject").status_code for _ in range(2)]
        assert statuses == [503, 401]
        process.send_signal(signum)
        assert process.wait(START) == 0


@pytest.mark.parametrize(
    "arguments", [["--fault", "nonsense"], ["--port", "99999"], ["--records", "-1"]]
)
def test_invalid_option_is_named(run: RunCommand, arguments: list[str]) -> None:
    expect_failure(run("demo", "sandbox", *arguments), 2, f"{arguments[0]}: ")


def test_demo_fill_ingests_every_sandbox_source(hub: RunCommand) -> None:
    done = hub("demo", "fill", "--records", "20")
    assert expect_success(done).count("the ledger balances") == 5
    listed = hub("source", "list", "--json").json
    assert [(one["id"], one["records"]) for one in listed] == [
        ("sandbox_budget", 20),
        ("sandbox_catalog", 20),
        ("sandbox_contracts", 20),
        ("sandbox_local", 20),
        ("sandbox_ministry", 20),
    ]


def test_unreadable_sandbox_source_exits_with_1(hub: RunCommand) -> None:
    done = hub("demo", "fill", "--records", "20", "--fault", "html")
    assert done.code == 1
    assert "Traceback" not in done.err

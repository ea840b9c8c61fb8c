"""`hub demo`: a local agency that serves until stopped, and a hub filled from it."""

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

from tests.cli.conftest import Run, failed, ok

ROOT = Path(__file__).parents[2]
START = 60


@contextmanager
def sandbox(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    running = subprocess.Popen(
        [sys.executable, "-m", "hub", "demo", "sandbox", "--port", "0", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    lines: queue.Queue[str] = queue.Queue()

    def listen() -> None:
        for line in running.stdout or ():
            lines.put(line)

    threading.Thread(target=listen, daemon=True).start()
    try:
        while "/truth" not in (line := lines.get(timeout=START)):
            pass
        yield running, line.split()[-1].removesuffix("/truth")
    finally:
        running.kill()
        running.wait()
        if running.stdout:
            running.stdout.close()


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_sandbox_serves_the_records_and_faults_it_was_given_and_stops_with_0(
    signum: signal.Signals,
) -> None:
    with sandbox("--records", "30", "--seed", "7", "--fault", "503x1") as (running, address):
        assert httpx2.get(f"{address}/truth").json()["budget"]["records"] == 30
        statuses = [httpx2.get(f"{address}/budget/bbgfproject").status_code for _ in range(2)]
        assert statuses == [503, 401]
        running.send_signal(signum)
        assert running.wait(START) == 0


@pytest.mark.parametrize(
    "arguments", [["--fault", "nonsense"], ["--port", "99999"], ["--records", "-1"]]
)
def test_a_wrong_option_is_named(run: Run, arguments: list[str]) -> None:
    failed(run("demo", "sandbox", *arguments), 2, f"{arguments[0]}: ")


def test_the_hub_is_filled_with_made_up_data(hub: Run) -> None:
    done = hub("demo", "fill", "--records", "20")
    assert ok(done).count("the ledger balances") == 5
    listed = hub("source", "list", "--json").json
    assert [(one["id"], one["records"]) for one in listed] == [
        ("sandbox_budget", 20),
        ("sandbox_catalog", 20),
        ("sandbox_contracts", 20),
        ("sandbox_local", 20),
        ("sandbox_ministry", 20),
    ]


def test_a_source_that_cannot_be_read_leaves_the_others_and_ends_with_1(hub: Run) -> None:
    done = hub("demo", "fill", "--records", "20", "--fault", "html")
    assert done.code == 1
    assert "Traceback" not in done.err

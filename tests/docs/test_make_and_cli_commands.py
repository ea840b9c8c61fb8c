"""Runs the make targets and the `hub` commands of the README."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.data_folder import data_folder
from tests.docs.conftest import ServedHub
from tests.docs.documents import HOWTO, README, ROOT, find_difference, parse_blocks


def build_environment(**variables: str) -> dict[str, str]:
    """Return the current environment without settings of the hub, with these variables added."""
    environment = os.environ  # noqa: TID251 - the test process's own
    inherited = {
        k: v for k, v in environment.items() if not k.startswith(("HUB_", "MAKE", "MFLAGS"))
    }
    return {**inherited, **variables}


@pytest.fixture
def folder() -> Iterator[Path]:
    """Yield a new folder that the account of the embedded server can enter."""
    with data_folder() as made:
        yield made


BLOCK_PREFIXES = (
    "curl ", "make ", ".venv/bin/hub ", ".venv/bin/python -m pytest ", "SECRET=", "TOKEN=",
)  # fmt: skip
"""The allowed beginnings of a block: a request, a target, a command, or an earlier output."""


def test_every_shell_block_starts_with_a_documented_command() -> None:
    unknown = [
        str(block)
        for path in [README, *HOWTO]
        for block in parse_blocks(path)
        if block.language == "sh" and not block.text.startswith(BLOCK_PREFIXES)
    ]
    assert unknown == []


def count_projects(address: str) -> int:
    """Return the number of projects of a running hub in the fiscal years of the sandbox."""
    question = """{ matrix(input: {
        rows: { dimension: ACTOR_LEVEL } columns: { dimension: FISCAL_YEAR }
        fiscalYears: { from: { be: 2565 }, to: { be: 2568 } } }) { total { projectCount } } }"""
    query = urllib.parse.urlencode({"query": question})
    with urllib.request.urlopen(f"{address}?{query}", timeout=30) as answer:
        return int(json.load(answer)["data"]["matrix"]["total"]["projectCount"])


def fill_with_sandbox(folder: Path) -> None:
    """Run `make fill` while a hub runs on the same data folder."""
    completed = subprocess.run(
        ["make", "-o", "setup", "fill", "ARGS=--records 40", f"IN={shlex.quote(sys.executable)}"],
        cwd=ROOT,
        env=build_environment(HUB_DATA_DIR=str(folder / "data")),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert completed.returncode == 0, completed.stderr
    assert completed.stdout.count("the ledger balances") == 5
    source_list = subprocess.run(
        [sys.executable, "-m", "hub", "source", "list"],
        cwd=ROOT,
        env=build_environment(HUB_DATA_DIR=str(folder / "data")),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert source_list.stdout.count("40 ระเบียน · records") == 5


@pytest.mark.skipif(shutil.which("make") is None, reason="no make: install it")
def test_make_run_starts_on_an_empty_folder_and_prints_a_working_example(
    folder: Path,
) -> None:
    # `-o setup` skips the installation: the test already runs with the packages.
    with subprocess.Popen(
        ["make", "-o", "setup", "run", f"IN={shlex.quote(sys.executable)}"],
        cwd=ROOT,
        env=build_environment(HUB_PORT="0", HUB_DATA_DIR=str(folder / "data")),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as running:
        stop = threading.Timer(120, running.kill)
        stop.start()
        assert running.stdout is not None
        lines: list[str] = []
        try:
            for line in running.stdout:
                lines.append(line)
                if "Ctrl-C" in line:
                    break
            text = "".join(lines)
            assert "Ready" in text, text
            command = re.search(r"^ +(curl .*)$", text, re.MULTILINE)
            assert command is not None, text
            if shutil.which("curl"):
                arguments = ["/bin/sh", "-c", command[1]]
                answer = subprocess.run(arguments, check=True, capture_output=True, text=True)
                assert '"projectCount":15' in answer.stdout
            address = re.search(r"http://127\.0\.0\.1:\d+/graphql", text)
            assert address is not None, text
            fill_with_sandbox(folder)
            assert count_projects(address[0]) == 200
        finally:
            os.killpg(running.pid, signal.SIGTERM)
            running.communicate(timeout=30)
            stop.cancel()


@pytest.mark.parametrize("command", ["db migrate", "db seed", "schema print", "--help"])
def test_hub_command_exits_with_0(served_hub: ServedHub, command: str) -> None:
    completed = subprocess.run(
        [sys.executable, "-m", "hub", *command.split()],
        cwd=ROOT,
        env=build_environment(HUB_DATABASE_URL=served_hub.dsn),
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert completed.returncode == 0, completed.stderr
    assert completed.stdout


def test_invalid_setting_is_named_and_exits_with_2() -> None:
    completed = subprocess.run(
        [sys.executable, "-m", "hub", "serve"],
        cwd=ROOT,
        env=build_environment(HUB_PORT="eighty"),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert completed.returncode == 2
    assert "HUB_PORT" in completed.stderr


@pytest.mark.parametrize(
    ("printed", "answered", "is_same"),
    [
        ([1, "…"], [1, 2, 3], True),
        ([1], [1, 2], False),
        ([1, 2, 3], [1, 2], False),
        ({"a": 1, "…": "…"}, {"a": 1, "b": 2}, True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ({"a": 1, "b": 2}, {"a": 1}, False),
        ({"a": [{"b": None}]}, {"a": [{"b": None}]}, True),
        ({"a": [{"b": None}]}, {"a": [{"b": 0}]}, False),
    ],
)
def test_printed_answer_may_omit_only_what_an_ellipsis_marks(
    printed: object, answered: object, is_same: bool
) -> None:
    assert (find_difference(printed, answered) is None) is is_same

"""What the README tells people to type besides questions: make, and the hub's own commands."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.conftest import Served
from tests.docs.papers import HOWTO, README, ROOT, blocks, differs


def here(**told: str) -> dict[str, str]:
    """The environment of this run without settings of the hub, and what the test tells."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("HUB_", "MAKE", "MFLAGS"))}  # noqa: TID251
    return {**kept, **told}


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the account of the embedded server can enter."""
    made = Path(tempfile.mkdtemp(prefix="hub-docs-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


KNOWN = ("curl ", "make ", ".venv/bin/python -m hub ", "SECRET=", "TOKEN=")
"""How a block may begin: a question, a target, a command of the hub, a value of one before it."""


def test_every_block_of_shell_begins_with_what_a_reader_has() -> None:
    odd = [
        str(block)
        for path in [README, *HOWTO]
        for block in blocks(path)
        if block.language == "sh" and not block.text.startswith(KNOWN)
    ]
    assert odd == []


def projects(address: str) -> int:
    """How many projects a hub that runs has in the years of the sandbox."""
    question = """{ matrix(input: {
        rows: { dimension: ACTOR_LEVEL } columns: { dimension: FISCAL_YEAR }
        fiscalYears: { from: { be: 2565 }, to: { be: 2568 } } }) { total { projectCount } } }"""
    query = urllib.parse.urlencode({"query": question})
    with urllib.request.urlopen(f"{address}?{query}", timeout=30) as answer:
        return int(json.load(answer)["data"]["matrix"]["total"]["projectCount"])


def filled(folder: Path) -> None:
    """`make fill` in a second terminal, beside the hub that runs on the same data."""
    done = subprocess.run(
        ["make", "-o", "setup", "fill", "ARGS=--records 40", f"IN={shlex.quote(sys.executable)}"],
        cwd=ROOT,
        env=here(HUB_DATA_DIR=str(folder / "data")),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("the ledger balances") == 5
    listed = subprocess.run(
        [sys.executable, "-m", "hub", "source", "list"],
        cwd=ROOT,
        env=here(HUB_DATA_DIR=str(folder / "data")),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert listed.stdout.count("40 ระเบียน · records") == 5


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not on this machine")
def test_make_run_starts_on_an_empty_folder_and_prints_a_question_that_is_answered(
    folder: Path,
) -> None:
    # `-o setup`: the packages are those this very test runs with.
    with subprocess.Popen(
        ["make", "-o", "setup", "run", f"IN={shlex.quote(sys.executable)}"],
        cwd=ROOT,
        env=here(HUB_PORT="0", HUB_DATA_DIR=str(folder / "data")),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as running:
        stop = threading.Timer(120, running.kill)
        stop.start()
        assert running.stdout is not None
        told: list[str] = []
        try:
            for line in running.stdout:
                told.append(line)
                if "Ctrl-C" in line:
                    break
            text = "".join(told)
            assert "Ready" in text, text
            command = re.search(r"^ +(curl .*)$", text, re.MULTILINE)
            assert command is not None, text
            if shutil.which("curl"):
                asked = ["/bin/sh", "-c", command[1]]
                answer = subprocess.run(asked, check=True, capture_output=True, text=True)
                assert '"projectCount":15' in answer.stdout
            address = re.search(r"http://127\.0\.0\.1:\d+/graphql", text)
            assert address is not None, text
            filled(folder)
            assert projects(address[0]) == 200
        finally:
            os.killpg(running.pid, signal.SIGTERM)
            running.communicate(timeout=30)
            stop.cancel()


@pytest.mark.parametrize("command", ["db migrate", "db seed", "schema print", "--help"])
def test_a_command_of_the_hub_ends_well(served: Served, command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hub", *command.split()],
        cwd=ROOT,
        env=here(HUB_DATABASE_URL=served.dsn),
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_a_setting_that_will_not_do_is_named_and_ends_with_2() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hub", "serve"],
        cwd=ROOT,
        env=here(HUB_PORT="eighty"),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert "HUB_PORT" in done.stderr


@pytest.mark.parametrize(
    ("printed", "came", "same"),
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
def test_a_printed_answer_may_leave_out_only_what_it_says_it_leaves_out(
    printed: object, came: object, same: bool
) -> None:
    assert (differs(printed, came) is None) is same

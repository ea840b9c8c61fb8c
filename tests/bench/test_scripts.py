"""Every script of bench runs with tiny sizes, so that none fails unnoticed.

A script declares the arguments of this test (`TINY_ARGUMENTS`), or the script that runs it
(`RUN_BY`). `make check` runs one script that starts a hub and one that generates a nation, and
imports the others; `make check-long` runs all, also with their peers from a package registry.
"""

import ast
import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from tests.data_folder import find_parent
from tests.long_run import is_long_run

IS_LONG: Final = is_long_run()
ROOT: Final = Path(__file__).parents[2]
SCRIPTS: Final = sorted((ROOT / "bench").glob("*.py"))
IN_CHECK: Final = ("matrix", "million")
TIMEOUT: Final = 400
"""Seconds after which a script is stopped; each takes a few, and more on a busy machine."""


def read_constants(script: Path) -> dict[str, Any]:
    """Return the constants of a script that are literals, without importing it."""
    found = {}
    for node in ast.parse(script.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try:
                found[node.targets[0].id] = ast.literal_eval(node.value)
            except ValueError:
                continue
    return found


def is_program(script: Path) -> bool:
    """Return whether a module does something when it is run."""
    return 'if __name__ == "__main__":' in script.read_text("utf-8")


PROGRAMS: Final = {script.stem: read_constants(script) for script in SCRIPTS if is_program(script)}
WITH_PEERS: Final = [
    script.stem for script in SCRIPTS if "temporary_environment," in script.read_text("utf-8")
]
RUN_HERE: Final = [name for name, found in PROGRAMS.items() if "RUN_BY" not in found]


def list_results() -> dict[str, int]:
    """Return the files of bench/results with the time of their last change."""
    return {file.name: file.stat().st_mtime_ns for file in (ROOT / "bench/results").iterdir()}


def run_script(name: str, results: Path, *, offline: bool) -> subprocess.CompletedProcess[str]:
    """Run a script with its tiny sizes; its results go to another folder."""
    changed = {
        "PYTHONPATH": str(ROOT),
        "BENCH_RESULTS": str(results),
        "TMPDIR": str(find_parent()),
    }
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("HUB_")}  # noqa: TID251 - it starts a process
    environment = inherited | changed
    if offline:
        environment["BENCH_OFFLINE"] = "1"
    return subprocess.run(
        [sys.executable, f"bench/{name}.py", *PROGRAMS[name]["TINY_ARGUMENTS"]],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )


def test_every_program_declares_its_arguments_or_the_program_that_runs_it() -> None:
    for name, found in PROGRAMS.items():
        assert ("TINY_ARGUMENTS" in found) != ("RUN_BY" in found), name
        if "RUN_BY" in found:
            assert found["RUN_BY"] in RUN_HERE, name
            assert name in (ROOT / f"bench/{found['RUN_BY']}.py").read_text("utf-8"), name


@pytest.mark.parametrize("name", RUN_HERE)
def test_script_can_be_imported(name: str) -> None:
    importlib.import_module(f"bench.{name}")


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name in IN_CHECK else pytest.mark.long) for name in RUN_HERE],
)
def test_script_runs_with_tiny_sizes_and_leaves_the_results_alone(
    name: str, tmp_path: Path
) -> None:
    before = list_results()
    done = run_script(name, tmp_path, offline=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert list_results() == before
    for file in tmp_path.glob("*.json"):
        assert "machine" in json.loads(file.read_text("utf-8"))


@pytest.mark.parametrize("name", WITH_PEERS)
def test_script_runs_with_its_peers_from_the_package_registry(name: str, tmp_path: Path) -> None:
    if not IS_LONG:
        pytest.skip("no peers of a benchmark: make check-long")
    done = run_script(name, tmp_path, offline=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert list(tmp_path.glob("*.json"))

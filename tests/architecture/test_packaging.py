"""Tests the packaging: the two lock files agree, and the command `hub` runs from any folder."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCKS = ["requirements.lock", "requirements-dev.lock"]


def pins(lock: str) -> dict[str, str]:
    """Return the version of each distribution by its name."""
    text = (ROOT / lock).read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9][a-z0-9-]*)==(\S+)", text, re.MULTILINE))


def names(requirements: list[str]) -> set[str]:
    """Return the distributions of requirements, without extras, versions and markers."""
    return {re.split(r"[\[<>=;\s]", one, maxsplit=1)[0] for one in requirements}


def test_lock_for_serving_has_every_dependency_and_the_build_backend() -> None:
    wanted = PROJECT["project"]["dependencies"] + PROJECT["build-system"]["requires"]
    assert names(wanted) - pins("requirements.lock").keys() == set()


def test_lock_for_serving_has_no_tool_of_development() -> None:
    assert names(PROJECT["dependency-groups"]["dev"]) & pins("requirements.lock").keys() <= {
        "pyyaml"  # a dependency of uvicorn[standard]
    }


def test_lock_for_development_only_adds_to_the_lock_for_serving() -> None:
    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items()
    assert names(PROJECT["dependency-groups"]["dev"]) <= pins("requirements-dev.lock").keys()


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_has_hashes_and_names_no_index(lock: str) -> None:
    lines = (ROOT / lock).read_text("utf-8").splitlines()[1:]
    pin, sha = r"[a-z0-9-]+==\S+( ; .+)? \\", r"    --hash=sha256:[0-9a-f]{64}( \\)?"
    assert [line for line in lines if not re.fullmatch(f"({pin}|{sha})?", line)] == []


def test_no_other_distribution_brings_a_package_of_our_names() -> None:
    brought = packages_distributions()
    for name in PROJECT["tool"]["setuptools"]["packages"]:
        assert set(brought.get(name, [])) <= {"buranakan"}, name


def test_hub_can_be_run_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hub", "--help"], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_command_hub_starts_from_another_folder(tmp_path: Path) -> None:
    command = Path(sys.executable).with_name("hub")
    if not command.exists():
        pytest.skip("no command hub: make setup")
    done = subprocess.run(
        [command, "schema", "print"], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == (ROOT / "schema/schema.graphql").read_bytes()

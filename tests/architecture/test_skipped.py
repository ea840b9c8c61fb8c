"""Tests the list of skipped tests at the end of a run."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.skipped import lines

ROOT = Path(__file__).parents[2]
FILE = """
import pytest

@pytest.mark.skip(reason="no axe-core: make npm")
@pytest.mark.parametrize("n", range(3))
def test_a(n): pass

def test_b(): pytest.skip("no /usr/bin/chromium: make browser")

def test_c(): pass
"""


def test_skipped_tests_are_grouped_by_the_command_that_brings_them() -> None:
    reasons = ["no axe-core: make npm", "no chromium: make browser", "no oidc-provider: make npm"]
    assert lines([*reasons, "because"]) == [
        "    2  make npm                   no axe-core, no oidc-provider",
        "    1  (no command brings these)  because",
        "    1  make browser               no chromium",
    ]
    assert lines([]) == []


@pytest.mark.parametrize("processes", [0, 2])
def test_a_run_ends_with_what_it_left_out_and_then_with_the_line_of_pytest(
    tmp_path: Path, processes: int
) -> None:
    (tmp_path / "test_it.py").write_text(FILE, "utf-8")
    run = [sys.executable, "-m", "pytest", "-q", "-p", "tests.skipped", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*run, "-n", str(processes), "-c", "/dev/null", "--rootdir", str(tmp_path), str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    *_, title, npm, browser, last = done.stdout.splitlines()
    assert "4 tests were left out" in title
    assert npm.split() == ["3", "make", "npm", "no", "axe-core"]
    assert browser.split() == ["1", "make", "browser", "no", "/usr/bin/chromium"]
    assert last.startswith("1 passed, 4 skipped in ")


def reasons(tree: ast.AST) -> Iterator[str]:
    """Yield the literal texts of `pytest.skip(…)` and `reason=…` in a file."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or "skip" not in ast.unparse(call.func):
            continue
        for value in [*call.args[:1], *(k.value for k in call.keywords if k.arg == "reason")]:
            text = ast.unparse(value)
            if isinstance(value, ast.JoinedStr) or text.startswith(("'", '"')):
                yield text


def test_every_skip_reason_names_the_command_to_run_the_test() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {text}": text
        for path in (ROOT / "tests").rglob("*.py")
        for text in reasons(ast.parse(path.read_text("utf-8")))
    }
    assert len(found) > 10
    assert [name for name, text in found.items() if ": " not in text] == []

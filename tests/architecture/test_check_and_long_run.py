"""`make check` leaves proofs out, but no folder of tests, and `long_run` marks as it says."""

import ast
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.long_run import in_turn, long_after

TESTS = Path(__file__).parents[1]
MARK = "pytest.mark.long"


def test_every_folder_of_tests_has_tests_that_the_check_runs() -> None:
    folders = {path.parent for path in TESTS.rglob("test_*.py") if "node_modules" not in path.parts}
    run = Counter(
        path.parent
        for folder in folders
        for path in folder.glob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and MARK not in map(ast.unparse, node.decorator_list)
    )
    assert {str(folder.relative_to(TESTS)) for folder in folders if not run[folder]} == set()


def list_checked(parameters: list[Any]) -> list[Any]:
    """Return the parameters that are not marked `long`."""
    return [one for one in parameters if not hasattr(one, "marks")]


def test_check_runs_the_first_parameters_and_a_long_run_all() -> None:
    parameters = long_after(1, ["a", "b", ("c", "d")])
    assert list_checked(parameters) == ["a"]
    assert parameters[1:] == [
        pytest.param("b", marks=pytest.mark.long),
        pytest.param("c", "d", marks=pytest.mark.long),
    ]


def test_check_runs_every_row_and_every_column_of_pairs_in_turn() -> None:
    parameters = in_turn(["a", "b", "c"], [1, 2])
    assert list_checked(parameters) == [("a", 1), ("b", 2), ("c", 1)]
    assert len(parameters) == 6

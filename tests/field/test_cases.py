"""Every case of the field reports has tests of our own, and no file of the reports lacks a case."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from tests.connectors.officer_files import CASES
from tests.field.cases import FILES, OFFICERS, REGISTERS

ROOT: Final = Path(__file__).parents[2]
REPORTS: Final = ROOT.parent / "shared/field"
NAMED: Final = sorted({test for tests in {**FILES, **REGISTERS}.values() for test in tests})


@cache
def list_tests(file: str) -> frozenset[str]:
    """Return the names of the tests of a file."""
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return frozenset(
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
    )


def find_reports(folder: str) -> Path:
    """Return a folder of the reports; skip the test if it does not exist."""
    path = REPORTS / folder
    if not path.is_dir():
        pytest.skip(f"no field reports: put their folder at {REPORTS}")
    return path


@pytest.mark.parametrize("test", NAMED)
def test_named_test_exists(test: str) -> None:
    file, _, name = test.partition("::")
    assert name in list_tests(file)


def test_every_file_read_by_the_common_tests_has_its_case() -> None:
    assert {name for name, tests in FILES.items() if OFFICERS[0] in tests} == set(CASES)


def test_every_file_of_the_reports_has_a_case() -> None:
    names = {
        file.stem.replace("_", "-") for file in find_reports("files").iterdir() if file.is_file()
    }
    assert names - {"README"} == set(FILES)


def test_every_section_on_registers_has_a_case() -> None:
    text = (find_reports("registers") / "README.md").read_text("utf-8")
    sections = re.findall(r"^## (?:(\d+)\.)?(.*)$", text, re.MULTILINE)
    assert {number or title.strip() for number, title in sections} == set(REGISTERS)

"""Tests that every listed fault of a source or a record has a test, found by its number.

A test of fault 19 is named `test_19_…`; a test of several faults, `test_6_7_15_…`.
"""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

TESTS_FOLDER = Path(__file__).parents[1]
NUMBERED_TEST = re.compile(r"test_((?:\d+_)+)")
FAULTS = {
    1: "500 or 503, three times",
    2: "500 for ever",
    3: "429 with Retry-After",
    4: "no answer",
    5: "a body that trickles",
    6: "truncated JSON",
    7: "a body shorter than its Content-Length",
    8: "HTML with status 200",
    9: "an empty page within the list",
    10: "a page twice",
    11: "another order",
    12: "a repeated cursor",
    13: "a gzip bomb",
    14: "a field of 50 MB",
    15: "a connection reset or cut",
    16: "a token that expires within a run",
    17: "a redirect to another host",
    18: "an amount that is NaN, Infinity or 1e400",
    19: "a negative amount",
    20: "Thai digits",
    21: "thousands separators",
    22: "years of both eras",
    23: "TIS-620, a byte order mark, bytes that do not decode",
    24: "an unknown province",
    25: "a renamed agency",
    26: "NUL, surrogates, bidi, very long names, the order of marks",
    27: "no key, or one with two values",
    28: "a column renamed, added or of another type",
    29: "a record removed at its source",
    30: "a late correction of a closed year",
    31: "midnight of the fiscal year in Bangkok",
    32: "two runs at once",
    33: "kill -9 anywhere",
    34: "kill -9 between rows, checkpoint and commit",
}


def find_tests_by_fault() -> dict[int, list[str]]:
    """Return the tests of each fault, by its number."""
    found: dict[int, list[str]] = defaultdict(list)
    for path in sorted(TESTS_FOLDER.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                match = NUMBERED_TEST.match(node.name)
                for number in match[1].split("_")[:-1] if match else ():
                    found[int(number)].append(f"{path.relative_to(TESTS_FOLDER)}::{node.name}")
    return found


TESTS_BY_FAULT = find_tests_by_fault()


@pytest.mark.parametrize("number", FAULTS, ids=lambda n: f"{n} {FAULTS[n]}")
def test_fault_has_a_test(number: int) -> None:
    assert TESTS_BY_FAULT.get(number), FAULTS[number]

"""What `make check-long` adds to `make check`: costly proofs, more parameters, more examples.

A long run is the profile `long` of Hypothesis. Tests marked `long` run in it alone.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from hypothesis import settings


def is_long_run() -> bool:
    """Return whether the profile `long` of Hypothesis is chosen."""
    return settings.get_current_profile_name() == "long"


def costly_examples() -> int:
    """Return the number of Hypothesis' examples for a test that writes to a database in each."""
    return settings().max_examples // 4


def long_after(count: int, values: Iterable[Any]) -> list[Any]:
    """Return parameters of a test; those after the first `count` are marked `long`."""
    return [mark_long(value) if at >= count else value for at, value in enumerate(values)]


def in_turn(rows: Iterable[Any], columns: Sequence[Any]) -> list[Any]:
    """Return every pair as parameters; not marked `long` is one per row, its column in turn."""
    return [
        (row, column) if at % len(columns) == number else mark_long((row, column))
        for at, row in enumerate(rows)
        for number, column in enumerate(columns)
    ]


def mark_long(value: Any) -> Any:
    """Return a parameter, or a tuple of parameters, of a test of a long run."""
    return pytest.param(*(value if isinstance(value, tuple) else (value,)), marks=pytest.mark.long)

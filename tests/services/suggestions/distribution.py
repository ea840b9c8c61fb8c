"""Print the distribution tables of the labelled data as Markdown.

    .venv/bin/python -m tests.services.suggestions.distribution

`data/README.md` contains the tables; a test compares them.
"""

import sys
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from tests.services.suggestions.labelled import (
    LabelledPair,
    LabelledTitle,
    labelled_pairs,
    labelled_titles,
)

Row = TypeVar("Row")


def tables() -> str:
    """Return the tables by stage, by feature and difficulty, and of the pairs."""
    open_titles, frozen_titles = labelled_titles("open"), labelled_titles("frozen")
    open_pairs, frozen_pairs = labelled_pairs("open"), labelled_pairs("frozen")
    return "\n".join(
        [
            _table("first choice", open_titles, frozen_titles, lambda row: row.first_choice),
            _table("difficulty", open_titles, frozen_titles, lambda row: row.difficulty),
            _table("feature", open_titles, frozen_titles, lambda row: row.feature),
            _table("owner", open_titles, frozen_titles, kind_of_owner),
            _table("pair", open_pairs, frozen_pairs, _kind_of_pair),
        ]
    )


def kind_of_owner(row: LabelledTitle) -> str:
    """Return the prefix of the owner's code; of a department also the code of its ministry."""
    kind, _, code = row.owner.partition(":")
    return f"{kind}:{code[:2]}" if kind == "department" else kind


def _kind_of_pair(row: LabelledPair) -> str:
    return f"{row.expected} {row.kind}"


def _table(
    name: str, open_rows: list[Row], frozen_rows: list[Row], group: Callable[[Row], str]
) -> str:
    opened, frozen = Counter(map(group, open_rows)), Counter(map(group, frozen_rows))
    lines = [f"| {name} | open | frozen | all |", "|---|---|---|---|"]
    lines += [
        f"| {key} | {opened[key]} | {frozen[key]} | {opened[key] + frozen[key]} |"
        for key in sorted(opened | frozen)
    ]
    total = len(open_rows) + len(frozen_rows)
    lines.append(f"| all | {len(open_rows)} | {len(frozen_rows)} | {total} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.stdout.write(tables())

"""Parse the docs for the tests: fenced blocks, curl examples and printed responses."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
README: Final = ROOT / "README.md"
HOWTO: Final = sorted((ROOT / "docs" / "howto").glob("*.md"))
DOCUMENTS: Final = [README, ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *HOWTO]
PRINTED_ADDRESS: Final = "http://127.0.0.1:8000"
ELLIPSIS_MARK: Final = "…"
"""In a printed response: the response contains more than is shown."""

FENCE: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block with its file and line."""

    path: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}"


def parse_blocks(path: Path) -> list[Block]:
    """Return the fenced blocks of a document, in order."""
    text = path.read_text("utf-8")
    return [
        Block(path, text.count("\n", 0, found.start()) + 1, found[1], found[2])
        for found in FENCE.finditer(text)
    ]


def curl_examples(path: Path) -> list[tuple[Block, Block | None]]:
    """Return each `curl` block with the JSON response printed directly below it, or null."""
    found = parse_blocks(path)
    below: list[Block | None] = [*found[1:], None] if found else []
    return [
        (block, after if after is not None and after.language == "json" else None)
        for block, after in zip(found, below, strict=True)
        if block.language == "sh" and block.text.startswith("curl ")
    ]


def find_difference(printed: Any, answer: Any, path: str = "") -> str | None:
    """Return the first difference between a printed and a real response; … matches anything."""
    if isinstance(printed, dict) and isinstance(answer, dict):
        missing = set(answer) - set(printed)
        if missing and ELLIPSIS_MARK not in printed:
            return f"{path}: {sorted(missing)} are not printed"
        shown = set(printed) - {ELLIPSIS_MARK}
        if not shown <= set(answer):
            return f"{path}: {sorted(shown - set(answer))} did not come"
        return first_not_none(
            find_difference(printed[key], answer[key], f"{path}.{key}") for key in sorted(shown)
        )
    if isinstance(printed, list) and isinstance(answer, list):
        cut = printed[-1:] == [ELLIPSIS_MARK]
        expected = printed[:-1] if cut else printed
        if len(expected) > len(answer) or (not cut and len(expected) != len(answer)):
            return f"{path}: {len(expected)} printed, {len(answer)} came"
        return first_not_none(
            find_difference(one, answer[index], f"{path}[{index}]")
            for index, one in enumerate(expected)
        )
    return None if printed == answer else f"{path}: {printed!r} printed, {answer!r} came"


def first_not_none(found: Iterable[str | None]) -> str | None:
    """Return the first value that is not null; null if there is none."""
    return next((one for one in found if one is not None), None)

"""The papers as tests read them: fenced blocks, the commands in them, what they promise."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
README: Final = ROOT / "README.md"
HOWTO: Final = sorted((ROOT / "docs" / "howto").glob("*.md"))
PAPERS: Final = [README, ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *HOWTO]
ADDRESS: Final = "http://127.0.0.1:8000"
MORE: Final = "…"
"""In a printed answer: there is more of it than is shown."""

FENCE: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block, and where it stands."""

    path: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}"


def blocks(path: Path) -> list[Block]:
    """The fenced blocks of a paper, in order."""
    text = path.read_text("utf-8")
    return [
        Block(path, text.count("\n", 0, found.start()) + 1, found[1], found[2])
        for found in FENCE.finditer(text)
    ]


def asked(path: Path) -> list[tuple[Block, Block | None]]:
    """Each block that starts with `curl`, with the answer printed right below it, where one is."""
    found = blocks(path)
    below: list[Block | None] = [*found[1:], None] if found else []
    return [
        (block, after if after is not None and after.language == "json" else None)
        for block, after in zip(found, below, strict=True)
        if block.language == "sh" and block.text.startswith("curl ")
    ]


def differs(printed: Any, answer: Any, at: str = "") -> str | None:
    """Where a printed answer is not what came; what it leaves out under … may be anything."""
    if isinstance(printed, dict) and isinstance(answer, dict):
        missing = set(answer) - set(printed)
        if missing and MORE not in printed:
            return f"{at}: {sorted(missing)} are not printed"
        shown = set(printed) - {MORE}
        if not shown <= set(answer):
            return f"{at}: {sorted(shown - set(answer))} did not come"
        return first(differs(printed[key], answer[key], f"{at}.{key}") for key in sorted(shown))
    if isinstance(printed, list) and isinstance(answer, list):
        cut = printed[-1:] == [MORE]
        told = printed[:-1] if cut else printed
        if len(told) > len(answer) or (not cut and len(told) != len(answer)):
            return f"{at}: {len(told)} printed, {len(answer)} came"
        return first(
            differs(one, answer[index], f"{at}[{index}]") for index, one in enumerate(told)
        )
    return None if printed == answer else f"{at}: {printed!r} printed, {answer!r} came"


def first(found: Iterable[str | None]) -> str | None:
    """The first that is something."""
    return next((one for one in found if one is not None), None)

"""Changes copies of the reference files for tests."""

import csv
from pathlib import Path


def ignore_message(_: str) -> None:
    """Ignore a progress message."""


def remove_lines(path: Path, start: str) -> None:
    """Remove the lines that start with a text."""
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith(start)), "utf-8")


def replace_text(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def rename_key(folder: Path, old: str, new: str) -> None:
    """Rename a key in every cell that contains it, alone or in a list, and in `sources.toml`."""
    for path in folder.glob("*.csv"):
        lines = list(csv.reader(path.read_text("utf-8").splitlines()))
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(
                [
                    "|".join(new if part == old else part for part in cell.split("|"))
                    for cell in line
                ]
                for line in lines
            )
    sources = folder / "sources.toml"
    sources.write_text(sources.read_text("utf-8").replace(f"[{old}]", f"[{new}]"), "utf-8")

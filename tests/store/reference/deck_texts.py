"""The texts of the reference files that come from the slides, and the slides' transcription.

The transcription is not in this repository; it may lie beside the checkout.
"""

import csv
import difflib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Final, NamedTuple

import pytest

REFERENCE: Final = Path(__file__).parents[3] / "hub" / "reference"
TRANSCRIPTION: Final = Path(__file__).parents[4] / "shared" / "deck"
DECK: Final = "opdc-deck-2553"
TEXT_COLUMNS: Final = ("text", "name", "group", "statement", "goal")
"""The columns, without `_th`, that `th_origin` and `en_origin` are about."""
SPELLING_DIFFERENCE: Final = 2
"""The most letters by which a corrected spelling may differ from the printed one."""
UNFINISHED: Final = re.compile(
    r"(?:[(,:;/–-]|และ|หรือ|กับ|ของ|(?<!พื้น)ที่|โดย|เพื่อ|ซึ่ง|ภายหลังจาก|พ\.ศ\.|ประจำปีงบประมาณ|รายจ่ายประจำปี"
    r"|\b(?:and|or|of|the|to|for|with|by|in))$"
)
"""The end of a text that stops in the middle of a phrase."""
NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)*")
OURS: Final = re.compile(r"\bours\b|\bby us\b")
"""What a note says of words that are not the slides'."""


class DeckText(NamedTuple):
    """A text of a line of a reference file, with the line's note and who worded it."""

    where: str
    th: str
    en: str
    th_origin: str
    note: str
    slides: frozenset[int]


def read_deck_texts() -> Iterator[DeckText]:
    """Yield every text of a line whose source is the slides."""
    for path in sorted(REFERENCE.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file):
                key = line.get("code") or line.get("chain_code")
                # agencies cite the slides for what a cluster is, not for its name
                if line["source"] != DECK or "th_origin" not in line or path.stem == "agencies":
                    continue
                for column in TEXT_COLUMNS:
                    if line.get(f"{column}_th"):
                        yield DeckText(
                            f"{path.stem} {key} {column}",
                            line[f"{column}_th"],
                            line[f"{column}_en"],
                            line["th_origin"],
                            line["note"],
                            slides_of(line["citation"]),
                        )


def read_quotes() -> Iterator[tuple[str, frozenset[int]]]:
    """Yield the words that citations of the slides quote, with the slides that they name."""
    with (REFERENCE / "citations.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            if line["source"] == DECK and line["quote_th"]:
                yield line["quote_th"], slides_of(line["citation"])


def slides_of(citation: str) -> frozenset[int]:
    """Return the numbers of the slides that a citation names, such as `slides 37, 51-53`."""
    ranges = re.findall(r"(\d+)(?:[-–](\d+))?", citation)
    return frozenset(n for first, last in ranges for n in range(int(first), int(last or first) + 1))


def remove_spaces(text: str) -> str:
    """Return a text without white space, which the transcription puts where lines break."""
    return re.sub(r"\s", "", text)


Transcription = Mapping[str, AbstractSet[int]]
"""The slides on which a text without white space is."""


def read_transcription() -> Transcription:
    """Return the Thai texts of the transcription with their slides; skip if it is absent."""
    if not TRANSCRIPTION.is_dir():
        pytest.skip(f"no transcription of the slides: put its folder at {TRANSCRIPTION}")
    slides: dict[str, set[int]] = defaultdict(set)
    for path in TRANSCRIPTION.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file):
                for column, cell in line.items():
                    if "_th" in column and cell:
                        slides[remove_spaces(cell)] |= slides_of(line.get("slide") or "")
    return slides


def is_verbatim(text: str, note: str, slides: frozenset[int], transcription: Transcription) -> bool:
    """Return whether one of the slides has a text, or has what its note calls printed and only the
    spelling differs.
    """
    wording = remove_spaces(text)
    if transcription.get(wording, set()) & slides:
        return True
    _, found, printed = note.rpartition("printed: ")
    printed = remove_spaces(printed)
    return bool(
        found
        and transcription.get(printed, set()) & slides
        and is_same_but_for_spelling(wording, printed)
    )


def is_same_but_for_spelling(wording: str, printed: str) -> bool:
    """Return whether two texts differ by a few letters, none of them a digit or the last ones."""
    changes = [
        (wording[a:b], printed[c:d], b == len(wording))
        for tag, a, b, c, d in difflib.SequenceMatcher(None, wording, printed, False).get_opcodes()
        if tag != "equal"
    ]
    return sum(max(len(new), len(old)) for new, old, _ in changes) <= SPELLING_DIFFERENCE and not (
        any(at_end or re.search(r"\d", new + old) for new, old, at_end in changes)
    )


def numbers_of(text: str) -> list[str]:
    """Return the numbers of a text in ascending order of their digits."""
    return sorted(NUMBER.findall(text))

"""Read the phrases and mandates that are evidence for stages: `phrases.csv`, `mandates.csv`."""

import csv
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from hub.domain.suggestions.phrases import Lexicon, PhraseRule

FOLDER: Final = Path(__file__).parent


@lru_cache(maxsize=1)
def phrase_lexicon() -> Lexicon:
    """Return the lexicon of `phrases.csv`, compiled once per process."""
    return Lexicon(phrase_rules())


def phrase_rules() -> list[PhraseRule]:
    """Return the rules of `phrases.csv`: one for each phrase and target."""
    return [
        PhraseRule(phrase, target, float(row["weight"]), row["alone"] == "yes")
        for row in _rows("phrases.csv")
        for target in row["targets"].split("|")
        for phrase in row["phrases"].split("|")
    ]


@lru_cache(maxsize=1)
def agency_mandates() -> Mapping[str, Sequence[PhraseRule]]:
    """Return the targets of an agency's mandate by its id, from `mandates.csv`."""
    mandates: dict[str, list[PhraseRule]] = {}
    for row in _rows("mandates.csv"):
        rule = PhraseRule(row["agency"], row["targets"], float(row["weight"]))
        mandates.setdefault(rule.phrase, []).append(rule)
    return mandates


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))

"""Phrases that are evidence for a stage, a chain or for no chain, and how a text is searched."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from hub.domain.thai_text import normalize_text, to_arabic_digits

NO_CHAIN: Final = "NONE"
"""Target of phrases that are evidence for no chain: the running of an office, energy, courts."""
IGNORED: Final = "IGNORED"
"""Target of phrases that are no evidence but hide a shorter one: "pavilion" contains "court"."""
PLAN_KIND: Final = re.compile("^แผนงาน(พื้นฐานด้าน|พื้นฐาน|ยุทธศาสตร์|บูรณาการ)?")
START_LENGTH: Final = 2
"""Phrases are found by their first characters; none is shorter."""
_NOT_NESTED: Final = frozenset({NO_CHAIN, IGNORED})


@dataclass(frozen=True, slots=True)
class PhraseRule:
    """One phrase as evidence for a target.

    `target` is `chain`, `chain/stage` or `NO_CHAIN`. `alone` is true if the phrase is evidence
    for a stage without other evidence for its chain: "vaccine" is, "market" is not.
    """

    phrase: str
    target: str
    weight: float
    alone: bool = False

    @property
    def chain(self) -> str:
        """Return the code of the target's chain."""
        return self.target.partition("/")[0]

    @property
    def is_stage(self) -> bool:
        """Return whether the target is one stage."""
        return "/" in self.target


class Lexicon:
    """Phrase rules, sorted once; the longest phrase at a place is found.

    A phrase inside a longer one counts only for the chain: in "market for tourism" the word
    "tourism" still names the chain. Nothing inside a phrase of `NO_CHAIN` counts, and no phrase of
    `NO_CHAIN` inside a longer one: "office of the tourism department" is an office.
    """

    def __init__(self, rules: Iterable[PhraseRule]) -> None:
        own: dict[str, list[PhraseRule]] = {}
        for rule in rules:
            own.setdefault(search_form(rule.phrase), []).append(rule)
        self._rules = {phrase: _with_nested(phrase, own) for phrase in own}
        self.targets = frozenset(rule.target for rules in own.values() for rule in rules)
        self._by_start: dict[str, list[str]] = {}
        for phrase in sorted(own, key=lambda phrase: (-len(phrase), phrase)):
            self._by_start.setdefault(phrase[:START_LENGTH], []).append(phrase)

    def find(self, text: str) -> list[PhraseRule]:
        """Return the rules of the phrases of a text, in order of place; a phrase counts once."""
        phrases = dict.fromkeys(self._scan(search_form(text)))
        return [
            rule for phrase in phrases for rule in self._rules[phrase] if rule.target != IGNORED
        ]

    def _scan(self, text: str) -> Iterator[str]:
        """Yield the longest phrase at each place, from left to right, without overlaps.

        By the first characters: an alternation of all phrases is 20 times slower in `re`.
        """
        place = 0
        while place < len(text):
            for phrase in self._by_start.get(text[place : place + START_LENGTH], ()):
                if text.startswith(phrase, place) and _is_whole(text, place, phrase):
                    yield phrase
                    place += len(phrase)
                    break
            else:
                place += 1


@lru_cache(maxsize=4096)
def search_form(text: str) -> str:
    """Return a text in lower case, with Western digits and single spaces."""
    return " ".join(to_arabic_digits(normalize_text(text)).casefold().split())


def without_plan_kind(plan: str) -> str:
    """Return a budget plan's name without its kind, whose words ("integrated") mean nothing."""
    return PLAN_KIND.sub("", plan.strip())


def _is_whole(text: str, place: int, phrase: str) -> bool:
    """Return whether a phrase at a place is no part of a longer Latin word."""
    after = place + len(phrase)
    return not (
        (_is_latin(phrase[0]) and place > 0 and _is_latin(text[place - 1]))
        or (_is_latin(phrase[-1]) and after < len(text) and _is_latin(text[after]))
    )


def _is_latin(character: str) -> bool:
    return "a" <= character <= "z"


def _with_nested(phrase: str, own: dict[str, list[PhraseRule]]) -> Sequence[PhraseRule]:
    rules = list(own[phrase])
    if any(rule.target in (NO_CHAIN, IGNORED) for rule in rules):
        return rules
    seen = {rule.target for rule in rules}
    for start in range(len(phrase)):
        for end in range(len(phrase), start, -1):
            for rule in own.get(phrase[start:end], ()):
                if rule.target not in seen and not rule.is_stage and rule.target not in _NOT_NESTED:
                    seen.add(rule.target)
                    rules.append(rule)
    return rules

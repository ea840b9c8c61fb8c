"""Compare the tasks of two titles: what both name, and what only one of them names."""

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Final

from hub.domain.overlaps.task_words import FRAME_TERMS
from hub.domain.overlaps.title_parts import TitleParts, difference_of
from hub.domain.record import record

MIN_BLOCK: Final = 3
"""Shorter runs of common characters occur by chance in Thai titles."""
MIN_COVERAGE: Final = 0.5
"""Share of the shorter task that both titles name."""
MIN_REST: Final = 4
"""Characters of a rest that is content; a shorter one is a particle or an ending."""


MIN_SITE: Final = 4
MIN_OBJECT: Final = 5
"""Characters of a common end of two titles, which is the site, and of what is done there."""


@record
class TaskComparison:
    """What two tasks have in common, the longest first, and the longest rest of each."""

    common: tuple[str, ...]
    coverage: float
    only_left: str
    only_right: str
    has_same_object_and_site: bool

    @property
    def is_same_task(self) -> bool:
        """Return whether the titles name one task: alike, and not one thing in place of another."""
        is_replaced = min(len(self.only_left), len(self.only_right)) >= MIN_REST
        return self.coverage >= MIN_COVERAGE and (not is_replaced or self.has_same_object_and_site)


def compare_tasks(one: TitleParts, other: TitleParts) -> TaskComparison | None:
    """Return the comparison of two tasks; null if they differ, or nothing is alike."""
    if difference_of(one, other) is not None or not one.task or not other.task:
        return None
    common, left, right = split_common(one.task, other.task)
    if not common:
        return None
    return TaskComparison(
        common=tuple(common),
        coverage=sum(map(len, common)) / min(len(one.task), len(other.task)),
        only_left=max(left, key=len, default=""),
        only_right=max(right, key=len, default=""),
        has_same_object_and_site=has_same_object_and_site(one.task, other.task, common),
    )


def has_same_object_and_site(one: str, other: str, common: Sequence[str]) -> bool:
    """Return whether both end with the same words, and share other words that name a thing.

    A title ends with its site; what only one of the titles says is then a detail.
    """
    site = next((run for run in common if one.endswith(run) and other.endswith(run)), "")
    objects = "".join(run for run in common if run != site)
    return len(site) >= MIN_SITE and len(FRAME_TERMS.sub("", objects)) >= MIN_OBJECT


def split_common(one: str, other: str) -> tuple[list[str], list[str], list[str]]:
    """Return the runs of characters in both texts, the longest first, and the rests of each.

    Runs may be in another order; each character is used once.
    """
    common: list[str] = []
    left, right = [one], [other]
    while True:
        best = ("", 0, 0, 0, 0)
        for i, a in enumerate(left):
            for j, b in enumerate(right):
                match = SequenceMatcher(None, a, b, autojunk=False).find_longest_match()
                if match.size > len(best[0]):
                    best = (a[match.a : match.a + match.size], i, j, match.a, match.b)
        run, i, j, start, other_start = best
        if len(run) < MIN_BLOCK:
            return common, left, right
        common.append(run)
        a, b = left.pop(i), right.pop(j)
        left += [rest for rest in (a[:start], a[start + len(run) :]) if rest]
        right += [rest for rest in (b[:other_start], b[other_start + len(run) :]) if rest]

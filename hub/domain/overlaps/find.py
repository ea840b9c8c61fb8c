"""Find overlaps: the same task, place and time by different agencies (R64).

A national project and a province's are division of labour (slides 73-74), because their places
differ; so are a department and its ministry, which report one record twice. Candidates share rare
runs of characters, so that 200,000 projects need not be compared with one another.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from hub.domain.overlaps.compare import TaskComparison, compare_tasks
from hub.domain.overlaps.title_parts import TitleParts, split_title
from hub.domain.record import record

GRAM_LENGTH: Final = 4
MAX_GRAM_FREQUENCY: Final = 20
"""Titles of one place and year with a run of characters; a more frequent one is too common."""
MIN_COMMON_GRAMS: Final = 2
MIN_COMMON_SHARE: Final = 0.2
"""Share of the shorter task's runs in both; with fewer no half of the characters is in both."""


@record
class TitledProject:
    """What is compared of a project.

    `areas` are the project's own; `within` are the provinces in which its local authorities are.
    `owners_above` are the agencies directly above the owner.
    """

    id: str
    title: str
    owner: str
    owners_above: frozenset[str]
    areas: frozenset[str]
    within: frozenset[str]
    place_names: tuple[str, ...]
    years: frozenset[int]


@record
class Overlap:
    """Two projects, the first by id first, with what they have in common."""

    left: str
    right: str
    areas: tuple[str, ...]
    years: tuple[int, ...]
    comparison: TaskComparison


def find_overlaps(
    projects: Sequence[TitledProject], changed: Collection[str] | None = None
) -> list[Overlap]:
    """Return the overlaps among projects, by ids; with `changed`, those that one of these has."""
    parts = {one.id: split_title(one.title, one.place_names) for one in projects}
    by_id = {one.id: one for one in projects}
    found = []
    for left, right in sorted(candidate_pairs(projects, parts, changed)):
        overlap = compare_projects(by_id[left], by_id[right], parts[left], parts[right])
        if overlap is not None:
            found.append(overlap)
    return found


def compare_projects(
    left: TitledProject, right: TitledProject, left_parts: TitleParts, right_parts: TitleParts
) -> Overlap | None:
    """Return the overlap of two projects; null if they have none."""
    areas, years = common_areas(left, right), left.years & right.years
    if not areas or not years or not have_different_owners(left, right):
        return None
    comparison = compare_tasks(left_parts, right_parts)
    if comparison is None or not comparison.is_same_task:
        return None
    return Overlap(
        left=left.id,
        right=right.id,
        areas=tuple(sorted(areas)),
        years=tuple(sorted(years)),
        comparison=comparison,
    )


def common_areas(left: TitledProject, right: TitledProject) -> frozenset[str]:
    """Return the areas of both; a local authority is also a place of its province."""
    return (left.areas & right.areas) | (left.areas & right.within) | (left.within & right.areas)


def have_different_owners(left: TitledProject, right: TitledProject) -> bool:
    """Return whether two agencies own the projects, neither of them directly above the other."""
    return (
        left.owner != right.owner
        and left.owner not in right.owners_above
        and right.owner not in left.owners_above
    )


def candidate_pairs(
    projects: Iterable[TitledProject],
    parts: Mapping[str, TitleParts],
    changed: Collection[str] | None = None,
) -> set[tuple[str, str]]:
    """Return pairs of ids of one place and year whose tasks share rare runs of characters.

    Time grows with the projects, not with their square, because frequent runs name no single work
    and are left out. With `changed`, one of each pair is among these.
    """
    buckets: dict[tuple[str, int], list[str]] = defaultdict(list)
    for one in projects:
        for area in one.areas | one.within:
            for year in one.years:
                buckets[area, year].append(one.id)
    found: set[tuple[str, str]] = set()
    for ids in buckets.values():
        if len(ids) > 1:
            chosen = ids if changed is None else [key for key in ids if key in changed]
            found |= pairs_with_common_grams(ids, parts, frozenset(chosen))
    return found


def pairs_with_common_grams(
    ids: Sequence[str], parts: Mapping[str, TitleParts], chosen: frozenset[str]
) -> set[tuple[str, str]]:
    """Return pairs of ids, one of them chosen, that share enough runs, some of them rare."""
    grams = {key: grams_of(parts[key].task) for key in ids}
    ids_by_gram: dict[str, list[str]] = defaultdict(list)
    for key in ids:
        for gram in grams[key]:
            ids_by_gram[gram].append(key)
    common: Counter[tuple[str, str]] = Counter()
    for holders in ids_by_gram.values():
        if len(holders) <= MAX_GRAM_FREQUENCY and not chosen.isdisjoint(holders):
            ordered = sorted(holders)
            common.update(
                (a, b)
                for i, a in enumerate(ordered)
                for b in ordered[i + 1 :]
                if a in chosen or b in chosen
            )
    return {
        (a, b)
        for (a, b), count in common.items()
        if count >= MIN_COMMON_GRAMS and have_common_runs(grams[a], grams[b])
    }


def have_common_runs(one: frozenset[str], other: frozenset[str]) -> bool:
    """Return whether enough runs of characters are in both tasks for a comparison."""
    return len(one & other) >= MIN_COMMON_SHARE * min(len(one), len(other))


@lru_cache(maxsize=20_000)
def grams_of(task: str) -> frozenset[str]:
    """Return the runs of `GRAM_LENGTH` characters of a task, and its first and last ones again."""
    runs = [task[i : i + GRAM_LENGTH] for i in range(len(task) - GRAM_LENGTH + 1)]
    return frozenset([*runs, f"^{task[:GRAM_LENGTH]}", f"{task[-GRAM_LENGTH:]}$"])

"""Lineage of the elements of a plan: which element of an earlier version each one is.

    content = assign_lineage(submitted, earlier_contents, prefix)

An element is the same as an earlier one of its kind when it has its id, else its code, else (below
the same parent) its name. Otherwise it is new.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from hub.domain.plan_content import (
    GoalContent,
    IndicatorContent,
    IssueContent,
    ItemContent,
    PlanContent,
    StrategyContent,
)
from hub.domain.text import LocalizedText
from hub.errors import Invalid

Element = IssueContent | GoalContent | IndicatorContent | StrategyContent | ItemContent
Item = TypeVar("Item", IssueContent, GoalContent, IndicatorContent, StrategyContent, ItemContent)
PLAN: Final = ""
"""The parent of issues, items and goals of the whole plan."""


def iterate_elements(content: PlanContent) -> Iterator[tuple[str, Element]]:
    """Yield every element with the id of its parent, parents first."""
    for issue in content.issues:
        yield PLAN, issue
    for issue_id, goals in (
        (PLAN, content.goals),
        *((issue.id, issue.goals) for issue in content.issues),
    ):
        for goal in goals:
            yield issue_id, goal
            for indicator in goal.indicators:
                yield goal.id, indicator
    for issue in content.issues:
        for strategy in issue.strategies:
            yield issue.id, strategy
    for item in content.items:
        yield PLAN, item


class Lineage:
    """Assigns ids to the elements of one submission."""

    def __init__(self, earlier: Sequence[PlanContent], prefix: str) -> None:
        self._prefix = prefix
        self._count = 0
        self._used: set[tuple[type, str]] = set()
        self._elements: dict[tuple[type, str], Element] = {}
        self._by_code: dict[tuple[type, str], str] = {}
        self._by_name: dict[tuple[type, str, str], str] = {}
        for content in earlier:  # newest first: the newest wording of an element counts
            for parent, element in iterate_elements(content):
                kind = type(element)
                self._elements.setdefault((kind, element.id), element)
                if code := getattr(element, "code", None):
                    self._by_code.setdefault((kind, code), element.id)
                self._by_name.setdefault((kind, parent, element.name.th), element.id)

    def claim_ids(self, content: PlanContent) -> None:
        """Reserve the ids that the submission names; `Invalid` for an unknown or repeated one."""
        for path, element in iterate_paths(content):
            if not element.id:
                continue
            key = type(element), element.id
            if key not in self._elements:
                raise Invalid(
                    f"{path}.id",
                    f"ไม่มี {element.id} ในฉบับก่อนของแผนนี้ เว้นว่างไว้ถ้าเป็นรายการใหม่",
                    f"no earlier version of this plan has {element.id}; "
                    "leave it empty for a new element",
                )
            if key in self._used:
                raise Invalid(
                    f"{path}.id",
                    f"{element.id} มีสองรายการ ใช้รหัสเดิมกับรายการเดียว",
                    f"two elements have the id {element.id}; use it for one of them",
                )
            self._used.add(key)

    def assign(self, element: Item, parent: str) -> Item:
        """Return an element with its lineage id, and the English of an unchanged Thai text."""
        kind = type(element)
        element_id = element.id or self._find(element, kind, parent) or self._mint(kind)
        self._used.add((kind, element_id))
        earlier = self._elements.get((kind, element_id))
        name = keep_translation(element.name, earlier.name if earlier else None)
        return replace(element, id=element_id, name=name)

    def _find(self, element: Element, kind: type, parent: str) -> str | None:
        code = getattr(element, "code", None)
        candidates = (
            [self._by_code.get((kind, code))]
            if code
            else [self._by_name.get((kind, parent, element.name.th))]
        )
        for found in candidates:
            if found and (kind, found) not in self._used:
                return found
        return None

    def _mint(self, kind: type) -> str:
        self._count += 1
        text = f"{self._prefix}|{kind.__name__}|{self._count}"
        return hashlib.sha256(text.encode()).hexdigest()[:20]


def keep_translation(text: LocalizedText, earlier: LocalizedText | None) -> LocalizedText:
    """Return the earlier text when the Thai is the same and no translation was sent."""
    is_same = earlier is not None and text.th == earlier.th and text.en in (None, earlier.en)
    return earlier if earlier is not None and is_same else text


def assign_lineage(
    content: PlanContent, earlier: Sequence[PlanContent], prefix: str
) -> PlanContent:
    """Return the content with a lineage id for each element.

    `earlier` are the contents of the plan's versions, newest first; `prefix` is unique to the new
    version, and new ids are computed from it. `Invalid` names an id that is unknown or repeated.
    """
    lineage = Lineage(earlier, prefix)
    lineage.claim_ids(content)

    def _goals(goals: Iterable[GoalContent], parent: str) -> tuple[GoalContent, ...]:
        assigned = [lineage.assign(goal, parent) for goal in goals]
        return tuple(
            replace(
                goal,
                indicators=tuple(lineage.assign(one, goal.id) for one in goal.indicators),
            )
            for goal in assigned
        )

    issues = [lineage.assign(issue, PLAN) for issue in content.issues]
    vision = content.vision
    if vision and earlier:
        vision = keep_translation(vision, earlier[0].vision)
    return replace(
        content,
        vision=vision,
        issues=tuple(
            replace(
                issue,
                goals=_goals(issue.goals, issue.id),
                strategies=tuple(lineage.assign(one, issue.id) for one in issue.strategies),
            )
            for issue in issues
        ),
        goals=_goals(content.goals, PLAN),
        items=tuple(lineage.assign(item, PLAN) for item in content.items),
    )


def iterate_paths(content: PlanContent) -> Iterator[tuple[str, Element]]:
    """Yield every element with its path in the input of a submission: `content.issues.0`."""
    places = [
        *((f"content.issues.{i}", issue) for i, issue in enumerate(content.issues)),
        ("content", None),
    ]
    for path, issue in places:
        if issue is not None:
            yield path, issue
            for i, strategy in enumerate(issue.strategies):
                yield f"{path}.strategies.{i}", strategy
        for i, goal in enumerate(content.goals if issue is None else issue.goals):
            yield f"{path}.goals.{i}", goal
            for j, indicator in enumerate(goal.indicators):
                yield f"{path}.goals.{i}.indicators.{j}", indicator
    for i, item in enumerate(content.items):
        yield f"content.items.{i}", item

"""The elements of a plan as flat records, by kind and lineage id, for comparing plans.

An element has its fields as text, its parents among them (`issue`, `goal`, `stage`).
"""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Final

from hub.domain.global_id import GlobalId
from hub.domain.plan_content import IndicatorContent, IssueContent, ItemContent, PlanContent
from hub.domain.record import value
from hub.domain.text import LocalizedText


class DiffedKind(Enum):
    """Kind of element that a difference is about; the value is its type in the contract."""

    PLAN = "PlanVersion"
    ISSUE = "StrategicIssue"
    GOAL = "Goal"
    INDICATOR = "Indicator"
    STRATEGY = "Strategy"
    ITEM = "PlanItem"


Key = tuple[DiffedKind, str]
PLAN_KEY: Final[Key] = (DiffedKind.PLAN, "")
Fields = tuple[tuple[str, str], ...]
RANK: Final = "rank"
PLANNED: Final = "planned"
PARENT_FIELDS: Final = ("issue", "goal", "stage")
"""Fields that place an element in another one; a change of any of them is MOVED."""


@value
class FlatElement:
    """An element without what hangs on it: its fields by name, absent ones left out."""

    key: Key
    fields: Fields

    def get(self, name: str) -> str | None:
        """Return a field; null when it is absent."""
        return dict(self.fields).get(name)


FlatPlan = Mapping[Key, FlatElement]


def flatten(content: PlanContent) -> dict[Key, FlatElement]:
    """Return the elements of a plan by key, in the order of the plan."""
    return {element.key: element for element in iterate_flat(content)}


def iterate_flat(content: PlanContent) -> Iterator[FlatElement]:
    """Yield the plan itself (vision, sections), then every element, parents first."""
    yield flat(
        PLAN_KEY,
        vision=write_text(content.vision),
        **{f"sections.{one.kind.name}": write_text(one.text) for one in content.sections},
    )
    for issue in content.issues:
        yield flat_issue(issue)
        for strategy in issue.strategies:
            key = DiffedKind.STRATEGY, strategy.id
            yield flat(key, issue=issue.id, name=write_text(strategy.name))
    for parent, goals in ((None, content.goals), *((one.id, one.goals) for one in content.issues)):
        for goal in goals:
            key = DiffedKind.GOAL, goal.id
            yield flat(key, issue=parent, code=goal.code, name=write_text(goal.name))
            for indicator in goal.indicators:
                yield flat_indicator(indicator, goal.id)
    issue_ids = {issue.code: issue.id for issue in content.issues}
    for item in content.items:
        yield flat_item(item, issue_ids.get(item.issue_code or ""))


def flat(key: Key, **fields: str | None) -> FlatElement:
    """Return an element with the fields that it has."""
    return FlatElement(
        key, tuple(sorted((name, one) for name, one in fields.items() if one is not None))
    )


def write_text(text: LocalizedText | None) -> str | None:
    """Return a text as one field: the Thai, and the English after a line break."""
    if text is None:
        return None
    return text.th if text.en is None else f"{text.th}\n{text.en}"


def flat_issue(issue: IssueContent) -> FlatElement:
    """Return an issue without its goals and strategies."""
    aligned = [
        " | ".join(filter(None, (one.kind.name, write_text(one.text), one.element, one.citation)))
        for one in issue.aligned_to
    ]
    return flat(
        (DiffedKind.ISSUE, issue.id),
        code=issue.code,
        name=write_text(issue.name),
        rank=None if issue.rank is None else str(issue.rank),
        theme=issue.theme,
        valueChain=issue.chain,
        alignedTo="\n".join(aligned) or None,
    )


def flat_indicator(indicator: IndicatorContent, goal_id: str) -> FlatElement:
    """Return an indicator with its targets, a field per year."""
    targets = {
        f"targets.{one.year.be}": " | ".join(
            filter(
                None,
                (None if one.value is None else f"{one.value:f}", write_text(one.text)),
            )
        )
        for one in indicator.targets
    }
    return flat(
        (DiffedKind.INDICATOR, indicator.id),
        goal=goal_id,
        code=indicator.code,
        name=write_text(indicator.name),
        unit=indicator.unit,
        owners=", ".join(indicator.owners) or None,
        **targets,
    )


def flat_item(item: ItemContent, issue_id: str | None) -> FlatElement:
    """Return an item; `issue_id` is the id of its issue."""
    roles = "\n".join(f"{one.agency}: {write_text(one.role)}" for one in item.responsibilities)
    return flat(
        (DiffedKind.ITEM, item.id),
        issue=issue_id,
        stage=item.stage,
        name=write_text(item.name),
        project=item.project,
        detail=write_text(item.detail),
        executor=item.executor.name if item.executor else None,
        responsible=item.responsible,
        responsibleProvince=item.province,
        responsibilities=roles or None,
        budgetRoute=item.route.name if item.route else None,
        planned=None if item.planned is None else f"{item.planned // 100}.{item.planned % 100:02}",
    )


def satang_of(element: FlatElement) -> int | None:
    """Return the planned amount of an item in satang; null without one."""
    written = element.get(PLANNED)
    return None if written is None else int(written.replace(".", ""))


def list_quoted(text: str, content: PlanContent) -> list[str]:
    """Return the global ids of the elements whose name a text quotes; new ones have none."""
    return [
        str(GlobalId(kind.value, key))
        for (kind, key), element in flatten(content).items()
        if key and (name := element.get("name")) and f"“{name.partition(chr(10))[0]}”" in text
    ]

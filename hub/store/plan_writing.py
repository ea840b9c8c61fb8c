"""Rows of a plan version and its content, by table, in the order of their references."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from hub.domain.plan_content import GoalContent, IssueContent, ItemContent, PlanContent
from hub.domain.plans import PlanKind
from hub.domain.record import value
from hub.domain.text import LocalizedText, thai_sort_key
from hub.domain.time import FiscalYearRange
from hub.store.tables import (
    issue,
    issue_revision,
    plan_alignment,
    plan_element,
    plan_item,
    plan_section,
    plan_target,
)
from hub.store.tables.plan_content import ElementKind
from hub.store.upsert import Row

RANK_BASIS: Final = "STATED"
"""The basis of a rank that the plan itself states."""
Stages = Mapping[tuple[str, str], str]


@value
class PlanRow:
    """A plan to insert: its owner, kind, title and period."""

    id: str
    kind: PlanKind
    title: str
    years: FiscalYearRange
    area_id: str | None
    agency_id: str | None

    def as_row(self) -> Row:
        """Return the row."""
        return {
            "id": self.id,
            "kind": self.kind.name,
            "title_th": self.title,
            "sort_key": thai_sort_key(self.title),
            "area_id": self.area_id,
            "agency_id": self.agency_id,
            "first_year": self.years.first.ce,
            "last_year": self.years.last.ce,
        }


def text_columns(name: str, text: LocalizedText | None) -> Row:
    """Return the columns of a text."""
    if text is None:
        return {}
    return {
        f"{name}_th": text.th,
        f"{name}_en": text.en,
        f"{name}_th_origin": text.th_origin.name if text.th_origin else None,
        f"{name}_en_origin": text.en_origin.name if text.en_origin else None,
    }


def list_content_rows(
    plan_id: str,
    version_id: str,
    content: PlanContent,
    stages: Stages,
    existing_issues: Sequence[str],
) -> Iterator[tuple[sa.Table, list[Row]]]:
    """Yield the rows of a version's content by table; `stages` are ids by chain and code."""
    version = {"version_id": version_id}
    new_issues = [one.id for one in content.issues if one.id not in existing_issues]
    yield issue, [{"id": one, "plan_id": plan_id} for one in new_issues]
    yield issue_revision, [version | issue_row(one) for one in content.issues]
    yield (
        plan_section,
        [
            version | {"ordinal": i, "kind": one.kind.name, **text_columns("text", one.text)}
            for i, one in enumerate(content.sections)
        ],
    )
    goals: list[Row] = []
    indicators: list[Row] = []
    targets: list[Row] = []
    for issue_id, some in ((None, content.goals), *((one.id, one.goals) for one in content.issues)):
        goals += [goal_row(goal, issue_id) for goal in some]
        for goal in some:
            indicators += indicator_rows(goal, issue_id)
            targets += target_rows(goal)
    strategies = [
        {
            "id": one.id,
            "kind": ElementKind.STRATEGY.name,
            "issue_id": parent.id,
            **text_columns("name", one.name),
        }
        for parent in content.issues
        for one in parent.strategies
    ]
    elements = [*goals, *indicators, *strategies]
    yield (
        plan_element,
        [version | {"ordinal": i} | one for i, one in enumerate(elements)],
    )
    yield plan_target, [version | one for one in targets]
    yield (
        plan_alignment,
        [version | row for one in content.issues for row in alignment_rows(one)],
    )
    issues = {one.code: one for one in content.issues}
    yield (
        plan_item,
        [
            version | {"ordinal": i} | item_row(one, issues.get(one.issue_code or ""), stages)
            for i, one in enumerate(content.items)
        ],
    )


def issue_row(one: IssueContent) -> Row:
    """Return the wording of an issue."""
    return {
        "issue_id": one.id,
        "code": one.code,
        "sort_key": thai_sort_key(one.name.th),
        "rank": one.rank,
        "rank_basis": one.rank_basis or (RANK_BASIS if one.rank else None),
        "theme": one.theme,
        "chain_id": one.chain,
        **text_columns("name", one.name),
    }


def alignment_rows(one: IssueContent) -> Iterator[Row]:
    """Yield the alignments of an issue."""
    for i, alignment in enumerate(one.aligned_to):
        yield {
            "issue_id": one.id,
            "ordinal": i,
            "kind": alignment.kind.name,
            "element": alignment.element,
            "citation": alignment.citation,
            **text_columns("text", alignment.text),
        }


def goal_row(goal: GoalContent, issue_id: str | None) -> Row:
    """Return the row of a goal."""
    return {
        "id": goal.id,
        "kind": ElementKind.GOAL.name,
        "issue_id": issue_id,
        "code": goal.code,
        **text_columns("name", goal.name),
    }


def indicator_rows(goal: GoalContent, issue_id: str | None) -> Iterator[Row]:
    """Yield the rows of a goal's indicators."""
    for one in goal.indicators:
        yield {
            "id": one.id,
            "kind": ElementKind.INDICATOR.name,
            "issue_id": issue_id,
            "goal_id": goal.id,
            "code": one.code,
            "unit": one.unit,
            "owner_ids": list(one.owners) or None,
            **text_columns("name", one.name),
        }


def target_rows(goal: GoalContent) -> Iterator[Row]:
    """Yield the rows of the targets of a goal's indicators."""
    for indicator in goal.indicators:
        for one in indicator.targets:
            yield {
                "indicator_id": indicator.id,
                "fiscal_year": one.year.ce,
                "value": None if one.value is None else f"{one.value:f}",
                **text_columns("text", one.text),
            }


def item_row(one: ItemContent, parent: IssueContent | None, stages: Stages) -> Row:
    """Return the row of an item."""
    stage_id = stages[parent.chain, one.stage] if parent and parent.chain and one.stage else None
    return {
        "id": one.id,
        "project_id": one.project,
        "issue_id": parent.id if parent else None,
        "stage_id": stage_id,
        "executor": one.executor.name if one.executor else None,
        "responsible_id": one.responsible,
        "province_id": one.province,
        "responsibilities": [
            {"agency": r.agency, "th": r.role.th, "en": r.role.en} for r in one.responsibilities
        ]
        or None,
        "route": one.route.name if one.route else None,
        "planned_satang": one.planned,
        **text_columns("name", one.name),
        **text_columns("detail", one.detail),
    }


def version_row(
    version_id: str, plan_id: str, number: int, vision: LocalizedText | None, **columns: Any
) -> Row:
    """Return the row of a version."""
    return {
        "id": version_id,
        "plan_id": plan_id,
        "number": number,
        **text_columns("vision", vision),
        **columns,
    }

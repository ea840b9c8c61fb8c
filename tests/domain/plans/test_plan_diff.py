"""The difference of plans: planted edits are found, one change each, and can be applied."""

import dataclasses
import random
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.history import ChangeKind
from hub.domain.plan_content import (
    BudgetRoute,
    GoalContent,
    IndicatorContent,
    IssueContent,
    ItemContent,
    PlanContent,
    StrategyContent,
    TargetContent,
)
from hub.domain.plan_diff import apply_changes, compare
from hub.domain.plan_flat import flatten
from hub.domain.text import LocalizedText
from hub.domain.time import FiscalYear


def text(th: str) -> LocalizedText:
    return LocalizedText(th)


def draw_from(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - not a secret


def build_plan(draw: random.Random, prefix: str = "") -> PlanContent:
    """Return a plan of random size, in which every element has its own code or name."""
    issues = []
    for i in range(draw.randint(1, 5)):
        goals = []
        for j in range(draw.randint(0, 3)):
            indicators = tuple(
                IndicatorContent(
                    f"{prefix}n{i}.{j}.{k}",
                    text(f"ตัวชี้วัด {i}.{j}.{k}"),
                    f"{i}.{j}.{k}",
                    "ราย",
                    (TargetContent(FiscalYear(2023), Decimal(draw.randint(1, 99))),),
                )
                for k in range(draw.randint(0, 2))
            )
            goal = GoalContent(f"{prefix}g{i}.{j}", text(f"เป้า {i}.{j}"), f"{i}.{j}", indicators)
            goals.append(goal)
        strategies = tuple(
            StrategyContent(f"{prefix}s{i}.{j}", text(f"กลยุทธ์ {i}.{j}"))
            for j in range(draw.randint(0, 2))
        )
        issues.append(
            IssueContent(
                f"{prefix}i{i}", f"{i}", text(f"ประเด็น {i}"), i + 1,
                goals=tuple(goals), strategies=strategies,
            )
        )  # fmt: skip
    items = tuple(
        ItemContent(
            f"{prefix}p{i}",
            text(f"โครงการ {i}"),
            issue_code=f"{draw.randrange(len(issues))}",
            route=BudgetRoute.MINISTRY,
            planned=draw.randint(0, 10**9),
        )
        for i in range(draw.randint(0, 6))
    )
    return PlanContent(text("วิสัยทัศน์"), (), tuple(issues), (), items)


def with_issue(plan: PlanContent, index: int, **changes: Any) -> PlanContent:
    issues = list(plan.issues)
    issues[index] = replace(issues[index], **changes)
    return replace(plan, issues=tuple(issues))


def with_item(plan: PlanContent, index: int, **changes: Any) -> PlanContent:
    items = list(plan.items)
    items[index] = replace(items[index], **changes)
    return replace(plan, items=tuple(items))


def edit_vision(plan: PlanContent, draw: random.Random) -> PlanContent:
    return replace(plan, vision=text(f"วิสัยทัศน์ใหม่ {draw.random()}"))


def rename_issue(plan: PlanContent, draw: random.Random) -> PlanContent:
    name = text(f"ประเด็นใหม่ {draw.random()}")
    return with_issue(plan, draw.randrange(len(plan.issues)), name=name)


def rerank_issue(plan: PlanContent, draw: random.Random) -> PlanContent:
    return with_issue(plan, draw.randrange(len(plan.issues)), rank=draw.randint(6, 900))


def add_strategy(plan: PlanContent, draw: random.Random) -> PlanContent:
    index = draw.randrange(len(plan.issues))
    new = StrategyContent(f"new{draw.random()}", text(f"กลยุทธ์ใหม่ {draw.random()}"))
    return with_issue(plan, index, strategies=(*plan.issues[index].strategies, new))


def remove_item(plan: PlanContent, draw: random.Random) -> PlanContent:
    return replace(plan, items=plan.items[draw.randint(0, 1) :])


def rename_item(plan: PlanContent, draw: random.Random) -> PlanContent:
    if not plan.items:
        return plan
    name = text(f"โครงการใหม่ {draw.random()}")
    return with_item(plan, draw.randrange(len(plan.items)), name=name)


def move_item(plan: PlanContent, draw: random.Random) -> PlanContent:
    if not plan.items:
        return plan
    code = draw.choice([one.code for one in plan.issues])
    return with_item(plan, draw.randrange(len(plan.items)), issue_code=code)


def change_amount(plan: PlanContent, draw: random.Random) -> PlanContent:
    if not plan.items:
        return plan
    return with_item(plan, draw.randrange(len(plan.items)), planned=draw.randint(0, 10**9))


def move_goal(plan: PlanContent, draw: random.Random) -> PlanContent:
    source, target = draw.randrange(len(plan.issues)), draw.randrange(len(plan.issues))
    goals = plan.issues[source].goals
    if not goals or source == target:
        return plan
    moved = with_issue(plan, source, goals=goals[1:])
    return with_issue(moved, target, goals=(*moved.issues[target].goals, goals[0]))


EDITS: list[Callable[[PlanContent, random.Random], PlanContent]] = [
    edit_vision, rename_issue, rerank_issue, add_strategy, remove_item, rename_item, move_item,
    change_amount, move_goal,
]  # fmt: skip


@given(st.integers(0, 10**9), st.lists(st.sampled_from(EDITS), max_size=12))
def test_changes_applied_to_the_earlier_plan_make_the_later_one_with_no_more_than_planted(
    seed: int, edits: list[Callable[[PlanContent, random.Random], PlanContent]]
) -> None:
    draw = draw_from(seed)
    earlier = build_plan(draw)
    later = earlier
    for edit in edits:
        later = edit(later, draw)
    comparison = compare(earlier, later)
    assert len(comparison.changes) <= len(edits)
    assert apply_changes(flatten(earlier), comparison) == flatten(later)
    planned = [sum(one.planned or 0 for one in plan.items) for plan in (earlier, later)]
    assert (comparison.budget_delta or 0) == planned[1] - planned[0]


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_difference_of_two_unrelated_plans_makes_one_of_the_other(first: int, second: int) -> None:
    earlier, later = build_plan(draw_from(first)), build_plan(draw_from(second))
    assert apply_changes(flatten(earlier), compare(earlier, later)) == flatten(later)


@given(st.integers(0, 10**9))
def test_same_plan_of_two_years_has_no_difference_although_all_ids_differ(seed: int) -> None:
    earlier = build_plan(draw_from(seed))
    later = build_plan(draw_from(seed), "later-")
    comparison = compare(earlier, later)
    assert comparison.changes == ()
    assert apply_changes(flatten(earlier), comparison) == flatten(later)


PLAN = build_plan(draw_from(8))


@pytest.mark.parametrize("edit", [rename_issue, rename_item, edit_vision])
def test_new_name_is_one_changed(
    edit: Callable[[PlanContent, random.Random], PlanContent],
) -> None:
    [change] = compare(PLAN, edit(PLAN, draw_from(1))).changes
    assert change.kind is ChangeKind.CHANGED
    assert change.before
    assert change.after


def test_swapped_ranks_are_two_reranked_and_nothing_else() -> None:
    swapped = with_issue(with_issue(PLAN, 0, rank=2), 1, rank=1)
    changes = compare(PLAN, swapped).changes
    assert [(one.kind, one.before, one.after) for one in changes] == [
        (ChangeKind.RERANKED, "1", "2"),
        (ChangeKind.RERANKED, "2", "1"),
    ]


def test_project_of_another_issue_is_moved_and_keeps_its_money() -> None:
    other = next(one.code for one in PLAN.issues if one.code != PLAN.items[0].issue_code)
    comparison = compare(PLAN, with_item(PLAN, 0, issue_code=other))
    assert [one.kind for one in comparison.changes] == [ChangeKind.MOVED]
    assert comparison.budget_delta is None


def test_added_and_removed_projects_change_the_money() -> None:
    fewer = replace(PLAN, items=PLAN.items[1:])
    removed, added = compare(PLAN, fewer), compare(fewer, PLAN)
    assert [one.kind for one in removed.changes] == [ChangeKind.REMOVED]
    assert [one.kind for one in added.changes] == [ChangeKind.ADDED]
    assert removed.budget_delta == -(PLAN.items[0].planned or 0)
    assert added.budget_delta == PLAN.items[0].planned


def test_issue_with_another_code_and_the_same_lineage_is_one_changed() -> None:
    first = dataclasses.replace(PLAN.issues[0], code="A")
    issues = (first, *PLAN.issues[1:])
    items = tuple(
        replace(one, issue_code="A") if one.issue_code == PLAN.issues[0].code else one
        for one in PLAN.items
    )
    [change] = compare(PLAN, replace(PLAN, issues=issues, items=items)).changes
    assert (change.kind, change.field) == (ChangeKind.CHANGED, "code")

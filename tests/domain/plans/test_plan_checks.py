"""Checks of plans by rules: each with one case that meets it, ones that do not, and look-alikes."""

from dataclasses import replace
from typing import Any

import pytest

from hub.domain.plan_checks import CHECKS, check_plan
from hub.domain.plan_content import (
    AlignmentContent,
    GoalContent,
    IndicatorContent,
    PlanContent,
    PlanSectionKind,
)
from hub.domain.plan_review import CheckOutcome, PlanContext, ProjectCounts, RuleCheck
from hub.domain.plans import PlanKind
from hub.domain.text import LocalizedText
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.sandbox.plans import generate_plans

PROVINCE = PlanKind.PROVINCE_DEVELOPMENT
FOUR_YEARS = FiscalYearRange(FiscalYear.from_be(2553), FiscalYear.from_be(2556))
PLAN = next(
    one.content for one in generate_plans(1) if one.kind is PROVINCE and not one.content.goals
)


def check(
    rule: str, content: PlanContent = PLAN, kind: PlanKind = PROVINCE, **context: Any
) -> RuleCheck:
    years = context.pop("years", FOUR_YEARS)
    found = check_plan(PlanContext(kind, years, **context), content)
    return next(one for one in found if one.rule_code == rule)


def text(th: str) -> LocalizedText:
    return LocalizedText(th)


def with_indicator(name: str, goal: str = "เป้าประสงค์ของจังหวัด") -> PlanContent:
    indicator = IndicatorContent("", text(name))
    return replace(PLAN, goals=(GoalContent("", text(goal), None, (indicator,)),))


def without(kind: PlanSectionKind) -> PlanContent:
    return replace(PLAN, sections=tuple(one for one in PLAN.sections if one.kind is not kind))


def test_complete_plan_passes_every_rule_that_its_content_decides() -> None:
    outcomes = {one.rule_code: one.outcome for one in check_plan(
        PlanContext(PROVINCE, FOUR_YEARS, 2, True, ProjectCounts(9, 0)), PLAN
    )}  # fmt: skip
    assert outcomes == dict.fromkeys(CHECKS, CheckOutcome.PASS)


def test_every_check_quotes_its_rule_in_both_languages_and_cites_slides() -> None:
    for one in check_plan(PlanContext(PROVINCE, FOUR_YEARS), PlanContent()):
        assert one.quote.th
        assert one.quote.en
        assert one.message.th
        assert one.message.en
        assert one.citation.startswith("slide")


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"vision": None}, "vision"),
        ({"issues": ()}, "strategic issues"),
        ({"issues": tuple(replace(one, strategies=()) for one in PLAN.issues)}, "strategies"),
        ({"issues": tuple(replace(one, goals=()) for one in PLAN.issues)}, "goals"),
    ],
)
def test_missing_component_fails_r13_and_is_named(change: dict[str, Any], part: str) -> None:
    found = check("R13", replace(PLAN, **change))
    assert found.outcome is CheckOutcome.FAIL
    assert part in (found.message.en or "")


@pytest.mark.parametrize(
    ("kind", "first", "last", "outcome"),
    [
        (PROVINCE, 2553, 2556, CheckOutcome.PASS),
        (PROVINCE, 2553, 2557, CheckOutcome.FAIL),
        (PROVINCE, 2566, 2570, CheckOutcome.FLAG),
        (PROVINCE, 2566, 2568, CheckOutcome.FAIL),
        (PlanKind.ANNUAL_ACTION, 2566, 2566, CheckOutcome.PASS),
        (PlanKind.ANNUAL_ACTION, 2566, 2567, CheckOutcome.FAIL),
        (PlanKind.LOCAL_DEVELOPMENT, 2566, 2570, CheckOutcome.NOT_APPLICABLE),
    ],
)
def test_period_is_judged_by_r14(
    kind: PlanKind, first: int, last: int, outcome: CheckOutcome
) -> None:
    years = FiscalYearRange(FiscalYear.from_be(first), FiscalYear.from_be(last))
    assert check("R14", kind=kind, years=years).outcome is outcome


def test_broken_chain_fails_r15_and_names_the_element() -> None:
    found = check("R15", with_indicator("จำนวนเป้าประสงค์ของจังหวัด"))
    assert found.outcome is CheckOutcome.FAIL
    assert "“จำนวนเป้าประสงค์ของจังหวัด” has no target" in (found.message.en or "")
    issue = replace(PLAN.issues[0], goals=())
    assert "issue 1 has no goal" in (check("R15", replace(PLAN, issues=(issue,))).message.en or "")


def test_indicator_without_any_relation_to_its_goal_is_flagged_by_r15() -> None:
    goal = PLAN.issues[0].goals[0]
    other = replace(goal.indicators[0], name=text("ขยะ"))
    issue = replace(PLAN.issues[0], goals=(replace(goal, indicators=(other,)),))
    found = check("R15", replace(PLAN, issues=(issue,)))
    assert (found.outcome, found.matched) == (CheckOutcome.FLAG, ["ขยะ"])


@pytest.mark.parametrize(
    ("name", "marker"),
    [
        ("อัตราการขยายตัวของผลิตภัณฑ์มวลรวมจังหวัด (GPP)", "GPP"),
        ("GPP per capita", "GPP"),
        ("มูลค่าการส่งออกผลไม้", "มูลค่าการส่งออก"),
        ("ร้อยละที่เพิ่มขึ้นของ gpp ภาคเกษตร", "GPP"),
        ("มูลค่าการค้าชายแดน", "มูลค่าการค้าชายแดน"),
    ],
)
def test_indicator_outside_the_control_of_the_province_is_flagged_by_r16(
    name: str, marker: str
) -> None:
    found = check("R16", with_indicator(name))
    assert found.outcome is CheckOutcome.FLAG
    assert marker in found.matched
    assert name in found.message.th


@pytest.mark.parametrize(
    "name",
    [
        "จำนวนผู้ประกอบการที่ได้รับการอบรมการส่งออก",
        "ระบบ GPPS ที่ติดตั้ง",
        "จำนวนครั้งที่รายงาน GPP ต่อคณะกรรมการ",
        "จำนวนเกษตรกรที่ได้รับการรับรองมาตรฐาน GAP",
    ],
)
def test_look_alike_indicator_is_not_flagged_by_r16(name: str) -> None:
    assert check("R16", with_indicator(name)).outcome is CheckOutcome.PASS


@pytest.mark.parametrize(
    "vision", ["น่าอยู่", "เมืองน่าอยู่อย่างยั่งยืน", "ก้าวหน้า มั่งคั่ง อย่างยั่งยืน ระดับสากล", "ก" * 301]
)
def test_vision_that_is_too_short_too_long_or_broad_is_flagged_by_r17(vision: str) -> None:
    assert check("R17", replace(PLAN, vision=text(vision))).outcome is CheckOutcome.FLAG


def test_broad_strategy_is_flagged_and_a_concrete_one_with_the_same_term_is_not() -> None:
    issue = PLAN.issues[0]
    broad = replace(issue.strategies[0], name=text("ส่งเสริมและพัฒนาเศรษฐกิจ"))
    found = check("R17", replace(PLAN, issues=(replace(issue, strategies=(broad,)),)))
    assert found.outcome is CheckOutcome.FLAG
    assert "ส่งเสริมและพัฒนา" in found.matched
    clear = replace(broad, name=text("ส่งเสริมและพัฒนาโรงคัดบรรจุผลไม้ของวิสาหกิจชุมชนอำเภอขลุง"))
    found = check("R17", replace(PLAN, issues=(replace(issue, strategies=(clear,)),)))
    assert found.outcome is CheckOutcome.PASS


def test_missing_past_results_fail_r18_and_unsent_sections_are_not_declared() -> None:
    assert check("R18", without(PlanSectionKind.PAST_RESULTS)).outcome is CheckOutcome.FAIL
    assert check("R18", replace(PLAN, sections=())).outcome is CheckOutcome.NOT_DECLARED
    annual = check("R18", kind=PlanKind.ANNUAL_ACTION)
    assert annual.outcome is CheckOutcome.NOT_APPLICABLE


@pytest.mark.parametrize("kind", ["ECONOMY", "SOCIETY", "ENVIRONMENT", "SECURITY"])
def test_missing_dimension_fails_r19(kind: str) -> None:
    assert check("R19", without(PlanSectionKind[kind])).outcome is CheckOutcome.FAIL
    assert check("R19", without(PlanSectionKind.SWOT)).outcome is CheckOutcome.PASS


def test_first_version_has_nothing_to_compare_and_a_later_one_has() -> None:
    assert check("R20").outcome is CheckOutcome.NOT_APPLICABLE
    assert check("R20", number=2, has_previous=True).outcome is CheckOutcome.PASS
    assert check("R20", number=2).outcome is CheckOutcome.FAIL


def test_issue_without_a_direction_fails_r21_and_none_at_all_is_not_declared() -> None:
    def aligned(parts: tuple[AlignmentContent, ...]) -> PlanContent:
        return replace(PLAN, issues=(replace(PLAN.issues[0], aligned_to=parts),))

    found = check("R21", aligned(PLAN.issues[0].aligned_to[1:]))
    assert found.outcome is CheckOutcome.FAIL
    assert "national direction" in (found.message.en or "")
    assert check("R21", aligned(())).outcome is CheckOutcome.NOT_DECLARED
    cluster = check("R21", kind=PlanKind.CLUSTER_DEVELOPMENT)
    assert cluster.outcome is CheckOutcome.NOT_APPLICABLE


def test_unlinked_projects_of_the_area_are_flagged_by_r22() -> None:
    assert check("R22").outcome is CheckOutcome.NOT_DECLARED
    assert check("R22", counts=ProjectCounts(9, 2)).outcome is CheckOutcome.FLAG
    assert check("R22", counts=ProjectCounts(9, 0)).outcome is CheckOutcome.PASS
    assert check("R22", counts=ProjectCounts(0, 0)).outcome is CheckOutcome.NOT_DECLARED


def test_r22_is_not_declared_while_no_project_is_linked_to_the_plan() -> None:
    found = check("R22", counts=ProjectCounts(9, 9))
    assert found.outcome is CheckOutcome.NOT_DECLARED
    assert "none of the 9 projects" in (found.message.en or "")


@pytest.mark.parametrize(
    ("ranks", "outcome"),
    [
        ((1, 2, 3, 4), CheckOutcome.PASS),
        ((4, 3, 2, 1), CheckOutcome.PASS),
        ((1, 2, 2, 3), CheckOutcome.FAIL),
        ((1, 2, 4, 5), CheckOutcome.FAIL),
        ((2, 3, 4, 5), CheckOutcome.FAIL),
        ((1, 2, 3, None), CheckOutcome.NOT_DECLARED),
    ],
)
def test_ranks_are_judged_by_r23(ranks: tuple[int | None, ...], outcome: CheckOutcome) -> None:
    issues = tuple(replace(one, rank=r) for one, r in zip(PLAN.issues, ranks, strict=True))
    assert check("R23", replace(PLAN, issues=issues)).outcome is outcome

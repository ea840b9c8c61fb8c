"""Submissions of made-up plans, for tests."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from hub.domain.global_id import GlobalId
from hub.domain.identity.viewer import Viewer
from hub.domain.plan_content import (
    AlignmentContent,
    AlignmentKind,
    BudgetRoute,
    GoalContent,
    IndicatorContent,
    IssueContent,
    ItemContent,
    PlanContent,
    PlanSectionKind,
    SectionContent,
    StrategyContent,
    TargetContent,
)
from hub.domain.plan_submission import PlanSubmission
from hub.domain.plans import PlanKind
from hub.domain.text import LocalizedText
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.services.plans.submit_plan import Sender

TODAY = date(2022, 6, 1)
YEARS = FiscalYearRange(FiscalYear(2023), FiscalYear(2026))
OFFICER = Viewer("officer of Chanthaburi", "province:22", frozenset({"plan:write"}))
STRANGER = Viewer("officer of Rayong", "province:21", frozenset({"plan:write"}))
STEWARD = Viewer("steward", None, frozenset({"hub:steward", "plan:write"}))


def text(th: str) -> LocalizedText:
    return LocalizedText(th)


def target(year: int, value: int) -> TargetContent:
    return TargetContent(FiscalYear(year), Decimal(value))


INDICATOR = IndicatorContent(
    "",
    text("จำนวนเกษตรกรที่ผ่านมาตรฐาน GAP"),
    "1.1.1",
    "ราย",
    (target(2023, 100), target(2026, 400)),
    ("province:22",),
)
GOAL = GoalContent("", text("เกษตรกรผลิตผลไม้ที่ได้มาตรฐาน"), "1.1", (INDICATOR,))
ISSUES = (
    IssueContent(
        "",
        "1",
        text("พัฒนาการผลิตและการตลาดผลไม้คุณภาพตลอดห่วงโซ่"),
        1,
        "agriculture",
        "agri-food",
        None,
        (AlignmentContent(AlignmentKind.NATIONAL, text("ยุทธศาสตร์ชาติด้านการแข่งขัน")),),
        (GOAL,),
        (StrategyContent("", text("ส่งเสริมการรวมกลุ่มเกษตรกรแปลงใหญ่")),),
    ),
    IssueContent("", "2", text("ท่องเที่ยวชุมชนริมชายฝั่งทะเลจันทบุรี"), 2, "tourism"),
)
CONTENT = PlanContent(
    text("เมืองผลไม้คุณภาพและอัญมณีของเอเชียภายในปี 2569"),
    (SectionContent(PlanSectionKind.GENERAL, text("ประชากร 536,000 คน")),),
    ISSUES,
    (GoalContent("", text("รายได้ครัวเรือนเพิ่มขึ้น"), "G1"),),
    (
        ItemContent(
            "",
            text("อบรมเกษตรกรแปลงใหญ่"),
            issue_code="1",
            route=BudgetRoute.AREA_DIRECT,
            planned=5_000_000_00,
        ),
    ),
)
SUBMISSION = PlanSubmission(
    GlobalId("Area", "22"),
    PlanKind.PROVINCE_DEVELOPMENT,
    "แผนพัฒนาจังหวัดจันทบุรี 2566–2569",
    YEARS,
    CONTENT,
)


def sender(viewer: Viewer = OFFICER, **changes: Any) -> Sender:
    return replace(Sender(viewer, viewer.subject, TODAY), **changes)

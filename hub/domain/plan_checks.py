"""Checks of a plan's content by the rules R13-R16 and R18-R23 of the deck; R17 is with them.

    checks = check_plan(PlanContext(kind, years), content)

Each check has its outcome, what was found in both languages, the words of the rule that decide, the
citation, and the words of the plan that matched. What marks a text is in `hub.domain.plan_wording`.
"""

from typing import Final

from hub.domain.plan_content import AlignmentKind, GoalContent, PlanContent, PlanSectionKind
from hub.domain.plan_flat import list_quoted
from hub.domain.plan_quotes import QUOTES
from hub.domain.plan_review import (
    PASSED,
    CheckOutcome,
    Found,
    PlanContext,
    RuleCheck,
    judge,
    not_declared,
    not_governed,
)
from hub.domain.plan_wording import (
    UNCONTROLLED_MARKERS,
    find_markers,
    list_texts,
    list_unrelated,
    wording_remarks,
)
from hub.domain.plans import PlanKind
from hub.domain.text import LocalizedText, localized_text
from hub.domain.time import FiscalYear

DEVELOPMENT_KINDS: Final = (PlanKind.PROVINCE_DEVELOPMENT, PlanKind.CLUSTER_DEVELOPMENT)
DEVELOPMENT_YEARS: Final = 4
FIVE_YEAR_PLANS_FROM: Final = FiscalYear.from_be(2566)
"""Plans from this year on have five years; the deck's four are those of the decree of 2551."""
DIMENSIONS: Final = {
    PlanSectionKind.ECONOMY: ("เศรษฐกิจ", "economy"),
    PlanSectionKind.SOCIETY: ("สังคม", "society"),
    PlanSectionKind.ENVIRONMENT: ("ทรัพยากรธรรมชาติและสิ่งแวดล้อม", "natural resources"),
    PlanSectionKind.SECURITY: ("ความมั่นคง", "security"),
}
DIRECTIONS: Final = {
    AlignmentKind.NATIONAL: ("ทิศทางของประเทศ", "national direction"),
    AlignmentKind.POLICY: ("นโยบายรัฐบาล", "government policy"),
    AlignmentKind.REGION: ("กรอบภาค", "regional frame"),
    AlignmentKind.SECTOR: ("ยุทธศาสตร์รายสาขา", "sector strategies"),
    AlignmentKind.NEED: ("ผลสำรวจความต้องการ", "needs survey"),
}


def list_goals(content: PlanContent) -> list[GoalContent]:
    """Return all goals of a plan: of the whole plan, then of its issues."""
    return [*content.goals, *(goal for issue in content.issues for goal in issue.goals)]


def check_components(context: PlanContext, content: PlanContent) -> Found:
    """R13: a development plan has all six components."""
    if context.kind not in DEVELOPMENT_KINDS:
        return not_governed()
    goals = list_goals(content)
    indicators = [one for goal in goals for one in goal.indicators]
    parts = (
        ("วิสัยทัศน์", "vision", content.vision is not None),
        ("ประเด็นยุทธศาสตร์", "strategic issues", bool(content.issues)),
        ("เป้าประสงค์", "goals", bool(goals)),
        ("ตัวชี้วัด", "indicators", bool(indicators)),
        ("ค่าเป้าหมาย", "target values", any(one.targets for one in indicators)),
        ("กลยุทธ์", "strategies", any(issue.strategies for issue in content.issues)),
    )
    missing = [(th, en) for th, en, present in parts if not present]
    return judge(missing, "ขาด", "missing", CheckOutcome.FAIL)


def check_duration(context: PlanContext, _content: PlanContent) -> Found:
    """R14: a development plan has four years, an annual plan one."""
    length = context.years.last.ce - context.years.first.ce + 1
    if context.kind is PlanKind.ANNUAL_ACTION:
        expected = 1
    elif context.kind in DEVELOPMENT_KINDS:
        expected = DEVELOPMENT_YEARS
    else:
        return not_governed()
    th, en = f"แผนมี {length} ปี กฎกำหนด {expected} ปี", f"{length} years; the rule has {expected}"
    if length == expected:
        return CheckOutcome.PASS, th, en, ()
    is_later = context.years.first.ce >= FIVE_YEAR_PLANS_FROM.ce
    if context.kind in DEVELOPMENT_KINDS and is_later and length == DEVELOPMENT_YEARS + 1:
        return (
            CheckOutcome.FLAG,
            f"{th} แผนตั้งแต่ปี {FIVE_YEAR_PLANS_FROM.be} ใช้ 5 ปีได้ ให้ผู้กลั่นกรองยืนยัน",
            f"{en}; plans from FY {FIVE_YEAR_PLANS_FROM.be} may have five: a reviewer confirms it",
            (),
        )
    return CheckOutcome.FAIL, th, en, ()


def check_chain(context: PlanContext, content: PlanContent) -> Found:
    """R15: issue, goal, indicator and target are all there, and indicators relate to goals."""
    if context.kind not in DEVELOPMENT_KINDS:
        return not_governed()
    missing = [
        (f"ประเด็น {one.code} ไม่มีเป้าประสงค์", f"issue {one.code} has no goal")
        for one in content.issues
        if not one.goals
    ]
    for goal in list_goals(content):
        if not goal.indicators:
            missing.append((f"“{goal.name.th}” ไม่มีตัวชี้วัด", f"“{goal.name.th}” has no indicator"))
        missing += [
            (f"“{one.name.th}” ไม่มีค่าเป้าหมาย", f"“{one.name.th}” has no target")
            for one in goal.indicators
            if not one.targets
        ]
    if missing:
        return judge(missing, "", "", CheckOutcome.FAIL)
    unrelated = list_unrelated(list_goals(content))
    return judge(
        [(f"“{one}”", f"“{one}”") for one in unrelated],
        "ตัวชี้วัดที่อาจไม่สัมพันธ์โดยตรงกับเป้าประสงค์: ",
        "indicators that may not relate directly to their goal: ",
        CheckOutcome.FLAG,
        unrelated,
    )


def check_control(_context: PlanContext, content: PlanContent) -> Found:
    """R16: indicators that rest on what the province does not control are flagged."""
    indicators = [one for goal in list_goals(content) for one in goal.indicators]
    if not indicators:
        return not_declared("ไม่มีตัวชี้วัดให้ตรวจ", "there is no indicator to check")
    matched = [
        (one.name.th, marker)
        for one in indicators
        for marker in find_markers(one.name.th, UNCONTROLLED_MARKERS)
    ]
    return judge(
        [(f"“{name}”", f"“{name}”") for name in dict.fromkeys(name for name, _ in matched)],
        "ขึ้นกับปัจจัยที่จังหวัดควบคุมไม่ได้: ",
        "rests on what the province does not control: ",
        CheckOutcome.FLAG,
        [marker for _, marker in matched],
    )


def check_wording(_context: PlanContext, content: PlanContent) -> Found:
    """R17: texts that are too broad or too short to mean anything are flagged."""
    if not list_texts(content):
        return not_declared("ไม่มีข้อความให้ตรวจ", "there is no text to check")
    remarks = wording_remarks(content)
    return judge(
        [(one.th, one.en or one.th) for one, _ in remarks],
        "",
        "",
        CheckOutcome.FLAG,
        [part for _, parts in remarks for part in parts],
    )


def check_past_results(context: PlanContext, content: PlanContent) -> Found:
    """R18: the plan has a section on past results."""
    if context.kind not in DEVELOPMENT_KINDS:
        return not_governed()
    if any(one.kind is PlanSectionKind.PAST_RESULTS for one in content.sections):
        return CheckOutcome.PASS, *PASSED, ()
    if not content.sections:
        return not_declared(
            "ไม่ได้ส่งส่วนอื่นของแผน จึงไม่รู้ว่ามีผลการดำเนินงานที่ผ่านมาหรือไม่",
            "no sections were submitted, so whether past results are in the plan is not declared",
        )
    return (
        CheckOutcome.FAIL,
        "ไม่มีส่วนผลการดำเนินงานที่ผ่านมา (PAST_RESULTS)",
        "there is no section on past results (PAST_RESULTS)",
        (),
    )


def check_dimensions(context: PlanContext, content: PlanContent) -> Found:
    """R19: the analysis covers economy, society, environment and security."""
    if context.kind not in DEVELOPMENT_KINDS:
        return not_governed()
    if not content.sections:
        return not_declared("ไม่ได้ส่งส่วนอื่นของแผน", "no sections were submitted")
    kinds = {one.kind for one in content.sections}
    missing = [names for kind, names in DIMENSIONS.items() if kind not in kinds]
    return judge(missing, "ขาดมิติ", "dimensions missing: ", CheckOutcome.FAIL)


def check_difference(context: PlanContext, _content: PlanContent) -> Found:
    """R20: the version considered before can be compared with this one."""
    if context.kind not in DEVELOPMENT_KINDS:
        return not_governed()
    if context.has_previous:
        th, en = "เทียบกับฉบับก่อนได้ด้วย planDiff", "planDiff compares it with the version before"
        return CheckOutcome.PASS, th, en, ()
    if context.number == 1:
        th, en = "เป็นฉบับแรกของแผน", "it is the first version of the plan"
        return CheckOutcome.NOT_APPLICABLE, th, en, ()
    th, en = "ไม่มีฉบับก่อนให้เทียบ", "there is no version before it to compare with"
    return CheckOutcome.FAIL, th, en, ()


def check_directions(context: PlanContext, content: PlanContent) -> Found:
    """R21: the issues of a provincial plan follow the directions above it and the needs survey."""
    if context.kind is not PlanKind.PROVINCE_DEVELOPMENT:
        return not_governed()
    if not any(issue.aligned_to for issue in content.issues):
        return not_declared(
            "ไม่ได้ระบุความสอดคล้องของประเด็นใดเลย (alignedTo)",
            "no issue states what it follows (alignedTo)",
        )
    missing = [
        (f"ประเด็น {issue.code}: ไม่ได้ระบุ{th}", f"issue {issue.code}: no {en}")
        for issue in content.issues
        for kind, (th, en) in DIRECTIONS.items()
        if kind not in {one.kind for one in issue.aligned_to}
    ]
    return judge(missing, "", "", CheckOutcome.FAIL)


def check_projects(context: PlanContext, _content: PlanContent) -> Found:
    """R22: the projects in the province are linked to its plan; others are listed."""
    if context.kind is not PlanKind.PROVINCE_DEVELOPMENT:
        return not_governed()
    counts = context.counts
    if counts is None:
        return not_declared("ไม่ได้นับโครงการในพื้นที่", "the projects in the area were not counted")
    if not counts.projects:
        return not_declared(
            "ระบบยังไม่มีโครงการในพื้นที่ในปีของแผน", "the hub has no project in the area in its years"
        )
    if counts.unlinked == counts.projects:
        return not_declared(
            f"ยังไม่มีโครงการใดในพื้นที่ ({counts.projects:,} โครงการ) เชื่อมโยงกับประเด็นของแผนนี้",
            f"none of the {counts.projects:,} projects in the area is linked to an issue of this "
            "plan yet",
        )
    th = f"โครงการในพื้นที่ที่ยังไม่เชื่อมโยง {counts.unlinked:,} จาก {counts.projects:,}"
    en = f"projects in the area that are not linked: {counts.unlinked:,} of {counts.projects:,}"
    return CheckOutcome.FLAG if counts.unlinked else CheckOutcome.PASS, th, en, ()


def check_ranks(_context: PlanContext, content: PlanContent) -> Found:
    """R23: issues have the ranks 1 to n, without gaps or ties."""
    if not content.issues:
        return not_declared("ไม่มีประเด็นยุทธศาสตร์", "there is no strategic issue")
    ranks = [one.rank for one in content.issues]
    missing = [one for one in content.issues if one.rank is None]
    if missing:
        names = ", ".join(one.code for one in missing)
        return not_declared(f"ไม่ได้ระบุลำดับ: ประเด็น {names}", f"no rank stated: issues {names}")
    if sorted(rank or 0 for rank in ranks) == list(range(1, len(ranks) + 1)):
        return CheckOutcome.PASS, *PASSED, ()
    written = ", ".join(str(rank) for rank in sorted(rank or 0 for rank in ranks))
    return (
        CheckOutcome.FAIL,
        f"ลำดับคือ {written} ต้องเป็น 1–{len(ranks)} ไม่ข้ามและไม่ซ้ำ",
        f"the ranks are {written}; they must be 1 to {len(ranks)}, without gaps or ties",
        (),
    )


CHECKS: Final = {
    "R13": check_components,
    "R14": check_duration,
    "R15": check_chain,
    "R16": check_control,
    "R17": check_wording,
    "R18": check_past_results,
    "R19": check_dimensions,
    "R20": check_difference,
    "R21": check_directions,
    "R22": check_projects,
    "R23": check_ranks,
}
"""The check of each rule, in the order of the rules."""


def check_plan(context: PlanContext, content: PlanContent) -> list[RuleCheck]:
    """Return the result of each rule, in the order of the rules."""
    return [build_check(code, check(context, content), content) for code, check in CHECKS.items()]


def build_check(code: str, found: Found, content: PlanContent) -> RuleCheck:
    """Return the check of a rule with its words and citation."""
    outcome, th, en, matched = found
    quote_th, quote_en, citation = QUOTES[code]
    return RuleCheck(
        code,
        outcome,
        localized_text(th, en),
        LocalizedText(quote_th, quote_en),
        citation,
        list(matched),
        list_quoted(th, content),
    )

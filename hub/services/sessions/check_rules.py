"""The rules of the deck applied to the operations of a proposal: R32, R62, R63."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from hub.domain.agencies import ActorLevel
from hub.domain.budget import BudgetPhase
from hub.domain.plan_review import CheckOutcome, RuleCheck
from hub.domain.plans import StrategicIssue
from hub.domain.projects import Project
from hub.domain.record import record
from hub.domain.rules import Rule
from hub.domain.sessions.kinds import OperationKind
from hub.domain.sessions.operations import ProposedOperation
from hub.domain.text import localized_text
from hub.store.unit_of_work import UnitOfWork

AREA_LEVELS: Final = frozenset({ActorLevel.PROVINCE, ActorLevel.CLUSTER})
LINKING: Final = frozenset({OperationKind.LINKAGE_ADD, OperationKind.LINKAGE_MOVE})
TOP_RANK: Final = 2
Finding = tuple[CheckOutcome, str, str]


@record
class CheckedThings:
    """The projects and issues that operations name, as far as the viewer may see them."""

    projects: Mapping[str, Project]
    issues: Mapping[str, StrategicIssue]


def check_top_issue(one: ProposedOperation, things: CheckedThings) -> Finding | None:
    """R32: what an area requests serves an issue of rank 1 or 2; ministries' work is not meant."""
    if one.kind not in LINKING:
        return None
    project, issue = (
        things.projects.get(one.project_id or ""),
        things.issues.get(one.issue_id or ""),
    )
    if project is None or issue is None:
        return None
    if project.actor_level not in AREA_LEVELS:
        return (
            CheckOutcome.NOT_APPLICABLE,
            "ใช้กับโครงการที่จังหวัดหรือกลุ่มจังหวัดเสนอขอ โครงการนี้ไม่ใช่",
            "it governs what provinces and clusters request; this project is another's",
        )
    if issue.rank is None:
        return (
            CheckOutcome.NOT_DECLARED,
            f"ประเด็น “{issue.name.th}” ไม่ได้ระบุลำดับ",
            f"the issue “{issue.name.en or issue.name.th}” has no rank",
        )
    outcome = CheckOutcome.PASS if issue.rank <= TOP_RANK else CheckOutcome.FLAG
    return (
        outcome,
        f"ประเด็น “{issue.name.th}” อยู่ลำดับ {issue.rank}",
        f"the issue “{issue.name.en or issue.name.th}” has rank {issue.rank}",
    )


def check_consent(one: ProposedOperation, _things: CheckedThings) -> Finding | None:
    """R62: after the Cabinet's decision a request changes only with the committee's consent."""
    if one.kind is not OperationKind.BUDGET_SET or one.phase is not BudgetPhase.REQUESTED:
        return None
    return (
        CheckOutcome.FLAG,
        "เปลี่ยนคำของบประมาณ ถ้าคณะรัฐมนตรีมีมติแล้ว ต้องได้รับความเห็นชอบจาก ก.น.จ.",
        "it changes a request: after the Cabinet's decision the committee must consent",
    )


def check_stage(one: ProposedOperation, _things: CheckedThings) -> Finding | None:
    """R63: every project is at a stage of its value chain."""
    if one.kind not in LINKING:
        return None
    if one.stage_id is None:
        return CheckOutcome.FLAG, "ยังไม่ระบุขั้นของห่วงโซ่คุณค่า", "no stage of the value chain is named"
    return CheckOutcome.PASS, "ระบุขั้นของห่วงโซ่คุณค่าแล้ว", "a stage of the value chain is named"


CHECKS: Final[Mapping[str, Callable[[ProposedOperation, CheckedThings], Finding | None]]] = {
    "R32": check_top_issue,
    "R62": check_consent,
    "R63": check_stage,
}


async def check_operations(
    unit: UnitOfWork, operations: Sequence[ProposedOperation]
) -> list[RuleCheck]:
    """Return the checks of operations, each finding of a rule once, in the order of the rules."""
    rules = await unit.rules.by_code(list(CHECKS))
    project_ids = [one.project_id for one in operations if one.project_id]
    issue_ids = [one.issue_id for one in operations if one.issue_id]
    things = CheckedThings(
        await unit.projects.by_id(project_ids) if project_ids else {},
        await unit.plans.issues_by_id(issue_ids) if issue_ids else {},
    )
    found: list[RuleCheck] = []
    for code, check in CHECKS.items():
        seen = dict.fromkeys(one for one in (check(o, things) for o in operations) if one)
        found += [build_check(rules[code], one) for one in seen]
    return found


def build_check(rule: Rule, found: Finding) -> RuleCheck:
    """Return a check with the words and slides of its rule."""
    outcome, th, en = found
    return RuleCheck(rule.code, outcome, localized_text(th, en), rule.text, rule.citation, [], [])

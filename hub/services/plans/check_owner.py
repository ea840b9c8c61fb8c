"""Check who submits a plan for whom: the register decides, a scope alone does not."""

from hub.domain.identity.viewer import Permission, Viewer
from hub.domain.plan_checks import check_plan
from hub.domain.plan_review import CheckOutcome, PlanContext
from hub.domain.plan_submission import (
    KINDS_OF_AGENCIES,
    LEVEL_OF_KIND,
    SUBMITTABLE_STATUSES,
    PlanSubmission,
)
from hub.domain.plans import PlanStatus
from hub.domain.time import is_in_force
from hub.errors import Forbidden, Invalid, NotFound, RuleViolation
from hub.store.plan_submission import PlanOwner


def check_owner(submission: PlanSubmission, owner: PlanOwner | None, viewer: Viewer) -> None:
    """Raise unless the viewer may act for the owner, and the owner may have such a plan.

    An area's own agency acts for the area, an agency for itself, a steward for all.
    """
    if owner is None:
        raise NotFound(
            f"ไม่มี {submission.owner} ที่มีแผนของตนเองได้ ใช้ id ของพื้นที่หรือหน่วยงาน "
            "(จังหวัดและกลุ่มจังหวัดใช้ id ของพื้นที่) "
            f"· there is no {submission.owner} that can have a plan; use the id of an area or "
            "agency (for a province or cluster that of the area)"
        )
    check_acting(owner, str(submission.owner), viewer)
    kind = submission.kind
    if owner.level is None:
        if kind not in KINDS_OF_AGENCIES:
            raise Invalid(
                "kind",
                f"หน่วยงานไม่มีแผนประเภท {kind.value}",
                f"an agency has no plan of the kind {kind.value}",
            )
    elif owner.level not in LEVEL_OF_KIND.get(kind, ()):
        raise Invalid(
            "kind",
            f"พื้นที่ระดับ {owner.level.value} ไม่มีแผนประเภท {kind.value}",
            f"an area of the level {owner.level.value} has no plan of the kind {kind.value}",
        )
    first = submission.years.first
    if not is_in_force(owner.valid_from, owner.valid_to, first.starts_on):
        raise Invalid(
            "fiscalYears",
            f"{submission.owner} ไม่มีผลในวันเริ่มปีงบประมาณ {first.be} ใช้พื้นที่ของปีนั้น",
            f"{submission.owner} is not in force at the start of FY {first.be}; use the area of "
            "that year",
        )


def check_acting(owner: PlanOwner, name: str, viewer: Viewer) -> None:
    """Raise `Forbidden` unless the viewer may act for the area or agency of a plan."""
    if viewer.has_permission(Permission.STEWARD):
        return
    if viewer.agency_id is None or viewer.agency_id != owner.home_id:
        raise Forbidden(
            f"หน่วยงานของท่านไม่ได้ทำการแทน {name} ให้หน่วยงาน {owner.home_id or 'ผู้ดูแลระบบกลาง'} เสนอ "
            f"· your agency does not act for {name}; {owner.home_id or 'a steward of the hub'} "
            "must submit it"
        )


def find_rule_violations(submission: PlanSubmission) -> list[RuleViolation]:
    """Return the rules that a version to be screened does not meet; a draft may not meet any."""
    if submission.status in (PlanStatus.DRAFT, PlanStatus.IN_CONSULTATION):
        return []
    context = PlanContext(submission.kind, submission.years, has_previous=bool(submission.base))
    return [
        RuleViolation(
            f"ยังไม่ผ่านกฎ {one.rule_code}: {one.message.th} แก้แล้วเสนอใหม่ หรือเสนอเป็น DRAFT "
            f"· rule {one.rule_code} is not met: {one.message.en}; fix it, or submit a DRAFT",
            rule_code=one.rule_code,
        )
        for one in check_plan(context, submission.content)
        if one.outcome is CheckOutcome.FAIL
    ]


def check_status(status: PlanStatus, allowed: tuple[PlanStatus, ...] | None) -> None:
    """Raise `Invalid` unless a new version may have a status."""
    statuses = allowed or SUBMITTABLE_STATUSES
    if status not in statuses:
        names = ", ".join(one.value for one in statuses)
        raise Invalid(
            "status",
            f"ฉบับใหม่เป็น {status.value} ไม่ได้ ใช้ {names} แล้วเปลี่ยนด้วย planStatusSet",
            f"a new version cannot be {status.value}; use {names}, then planStatusSet",
        )

"""Commands on plans (คำสั่งเกี่ยวกับแผน): submit a version, set its status, record its grade."""

from datetime import date

import strawberry

from hub.domain import plan_submission as domain
from hub.domain.global_id import GlobalId
from hub.domain.identity.viewer import Permission
from hub.domain.plan_content import PlanContent
from hub.domain.plans import PlanKind, PlanStatus
from hub.domain.reported_counts import Grade
from hub.errors import Invalid
from resolvers import plan_review, plan_submission
from schema import binding
from schema.arguments import validate_date
from schema.binding import input_type, output_type, resolver_field
from schema.errors import UserError
from schema.lookups import optional_field
from schema.plan_input import PlanContentInput
from schema.plan_review import PlanDiff, RuleCheck
from schema.plans import PlanVersion
from schema.rulings import check_idempotency_key
from schema.text import FiscalYearRange

OWNER_TYPES = ("Area", "Agency")


@input_type(domain.PlanSubmission)
class PlanSubmitInput:
    """A new version of a plan (คำสั่งเสนอฉบับของแผน).

    Elements with a known `id` or `code` keep their lineage.
    """

    idempotency_key: str = strawberry.field(
        description="A new key per command; a repeated key returns the first result (กุญแจกันทำซ้ำ)"
    )
    owner: strawberry.ID = strawberry.field(
        description="Area or agency whose plan it is (เจ้าของแผน)"
    )
    kind: PlanKind = strawberry.field(description="Kind of plan (ประเภทแผน)")
    title: str = strawberry.field(description="Title (ชื่อแผน)")
    fiscal_years: FiscalYearRange = strawberry.field(description="Fiscal years (ช่วงเวลา)")
    base: strawberry.ID | None = optional_field(
        "The version it was written from; default: it is the first one (ฉบับตั้งต้น)"
    )
    expected_version: int | None = optional_field("`version` of the base as read (รุ่นที่อ่านมา)")
    status: PlanStatus = strawberry.field(
        default=PlanStatus.DRAFT,
        description="DRAFT, IN_CONSULTATION or SUBMITTED (สถานะของฉบับใหม่)",
    )
    content: PlanContentInput = strawberry.field(description="Content (เนื้อหา)")
    check_only: bool = strawberry.field(
        default=False, description="Check and answer, and store nothing (ตรวจเท่านั้น)"
    )

    def to_domain(self, field: str) -> domain.PlanSubmission:
        """Return the submission; `Invalid` names the invalid part."""
        check_idempotency_key(self.idempotency_key, field)
        if not self.title.strip():
            raise Invalid(f"{field}.title", "ต้องมีชื่อแผน", "a title is required")
        owner = GlobalId.parse(str(self.owner), f"{field}.owner")
        if owner.type not in OWNER_TYPES:
            raise Invalid(
                f"{field}.owner",
                "ต้องเป็น id ของพื้นที่หรือหน่วยงาน",
                "must be the id of an area or an agency",
            )
        content: PlanContent = self.content.to_domain(f"{field}.content")
        base = parse_version_id(self.base, f"{field}.base") if self.base else None
        return domain.PlanSubmission(
            owner,
            self.kind,
            self.title.strip(),
            self.fiscal_years.to_domain(f"{field}.fiscalYears"),
            content,
            base,
            self.expected_version or None,
            self.status,
            bool(self.check_only),
            self.idempotency_key,
        )


@input_type(domain.PlanStatusCommand)
class PlanStatusSetInput:
    """The next status of a version (คำสั่งเปลี่ยนสถานะแผน).

    DRAFT, IN_CONSULTATION, SUBMITTED, SCREENED, APPROVED; SUPERSEDED follows by itself.
    """

    idempotency_key: str = strawberry.field(
        description="A new key per command; a repeated key returns the first result (กุญแจกันทำซ้ำ)"
    )
    plan_version: strawberry.ID = strawberry.field(description="Plan version (ฉบับของแผน)")
    expected_version: int = strawberry.field(
        description="The `version` that the client has read (รุ่นที่อ่านมา)"
    )
    status: PlanStatus = strawberry.field(description="Next status (สถานะใหม่)")
    decided_on: date | None = optional_field("Date of the decision (วันที่มีมติ)")
    decided_by: str | None = optional_field("Deciding body (ผู้มีมติ)")

    def to_domain(self, field: str) -> domain.PlanStatusCommand:
        """Return the command; `Invalid` names the invalid part."""
        check_idempotency_key(self.idempotency_key, field)
        return domain.PlanStatusCommand(
            self.idempotency_key,
            parse_version_id(self.plan_version, f"{field}.planVersion"),
            self.expected_version,
            self.status,
            validate_date(self.decided_on, f"{field}.decidedOn") if self.decided_on else None,
            self.decided_by or None,
        )


@input_type(domain.PlanGradeCommand)
class PlanGradeRecordInput:
    """A grade of a version (คำสั่งบันทึกระดับคุณภาพ; slide 83)."""

    idempotency_key: str = strawberry.field(
        description="A new key per command; a repeated key returns the first result (กุญแจกันทำซ้ำ)"
    )
    plan_version: strawberry.ID = strawberry.field(description="Plan version (ฉบับของแผน)")
    grade: Grade = strawberry.field(description="Grade (ระดับ)")
    by: str = strawberry.field(description="Who gave it (ผู้ประเมิน)")
    on: date | None = optional_field("When (วันที่)")

    def to_domain(self, field: str) -> domain.PlanGradeCommand:
        """Return the command; `Invalid` names the invalid part."""
        check_idempotency_key(self.idempotency_key, field)
        return domain.PlanGradeCommand(
            self.idempotency_key,
            parse_version_id(self.plan_version, f"{field}.planVersion"),
            self.grade,
            self.by.strip(),
            validate_date(self.on, f"{field}.on") if self.on else None,
        )


def parse_version_id(text: str, field: str) -> str:
    """Return the local id of a plan version; `Invalid` when the id is not one."""
    return GlobalId.parse(str(text), field, "PlanVersion").key


@output_type(domain.PlanSubmitPayload, name="PlanSubmitPayload")
class PlanSubmitPayload:
    """Result of `planSubmit` (ผลคำสั่ง)."""

    plan_version: PlanVersion | None = resolver_field(
        plan_submission.versions_of_payloads, "The new version; null: not stored (ฉบับใหม่)"
    )
    diff: PlanDiff | None = resolver_field(
        plan_review.diffs_of_payloads,
        "What changed since the base; null: not stored, or the first version (ความแตกต่าง)",
    )
    checks: list[RuleCheck] = resolver_field(
        plan_review.checks_of_payloads,
        "Rules applied to it; FAIL does not prevent a DRAFT (ผลการตรวจ)",
    )
    user_errors: list[UserError] = binding.field(
        "Broken rules; if there are any, nothing was changed (ข้อผิดพลาด)"
    )


@output_type(domain.PlanVersionPayload, name="PlanStatusSetPayload")
class PlanStatusSetPayload:
    """Result of `planStatusSet` (ผลคำสั่ง)."""

    plan_version: PlanVersion | None = resolver_field(
        plan_submission.versions_of_payloads, "The version; null: nothing was changed (ฉบับ)"
    )
    user_errors: list[UserError] = binding.field(
        "Broken rules; if there are any, nothing was changed (ข้อผิดพลาด)"
    )


@output_type(domain.PlanVersionPayload, name="PlanGradeRecordPayload")
class PlanGradeRecordPayload:
    """Result of `planGradeRecord` (ผลคำสั่ง)."""

    plan_version: PlanVersion | None = resolver_field(
        plan_submission.versions_of_payloads, "The version; null: nothing was changed (ฉบับ)"
    )
    user_errors: list[UserError] = binding.field(
        "Broken rules; if there are any, nothing was changed (ข้อผิดพลาด)"
    )


@strawberry.type
class PlanMutation:
    """Mutations of plans."""

    plan_submit: PlanSubmitPayload | None = resolver_field(
        plan_submission.submit,
        "Submit a new version of a plan; earlier versions are not changed (เสนอฉบับของแผน)",
        needs=Permission.WRITE_PLANS,
        input="Version (คำสั่ง)",
    )
    plan_status_set: PlanStatusSetPayload | None = resolver_field(
        plan_submission.set_status,
        "Move a version to its next status (เปลี่ยนสถานะแผน)",
        needs=Permission.WRITE_PLANS,
        input="Status (คำสั่ง)",
    )
    plan_grade_record: PlanGradeRecordPayload | None = resolver_field(
        plan_submission.record_grade,
        "Record a grade of a version (บันทึกระดับคุณภาพ; slide 83)",
        needs=Permission.REVIEW_PLANS,
        input="Grade (คำสั่ง)",
    )

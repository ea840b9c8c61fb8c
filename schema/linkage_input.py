"""Inputs of the commands that write linkages."""

from decimal import Decimal

import strawberry

from hub.domain import linkage_commands as domain
from hub.domain.global_id import GlobalId
from hub.domain.linkages import LinkageDecision
from hub.domain.suggestions.suggestion import LinkageSuggestion, SuggestionKey
from hub.domain.work_requests import WorkRequest
from hub.errors import Invalid
from schema.binding import input_type
from schema.issue_lookup import IssueBy
from schema.lookups import optional_field
from schema.projects import ProjectBy
from schema.rulings import MAX_REASON_LENGTH, check_idempotency_key

IDEMPOTENCY_KEY = (
    "Chosen by the client, one per command; a repeated key returns the first result (กุญแจกันทำซ้ำ)"
)
REASON = "Reason, in the words of the sender (เหตุผล)"
ATOMIC = "True: all or nothing (ทั้งหมดหรือไม่เลย)"
VERSION = "The `version` the client has read; if it has changed: STALE_VERSION (รุ่นที่อ่านมา)"
SHARE = "Part of the project that serves this, 0 to 1; null: unknown (สัดส่วน)"
MAX_KEY_LENGTH = 200


def parse_linkage(linkage: strawberry.ID, field: str) -> str:
    """Return the key of a linkage; `Invalid` when the id is not one."""
    return GlobalId.parse(str(linkage), field, "Linkage").key


def require_reason(reason: str, field: str) -> str:
    """Return a reason; `Invalid` when it is empty or too long."""
    if not reason.strip() or len(reason) > MAX_REASON_LENGTH:
        raise Invalid(
            field,
            f"ต้องบอกเหตุผล ไม่เกิน {MAX_REASON_LENGTH:,} อักขระ",
            f"a reason of 1 to {MAX_REASON_LENGTH:,} characters is required",
        )
    return reason


@input_type(domain.LinkageDraft)
class LinkageDraftInput:
    """A linkage to be proposed (ความเชื่อมโยงที่เสนอ)."""

    key: str | None = optional_field(
        "The client's own key of this item; the same key of the same client proposes once "
        "(กุญแจรายการ)"
    )
    project: ProjectBy = strawberry.field(description="The project (โครงการ)")
    issue: IssueBy = strawberry.field(description="The strategic issue (ประเด็นยุทธศาสตร์)")
    stage_code: str | None = optional_field(
        "Code of the stage in the issue's value chain; null: not stated (รหัสขั้น)"
    )
    share: Decimal | None = optional_field(SHARE)
    work_request: strawberry.ID | None = optional_field(
        "The request for work it answers (คำขอให้ดำเนินงาน)"
    )
    suggestion: strawberry.ID | None = optional_field("The suggestion it follows (ข้อเสนอแนะ)")
    reason: str = strawberry.field(description=REASON)

    def to_domain(self, field: str) -> domain.LinkageDraft:
        """Return the linkage to propose; `Invalid` names the invalid part."""
        if self.key and len(self.key) > MAX_KEY_LENGTH:
            raise Invalid(
                f"{field}.key",
                f"ยาวเกิน {MAX_KEY_LENGTH} อักขระ",
                f"at most {MAX_KEY_LENGTH} characters",
            )
        request = None
        if self.work_request:
            path = f"{field}.workRequest"
            request = GlobalId.parse(str(self.work_request), path, WorkRequest.TYPE).key
        suggestion = None
        if self.suggestion:
            path = f"{field}.suggestion"
            parsed = GlobalId.parse(str(self.suggestion), path, LinkageSuggestion.TYPE)
            suggestion = SuggestionKey.parse(parsed.key, path)
        return domain.LinkageDraft(
            self.project.to_domain(f"{field}.project"),
            self.issue.to_domain(f"{field}.issue"),
            require_reason(self.reason, f"{field}.reason"),
            key=self.key or None,
            stage_code=self.stage_code or None,
            share=self.share if isinstance(self.share, Decimal) else None,
            work_request_id=request,
            suggestion=suggestion,
        )


@input_type(domain.LinkageProposeCommand)
class LinkageProposeInput:
    """Linkages to propose, at most 500, by the agency of the project or of the area (คำสั่งเสนอ)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    items: list[LinkageDraftInput] = strawberry.field(description="The linkages (รายการ)")
    atomic: bool = strawberry.field(default=False, description=ATOMIC)

    def to_domain(self, field: str) -> domain.LinkageProposeCommand:
        """Return the command."""
        check_idempotency_key(self.idempotency_key, field)
        items = (item.to_domain(f"{field}.items.{i}") for i, item in enumerate(self.items))
        return domain.LinkageProposeCommand(self.idempotency_key, tuple(items), self.atomic)


@input_type(domain.LinkageDecisionItem)
class LinkageDecisionInput:
    """One decision (การตัดสินใจ)."""

    linkage: strawberry.ID = strawberry.field(description="The linkage (ความเชื่อมโยง)")
    expected_version: int = strawberry.field(description=VERSION)
    decision: LinkageDecision = strawberry.field(description="The decision (การตัดสินใจ)")
    reason: str | None = optional_field("Required to dispute or to reject (เหตุผล)")

    def to_domain(self, field: str) -> domain.LinkageDecisionItem:
        """Return the decision."""
        return domain.LinkageDecisionItem(
            parse_linkage(self.linkage, f"{field}.linkage"),
            self.expected_version,
            self.decision,
            self.reason or None,
        )


@input_type(domain.LinkageDecideCommand)
class LinkageDecideInput:
    """Decisions, at most 500, for the side whose decision is awaited (คำสั่งตัดสินใจ)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    items: list[LinkageDecisionInput] = strawberry.field(description="The decisions (รายการ)")
    atomic: bool = strawberry.field(default=False, description=ATOMIC)

    def to_domain(self, field: str) -> domain.LinkageDecideCommand:
        """Return the command."""
        check_idempotency_key(self.idempotency_key, field)
        items = (item.to_domain(f"{field}.items.{i}") for i, item in enumerate(self.items))
        return domain.LinkageDecideCommand(self.idempotency_key, tuple(items), self.atomic)


@input_type(domain.LinkageVersionItem)
class LinkageVersionInput:
    """A linkage and the version that the client has read (ความเชื่อมโยงและรุ่น)."""

    linkage: strawberry.ID = strawberry.field(description="The linkage (ความเชื่อมโยง)")
    expected_version: int = strawberry.field(description=VERSION)

    def to_domain(self, field: str) -> domain.LinkageVersionItem:
        """Return the item."""
        linkage = parse_linkage(self.linkage, f"{field}.linkage")
        return domain.LinkageVersionItem(linkage, self.expected_version)


@input_type(domain.LinkageWithdrawCommand)
class LinkageWithdrawInput:
    """Linkages that the viewer's side proposed, to withdraw, at most 500 (คำสั่งถอน)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    items: list[LinkageVersionInput] = strawberry.field(description="The linkages (รายการ)")
    reason: str = strawberry.field(description=REASON)

    def to_domain(self, field: str) -> domain.LinkageWithdrawCommand:
        """Return the command."""
        check_idempotency_key(self.idempotency_key, field)
        items = (item.to_domain(f"{field}.items.{i}") for i, item in enumerate(self.items))
        reason = require_reason(self.reason, f"{field}.reason")
        return domain.LinkageWithdrawCommand(self.idempotency_key, tuple(items), reason)


@input_type(domain.LinkageUndoCommand)
class LinkageUndoInput:
    """Linkages on which the last action of the viewer's side is undone, at most 500 (คำสั่งเลิกทำ)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    items: list[LinkageVersionInput] = strawberry.field(description="The linkages (รายการ)")

    def to_domain(self, field: str) -> domain.LinkageUndoCommand:
        """Return the command."""
        check_idempotency_key(self.idempotency_key, field)
        items = (item.to_domain(f"{field}.items.{i}") for i, item in enumerate(self.items))
        return domain.LinkageUndoCommand(self.idempotency_key, tuple(items))


@input_type(domain.LinkageShareItem)
class LinkageShareInput:
    """A linkage and its new share (ความเชื่อมโยงและสัดส่วน)."""

    linkage: strawberry.ID = strawberry.field(description="The linkage (ความเชื่อมโยง)")
    expected_version: int = strawberry.field(description=VERSION)
    share: Decimal | None = optional_field("0 to 1; null: unknown (สัดส่วน)")

    def to_domain(self, field: str) -> domain.LinkageShareItem:
        """Return the item."""
        linkage = parse_linkage(self.linkage, f"{field}.linkage")
        share = self.share if isinstance(self.share, Decimal) else None
        return domain.LinkageShareItem(linkage, self.expected_version, share)


@input_type(domain.LinkageShareSetCommand)
class LinkageShareSetInput:
    """Shares to set, at most 500; those of one project are at most 1 together (คำสั่งกำหนดสัดส่วน)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    items: list[LinkageShareInput] = strawberry.field(description="The shares (รายการ)")
    reason: str = strawberry.field(description=REASON)

    def to_domain(self, field: str) -> domain.LinkageShareSetCommand:
        """Return the command."""
        check_idempotency_key(self.idempotency_key, field)
        items = (item.to_domain(f"{field}.items.{i}") for i, item in enumerate(self.items))
        reason = require_reason(self.reason, f"{field}.reason")
        return domain.LinkageShareSetCommand(self.idempotency_key, tuple(items), reason)

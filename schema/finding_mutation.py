"""Commands on findings: their inputs and payloads."""

import strawberry

from hub.domain import finding_commands as domain
from hub.domain.findings import Finding as FindingRecord
from hub.domain.global_id import GlobalId
from hub.domain.identity.viewer import Permission
from resolvers import finding_commands
from schema.binding import field, input_type, output_type, resolver_field
from schema.errors import UserError
from schema.findings import Finding
from schema.linkage_input import IDEMPOTENCY_KEY, REASON, VERSION, require_reason
from schema.linkage_mutation import COMMAND, RESULTS, USER_ERRORS
from schema.rulings import check_idempotency_key


@input_type(domain.FindingVersionItem)
class FindingVersionInput:
    """A finding and the version the client has read (ข้อสังเกตและรุ่น)."""

    finding: strawberry.ID = strawberry.field(description="The finding (ข้อสังเกต)")
    expected_version: int = strawberry.field(description=VERSION)

    def to_domain(self, field: str) -> domain.FindingVersionItem:
        """Return the item; `Invalid` when the id is not one of a finding."""
        key = GlobalId.parse(str(self.finding), f"{field}.finding", FindingRecord.TYPE).key
        return domain.FindingVersionItem(key, self.expected_version)


@input_type(domain.FindingDismissCommand)
class FindingDismissInput:
    """Dismiss findings, at most 500 (ไม่ดำเนินการตามข้อสังเกต)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    items: list[FindingVersionInput] = strawberry.field(description="The findings (ข้อสังเกต)")
    reason: str = strawberry.field(description=REASON)

    def to_domain(self, field: str) -> domain.FindingDismissCommand:
        """Return the command; `Invalid` names the invalid part."""
        check_idempotency_key(self.idempotency_key, field)
        items = (item.to_domain(f"{field}.items.{i}") for i, item in enumerate(self.items))
        reason = require_reason(self.reason, f"{field}.reason")
        return domain.FindingDismissCommand(self.idempotency_key, tuple(items), reason)


@input_type(domain.FindingReopenCommand)
class FindingReopenInput:
    """Open a dismissed finding again (เปิดข้อสังเกตอีกครั้ง)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    finding: strawberry.ID = strawberry.field(description="The finding (ข้อสังเกต)")
    expected_version: int = strawberry.field(description=VERSION)
    reason: str = strawberry.field(description=REASON)

    def to_domain(self, field: str) -> domain.FindingReopenCommand:
        """Return the command; `Invalid` names the invalid part."""
        check_idempotency_key(self.idempotency_key, field)
        key = GlobalId.parse(str(self.finding), f"{field}.finding", FindingRecord.TYPE).key
        item = domain.FindingVersionItem(key, self.expected_version)
        reason = require_reason(self.reason, f"{field}.reason")
        return domain.FindingReopenCommand(self.idempotency_key, item, reason)


@output_type(domain.FindingResult)
class FindingResult:
    """The result for one finding (ผลรายการ)."""

    index: int = field("Index of the item, from 0 (ลำดับ)")
    finding: Finding | None = resolver_field(
        finding_commands.findings_of_results,
        "The finding as it is now; null: not visible to you (ข้อสังเกต)",
    )
    user_errors: list[UserError] = field("Errors of this item alone (ข้อผิดพลาดของรายการ)")


@output_type(domain.FindingBatchPayload)
class FindingDismissPayload:
    """Result of `findingDismiss` (ผลคำสั่ง)."""

    results: list[FindingResult] = field(RESULTS)
    user_errors: list[UserError] = field(USER_ERRORS)


@output_type(domain.FindingPayload)
class FindingReopenPayload:
    """Result of `findingReopen` (ผลคำสั่ง)."""

    finding: Finding | None = resolver_field(
        finding_commands.findings_of_results, "The finding (ข้อสังเกต)"
    )
    user_errors: list[UserError] = field(USER_ERRORS)


@strawberry.type
class FindingMutation:
    """Mutations of findings."""

    finding_dismiss: FindingDismissPayload | None = resolver_field(
        finding_commands.dismiss,
        "Dismiss findings, at most 500, by an agency that they concern; each stays dismissed while "
        "its cause is unchanged (ไม่ดำเนินการตามข้อสังเกต)",
        needs=Permission.DECIDE_LINKAGES,
        input=COMMAND,
    )
    finding_reopen: FindingReopenPayload | None = resolver_field(
        finding_commands.reopen,
        "Open a dismissed finding again, by an agency that it concerns (เปิดข้อสังเกตอีกครั้ง)",
        needs=Permission.DECIDE_LINKAGES,
        input=COMMAND,
    )

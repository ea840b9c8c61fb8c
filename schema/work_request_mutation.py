"""Commands on requests for work: their inputs and payloads."""

from datetime import date
from decimal import Decimal

import strawberry

from hub.domain import linkage_commands as domain
from hub.domain.agencies import ActorLevel
from hub.domain.global_id import GlobalId
from hub.domain.identity.viewer import Permission
from hub.domain.work_requests import WorkRequest as WorkRequestRecord
from hub.domain.work_requests import WorkRequestDecision
from resolvers import work_requests
from schema.arguments import validate_date
from schema.binding import field, input_type, output_type, resolver_field
from schema.errors import UserError
from schema.issue_lookup import IssueBy
from schema.linkage_input import IDEMPOTENCY_KEY, REASON, SHARE, VERSION, require_reason
from schema.linkage_mutation import COMMAND, USER_ERRORS
from schema.linkages import Linkage
from schema.lookups import optional_field
from schema.projects import ProjectBy
from schema.rulings import check_idempotency_key
from schema.text import FiscalYearRange
from schema.work_requests import WorkRequest


@input_type(domain.WorkRequestCreateCommand)
class WorkRequestCreateInput:
    """A request for work of agencies (คำสั่งขอให้ดำเนินงาน)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    area: strawberry.ID = strawberry.field(description="Area (พื้นที่)")
    issue: IssueBy = strawberry.field(description="The strategic issue (ประเด็นยุทธศาสตร์)")
    stage_code: str | None = optional_field("Code of the stage (รหัสขั้น)")
    actor_level: ActorLevel | None = optional_field("Whose row it is (ผู้ดำเนินการ)")
    to: list[strawberry.ID] = strawberry.field(
        description="Agencies that it is sent to, 1 to 20 (หน่วยงานที่ถูกขอ)"
    )
    text: str = strawberry.field(description="What is needed (สิ่งที่ขอ)")
    fiscal_years: FiscalYearRange = strawberry.field(
        description="Fiscal years, first to last (ช่วงปีงบประมาณ)"
    )
    answer_by: date | None = optional_field("Answer wanted by (ขอคำตอบภายใน)")
    finding: strawberry.ID | None = optional_field("The gap it is about (ช่องว่าง)")

    def to_domain(self, field: str) -> domain.WorkRequestCreateCommand:
        """Return the command; `Invalid` names the invalid part."""
        check_idempotency_key(self.idempotency_key, field)
        finding = None
        if self.finding:
            finding = GlobalId.parse(str(self.finding), f"{field}.finding", "Finding").key
        wanted_by = self.answer_by if isinstance(self.answer_by, date) else None
        return domain.WorkRequestCreateCommand(
            self.idempotency_key,
            GlobalId.parse(str(self.area), f"{field}.area", "Area").key,
            self.issue.to_domain(f"{field}.issue"),
            tuple(GlobalId.parse(str(one), f"{field}.to", "Agency").key for one in self.to),
            require_reason(self.text, f"{field}.text"),
            self.fiscal_years.to_domain(f"{field}.fiscalYears"),
            stage_code=self.stage_code or None,
            actor_level=self.actor_level or None,
            answer_by=wanted_by and validate_date(wanted_by, f"{field}.answerBy"),
            finding_id=finding,
        )


@input_type(domain.WorkRequestAnswerCommand)
class WorkRequestAnswerInput:
    """An answer to a request for work (คำสั่งตอบคำขอ)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    work_request: strawberry.ID = strawberry.field(description="The request (คำขอ)")
    expected_version: int = strawberry.field(description=VERSION)
    decision: WorkRequestDecision = strawberry.field(description="The answer (คำตอบ)")
    project: ProjectBy | None = optional_field(
        "The project offered; required to OFFER (โครงการที่เสนอ)"
    )
    share: Decimal | None = optional_field(SHARE)
    reason: str | None = optional_field("Required to DECLINE and to REFER (เหตุผล)")

    def to_domain(self, field: str) -> domain.WorkRequestAnswerCommand:
        """Return the command; `Invalid` names the invalid part."""
        check_idempotency_key(self.idempotency_key, field)
        return domain.WorkRequestAnswerCommand(
            self.idempotency_key,
            parse_request(self.work_request, f"{field}.workRequest"),
            self.expected_version,
            self.decision,
            self.project.to_domain(f"{field}.project") if self.project else None,
            self.share if isinstance(self.share, Decimal) else None,
            self.reason or None,
        )


@input_type(domain.WorkRequestWithdrawCommand)
class WorkRequestWithdrawInput:
    """A request for work to withdraw (คำสั่งถอนคำขอ)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    work_request: strawberry.ID = strawberry.field(description="The request (คำขอ)")
    expected_version: int = strawberry.field(description=VERSION)
    reason: str = strawberry.field(description=REASON)

    def to_domain(self, field: str) -> domain.WorkRequestWithdrawCommand:
        """Return the command; `Invalid` names the invalid part."""
        check_idempotency_key(self.idempotency_key, field)
        return domain.WorkRequestWithdrawCommand(
            self.idempotency_key,
            parse_request(self.work_request, f"{field}.workRequest"),
            self.expected_version,
            require_reason(self.reason, f"{field}.reason"),
        )


def parse_request(request: strawberry.ID, field: str) -> str:
    """Return the key of a request for work; `Invalid` when the id is not one."""
    return GlobalId.parse(str(request), field, WorkRequestRecord.TYPE).key


REQUEST = "The request (คำขอ)"


@output_type(domain.WorkRequestPayload)
class WorkRequestCreatePayload:
    """Result of `workRequestCreate` (ผลคำสั่ง)."""

    work_request: WorkRequest | None = resolver_field(work_requests.requests_of_payloads, REQUEST)
    user_errors: list[UserError] = field(USER_ERRORS)


@output_type(domain.WorkRequestPayload)
class WorkRequestAnswerPayload:
    """Result of `workRequestAnswer` (ผลคำสั่ง)."""

    work_request: WorkRequest | None = resolver_field(work_requests.requests_of_payloads, REQUEST)
    linkage: Linkage | None = resolver_field(
        work_requests.linkages_of_answers, "The linkage that was proposed by it (ความเชื่อมโยง)"
    )
    user_errors: list[UserError] = field(USER_ERRORS)


@output_type(domain.WorkRequestPayload)
class WorkRequestWithdrawPayload:
    """Result of `workRequestWithdraw` (ผลคำสั่ง)."""

    work_request: WorkRequest | None = resolver_field(work_requests.requests_of_payloads, REQUEST)
    user_errors: list[UserError] = field(USER_ERRORS)


@strawberry.type
class WorkRequestMutation:
    """Mutations of requests for work."""

    work_request_create: WorkRequestCreatePayload | None = resolver_field(
        work_requests.create,
        "Request work of agencies at an issue and stage (ขอให้ดำเนินงาน)",
        needs=Permission.PROPOSE_LINKAGES,
        input=COMMAND,
    )
    work_request_answer: WorkRequestAnswerPayload | None = resolver_field(
        work_requests.answer,
        "Answer a request for work; an offer proposes a linkage (ตอบคำขอ)",
        needs=Permission.PROPOSE_LINKAGES,
        input=COMMAND,
    )
    work_request_withdraw: WorkRequestWithdrawPayload | None = resolver_field(
        work_requests.withdraw,
        "Withdraw a request for work (ถอนคำขอ)",
        needs=Permission.PROPOSE_LINKAGES,
        input=COMMAND,
    )

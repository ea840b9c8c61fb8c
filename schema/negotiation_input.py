"""Inputs of the commands by which delegations negotiate: agenda, proposals, positions."""

from datetime import date

import strawberry

from hub.domain.global_id import GlobalId
from hub.domain.sessions import commands as domain
from hub.domain.sessions.kinds import AgendaStatus, ConditionStatus, Stance
from schema.arguments import validate_date
from schema.binding import input_type
from schema.linkage_input import IDEMPOTENCY_KEY, REASON, VERSION
from schema.lookups import given, optional_field, parse_key
from schema.operation_input import CellBy, OperationInput
from schema.rulings import check_idempotency_key
from schema.session_input import NOTE, POINT, PROPOSAL, SESSION, TITLE, UNTIL, parse_session


@input_type(domain.AgendaItemAddCommand)
class AgendaItemAddInput:
    """Add a point to the agenda (เพิ่มวาระ)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    session: strawberry.ID = strawberry.field(description=SESSION)
    title: str = strawberry.field(description=TITLE)
    subject: strawberry.ID | None = optional_field("What it is about (เรื่อง)")
    cell: strawberry.ID | None = optional_field("Cell it is about (ช่อง)")
    order: int | None = optional_field("Ordinal; last when absent (ลำดับวาระ)")

    def to_domain(self, field: str) -> domain.AgendaItemAddCommand:
        """Return the command; `Invalid` names the invalid part."""
        check_idempotency_key(self.idempotency_key, field)
        subject, cell = given(self.subject), given(self.cell)
        if cell is not None:
            parse_key(cell, f"{field}.cell", "Cell")
        return domain.AgendaItemAddCommand(
            self.idempotency_key,
            parse_session(self.session, field),
            self.title,
            None if subject is None else str(GlobalId.parse(str(subject), f"{field}.subject")),
            None if cell is None else str(cell),
            given(self.order),
        )


@input_type(domain.AgendaItemUpdateCommand)
class AgendaItemUpdateInput:
    """Change a point: title, order, status, note; absent fields stay (แก้ไขวาระ)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    item: strawberry.ID = strawberry.field(description=POINT)
    expected_version: int = strawberry.field(description=VERSION)
    title: str | None = optional_field(TITLE)
    order: int | None = optional_field("Ordinal (ลำดับวาระ)")
    status: AgendaStatus | None = optional_field("Status; AGREED follows by itself (สถานะ)")
    note: str | None = optional_field(NOTE)

    def to_domain(self, field: str) -> domain.AgendaItemUpdateCommand:
        """Return the command."""
        check_idempotency_key(self.idempotency_key, field)
        return domain.AgendaItemUpdateCommand(
            self.idempotency_key,
            parse_key(self.item, f"{field}.item", "AgendaItem"),
            self.expected_version,
            given(self.title),
            given(self.order),
            given(self.status),
            given(self.note),
        )


@input_type(domain.AgendaItemRemoveCommand)
class AgendaItemRemoveInput:
    """Remove a point without proposals (ตัดวาระ)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    item: strawberry.ID = strawberry.field(description=POINT)
    expected_version: int = strawberry.field(description=VERSION)

    def to_domain(self, field: str) -> domain.AgendaItemRemoveCommand:
        """Return the command."""
        check_idempotency_key(self.idempotency_key, field)
        key = parse_key(self.item, f"{field}.item", "AgendaItem")
        return domain.AgendaItemRemoveCommand(self.idempotency_key, key, self.expected_version)


@input_type(domain.ProposalCreateCommand)
class ProposalCreateInput:
    """Make a proposal (เสนอ)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    item: strawberry.ID = strawberry.field(description="Its point of the agenda (วาระ)")
    summary: str = strawberry.field(description="In words (สรุป)")
    operations: list[OperationInput] = strawberry.field(
        description="What is to be done, 1 to 50 (การดำเนินการ)"
    )
    supersedes: strawberry.ID | None = optional_field("The proposal it replaces (แทนข้อเสนอ)")

    def to_domain(self, field: str) -> domain.ProposalCreateCommand:
        """Return the command; `Invalid` names the invalid part."""
        check_idempotency_key(self.idempotency_key, field)
        earlier = given(self.supersedes)
        return domain.ProposalCreateCommand(
            self.idempotency_key,
            parse_key(self.item, f"{field}.item", "AgendaItem"),
            self.summary,
            tuple(
                one.to_domain(f"{field}.operations.{index}")
                for index, one in enumerate(self.operations)
            ),
            None if earlier is None else parse_key(earlier, f"{field}.supersedes", "Proposal"),
        )


@input_type(domain.ProposalWithdrawCommand)
class ProposalWithdrawInput:
    """Withdraw a proposal; by its maker (ถอนข้อเสนอ)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    proposal: strawberry.ID = strawberry.field(description=PROPOSAL)
    expected_version: int = strawberry.field(description=VERSION)
    reason: str | None = optional_field(REASON)

    def to_domain(self, field: str) -> domain.ProposalWithdrawCommand:
        """Return the command."""
        check_idempotency_key(self.idempotency_key, field)
        key = parse_key(self.proposal, f"{field}.proposal", "Proposal")
        return domain.ProposalWithdrawCommand(
            self.idempotency_key, key, self.expected_version, given(self.reason)
        )


@input_type(domain.PositionTakeCommand)
class PositionTakeInput:
    """Take a position; a later one replaces it (แสดงท่าที)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    proposal: strawberry.ID = strawberry.field(description=PROPOSAL)
    expected_version: int = strawberry.field(description=VERSION)
    stance: Stance = strawberry.field(description="The stance (ท่าที)")
    condition: str | None = optional_field("Needed with ACCEPT_WITH_CONDITION (เงื่อนไข)")
    reason: str | None = optional_field("Needed to OBJECT (เหตุผล)")

    def to_domain(self, field: str) -> domain.PositionTakeCommand:
        """Return the command."""
        check_idempotency_key(self.idempotency_key, field)
        return domain.PositionTakeCommand(
            self.idempotency_key,
            parse_key(self.proposal, f"{field}.proposal", "Proposal"),
            self.expected_version,
            self.stance,
            given(self.condition),
            given(self.reason),
        )


@input_type(domain.PositionWithdrawCommand)
class PositionWithdrawInput:
    """Take back a position without another (ถอนท่าที)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    proposal: strawberry.ID = strawberry.field(description=PROPOSAL)
    expected_version: int = strawberry.field(description=VERSION)

    def to_domain(self, field: str) -> domain.PositionWithdrawCommand:
        """Return the command."""
        check_idempotency_key(self.idempotency_key, field)
        key = parse_key(self.proposal, f"{field}.proposal", "Proposal")
        return domain.PositionWithdrawCommand(self.idempotency_key, key, self.expected_version)


@input_type(domain.ConditionResolveCommand)
class ConditionResolveInput:
    """Resolve a condition; by the agency that set it (แก้เงื่อนไข)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    condition: strawberry.ID = strawberry.field(description="The condition (เงื่อนไข)")
    expected_version: int = strawberry.field(description=VERSION)
    outcome: ConditionStatus = strawberry.field(description="RESOLVED, CARRIED or WITHDRAWN (ผล)")
    resolution: str = strawberry.field(
        description="How it was resolved; of CARRIED: what is to be done (ผล)"
    )
    agency: strawberry.ID | None = optional_field("Of CARRIED: who is to do it (ผู้รับผิดชอบ)")
    due_on: date | None = optional_field("Of CARRIED: until when (ภายใน)")

    def to_domain(self, field: str) -> domain.ConditionResolveCommand:
        """Return the command."""
        check_idempotency_key(self.idempotency_key, field)
        agency, due_on = given(self.agency), given(self.due_on)
        return domain.ConditionResolveCommand(
            self.idempotency_key,
            parse_key(self.condition, f"{field}.condition", "Condition"),
            self.expected_version,
            self.outcome,
            self.resolution,
            None if agency is None else parse_key(agency, f"{field}.agency", "Agency"),
            None if due_on is None else validate_date(due_on, f"{field}.dueOn"),
        )


@input_type(domain.AgreementConcludeCommand)
class AgreementConcludeInput:
    """Conclude a proposal: all operations in one transaction, or none (สรุปข้อตกลง)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    proposal: strawberry.ID = strawberry.field(description=PROPOSAL)
    expected_version: int = strawberry.field(description=VERSION)

    def to_domain(self, field: str) -> domain.AgreementConcludeCommand:
        """Return the command."""
        check_idempotency_key(self.idempotency_key, field)
        key = parse_key(self.proposal, f"{field}.proposal", "Proposal")
        return domain.AgreementConcludeCommand(self.idempotency_key, key, self.expected_version)


@input_type(domain.PledgeMakeCommand)
class PledgeMakeInput:
    """Take a gap outside a session (รับดำเนินการช่องว่างนอกการประชุม)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    gap: CellBy = strawberry.field(description="The gap (ช่องว่าง)")
    text: str = strawberry.field(description="What will be done (สิ่งที่จะทำ)")
    due_on: date | None = optional_field(UNTIL)

    def to_domain(self, field: str) -> domain.PledgeMakeCommand:
        """Return the command."""
        check_idempotency_key(self.idempotency_key, field)
        due_on = given(self.due_on)
        return domain.PledgeMakeCommand(
            self.idempotency_key,
            self.gap.to_domain(f"{field}.gap"),
            self.text,
            None if due_on is None else validate_date(due_on, f"{field}.dueOn"),
        )

"""Inputs of the commands of joint sessions."""

from datetime import date, datetime
from decimal import Decimal

import strawberry

from hub.domain.sessions import commands as domain
from hub.domain.sessions.kinds import (
    CommitmentStatus,
    DelegationRole,
    OperationKind,
    SessionKind,
)
from hub.domain.sessions.session import Mandate
from hub.errors import Invalid
from schema.arguments import validate_date
from schema.binding import input_type
from schema.linkage_input import IDEMPOTENCY_KEY, REASON, VERSION
from schema.lookups import given, optional_field, parse_key
from schema.matrix_input import MatrixInput
from schema.plan_input import parse_satang
from schema.rulings import check_idempotency_key
from schema.text import FiscalYearInput

SESSION = "Joint session (การประชุมร่วม)"
NOTE = "Note for the minutes (บันทึก)"
TITLE = "Title (หัวข้อ)"
PROPOSAL = "The proposal (ข้อเสนอ)"
POINT = "The point (วาระ)"
UNTIL = "Until when (ภายใน)"


def parse_instant(value: datetime | None, field: str) -> datetime | None:
    """Return an instant; `Invalid` without a UTC offset or with a Buddhist year."""
    if value is None:
        return None
    validate_date(value.date(), field)
    if value.tzinfo is None:
        raise Invalid(field, "เวลาต้องมีเขตเวลา เช่น +07:00", "needs a UTC offset, such as +07:00")
    return value


def parse_session(value: strawberry.ID, field: str) -> str:
    """Return the key of a session."""
    return parse_key(value, f"{field}.session", "JointSession")


def parse_previous(value: strawberry.ID | None, field: str) -> str | None:
    """Return the key of the session of the year before; null when absent."""
    found = given(value)
    return None if found is None else parse_key(found, f"{field}.previous", "JointSession")


@input_type(domain.SessionCreateCommand)
class SessionCreateInput:
    """Schedule a session (กำหนดการประชุมร่วม)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    kind: SessionKind = strawberry.field(description="Which parties meet (ประเภท)")
    title: str = strawberry.field(description="Title (ชื่อการประชุม)")
    areas: list[strawberry.ID] = strawberry.field(description="Areas (พื้นที่)")
    fiscal_year: FiscalYearInput = strawberry.field(description="Fiscal year (ปีงบประมาณ)")
    starts_at: datetime | None = optional_field("Planned begin (กำหนดเริ่ม)")
    matrix: MatrixInput = strawberry.field(description="The matrix on the board (เมทริกซ์)")
    previous: strawberry.ID | None = optional_field("The session of the year before (การประชุมปีก่อน)")

    def to_domain(self, field: str) -> domain.SessionCreateCommand:
        """Return the command; `Invalid` names the invalid part."""
        check_idempotency_key(self.idempotency_key, field)
        return domain.SessionCreateCommand(
            self.idempotency_key,
            self.kind,
            self.title,
            tuple(
                parse_key(one, f"{field}.areas.{index}", "Area")
                for index, one in enumerate(self.areas)
            ),
            self.fiscal_year.to_domain(f"{field}.fiscalYear"),
            self.matrix.to_domain(f"{field}.matrix"),
            parse_instant(given(self.starts_at), f"{field}.startsAt"),
            parse_previous(self.previous, field),
        )


@input_type(domain.SessionUpdateCommand)
class SessionUpdateInput:
    """Change a session that is SCHEDULED; absent fields stay (แก้ไขการประชุม)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    session: strawberry.ID = strawberry.field(description=SESSION)
    expected_version: int = strawberry.field(description=VERSION)
    title: str | None = optional_field("Title (ชื่อการประชุม)")
    starts_at: datetime | None = optional_field("Planned begin (กำหนดเริ่ม)")
    matrix: MatrixInput | None = optional_field("The matrix on the board (เมทริกซ์)")
    previous: strawberry.ID | None = optional_field("The session of the year before (การประชุมปีก่อน)")

    def to_domain(self, field: str) -> domain.SessionUpdateCommand:
        """Return the command; `Invalid` names the invalid part."""
        check_idempotency_key(self.idempotency_key, field)
        matrix = given(self.matrix)
        return domain.SessionUpdateCommand(
            self.idempotency_key,
            parse_session(self.session, field),
            self.expected_version,
            given(self.title),
            parse_instant(given(self.starts_at), f"{field}.startsAt"),
            None if matrix is None else matrix.to_domain(f"{field}.matrix"),
            parse_previous(self.previous, field),
        )


@input_type(domain.SessionStepCommand)
class SessionStepInput:
    """Open, suspend, resume, close or cancel a session; by its host (เปลี่ยนสถานะการประชุม)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    session: strawberry.ID = strawberry.field(description=SESSION)
    expected_version: int = strawberry.field(description=VERSION)
    note: str | None = optional_field(NOTE)

    def to_domain(self, field: str) -> domain.SessionStepCommand:
        """Return the command."""
        check_idempotency_key(self.idempotency_key, field)
        return domain.SessionStepCommand(
            self.idempotency_key,
            parse_session(self.session, field),
            self.expected_version,
            given(self.note),
        )


@input_type(domain.SessionRatifyCommand)
class SessionRatifyInput:
    """Record that agreements were approved (บันทึกการให้ความเห็นชอบ; slides 97-98)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    session: strawberry.ID = strawberry.field(description=SESSION)
    expected_version: int = strawberry.field(description=VERSION)
    by: str = strawberry.field(description="National committee or Cabinet (ผู้ให้ความเห็นชอบ)")
    decided_on: date = strawberry.field(description="Day of the decision (วันที่มีมติ)")
    citation: str = strawberry.field(description="Resolution (อ้างอิง)")
    except_: list[strawberry.ID] | None = strawberry.field(
        name="except",
        default=strawberry.UNSET,
        description="Agreements that were not approved (ข้อตกลงที่ไม่เห็นชอบ)",
    )

    def to_domain(self, field: str) -> domain.SessionRatifyCommand:
        """Return the command; `Invalid` names the invalid part."""
        check_idempotency_key(self.idempotency_key, field)
        return domain.SessionRatifyCommand(
            self.idempotency_key,
            parse_session(self.session, field),
            self.expected_version,
            self.by,
            validate_date(self.decided_on, f"{field}.decidedOn"),
            self.citation,
            tuple(
                parse_key(one, f"{field}.except.{index}", "Agreement")
                for index, one in enumerate(given(self.except_) or ())
            ),
        )


@input_type(domain.DelegationDraft)
class DelegationInput:
    """A delegation (คณะผู้แทน)."""

    agency: strawberry.ID = strawberry.field(description="Agency (หน่วยงาน)")
    expected_version: int | None = optional_field("`version`, if it is there already (รุ่นที่อ่านมา)")
    role: DelegationRole = strawberry.field(description="Capacity (บทบาท)")
    operations: list[OperationKind] | None = optional_field(
        "Kinds of operations; all when absent (สิ่งที่ตกลงได้)"
    )
    max_amount: Decimal | None = optional_field("Largest amount, in baht (วงเงินสูงสุด)")
    issues: list[strawberry.ID] | None = optional_field("Only these issues (ประเด็นยุทธศาสตร์)")
    text: str | None = optional_field("Mandate in words (ข้อความ)")
    present: bool | None = optional_field("Whether it is in the room (เข้าร่วมประชุม)")

    def to_domain(self, field: str) -> domain.DelegationDraft:
        """Return the delegation; `Invalid` names the invalid part."""
        mandate = Mandate(
            tuple(given(self.operations) or ()),
            parse_satang(given(self.max_amount), f"{field}.maxAmount"),
            tuple(
                parse_key(one, f"{field}.issues.{index}", "StrategicIssue")
                for index, one in enumerate(given(self.issues) or ())
            ),
            given(self.text) or None,
        )
        return domain.DelegationDraft(
            parse_key(self.agency, f"{field}.agency", "Agency"),
            self.role,
            mandate,
            given(self.expected_version),
            given(self.present),
        )


@input_type(domain.DelegationSetCommand)
class DelegationSetInput:
    """Invite agencies or change their mandates (กำหนดคณะผู้แทน)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    session: strawberry.ID = strawberry.field(description=SESSION)
    items: list[DelegationInput] = strawberry.field(
        description="Delegations, at most 100 (คณะผู้แทน)"
    )

    def to_domain(self, field: str) -> domain.DelegationSetCommand:
        """Return the command."""
        check_idempotency_key(self.idempotency_key, field)
        items = (one.to_domain(f"{field}.items.{n}") for n, one in enumerate(self.items))
        return domain.DelegationSetCommand(
            self.idempotency_key, parse_session(self.session, field), tuple(items)
        )


@input_type(domain.DelegationRemoveCommand)
class DelegationRemoveInput:
    """Remove a delegation that has taken no position (ตัดคณะผู้แทน)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    delegation: strawberry.ID = strawberry.field(description="The delegation (คณะผู้แทน)")
    expected_version: int = strawberry.field(description=VERSION)
    reason: str | None = optional_field(REASON)

    def to_domain(self, field: str) -> domain.DelegationRemoveCommand:
        """Return the command."""
        check_idempotency_key(self.idempotency_key, field)
        key = parse_key(self.delegation, f"{field}.delegation", "Delegation")
        return domain.DelegationRemoveCommand(
            self.idempotency_key, key, self.expected_version, given(self.reason)
        )


@input_type(domain.PresenceSetCommand)
class PresenceSetInput:
    """Set the cell that the delegation of the viewer has open (แจ้งช่องที่กำลังดู)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    session: strawberry.ID = strawberry.field(description=SESSION)
    viewing: strawberry.ID | None = optional_field("The cell; null: none (ช่อง)")

    def to_domain(self, field: str) -> domain.PresenceSetCommand:
        """Return the command."""
        check_idempotency_key(self.idempotency_key, field)
        viewing = given(self.viewing)
        if viewing is not None:
            parse_key(viewing, f"{field}.viewing", "Cell")
        return domain.PresenceSetCommand(
            self.idempotency_key,
            parse_session(self.session, field),
            None if viewing is None else str(viewing),
        )


@input_type(domain.CommitmentReportCommand)
class CommitmentReportInput:
    """Report on a commitment, or take it back (รายงานข้อผูกพัน)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    commitment: strawberry.ID = strawberry.field(description="The commitment (ข้อผูกพัน)")
    expected_version: int = strawberry.field(description=VERSION)
    status: CommitmentStatus = strawberry.field(
        description="IN_PROGRESS, DONE or WITHDRAWN (สถานะ)"
    )
    text: str = strawberry.field(description="What was done, or why it is taken back (การดำเนินการ)")
    project: strawberry.ID | None = optional_field("The project that came of it (โครงการ)")

    def to_domain(self, field: str) -> domain.CommitmentReportCommand:
        """Return the command."""
        check_idempotency_key(self.idempotency_key, field)
        project = given(self.project)
        return domain.CommitmentReportCommand(
            self.idempotency_key,
            parse_key(self.commitment, f"{field}.commitment", "Commitment"),
            self.expected_version,
            self.status,
            self.text,
            None if project is None else parse_key(project, f"{field}.project", "Project"),
        )

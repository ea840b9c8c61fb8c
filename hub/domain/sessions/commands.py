"""The commands of joint sessions, and their result."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import Enum
from typing import Final

from hub.domain.matrix.question import MatrixQuestion
from hub.domain.record import record, value
from hub.domain.sessions.drafts import GapDraft, OperationDraft
from hub.domain.sessions.kinds import (
    AgendaStatus,
    CommitmentStatus,
    ConditionStatus,
    DelegationRole,
    SessionKind,
    Stance,
)
from hub.domain.sessions.session import Mandate
from hub.domain.time import FiscalYear
from hub.domain.user_errors import UserError

MAX_DELEGATIONS: Final = 100
MAX_OPERATIONS: Final = 50


class SessionStep(Enum):
    """A change of the status of a session by its host."""

    OPEN = "OPEN"
    SUSPEND = "SUSPEND"
    RESUME = "RESUME"
    CLOSE = "CLOSE"
    CANCEL = "CANCEL"


@value
class SessionCreateCommand:
    """Schedule a session."""

    idempotency_key: str
    kind: SessionKind
    title: str
    area_ids: tuple[str, ...]
    fiscal_year: FiscalYear
    matrix: MatrixQuestion
    starts_at: datetime | None = None
    previous_id: str | None = None


@value
class SessionUpdateCommand:
    """Change a session that is SCHEDULED; null fields stay."""

    idempotency_key: str
    session_id: str
    expected_version: int
    title: str | None = None
    starts_at: datetime | None = None
    matrix: MatrixQuestion | None = None
    previous_id: str | None = None


@value
class SessionStepCommand:
    """Open, suspend, resume, close or cancel a session; the mutation says which."""

    idempotency_key: str
    session_id: str
    expected_version: int
    note: str | None = None


@value
class SessionRatifyCommand:
    """Record that agreements were approved, except some."""

    idempotency_key: str
    session_id: str
    expected_version: int
    by: str
    decided_on: date
    citation: str
    except_ids: tuple[str, ...] = ()


@value
class DelegationDraft:
    """A delegation to invite or to change; `present` null: as it is."""

    agency_id: str
    role: DelegationRole
    mandate: Mandate
    expected_version: int | None = None
    present: bool | None = None


@value
class DelegationSetCommand:
    """Invite agencies or change their mandates."""

    idempotency_key: str
    session_id: str
    items: tuple[DelegationDraft, ...]


@value
class DelegationRemoveCommand:
    """Remove a delegation that has taken no position."""

    idempotency_key: str
    delegation_id: str
    expected_version: int
    reason: str | None = None


@value
class PresenceSetCommand:
    """Set the cell that the viewer's delegation has open; null: none."""

    idempotency_key: str
    session_id: str
    viewing: str | None = None


@value
class AgendaItemAddCommand:
    """Add a point to the agenda; `order` null: last."""

    idempotency_key: str
    session_id: str
    title: str
    subject_gid: str | None = None
    cell_gid: str | None = None
    order: int | None = None


@value
class AgendaItemUpdateCommand:
    """Change a point; null fields stay."""

    idempotency_key: str
    item_id: str
    expected_version: int
    title: str | None = None
    order: int | None = None
    status: AgendaStatus | None = None
    note: str | None = None


@value
class AgendaItemRemoveCommand:
    """Remove a point without proposals."""

    idempotency_key: str
    item_id: str
    expected_version: int


@value
class ProposalCreateCommand:
    """Make a proposal on a point of the agenda; it may replace an own one."""

    idempotency_key: str
    item_id: str
    summary: str
    operations: tuple[OperationDraft, ...]
    supersedes_id: str | None = None


@value
class ProposalWithdrawCommand:
    """Withdraw a proposal; by its maker."""

    idempotency_key: str
    proposal_id: str
    expected_version: int
    reason: str | None = None


@value
class PositionTakeCommand:
    """Take a position; a later one replaces it."""

    idempotency_key: str
    proposal_id: str
    expected_version: int
    stance: Stance
    condition: str | None = None
    reason: str | None = None


@value
class PositionWithdrawCommand:
    """Take back a position without another."""

    idempotency_key: str
    proposal_id: str
    expected_version: int


@value
class ConditionResolveCommand:
    """Resolve a condition; by the agency that set it."""

    idempotency_key: str
    condition_id: str
    expected_version: int
    outcome: ConditionStatus
    resolution: str
    agency_id: str | None = None
    due_on: date | None = None


@value
class AgreementConcludeCommand:
    """Conclude a proposal: all operations in one transaction, or none."""

    idempotency_key: str
    proposal_id: str
    expected_version: int


@value
class PledgeMakeCommand:
    """Take a gap outside a session."""

    idempotency_key: str
    gap: GapDraft
    text: str
    due_on: date | None = None


@value
class CommitmentReportCommand:
    """Report on a commitment, or take it back."""

    idempotency_key: str
    commitment_id: str
    expected_version: int
    status: CommitmentStatus
    text: str
    project_id: str | None = None


@record
class SessionPayload:
    """The result of a command: ids of what it changed, as far as its kind has them.

    With `user_errors` nothing was changed.
    """

    session_id: str | None = None
    item_id: str | None = None
    proposal_id: str | None = None
    condition_id: str | None = None
    agreement_id: str | None = None
    commitment_id: str | None = None
    user_errors: Sequence[UserError] = ()

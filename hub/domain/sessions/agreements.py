"""Agreements, and commitments with their reports."""

from datetime import date, datetime
from typing import ClassVar, Final

from hub.domain.global_id import GlobalId
from hub.domain.record import record
from hub.domain.sessions.kinds import AgreementStatus, CommitmentKind, CommitmentStatus
from hub.domain.sessions.operations import GapPlace, ProposedOperation
from hub.domain.sessions.session import Ratification

REPORT_MONTHS: Final = 6
"""A commitment is reported on every so many months from its making, and on its own day."""
REPORT_LEAD_DAYS: Final = 30
"""Days before the day of a report in which it is awaited already; a report in them counts."""


@record
class Agreement:
    """What delegations agreed (ข้อตกลง); it asserts facts beside what sources report.

    `changed_cells` are global ids of cells of the session's matrix. `digest` is SHA-256 over its
    content, in hexadecimal.
    """

    TYPE: ClassVar[str] = "Agreement"

    id: str
    session_id: str
    proposal_id: str
    party_ids: list[str]
    at: datetime
    status: AgreementStatus
    ratification: Ratification | None
    operations: list[ProposedOperation]
    changed_cells: list[str]
    version_ids: list[str]
    memorandum_th: str
    memorandum_en: str
    digest: str
    superseded_by_id: str | None
    updated_at: datetime

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, self.id))


@record
class Commitment:
    """What an agency undertook to do (ข้อผูกพัน); `status` is LATE once its day has passed."""

    TYPE: ClassVar[str] = "Commitment"

    id: str
    version: int
    agency_id: str
    text: str
    due_on: date | None
    kind: CommitmentKind
    status: CommitmentStatus
    gap: GapPlace | None
    session_id: str | None
    agreement_id: str | None
    project_id: str | None
    created_at: datetime
    updated_at: datetime

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, self.id))


@record
class CommitmentReport:
    """Progress of a commitment (ความก้าวหน้าข้อผูกพัน)."""

    commitment_id: str
    version: int
    agency_id: str
    at: datetime
    text: str
    status: CommitmentStatus

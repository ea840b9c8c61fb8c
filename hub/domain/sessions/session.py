"""A joint session with its delegations, agenda, presence and events (slides 94 and 96)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import ClassVar, Final

from hub.domain.global_id import GlobalId
from hub.domain.record import record, value
from hub.domain.sessions.kinds import (
    AgendaStatus,
    DelegationRole,
    OperationKind,
    SessionEventKind,
    SessionKind,
    SessionStatus,
)
from hub.domain.time import FiscalYear

ALLOWED_OPERATIONS: Final[Mapping[SessionKind, tuple[OperationKind, ...]]] = {
    SessionKind.STRATEGY: tuple(OperationKind),
    SessionKind.LOCAL_PROJECTS: tuple(OperationKind),
    SessionKind.POST_BUDGET: tuple(
        kind for kind in OperationKind if kind is not OperationKind.BUDGET_SET
    ),
}
"""What may be agreed in a session of each kind: no amounts after the budget bill (slide 94)."""


@value
class Ratification:
    """That agreements were approved: by whom, when, and the resolution (slides 97-98)."""

    by: str
    decided_on: date
    citation: str
    session_id: str


@record
class JointSession:
    """A joint session of areas and agencies (การประชุมร่วม).

    `matrix_key` is the question of the matrix on the board. `opened_at` is the instant of the
    baseline; null: it was not opened. The minutes are null until it is closed.
    """

    TYPE: ClassVar[str] = "JointSession"

    id: str
    version: int
    kind: SessionKind
    title: str
    status: SessionStatus
    area_ids: list[str]
    fiscal_year: FiscalYear
    host_id: str
    matrix_key: str
    previous_id: str | None
    starts_at: datetime | None
    opened_at: datetime | None
    closed_at: datetime | None
    notes: list[str]
    ratification: Ratification | None
    minutes_th: str | None
    minutes_en: str | None
    minutes_digest: str | None
    updated_at: datetime

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, self.id))

    @property
    def is_closed(self) -> bool:
        """Return whether its minutes are fixed."""
        return self.status in {SessionStatus.CLOSED, SessionStatus.RATIFIED}

    @property
    def allowed_operations(self) -> list[OperationKind]:
        """Return the kinds of operations that may be agreed in it; none once it is over."""
        is_over = self.is_closed or self.status is SessionStatus.CANCELLED
        return [] if is_over else list(ALLOWED_OPERATIONS[self.kind])


@value
class Mandate:
    """What a delegation may agree to: kinds of operations, an amount in satang, issues.

    Empty `operations` and `issue_ids` and a null amount set no limit.
    """

    operations: tuple[OperationKind, ...] = ()
    max_satang: int | None = None
    issue_ids: tuple[str, ...] = ()
    text: str | None = None


@record
class Delegation:
    """The delegation of one agency in a session (คณะผู้แทน)."""

    TYPE: ClassVar[str] = "Delegation"

    id: str
    version: int
    session_id: str
    agency_id: str
    role: DelegationRole
    mandate: Mandate
    present: bool
    invited_at: datetime
    updated_at: datetime

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, self.id))


@record
class Presence:
    """That a delegation is connected, since when, and which cell it has open (การเชื่อมต่อ)."""

    session_id: str
    agency_id: str
    connected: bool
    viewing: str | None
    since: datetime


@record
class AgendaItem:
    """A point of the agenda (วาระ); `subject` is a global id, `cell` the global id of a cell."""

    TYPE: ClassVar[str] = "AgendaItem"

    id: str
    version: int
    session_id: str
    order: int
    title: str
    subject_gid: str | None
    cell_gid: str | None
    status: AgendaStatus
    note: str | None
    updated_at: datetime

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, self.id))


@record
class SessionEvent:
    """Something that happened in a session (เหตุการณ์ในการประชุม).

    `number` counts from 1 in the session. PRESENCE has the number of the last stored event.
    DATA_CHANGED without cells means that any cell may have changed.
    """

    session_id: str
    number: int
    at: datetime
    agency_id: str | None
    kind: SessionEventKind
    subject_gid: str | None
    changed_cells: list[str]

"""Linkages of projects to strategic issues and to stages of value chains."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import ClassVar, Final

from hub.domain.global_id import GlobalId
from hub.domain.history import ActorKind
from hub.domain.record import record, value
from hub.domain.text import LocalizedText


class LinkageStatus(Enum):
    """Status of a linkage between the two sides (สถานะความเชื่อมโยง)."""

    SUGGESTED = "SUGGESTED"
    PROPOSED = "PROPOSED"
    AGREED = "AGREED"
    DISPUTED = "DISPUTED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


DEFAULT_LINKAGE_STATUSES: Final = (
    LinkageStatus.PROPOSED,
    LinkageStatus.AGREED,
    LinkageStatus.DISPUTED,
)
"""Statuses that place a project in a matrix unless the question names others."""


class Side(Enum):
    """A side of a linkage (ฝ่าย): the agency of the project, or the area whose issue it serves."""

    FUNCTION = "FUNCTION"
    AREA = "AREA"

    @property
    def other(self) -> "Side":
        """Return the other side."""
        return Side.AREA if self is Side.FUNCTION else Side.FUNCTION


class ConsentDecision(Enum):
    """Decision of a side on a linkage (ความเห็น)."""

    PROPOSED = "PROPOSED"
    AGREED = "AGREED"
    DISPUTED = "DISPUTED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


class LinkageDecision(Enum):
    """A decision to record on a linkage (การตัดสินใจ)."""

    AGREE = "AGREE"
    DISPUTE = "DISPUTE"
    REJECT = "REJECT"


class LinkageAction(Enum):
    """What a viewer may do with a linkage (สิ่งที่ทำได้)."""

    AGREE = "AGREE"
    DISPUTE = "DISPUTE"
    REJECT = "REJECT"
    WITHDRAW = "WITHDRAW"
    UNDO = "UNDO"
    SET_SHARE = "SET_SHARE"


@record
class Reason:
    """A reason: code, text, and weight from 0 to 1 (เหตุผล); `record_ids` are its evidence.

    `rule_code` is the rule that it comes from; null: none.
    """

    code: str
    text: LocalizedText
    weight: Decimal
    record_ids: tuple[int, ...] = ()
    rule_code: str | None = None


@value
class Consent:
    """The latest decision of one side: which, by which agency, by whom, why, when (ความเห็น)."""

    side: Side
    decision: ConsentDecision
    agency_id: str
    actor: ActorKind
    by: str
    reason: str | None
    at: datetime


@value
class PendingShare:
    """A share that waits for the decision of the other side (สัดส่วนที่รอความเห็นชอบ).

    `share` null: unknown; `side` is the one that wants it.
    """

    share: Decimal | None
    side: Side
    agency_id: str
    by: str
    reason: str
    at: datetime


@value
class LinkageState:
    """What the two sides decided, and what follows from it; see `hub.domain.linkage_decisions`.

    A linkage of the deck has no consents: both decisions are awaited. `proposed_side` is then
    null.
    """

    status: LinkageStatus
    share: Decimal | None = None
    function: Consent | None = None
    area: Consent | None = None
    pending: PendingShare | None = None
    proposed_side: Side | None = None

    def consent(self, side: Side) -> Consent | None:
        """Return the latest decision of a side; null if it has not decided."""
        return self.function if side is Side.FUNCTION else self.area

    @property
    def consents(self) -> Iterator[Consent]:
        """Yield the decisions so far, FUNCTION first."""
        yield from (one for one in (self.function, self.area) if one is not None)


@record
class LinkageDeclaration:
    """A linkage as a source declares it (ความเชื่อมโยงตามแหล่งข้อมูล); it changes no decision.

    `record_id` is the source record, null after it vanished. `current` is whether the record still
    declares it. `share` and `stage_code` are null when it does not state them. `differs` is whether
    it differs from what people decided.
    """

    source_id: str
    record_id: int | None
    current: bool
    share: Decimal | None
    stage_code: str | None
    stage_id: str | None
    differs: bool
    as_of_time: datetime | None = None


@record
class Linkage:
    """A linkage of a project to an issue or stage (ความเชื่อมโยง), with evidence and two sides.

    `share` is the part of the project that serves this issue, 0 to 1; null is unknown.
    """

    TYPE: ClassVar[str] = "Linkage"

    id: str
    version: int
    created_at: datetime
    updated_at: datetime
    project_id: str
    issue_id: str | None
    stage_id: str | None
    state: LinkageState
    reasons: list[Reason]
    proposed_by_id: str | None
    work_request_id: str | None
    declaration: LinkageDeclaration | None
    as_of_time: datetime | None

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, self.id))

    @property
    def status(self) -> LinkageStatus:
        """Return the status between the two sides."""
        return self.state.status

    @property
    def share(self) -> Decimal | None:
        """Return the part of the project that serves the issue; null: unknown."""
        return self.state.share

    @property
    def consents(self) -> list[Consent]:
        """Return the decisions of the sides so far, FUNCTION first."""
        return list(self.state.consents)

    @property
    def pending_share(self) -> PendingShare | None:
        """Return the share that waits for the other side; null: none."""
        return self.state.pending

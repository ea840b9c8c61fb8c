"""Proposals, positions and conditions, and what prevents the conclusion of a proposal."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import ClassVar

from hub.domain.global_id import GlobalId
from hub.domain.record import record
from hub.domain.sessions.kinds import (
    ConditionStatus,
    DelegationRole,
    ProposalStatus,
    SessionStatus,
    Stance,
)
from hub.domain.sessions.operations import ProposedOperation, RequiredAgency
from hub.domain.sessions.session import Delegation, Mandate
from hub.domain.text import localized_text
from hub.domain.user_errors import UserError, UserErrorCode


@record
class Proposal:
    """What a delegation proposes to agree (ข้อเสนอ); the operations are all done, or none."""

    TYPE: ClassVar[str] = "Proposal"

    id: str
    version: int
    session_id: str
    item_id: str
    agency_id: str
    summary: str
    status: ProposalStatus
    operations: list[ProposedOperation]
    parties: list[RequiredAgency]
    supersedes_id: str | None
    created_at: datetime
    updated_at: datetime

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, self.id))


@record
class Condition:
    """A condition of a delegation (เงื่อนไข); of CARRIED: who is to do it, and until when."""

    TYPE: ClassVar[str] = "Condition"

    id: str
    version: int
    proposal_id: str
    agency_id: str
    text: str
    status: ConditionStatus
    resolution: str | None
    carried_by_id: str | None
    due_on: date | None
    updated_at: datetime

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, self.id))


@record
class Position:
    """A position of a delegation on a proposal (ท่าที); `in_force`: no later one replaced it."""

    TYPE: ClassVar[str] = "Position"

    id: str
    proposal_id: str
    number: int
    agency_id: str
    stance: Stance
    condition_id: str | None
    reason: str | None
    at: datetime
    in_force: bool

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, self.id))


@record
class RequiredParty:
    """A required party with its position; `mandated`: a delegation with a mandate is present."""

    required: RequiredAgency
    position: Position | None
    mandated: bool


def exceeds_mandate(mandate: Mandate, operations: Sequence[ProposedOperation]) -> bool:
    """Return whether a delegation may not agree to all of the operations."""
    for one in operations:
        if mandate.operations and one.kind not in mandate.operations:
            return True
        if mandate.issue_ids and one.issue_id and one.issue_id not in mandate.issue_ids:
            return True
        change = abs((one.satang or 0) - (one.before_satang or 0))
        is_limited = mandate.max_satang is not None and one.satang is not None
        if is_limited and change > (mandate.max_satang or 0):
            return True
    return False


def match_required(
    proposal: Proposal, delegations: Sequence[Delegation], positions: Sequence[Position]
) -> list[RequiredParty]:
    """Return the required parties, each with the position that was taken for it."""
    by_agency = {one.agency_id: one for one in positions if one.in_force}
    found: list[RequiredParty] = []
    for required in proposal.parties:
        acting = [one for one in delegations if one.agency_id in required.acting_ids]
        mandated = [
            one
            for one in acting
            if one.present
            and one.role not in {DelegationRole.OBSERVER, DelegationRole.ADVISORY}
            and not exceeds_mandate(one.mandate, proposal.operations)
        ]
        taken = [by_agency[one.agency_id] for one in acting if one.agency_id in by_agency]
        found.append(RequiredParty(required, taken[0] if taken else None, bool(mandated)))
    return found


def list_blockers(
    proposal: Proposal,
    status: SessionStatus,
    parties: Sequence[RequiredParty],
    conditions: Sequence[Condition],
    names: Mapping[str, str],
) -> list[UserError]:
    """Return what prevents the conclusion of a proposal now; `names` are those of agencies."""
    return [
        *check_status(proposal, status),
        *(error for one in parties for error in check_required(one, names)),
        *(
            build_blocker(
                UserErrorCode.CONDITION_OPEN,
                f"{names.get(one.agency_id, '')} ตั้งเงื่อนไขที่ยังไม่แก้: {one.text}",
                f"a condition is open: {one.text}",
                one.gid,
            )
            for one in conditions
            if one.status is ConditionStatus.OPEN
        ),
    ]


def check_status(proposal: Proposal, status: SessionStatus) -> Iterator[UserError]:
    """Yield what the status of the session or of the proposal prevents."""
    if status is not SessionStatus.OPEN:
        yield build_blocker(
            UserErrorCode.SESSION_NOT_OPEN, "การประชุมไม่ได้เปิดอยู่", "the session is not open"
        )
    if proposal.status is not ProposalStatus.OPEN:
        yield build_blocker(
            UserErrorCode.WRONG_STATUS,
            f"ข้อเสนอนี้อยู่ในสถานะ {proposal.status.value} แล้ว",
            f"the proposal is {proposal.status.value} already",
        )


def check_required(one: RequiredParty, names: Mapping[str, str]) -> Iterator[UserError]:
    """Yield what is missing of a required party."""
    name = names.get(one.required.agency_id, one.required.agency_id)
    if one.position is not None and one.position.stance is Stance.OBJECT:
        yield build_blocker(
            UserErrorCode.PARTY_OBJECTS,
            f"{name} ไม่เห็นชอบ: {one.position.reason or ''}",
            f"{name} objects: {one.position.reason or ''}",
            one.position.gid,
        )
    elif one.position is None or one.position.stance is Stance.ABSTAIN:
        yield build_blocker(
            UserErrorCode.PARTY_MISSING,
            f"ยังไม่ได้รับความเห็นชอบจาก {name} ({one.required.th})",
            f"{name} has not accepted ({one.required.en})",
        )
    if not one.mandated:
        yield build_blocker(
            UserErrorCode.OUTSIDE_MANDATE,
            f"ไม่มีคณะผู้แทนของ {name} ที่เข้าประชุมและมีอำนาจตกลงเรื่องนี้",
            f"no delegation of {name} is present with a mandate for this",
        )


def build_blocker(
    code: UserErrorCode, th: str, en: str, current_gid: str | None = None
) -> UserError:
    """Return an error about a proposal."""
    return UserError(code, ["input", "proposal"], localized_text(th, en), current_gid)

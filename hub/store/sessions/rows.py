"""Records of joint sessions from rows, as dictionaries or as the driver returns them."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from hub.domain.agencies import ActorLevel
from hub.domain.sessions.agreements import Agreement, Commitment, CommitmentReport
from hub.domain.sessions.kinds import (
    AgendaStatus,
    AgreementStatus,
    CommitmentKind,
    CommitmentStatus,
    ConditionStatus,
    DelegationRole,
    OperationKind,
    ProposalStatus,
    SessionEventKind,
    SessionKind,
    SessionStatus,
    Stance,
)
from hub.domain.sessions.operations import GapPlace, parse_operations, parse_required
from hub.domain.sessions.proposals import Condition, Position, Proposal
from hub.domain.sessions.session import (
    AgendaItem,
    Delegation,
    JointSession,
    Mandate,
    Ratification,
    SessionEvent,
)
from hub.domain.time import FiscalYear

Row = Mapping[str, Any]


def ratification_of(row: Row, session_id: str) -> Ratification | None:
    """Return the ratification in a row; null if there is none."""
    if row["ratified_by"] is None:
        return None
    return Ratification(
        row["ratified_by"], row["ratified_on"], row["ratified_citation"], session_id
    )


def session_of(row: Row) -> JointSession:
    """Return the session of a row."""
    return JointSession(
        id=row["id"],
        version=row["version"],
        kind=SessionKind(row["kind"]),
        title=row["title"],
        status=SessionStatus(row["status"]),
        area_ids=list(row["area_ids"]),
        fiscal_year=FiscalYear(row["fiscal_year"]),
        host_id=row["host_id"],
        matrix_key=row["matrix_key"],
        previous_id=row["previous_id"],
        starts_at=row["starts_at"],
        opened_at=row["opened_at"],
        closed_at=row["closed_at"],
        notes=list(row["notes"]),
        ratification=ratification_of(row, row["id"]),
        minutes_th=row["minutes_th"],
        minutes_en=row["minutes_en"],
        minutes_digest=row["minutes_digest"],
        updated_at=row["updated_at"],
    )


def delegation_of(row: Row) -> Delegation:
    """Return the delegation of a row."""
    return Delegation(
        id=row["id"],
        version=row["version"],
        session_id=row["session_id"],
        agency_id=row["agency_id"],
        role=DelegationRole(row["role"]),
        mandate=Mandate(
            tuple(OperationKind(one) for one in row["operations"]),
            row["max_satang"],
            tuple(row["issue_ids"]),
            row["mandate_text"],
        ),
        present=row["present"],
        invited_at=row["invited_at"],
        updated_at=row["updated_at"],
    )


def item_of(row: Row) -> AgendaItem:
    """Return the point of the agenda of a row."""
    return AgendaItem(
        id=row["id"],
        version=row["version"],
        session_id=row["session_id"],
        order=row["ordinal"],
        title=row["title"],
        subject_gid=row["subject"],
        cell_gid=row["cell"],
        status=AgendaStatus(row["status"]),
        note=row["note"],
        updated_at=row["updated_at"],
    )


def proposal_of(row: Row) -> Proposal:
    """Return the proposal of a row."""
    return Proposal(
        id=row["id"],
        version=row["version"],
        session_id=row["session_id"],
        item_id=row["item_id"],
        agency_id=row["agency_id"],
        summary=row["summary"],
        status=ProposalStatus(row["status"]),
        operations=parse_operations(json.loads(row["operations"])),
        parties=parse_required(json.loads(row["parties"])),
        supersedes_id=row["supersedes_id"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def condition_of(row: Row) -> Condition:
    """Return the condition of a row."""
    return Condition(
        id=row["id"],
        version=row["version"],
        proposal_id=row["proposal_id"],
        agency_id=row["agency_id"],
        text=row["text"],
        status=ConditionStatus(row["status"]),
        resolution=row["resolution"],
        carried_by_id=row["carried_by_id"],
        due_on=row["due_on"],
        updated_at=row["updated_at"],
    )


def position_of(row: Row) -> Position:
    """Return the position of a row."""
    return Position(
        id=row["id"],
        proposal_id=row["proposal_id"],
        number=row["number"],
        agency_id=row["agency_id"],
        stance=Stance(row["stance"]),
        condition_id=row["condition_id"],
        reason=row["reason"],
        at=row["at"],
        in_force=row["ended_at"] is None,
    )


def agreement_of(row: Row) -> Agreement:
    """Return the agreement of a row that is joined with its session's ratification."""
    ratified = row["status"] == AgreementStatus.RATIFIED.value
    return Agreement(
        id=row["id"],
        session_id=row["session_id"],
        proposal_id=row["proposal_id"],
        party_ids=list(row["party_ids"]),
        at=row["at"],
        status=AgreementStatus(row["status"]),
        ratification=ratification_of(row, row["session_id"]) if ratified else None,
        operations=parse_operations(json.loads(row["operations"])),
        changed_cells=list(row["changed_cells"]),
        version_ids=list(row["version_ids"]),
        memorandum_th=row["memorandum_th"],
        memorandum_en=row["memorandum_en"],
        digest=row["digest"],
        superseded_by_id=row["superseded_by_id"],
        updated_at=row["updated_at"],
    )


def commitment_of(row: Row, today: date) -> Commitment:
    """Return the commitment of a row, which is late once its day has passed."""
    status = CommitmentStatus(row["status"])
    is_due = status in {CommitmentStatus.OPEN, CommitmentStatus.IN_PROGRESS}
    if is_due and row["due_on"] is not None and row["due_on"] < today:
        status = CommitmentStatus.LATE
    return Commitment(
        id=row["id"],
        version=row["version"],
        agency_id=row["agency_id"],
        text=row["text"],
        due_on=row["due_on"],
        kind=CommitmentKind(row["kind"]),
        status=status,
        gap=gap_of(row),
        session_id=row["session_id"],
        agreement_id=row["agreement_id"],
        project_id=row["project_id"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def gap_of(row: Row) -> GapPlace | None:
    """Return the place of the gap that a commitment takes; null: it takes none."""
    if row["first_year"] is None:
        return None
    return GapPlace(
        row["area_id"],
        row["issue_id"],
        row["stage_id"],
        ActorLevel(row["actor_level"]) if row["actor_level"] else None,
        row["place_agency_id"],
        row["first_year"],
        row["last_year"],
    )


def report_of(row: Row) -> CommitmentReport:
    """Return the report of a row."""
    return CommitmentReport(
        row["commitment_id"],
        row["version"],
        row["agency_id"],
        row["at"],
        row["text"],
        CommitmentStatus(row["status"]),
    )


def event_of(row: Row) -> SessionEvent:
    """Return the event of a row."""
    return SessionEvent(
        row["session_id"],
        row["number"],
        row["at"],
        row["agency_id"],
        SessionEventKind(row["kind"]),
        row["subject"],
        list(row["changed_cells"]),
    )

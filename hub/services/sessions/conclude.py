"""Conclude a proposal: all of its operations in one transaction, or none."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from hub.domain.matrix.comparison import MatrixComparison, compare_matrices
from hub.domain.sessions.commands import AgreementConcludeCommand, SessionPayload
from hub.domain.sessions.kinds import (
    AgreementStatus,
    CommitmentKind,
    CommitmentStatus,
    ConditionStatus,
    ProposalStatus,
    SessionEventKind,
)
from hub.domain.sessions.operations import dump_operations
from hub.domain.sessions.proposals import (
    Condition,
    Proposal,
    RequiredParty,
    list_blockers,
    match_required,
)
from hub.domain.sessions.session import JointSession
from hub.domain.time import BANGKOK
from hub.domain.user_errors import UserError, UserErrorCode
from hub.errors import NotFound
from hub.services.commands.acting import Acting
from hub.services.commands.execute import Refused
from hub.services.sessions.apply_operations import act_for_all, apply_operations
from hub.services.sessions.fetch_names import fetch_names
from hub.services.sessions.list_open_points import compute_session_matrix
from hub.services.sessions.memorandum import build_memorandum
from hub.services.sessions.place_pledges import find_pledged_cells
from hub.services.sessions.propose import mark_agreed
from hub.services.sessions.run import (
    check_version,
    lock_visible_of,
    refuse,
    require_host,
    run_command,
)
from hub.store.database import Database, StoreConnection
from hub.store.read_transaction import ReadTransaction
from hub.store.sessions.changes import (
    SESSION_OF_PROPOSAL,
    append_event,
    fetch_agency_names,
    fetch_clock,
    fetch_item,
    fetch_proposal,
    insert_row,
    list_conditions,
    list_delegations,
    list_positions,
    update_row,
)
from hub.store.sessions.fact_effects import note_facts
from hub.store.sessions.facts import find_colliding
from hub.store.tables import agreement, commitment, proposal
from hub.store.unit_of_work import UnitOfWork

SET_AGREEMENT = """
update agreement set changed_cells = $2::text[], version_ids = $3::text[] where id = $1
"""


async def conclude_agreement(
    database: Database, acting: Acting, command: AgreementConcludeCommand
) -> SessionPayload:
    """Conclude a proposal by the host; `user_errors` say what is missing or has changed."""

    async def _work(connection: StoreConnection, _at: datetime) -> SessionPayload:
        key = command.proposal_id
        session = await lock_visible_of(connection, acting, SESSION_OF_PROPOSAL, key)
        at = await fetch_clock(connection)
        require_host(acting, session)
        found = await fetch_proposal(connection, key)
        if found is None:
            raise NotFound
        check_version(found, command.expected_version)
        parties, conditions, blockers = await find_blockers(connection, session, found)
        if blockers:
            raise Refused(blockers)
        party_ids = [one.position.agency_id for one in parties if one.position is not None]
        agreement_id = uuid.uuid4().hex
        await insert_agreement(
            connection, acting, session, found, agreement_id, party_ids, conditions, at
        )
        changes, details = await apply_and_compare(
            connection, acting, session, found, agreement_id, at
        )
        cells = [one.after.gid for one in changes.changed if one.after is not None]
        await check_collisions(connection, session, found, cells)
        await connection.execute(SET_AGREEMENT, agreement_id, cells, details["versions"])
        await carry_conditions(connection, session, agreement_id, conditions, at)
        await update_row(connection, proposal, found.id, {"status": ProposalStatus.CONCLUDED.value})
        await append_event(
            connection,
            session.id,
            SessionEventKind.AGREEMENT_CONCLUDED,
            agency_id=session.host_id,
            subject=f"gid://hub/Agreement/{agreement_id}",
            cells=cells,
            details={**details, "proposal": found.gid},
        )
        item = await fetch_item(connection, found.item_id)
        if item is not None:
            await mark_agreed(connection, session, item)
        return SessionPayload(session.id, found.item_id, found.id, agreement_id=agreement_id)

    return await run_command(database, acting, "agreementConclude", command, _work)


async def find_blockers(
    connection: StoreConnection, session: JointSession, found: Proposal
) -> tuple[list[RequiredParty], list[Condition], list[UserError]]:
    """Return the parties, the conditions, and what prevents the conclusion now."""
    delegations = await list_delegations(connection, session.id)
    positions = await list_positions(connection, found.id)
    conditions = await list_conditions(connection, found.id)
    parties = match_required(found, delegations, positions)
    ids = [one.required.agency_id for one in parties] + [one.agency_id for one in conditions]
    names = await fetch_agency_names(connection, ids)
    return parties, conditions, list_blockers(found, session.status, parties, conditions, names)


async def insert_agreement(
    connection: StoreConnection,
    acting: Acting,
    session: JointSession,
    found: Proposal,
    agreement_id: str,
    party_ids: Sequence[str],
    conditions: Sequence[Condition],
    at: datetime,
) -> None:
    """Insert the agreement of a proposal, with its memorandum."""
    everything = act_for_all(acting, agreement_id).viewer
    unit = UnitOfWork(ReadTransaction.from_connection(connection), everything)
    today = at.astimezone(BANGKOK).date()
    parties = list(dict.fromkeys([*party_ids, found.agency_id]))
    names = await fetch_names(unit, found.operations, today, agency_ids=parties)
    text = build_memorandum(session, found, parties, conditions, names, at)
    row: dict[str, Any] = {
        "id": agreement_id,
        "session_id": session.id,
        "proposal_id": found.id,
        "status": AgreementStatus.CONCLUDED.value,
        "party_ids": parties,
        "operations": dump_operations(found.operations),
        "memorandum_th": text.th,
        "memorandum_en": text.en,
        "digest": text.digest,
        "at": at,
        "updated_at": at,
    }
    await insert_row(connection, agreement, row)


async def apply_and_compare(
    connection: StoreConnection,
    acting: Acting,
    session: JointSession,
    found: Proposal,
    agreement_id: str,
    at: datetime,
) -> tuple[MatrixComparison, dict[str, Any]]:
    """Apply the operations; return what changed on the matrix, and what the event records."""
    before = await compute_session_matrix(connection, acting, session, at)
    applied = await apply_operations(
        connection, acting, found.operations, agreement_id, session.id, at
    )
    await note_facts(connection, applied.fact_ids)
    after = await compute_session_matrix(connection, acting, session, at)
    places = [one.place for one in found.operations if one.place is not None]
    pledged = find_pledged_cells(after, places)
    details = {
        "facts": applied.fact_ids,
        "commitments": applied.commitment_ids,
        "projects": applied.project_ids,
        "versions": applied.version_ids,
    }
    return compare_matrices(before, after, pledged), details


async def check_collisions(
    connection: StoreConnection, session: JointSession, found: Proposal, cells: Sequence[str]
) -> None:
    """Raise `Refused` if another agreement has changed one of the cells since the proposal."""
    other = await find_colliding(connection, session.id, found.gid, cells)
    if other is not None:
        raise refuse(
            UserErrorCode.STALE_VERSION,
            "input.proposal",
            "ข้อตกลงอื่นเปลี่ยนช่องเดียวกันหลังจากเสนอ ให้ดูเมทริกซ์ตอนนี้แล้วเสนอใหม่",
            "another agreement has changed the same cell since; look at the matrix, propose again",
            other,
        )


async def carry_conditions(
    connection: StoreConnection,
    session: JointSession,
    agreement_id: str,
    conditions: Sequence[Condition],
    at: datetime,
) -> None:
    """Insert a commitment for each condition that is carried into the agreement."""
    for one in conditions:
        if one.status is not ConditionStatus.CARRIED:
            continue
        row: dict[str, Any] = {
            "id": uuid.uuid4().hex,
            "agency_id": one.carried_by_id,
            "text": one.resolution or one.text,
            "due_on": one.due_on,
            "kind": CommitmentKind.CONDITION.value,
            "status": CommitmentStatus.OPEN.value,
            "session_id": session.id,
            "agreement_id": agreement_id,
            "condition_id": one.id,
            "created_at": at,
            "updated_at": at,
        }
        await insert_row(connection, commitment, row)

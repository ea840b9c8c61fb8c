"""Make a proposal on a point of the agenda, or withdraw it."""

import uuid
from datetime import datetime
from typing import Any

from hub.domain.sessions.commands import (
    ProposalCreateCommand,
    ProposalWithdrawCommand,
    SessionPayload,
)
from hub.domain.sessions.kinds import AgendaStatus, ProposalStatus, SessionEventKind
from hub.domain.sessions.operations import dump_operations, dump_value
from hub.domain.sessions.proposals import Proposal
from hub.domain.sessions.session import AgendaItem, Delegation, JointSession
from hub.domain.time import BANGKOK
from hub.errors import Forbidden, Invalid, NotFound, WrongStatus
from hub.services.commands.acting import Acting
from hub.services.sessions.resolve_operations import resolve_operations
from hub.services.sessions.run import (
    check_version,
    lock_visible_of,
    require_delegation,
    require_text,
    require_under_way,
    run_command,
)
from hub.store.database import Database, StoreConnection
from hub.store.sessions.changes import (
    SESSION_OF_ITEM,
    SESSION_OF_PROPOSAL,
    append_event,
    fetch_item,
    fetch_proposal,
    insert_row,
    update_row,
)
from hub.store.tables import agenda_item, proposal


async def create_proposal(
    database: Database, acting: Acting, command: ProposalCreateCommand
) -> SessionPayload:
    """Make a proposal; positions do not move from the one that it replaces."""

    async def _work(connection: StoreConnection, at: datetime) -> SessionPayload:
        session = await lock_visible_of(connection, acting, SESSION_OF_ITEM, command.item_id)
        require_under_way(session)
        mine = await require_delegation(connection, acting, session)
        item = await fetch_item(connection, command.item_id)
        if item is None:
            raise NotFound
        if item.status is AgendaStatus.AGREED:
            raise WrongStatus("วาระนี้ตกลงแล้ว · this point is agreed already")
        summary = require_text(command.summary, "input.summary", 1_000)
        if command.supersedes_id is not None:
            await replace_proposal(connection, session, mine, command.supersedes_id)
        today = at.astimezone(BANGKOK).date()
        operations, parties = await resolve_operations(
            connection, acting, session, command.operations, today
        )
        proposal_id = uuid.uuid4().hex
        row: dict[str, Any] = {
            "id": proposal_id,
            "session_id": session.id,
            "item_id": item.id,
            "agency_id": mine.agency_id,
            "summary": summary,
            "status": ProposalStatus.OPEN.value,
            "operations": dump_operations(operations),
            "parties": [dump_value(one) for one in parties],
            "supersedes_id": command.supersedes_id,
            "created_at": at,
            "updated_at": at,
        }
        await insert_row(connection, proposal, row)
        await note_change(
            connection,
            session,
            mine.agency_id,
            proposal_id,
            details={"item": item.id, "operations": row["operations"]},
        )
        return SessionPayload(session.id, item.id, proposal_id)

    return await run_command(database, acting, "proposalCreate", command, _work)


async def replace_proposal(
    connection: StoreConnection, session: JointSession, mine: Delegation, proposal_id: str
) -> None:
    """Mark the proposal that another one replaces; it must be open, and of the same maker."""
    earlier = await fetch_proposal(connection, proposal_id)
    if earlier is None or earlier.session_id != session.id:
        raise Invalid(
            "input.supersedes", "ไม่มีข้อเสนอนี้ในการประชุม", "there is no such proposal in the session"
        )
    require_own(earlier, mine)
    require_open(earlier)
    await update_row(connection, proposal, earlier.id, {"status": ProposalStatus.SUPERSEDED.value})


def require_own(one: Proposal, mine: Delegation) -> None:
    """Raise `Forbidden` unless the viewer's delegation made a proposal."""
    if one.agency_id != mine.agency_id:
        raise Forbidden("เฉพาะผู้เสนอทำรายการนี้ได้ · only the maker of the proposal may do this")


def require_open(one: Proposal) -> None:
    """Raise `WrongStatus` unless a proposal is open."""
    if one.status is not ProposalStatus.OPEN:
        raise WrongStatus(
            f"ข้อเสนออยู่ในสถานะ {one.status.value} · the proposal is {one.status.value}"
        )


async def note_change(
    connection: StoreConnection,
    session: JointSession,
    agency_id: str,
    proposal_id: str,
    *,
    kind: SessionEventKind = SessionEventKind.PROPOSAL_CHANGED,
    details: dict[str, Any] | None = None,
) -> None:
    """Append the event of a change of a proposal, or of a position on it."""
    await append_event(
        connection,
        session.id,
        kind,
        agency_id=agency_id,
        subject=f"gid://hub/{Proposal.TYPE}/{proposal_id}",
        details=details,
    )


async def mark_agreed(connection: StoreConnection, session: JointSession, item: AgendaItem) -> None:
    """Mark an agreed point, and tell the screens."""
    await update_row(connection, agenda_item, item.id, {"status": AgendaStatus.AGREED.value})
    await append_event(
        connection,
        session.id,
        SessionEventKind.AGENDA_CHANGED,
        agency_id=session.host_id,
        subject=item.gid,
    )


async def lock_proposal(
    connection: StoreConnection, acting: Acting, proposal_id: str, expected_version: int
) -> tuple[JointSession, Proposal]:
    """Lock the session of an open proposal that the client has read in this version."""
    session = await lock_visible_of(connection, acting, SESSION_OF_PROPOSAL, proposal_id)
    found = await fetch_proposal(connection, proposal_id)
    if found is None:
        raise NotFound
    check_version(found, expected_version)
    require_open(found)
    return session, found


async def withdraw_proposal(
    database: Database, acting: Acting, command: ProposalWithdrawCommand
) -> SessionPayload:
    """Withdraw a proposal, by its maker."""

    async def _work(connection: StoreConnection, _at: datetime) -> SessionPayload:
        session, found = await lock_proposal(
            connection, acting, command.proposal_id, command.expected_version
        )
        mine = await require_delegation(connection, acting, session)
        require_own(found, mine)
        await update_row(connection, proposal, found.id, {"status": ProposalStatus.WITHDRAWN.value})
        await note_change(
            connection,
            session,
            mine.agency_id,
            found.id,
            details={"withdrawn": True, "reason": command.reason},
        )
        return SessionPayload(session.id, found.item_id, found.id)

    return await run_command(database, acting, "proposalWithdraw", command, _work)

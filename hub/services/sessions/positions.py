"""Take and withdraw positions, and resolve conditions."""

import uuid
from datetime import datetime
from typing import Any

from hub.domain.sessions.commands import (
    ConditionResolveCommand,
    PositionTakeCommand,
    PositionWithdrawCommand,
    SessionPayload,
)
from hub.domain.sessions.kinds import ConditionStatus, SessionEventKind, Stance
from hub.domain.sessions.proposals import exceeds_mandate
from hub.domain.user_errors import UserErrorCode
from hub.errors import Forbidden, Invalid, NotFound, WrongStatus
from hub.services.commands.acting import Acting
from hub.services.sessions.propose import lock_proposal, note_change, require_open
from hub.services.sessions.run import (
    check_version,
    lock_visible_of,
    refuse,
    require_delegation,
    require_text,
    require_under_way,
    run_command,
)
from hub.store.database import Database, StoreConnection
from hub.store.sessions.changes import (
    SESSION_OF_CONDITION,
    end_position,
    fetch_condition,
    fetch_proposal,
    insert_row,
    list_positions,
    update_row,
)
from hub.store.tables import proposal_condition, proposal_position
from hub.store.work_request_changes import find_missing_agencies


async def take_position(
    database: Database, acting: Acting, command: PositionTakeCommand
) -> SessionPayload:
    """Take a position in the name of the viewer's delegation; it replaces the earlier one."""

    async def _work(connection: StoreConnection, at: datetime) -> SessionPayload:
        session, found = await lock_proposal(
            connection, acting, command.proposal_id, command.expected_version
        )
        require_under_way(session)
        mine = await require_delegation(connection, acting, session)
        is_acceptance = command.stance in {Stance.ACCEPT, Stance.ACCEPT_WITH_CONDITION}
        if is_acceptance and exceeds_mandate(mine.mandate, found.operations):
            raise refuse(
                UserErrorCode.OUTSIDE_MANDATE,
                "input.stance",
                "เกินขอบเขตอำนาจของคณะผู้แทน: " + (mine.mandate.text or "ดูประเภทเรื่อง วงเงิน และประเด็น"),
                "beyond the mandate of the delegation (operations, amount or issues)",
                mine.gid,
            )
        condition, reason = check_texts(command)
        await end_position(connection, found.id, mine.agency_id)
        condition_id = None
        if condition is not None:
            condition_id = uuid.uuid4().hex
            await insert_row(
                connection,
                proposal_condition,
                {
                    "id": condition_id,
                    "proposal_id": found.id,
                    "agency_id": mine.agency_id,
                    "text": condition,
                    "status": ConditionStatus.OPEN.value,
                    "updated_at": at,
                },
            )
        row: dict[str, Any] = {
            "id": uuid.uuid4().hex,
            "proposal_id": found.id,
            "number": len(await list_positions(connection, found.id)) + 1,
            "agency_id": mine.agency_id,
            "stance": command.stance.value,
            "condition_id": condition_id,
            "reason": reason,
            "by": acting.viewer.subject,
            "at": at,
        }
        await insert_row(connection, proposal_position, row)
        await note_change(
            connection,
            session,
            mine.agency_id,
            found.id,
            kind=SessionEventKind.POSITION_CHANGED,
            details={"stance": command.stance.value, "condition": condition, "reason": reason},
        )
        return SessionPayload(session.id, found.item_id, found.id, condition_id)

    return await run_command(database, acting, "positionTake", command, _work)


def check_texts(command: PositionTakeCommand) -> tuple[str | None, str | None]:
    """Return condition and reason of a position; `Refused` for one that is missing or too many."""
    condition = command.condition
    if command.stance is Stance.ACCEPT_WITH_CONDITION:
        condition = require_text(condition, "input.condition")
    elif condition is not None:
        raise Invalid(
            "input.condition",
            "เงื่อนไขใช้กับ ACCEPT_WITH_CONDITION เท่านั้น",
            "a condition belongs to ACCEPT_WITH_CONDITION alone",
        )
    reason = command.reason
    if command.stance is Stance.OBJECT:
        reason = require_text(reason, "input.reason")
    return condition, (reason or "").strip() or None


async def withdraw_position(
    database: Database, acting: Acting, command: PositionWithdrawCommand
) -> SessionPayload:
    """Take back a position without another."""

    async def _work(connection: StoreConnection, _at: datetime) -> SessionPayload:
        session, found = await lock_proposal(
            connection, acting, command.proposal_id, command.expected_version
        )
        require_under_way(session)
        mine = await require_delegation(connection, acting, session)
        if not await end_position(connection, found.id, mine.agency_id):
            raise WrongStatus("ยังไม่ได้แสดงท่าที · your delegation has taken no position")
        await note_change(
            connection,
            session,
            mine.agency_id,
            found.id,
            kind=SessionEventKind.POSITION_CHANGED,
            details={"withdrawn": True},
        )
        return SessionPayload(session.id, found.item_id, found.id)

    return await run_command(database, acting, "positionWithdraw", command, _work)


async def resolve_condition(
    database: Database, acting: Acting, command: ConditionResolveCommand
) -> SessionPayload:
    """Resolve a condition, by the agency that set it."""

    async def _work(connection: StoreConnection, _at: datetime) -> SessionPayload:
        key = command.condition_id
        session = await lock_visible_of(connection, acting, SESSION_OF_CONDITION, key)
        require_under_way(session)
        mine = await require_delegation(connection, acting, session)
        condition = await fetch_condition(connection, key)
        found = await fetch_proposal(connection, condition.proposal_id) if condition else None
        if condition is None or found is None:
            raise NotFound
        check_version(condition, command.expected_version)
        require_open(found)
        if condition.agency_id != mine.agency_id:
            raise Forbidden(
                "เฉพาะหน่วยงานที่ตั้งเงื่อนไขยืนยันได้ "
                "· only the agency that set the condition may resolve it"
            )
        if condition.status is not ConditionStatus.OPEN:
            raise WrongStatus(
                f"เงื่อนไขอยู่ในสถานะ {condition.status.value} · the condition is "
                f"{condition.status.value}"
            )
        await check_carried(connection, command)
        changes: dict[str, Any] = {
            "status": command.outcome.value,
            "resolution": require_text(command.resolution, "input.resolution"),
        }
        if command.outcome is ConditionStatus.CARRIED:
            changes |= {"carried_by_id": command.agency_id, "due_on": command.due_on}
        await update_row(connection, proposal_condition, condition.id, changes)
        await note_change(
            connection,
            session,
            mine.agency_id,
            found.id,
            kind=SessionEventKind.POSITION_CHANGED,
            details={"condition": condition.id, "outcome": command.outcome.value},
        )
        return SessionPayload(session.id, found.item_id, found.id, condition.id)

    return await run_command(database, acting, "conditionResolve", command, _work)


async def check_carried(connection: StoreConnection, command: ConditionResolveCommand) -> None:
    """Raise `Invalid` for an outcome that is none, or CARRIED without who and until when."""
    if command.outcome is ConditionStatus.OPEN:
        raise Invalid(
            "input.outcome",
            "ผลต้องเป็น RESOLVED, CARRIED หรือ WITHDRAWN",
            "the outcome is RESOLVED, CARRIED or WITHDRAWN",
        )
    if command.outcome is not ConditionStatus.CARRIED:
        return
    if command.agency_id is None or command.due_on is None:
        raise Invalid(
            "input.agency" if command.agency_id is None else "input.dueOn",
            "เงื่อนไขที่เป็นข้อผูกพันต้องมีผู้รับผิดชอบและกำหนดวัน",
            "a condition that is carried needs who does it and until when",
        )
    if await find_missing_agencies(connection, [command.agency_id]):
        raise Invalid("input.agency", "ไม่มีหน่วยงานนี้", "there is no such agency")

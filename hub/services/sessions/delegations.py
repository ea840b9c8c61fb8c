"""Invite agencies to a session, change their mandates, remove them."""

import uuid
from datetime import datetime
from typing import Any

from hub.domain.sessions.commands import (
    MAX_DELEGATIONS,
    DelegationDraft,
    DelegationRemoveCommand,
    DelegationSetCommand,
    SessionPayload,
)
from hub.domain.sessions.kinds import DelegationRole, SessionEventKind
from hub.domain.sessions.session import Delegation, JointSession
from hub.domain.user_errors import UserErrorCode
from hub.errors import Invalid, NotFound, WrongStatus
from hub.services.commands.acting import Acting
from hub.services.sessions.run import (
    check_version,
    lock_visible,
    lock_visible_of,
    refuse,
    require_host,
    run_command,
)
from hub.store.database import Database, StoreConnection
from hub.store.sessions.changes import (
    SESSION_OF_DELEGATION,
    append_event,
    has_position,
    insert_row,
    list_delegations,
    update_row,
)
from hub.store.tables import delegation
from hub.store.work_request_changes import find_missing_agencies

REMOVE = "delete from delegation where id = $1"


async def set_delegations(
    database: Database, acting: Acting, command: DelegationSetCommand
) -> SessionPayload:
    """Invite agencies or change their delegations; all of them or none."""

    async def _work(connection: StoreConnection, at: datetime) -> SessionPayload:
        session = await lock_visible(connection, acting, command.session_id)
        host_id = require_host(acting, session)
        if session.is_closed:
            raise WrongStatus("ปิดประชุมแล้ว · the session is closed")
        stored = {one.agency_id: one for one in await list_delegations(connection, session.id)}
        await check_items(connection, command, len(stored))
        for index, item in enumerate(command.items):
            await write_delegation(connection, session, stored, index, item, at)
        await append_event(
            connection,
            session.id,
            SessionEventKind.SESSION_CHANGED,
            agency_id=host_id,
            subject=session.gid,
        )
        return SessionPayload(session.id)

    return await run_command(database, acting, "delegationSet", command, _work)


async def check_items(
    connection: StoreConnection, command: DelegationSetCommand, stored: int
) -> None:
    """Raise `Invalid` for too many delegations, an unknown agency, or one that is named twice."""
    agencies = [one.agency_id for one in command.items]
    if not agencies or stored + len(agencies) > MAX_DELEGATIONS:
        raise Invalid(
            "input.items",
            f"การประชุมหนึ่งมีได้ 1–{MAX_DELEGATIONS} คณะ",
            f"a session has 1 to {MAX_DELEGATIONS} delegations",
        )
    if len(set(agencies)) < len(agencies):
        raise Invalid("input.items", "ระบุหน่วยงานซ้ำ", "an agency is named twice")
    if missing := await find_missing_agencies(connection, agencies):
        raise Invalid("input.items", f"ไม่มีหน่วยงาน {missing[0]}", f"there is no agency {missing[0]}")


async def write_delegation(
    connection: StoreConnection,
    session: JointSession,
    stored: dict[str, Delegation],
    index: int,
    item: DelegationDraft,
    at: datetime,
) -> None:
    """Insert or update one delegation; `Refused` if another version of it is stored."""
    mandate = item.mandate
    row: dict[str, Any] = {
        "role": item.role.value,
        "operations": [one.value for one in mandate.operations],
        "max_satang": mandate.max_satang,
        "issue_ids": list(mandate.issue_ids),
        "mandate_text": mandate.text,
    }
    if item.present is not None:
        row["present"] = item.present
    before = stored.get(item.agency_id)
    is_host = item.agency_id == session.host_id
    if is_host is not (item.role is DelegationRole.HOST):
        raise Invalid(
            f"input.items.{index}.role",
            "บทบาท HOST เป็นของหน่วยงานเจ้าภาพเท่านั้น",
            "the role HOST is that of the hosting agency, and of no other",
        )
    if before is not None:
        check_version(before, item.expected_version or 0)
        await update_row(connection, delegation, before.id, row)
        return
    row |= {
        "id": uuid.uuid4().hex,
        "session_id": session.id,
        "agency_id": item.agency_id,
        "invited_at": at,
        "updated_at": at,
    }
    await insert_row(connection, delegation, row)


async def remove_delegation(
    database: Database, acting: Acting, command: DelegationRemoveCommand
) -> SessionPayload:
    """Remove a delegation that has taken no position."""

    async def _work(connection: StoreConnection, _at: datetime) -> SessionPayload:
        key = command.delegation_id
        session = await lock_visible_of(connection, acting, SESSION_OF_DELEGATION, key)
        host_id = require_host(acting, session)
        stored = await list_delegations(connection, session.id)
        found = next((one for one in stored if one.id == key), None)
        if found is None:
            raise NotFound
        check_version(found, command.expected_version)
        is_bound = await has_position(connection, session.id, found.agency_id)
        if found.agency_id == host_id or is_bound:
            raise refuse(
                UserErrorCode.WRONG_STATUS,
                "input.delegation",
                "คณะนี้เป็นเจ้าภาพหรือแสดงท่าทีแล้ว จึงตัดออกไม่ได้",
                "this delegation is the host or has taken a position, so it stays",
                found.gid,
            )
        await connection.execute(REMOVE, key)
        await append_event(
            connection,
            session.id,
            SessionEventKind.SESSION_CHANGED,
            agency_id=host_id,
            subject=session.gid,
            details={"removed": found.agency_id, "reason": command.reason},
        )
        return SessionPayload(session.id)

    return await run_command(database, acting, "delegationRemove", command, _work)

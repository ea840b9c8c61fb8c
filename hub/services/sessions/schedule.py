"""Schedule a joint session, or change one that is still scheduled."""

import uuid
from datetime import datetime
from typing import Any

from hub.domain.matrix.key import encode_matrix_key
from hub.domain.sessions.commands import (
    SessionCreateCommand,
    SessionPayload,
    SessionUpdateCommand,
)
from hub.domain.sessions.kinds import DelegationRole, SessionEventKind, SessionStatus
from hub.domain.sessions.session import JointSession
from hub.errors import Forbidden, Invalid, WrongStatus
from hub.services.commands.acting import Acting, find_acting_agency
from hub.services.sessions.list_open_points import add_open_points
from hub.services.sessions.run import (
    check_version,
    lock_visible,
    require_host,
    require_text,
    run_command,
)
from hub.store.database import Database, StoreConnection
from hub.store.read_transaction import ReadTransaction
from hub.store.sessions.changes import append_event, insert_row, lock_session, update_row
from hub.store.sessions.reading import JointSessions
from hub.store.tables import delegation, joint_session

MAX_AREAS = 20


async def create_session(
    database: Database, acting: Acting, command: SessionCreateCommand
) -> SessionPayload:
    """Schedule a session; its agenda begins with what is open on its matrix."""

    async def _work(connection: StoreConnection, at: datetime) -> SessionPayload:
        host_id = await find_host(connection, acting, command.area_ids)
        await check_previous(connection, acting, command.previous_id)
        session_id = uuid.uuid4().hex
        row: dict[str, Any] = {
            "id": session_id,
            "kind": command.kind.value,
            "title": require_text(command.title, "input.title", 500),
            "status": SessionStatus.SCHEDULED.value,
            "area_ids": list(dict.fromkeys(command.area_ids)),
            "fiscal_year": command.fiscal_year.ce,
            "host_id": host_id,
            "matrix_key": encode_matrix_key(command.matrix),
            "previous_id": command.previous_id,
            "starts_at": command.starts_at,
            "created_at": at,
            "updated_at": at,
        }
        await insert_row(connection, joint_session, row)
        await insert_row(
            connection,
            delegation,
            {
                "id": uuid.uuid4().hex,
                "session_id": session_id,
                "agency_id": host_id,
                "role": DelegationRole.HOST.value,
                "present": True,
                "invited_at": at,
                "updated_at": at,
            },
        )
        session = await require_stored(connection, session_id)
        await add_open_points(connection, acting, session, at)
        await append_event(
            connection,
            session_id,
            SessionEventKind.SESSION_CHANGED,
            agency_id=host_id,
            subject=session.gid,
        )
        return SessionPayload(session_id)

    return await run_command(database, acting, "sessionCreate", command, _work)


async def require_stored(connection: StoreConnection, session_id: str) -> JointSession:
    """Return a session that this transaction has inserted."""
    session = await lock_session(connection, session_id)
    if session is None:
        raise LookupError(session_id)
    return session


async def find_host(connection: StoreConnection, acting: Acting, area_ids: tuple[str, ...]) -> str:
    """Return the agency that hosts: one that acts for every area; `Forbidden` for others."""
    if not 1 <= len(area_ids) <= MAX_AREAS:
        raise Invalid("input.areas", f"ระบุ 1–{MAX_AREAS} พื้นที่", f"name 1 to {MAX_AREAS} areas")
    hosts = [await find_acting_agency(connection, acting, area_id) for area_id in area_ids]
    if len(set(hosts)) != 1:
        raise Forbidden(
            "เจ้าภาพต้องดูแลทุกพื้นที่ของการประชุม · the host must act for every area of the session"
        )
    return hosts[0]


async def check_previous(
    connection: StoreConnection, acting: Acting, previous_id: str | None
) -> None:
    """Raise `Invalid` unless the viewer may see the session of the year before."""
    if previous_id is None:
        return
    reader = ReadTransaction.from_connection(connection)
    if not await JointSessions(reader, acting.viewer.without_session()).by_id([previous_id]):
        raise Invalid(
            "input.previous",
            "ไม่พบการประชุมครั้งก่อนที่ท่านดูได้",
            "there is no such earlier session that you may see",
        )


async def update_session(
    database: Database, acting: Acting, command: SessionUpdateCommand
) -> SessionPayload:
    """Change title, begin, matrix or earlier session of a session that is SCHEDULED."""

    async def _work(connection: StoreConnection, _at: datetime) -> SessionPayload:
        session = await lock_visible(connection, acting, command.session_id)
        host_id = require_host(acting, session)
        check_version(session, command.expected_version)
        if session.status is not SessionStatus.SCHEDULED:
            raise WrongStatus(
                "แก้ไขได้เฉพาะการประชุมที่ยังไม่เปิด · only a session that is SCHEDULED may be changed"
            )
        await check_previous(connection, acting, command.previous_id)
        title = command.title
        changes = {
            "title": None if title is None else require_text(title, "input.title", 500),
            "starts_at": command.starts_at,
            "matrix_key": encode_matrix_key(command.matrix) if command.matrix else None,
            "previous_id": command.previous_id,
        }
        given = {name: content for name, content in changes.items() if content is not None}
        if given:
            await update_row(connection, joint_session, session.id, given)
            await append_event(
                connection,
                session.id,
                SessionEventKind.SESSION_CHANGED,
                agency_id=host_id,
                subject=session.gid,
            )
        return SessionPayload(session.id)

    return await run_command(database, acting, "sessionUpdate", command, _work)

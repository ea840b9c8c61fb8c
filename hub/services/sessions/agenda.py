"""Add, change and remove points of an agenda."""

import uuid
from datetime import datetime
from typing import Any

from hub.domain.sessions.commands import (
    AgendaItemAddCommand,
    AgendaItemRemoveCommand,
    AgendaItemUpdateCommand,
    SessionPayload,
)
from hub.domain.sessions.kinds import AgendaStatus, SessionEventKind
from hub.domain.sessions.session import AgendaItem, JointSession
from hub.errors import Invalid, NotFound, WrongStatus
from hub.services.commands.acting import Acting
from hub.services.sessions.run import (
    check_version,
    is_host,
    lock_visible,
    lock_visible_of,
    require_delegation,
    require_host,
    require_text,
    run_command,
)
from hub.store.database import Database, StoreConnection
from hub.store.sessions.changes import (
    SESSION_OF_ITEM,
    append_event,
    fetch_item,
    insert_row,
    list_items,
    list_proposals,
    update_row,
)
from hub.store.tables import agenda_item

REMOVE = "delete from agenda_item where id = $1"
RENUMBER = """
update agenda_item set ordinal = new.ordinal
from unnest($1::text[], $2::int[]) new (id, ordinal) where agenda_item.id = new.id
"""


def require_not_over(session: JointSession) -> None:
    """Raise `WrongStatus` when the minutes of a session are fixed."""
    if session.is_closed:
        raise WrongStatus("ปิดประชุมแล้ว · the session is closed")


async def add_item(
    database: Database, acting: Acting, command: AgendaItemAddCommand
) -> SessionPayload:
    """Add a point; by the host, or by a delegation."""

    async def _work(connection: StoreConnection, at: datetime) -> SessionPayload:
        session = await lock_visible(connection, acting, command.session_id)
        require_not_over(session)
        agency_id: str | None = session.host_id
        if not is_host(acting, session):
            agency_id = (await require_delegation(connection, acting, session)).agency_id
        items = await list_items(connection, session.id)
        last = items[-1].order if items else 0
        item_id = uuid.uuid4().hex
        row: dict[str, Any] = {
            "id": item_id,
            "session_id": session.id,
            "ordinal": last + 1,
            "title": require_text(command.title, "input.title", 500),
            "subject": command.subject_gid,
            "cell": command.cell_gid,
            "status": AgendaStatus.OPEN.value,
            "updated_at": at,
        }
        await insert_row(connection, agenda_item, row)
        if command.order is not None:
            await move_item(connection, session.id, item_id, command.order)
        await note_change(connection, session, agency_id, item_id)
        return SessionPayload(session.id, item_id)

    return await run_command(database, acting, "agendaItemAdd", command, _work)


async def note_change(
    connection: StoreConnection, session: JointSession, agency_id: str | None, item_id: str
) -> None:
    """Append the event of a change of the agenda."""
    await append_event(
        connection,
        session.id,
        SessionEventKind.AGENDA_CHANGED,
        agency_id=agency_id,
        subject=f"gid://hub/{AgendaItem.TYPE}/{item_id}",
    )


async def move_item(connection: StoreConnection, session_id: str, item_id: str, order: int) -> None:
    """Move a point to a place in its agenda, from 1; `Invalid` for a place that is none."""
    items = [one.id for one in await list_items(connection, session_id) if one.id != item_id]
    if not 1 <= order <= len(items) + 1:
        raise Invalid(
            "input.order",
            f"ลำดับต้องอยู่ระหว่าง 1–{len(items) + 1}",
            f"the order must be from 1 to {len(items) + 1}",
        )
    items.insert(order - 1, item_id)
    ordinals = list(range(1, len(items) + 1))
    await connection.execute(RENUMBER, items, ordinals)


async def lock_item(
    connection: StoreConnection, acting: Acting, key: str, expected_version: int
) -> tuple[JointSession, AgendaItem]:
    """Lock the session of a point that the client has read in this version; for its host."""
    session = await lock_visible_of(connection, acting, SESSION_OF_ITEM, key)
    require_host(acting, session)
    require_not_over(session)
    item = await fetch_item(connection, key)
    if item is None:
        raise NotFound
    check_version(item, expected_version)
    return session, item


async def update_item(
    database: Database, acting: Acting, command: AgendaItemUpdateCommand
) -> SessionPayload:
    """Change title, order, status or note of a point; AGREED follows from an agreement."""

    async def _work(connection: StoreConnection, _at: datetime) -> SessionPayload:
        session, item = await lock_item(
            connection, acting, command.item_id, command.expected_version
        )
        is_agreed = AgendaStatus.AGREED in {command.status, item.status}
        if is_agreed and command.status is not None:
            raise Invalid(
                "input.status",
                "สถานะ AGREED เกิดจากข้อตกลงเท่านั้น และไม่เปลี่ยนอีก",
                "AGREED follows from an agreement alone, and stays",
            )
        title = command.title
        changes = {
            "title": None if title is None else require_text(title, "input.title", 500),
            "status": command.status.value if command.status else None,
            "note": command.note,
        }
        given = {name: content for name, content in changes.items() if content is not None}
        if command.status is AgendaStatus.CURRENT:
            await end_current(connection, session, item)
        await update_row(connection, agenda_item, item.id, given)
        if command.order is not None:
            await move_item(connection, session.id, item.id, command.order)
        await note_change(connection, session, session.host_id, item.id)
        return SessionPayload(session.id, item.id)

    return await run_command(database, acting, "agendaItemUpdate", command, _work)


async def end_current(connection: StoreConnection, session: JointSession, item: AgendaItem) -> None:
    """Set the point that was discussed so far back to OPEN: one point is on all screens."""
    for one in await list_items(connection, session.id):
        if one.status is AgendaStatus.CURRENT and one.id != item.id:
            await update_row(connection, agenda_item, one.id, {"status": AgendaStatus.OPEN.value})


async def remove_item(
    database: Database, acting: Acting, command: AgendaItemRemoveCommand
) -> SessionPayload:
    """Remove a point without proposals."""

    async def _work(connection: StoreConnection, _at: datetime) -> SessionPayload:
        session, item = await lock_item(
            connection, acting, command.item_id, command.expected_version
        )
        if await list_proposals(connection, item.id):
            raise WrongStatus("วาระนี้มีข้อเสนอแล้ว จึงตัดออกไม่ได้ · this point has proposals, so it stays")
        await connection.execute(REMOVE, item.id)
        await note_change(connection, session, session.host_id, item.id)
        return SessionPayload(session.id)

    return await run_command(database, acting, "agendaItemRemove", command, _work)

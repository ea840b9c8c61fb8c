"""Undo an assertion that projects are one activity, in the name of the owner of one of them."""

from datetime import datetime
from typing import Final

from hub.domain.history import ChangeKind
from hub.domain.identity.viewer import Permission
from hub.domain.same_as import SameAs, SameAsUndoCommand, at_field, stated_reason
from hub.domain.user_errors import to_user_error
from hub.errors import Forbidden, NotFound, StaleVersion, WrongStatus
from hub.services.commands.acting import Acting
from hub.services.commands.execute import Refused
from hub.store.activities import lock_activities, recompute_activities
from hub.store.database import StoreConnection
from hub.store.history import NewEntry, append_history
from hub.store.linkage_rights import fetch_function_rights
from hub.store.same_as import lock_assertion, mark_assertion_undone

NOT_CONCERNED: Final = (
    "การรวมรายการนี้ไม่เกี่ยวข้องกับหน่วยงานของท่าน · this assertion is about no project of your agency"
)


async def undo_same(
    connection: StoreConnection, acting: Acting, command: SameAsUndoCommand, at: datetime
) -> str:
    """Undo an assertion and return its id; raise `Refused` if it is refused."""
    await lock_activities(connection)
    viewer = acting.viewer.without_session()
    one = await lock_assertion(connection, viewer, command.same_as_id)
    if one is None:
        error = NotFound("ไม่พบการรวมรายการนี้ · there is no such assertion")
        raise Refused([at_field(to_user_error(error), "sameAs")])
    agency_id = await find_undoing_agency(connection, acting, one)
    check_status(command, one)
    reason = stated_reason("UNDONE", command.reason)
    await mark_assertion_undone(connection, one.id, agency_id, reason)
    await recompute_activities(connection, one.project_ids)
    entry = NewEntry(
        subject=one.gid,
        version=one.version + 1,
        author=acting.author(agency_id, at),
        side=None,
        kind=ChangeKind.REMOVED,
        field=None,
        before=" ".join(one.project_ids),
        after=None,
        reason=command.reason,
        because_of=acting.because_of,
    )
    await append_history(connection, [entry])
    return one.id


def check_status(command: SameAsUndoCommand, one: SameAs) -> None:
    """Raise `Refused` if the client has read another version, or if there is nothing to undo."""
    if one.agency_id is None:
        error = WrongStatus(
            "แหล่งข้อมูลเป็นผู้ระบุ ไม่ใช่คน ให้แก้ที่แหล่งข้อมูล "
            "· sources report it, nobody asserted it; correct it in the source"
        )
        raise Refused([at_field(to_user_error(error), "sameAs")])
    if one.version != command.expected_version:
        stale = StaleVersion(
            f"การรวมรายการนี้เป็นรุ่น {one.version} แล้ว อ่านใหม่ก่อน "
            f"· this assertion has version {one.version}; read it again first"
        )
        raise Refused([at_field(to_user_error(stale, one.gid), "expectedVersion")])
    if one.undone_at is not None:
        undone = WrongStatus("ยกเลิกการรวมรายการนี้ไปแล้ว · this assertion is undone already")
        raise Refused([at_field(to_user_error(undone), "sameAs")])


async def find_undoing_agency(connection: StoreConnection, acting: Acting, one: SameAs) -> str:
    """Return the agency in whose name the viewer undoes an assertion; `Refused` for none.

    The one that asserted it, and those that act for the owner of one of its projects.
    """
    viewer = acting.viewer
    rights = await fetch_function_rights(connection, one.project_ids, viewer.agency_id)
    is_own = viewer.agency_id == one.agency_id or any(right.allowed for right in rights.values())
    if viewer.agency_id is not None and is_own:
        return viewer.agency_id
    owner = one.agency_id or next(
        (right.agency_id for right in rights.values() if right.agency_id), None
    )
    if viewer.has_permission(Permission.STEWARD) and owner is not None:
        return owner
    raise Refused([at_field(to_user_error(Forbidden(NOT_CONCERNED)), "sameAs")])

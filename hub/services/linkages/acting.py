"""Who gives a command on linkages, and for which side they may act."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime

from hub.domain.history import ActorKind, Author
from hub.domain.identity.audit_context import AuditContext
from hub.domain.identity.viewer import Permission, Viewer
from hub.domain.linkages import Side
from hub.domain.record import record, value
from hub.errors import Forbidden, Invalid
from hub.store.ingest.receipts import IdempotentCommand
from hub.store.linkage_rights import (
    SideRight,
    SqlReader,
    fetch_area_agency_rights,
    fetch_area_rights,
    fetch_function_rights,
)

NO_SIDE = (
    "หน่วยงานของท่านไม่ใช่ฝ่ายภารกิจหรือฝ่ายพื้นที่ของรายการนี้ "
    "· your agency acts neither for the project nor for the area of this item"
)


@value
class Acting:
    """The viewer that gives a command, its audit state, and what the command comes from.

    `because_of` is the global id of a session or import; null: the viewer's own request.
    """

    viewer: Viewer
    audit: AuditContext | None = None
    because_of: str | None = None

    @property
    def sender(self) -> str:
        """Return whose idempotency and item keys these are: a client, or a person."""
        viewer = self.viewer
        name = viewer.subject if viewer.session or not viewer.client_id else viewer.client_id
        return f"{viewer.issuer or ''} {name}"

    def author(self, agency_id: str | None, at: datetime) -> Author:
        """Return the author of a change, in the name of an agency."""
        kind = ActorKind.PERSON if self.viewer.session else ActorKind.CLIENT
        return Author(kind, agency_id, self.viewer.subject, at)

    def command(self, verb: str, key: str, content: object) -> IdempotentCommand:
        """Return the command with the digest of its content, for its receipt."""
        digest = hashlib.sha256(f"{verb} {content!r}".encode()).hexdigest()
        return IdempotentCommand(self.sender, key, digest)


@record
class SideRights:
    """The rights of a viewer on projects (FUNCTION) and issues (AREA)."""

    function: Mapping[str, SideRight]
    area: Mapping[str, SideRight]
    viewer: Viewer

    def agencies(self, project_id: str, issue_id: str | None) -> dict[Side, str]:
        """Return the sides that the viewer may act for, each with the agency in whose name.

        A steward acts in the name of the owner or of the area's own agency.
        """
        rights = {
            Side.FUNCTION: self.function.get(project_id),
            Side.AREA: self.area.get(issue_id) if issue_id is not None else None,
        }
        is_steward = self.viewer.has_permission(Permission.STEWARD)
        found: dict[Side, str] = {}
        for side, right in rights.items():
            if right is None:
                continue
            if right.allowed and self.viewer.agency_id is not None:
                found[side] = self.viewer.agency_id
            elif is_steward and right.agency_id is not None:
                found[side] = right.agency_id
        return found


async def fetch_side_rights(
    reader: SqlReader,
    viewer: Viewer,
    project_ids: Iterable[str],
    issue_ids: Iterable[str | None],
) -> SideRights:
    """Return the rights of a viewer on projects and issues, by the register of today."""
    agency_id = viewer.agency_id
    issues = [one for one in issue_ids if one is not None]
    return SideRights(
        await fetch_function_rights(reader, list(project_ids), agency_id),
        await fetch_area_rights(reader, issues, agency_id) if issues else {},
        viewer,
    )


async def find_acting_agency(reader: SqlReader, acting: Acting, area_id: str) -> str:
    """Return the agency in whose name the viewer acts for an area; `Forbidden` for none."""
    viewer = acting.viewer
    rights = await fetch_area_agency_rights(reader, [area_id], viewer.agency_id)
    right = rights.get(area_id)
    if right is None:
        raise Invalid("input.area", f"ไม่มีพื้นที่ {area_id}", f"there is no area {area_id}")
    if right.allowed and viewer.agency_id is not None:
        return viewer.agency_id
    if viewer.has_permission(Permission.STEWARD) and right.agency_id is not None:
        return right.agency_id
    raise Forbidden("หน่วยงานของท่านไม่ได้ดูแลพื้นที่นี้ · your agency does not act for this area")


def choose_side(agencies: Mapping[Side, str], preferred: Iterable[Side]) -> tuple[Side, str]:
    """Return the side to act for and its agency: the first preferred one, else FUNCTION first.

    `Forbidden` when the viewer may act for no side.
    """
    for side in (*preferred, *Side):
        if side in agencies:
            return side, agencies[side]
    raise Forbidden(NO_SIDE)

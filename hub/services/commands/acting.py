"""Who gives a command, and in the name of which agency it is executed."""

import hashlib
from datetime import datetime

from hub.domain.history import ActorKind, Author
from hub.domain.identity.audit_context import AuditContext
from hub.domain.identity.audit_log import AuditedResource
from hub.domain.identity.viewer import Permission, Viewer
from hub.domain.record import value
from hub.errors import Forbidden, Invalid
from hub.store.ingest.receipts import IdempotentCommand
from hub.store.linkage_rights import SqlReader, fetch_area_agency_rights


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
        return self.viewer.sender

    def author(self, agency_id: str | None, at: datetime) -> Author:
        """Return the author of a change, in the name of an agency."""
        kind = ActorKind.PERSON if self.viewer.session else ActorKind.CLIENT
        return Author(kind, agency_id, self.viewer.subject, at)

    def command(self, verb: str, key: str, content: object) -> IdempotentCommand:
        """Return the command with the digest of its content, for its receipt."""
        digest = hashlib.sha256(f"{verb} {content!r}".encode()).hexdigest()
        return IdempotentCommand(self.sender, key, digest)

    def audited(self, *things: tuple[str, str | None]) -> list[AuditedResource]:
        """Return what a command changed, by type and key (null: nothing), for the audit log.

        The entries are those of the viewer's agency.
        """
        owner = self.viewer.agency_id
        return [AuditedResource(kind, key, owner) for kind, key in things if key]


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

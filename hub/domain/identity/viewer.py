"""Who is asking, and what may be known."""

from datetime import datetime
from enum import Enum
from typing import Final

from hub.domain.record import value


class Visibility(Enum):
    """Whether a thing may be seen, only known to exist, or neither (การเปิดเผย)."""

    PUBLISHED = "PUBLISHED"
    LISTED = "LISTED"
    PRIVATE = "PRIVATE"


class Permission(Enum):
    """What a client or person may be let do besides reading what is published (สิทธิ).

    The value is the OAuth scope that grants it.
    """

    OPERATE_SOURCES = "source:operate"
    OVERSEE = "hub:oversight"
    READ_AUDIT = "audit:read"
    STEWARD = "hub:steward"


PERMISSION_DESCRIPTIONS: Final = {
    Permission.OPERATE_SOURCES: ("ดูแลแหล่งข้อมูลของหน่วยงานตน", "operate the sources of one's agency"),
    Permission.OVERSEE: ("กำกับดูแล เห็นสิ่งที่แจ้งว่ามี", "oversee: read what is LISTED, of every agency"),
    Permission.READ_AUDIT: ("อ่านบันทึกการเข้าถึง", "read the log of access to one's data"),
    Permission.STEWARD: ("ดูแลระบบแทนทุกหน่วยงาน", "act as steward of the hub, for every agency"),
}
"""What each permission is for, in Thai and English."""


class Role(Enum):
    """What a person is within an agency (บทบาทในหน่วยงาน), the least first."""

    VIEWER = "VIEWER"
    OFFICER = "OFFICER"
    DELEGATE = "DELEGATE"
    STEWARD = "STEWARD"


ROLE_PERMISSIONS: Final = {
    Role.VIEWER: frozenset[Permission](),
    Role.OFFICER: frozenset({Permission.OPERATE_SOURCES}),
    Role.DELEGATE: frozenset({Permission.OPERATE_SOURCES, Permission.READ_AUDIT}),
    Role.STEWARD: frozenset(
        {Permission.OPERATE_SOURCES, Permission.READ_AUDIT, Permission.STEWARD}
    ),
}
"""What each role lets a person do; every one sees what its agency may see.

Written out, so that a permission to come is nobody's until somebody says so.
"""
ROLE_NAMES: Final = {
    Role.VIEWER: ("ผู้อ่าน", "Viewer"),
    Role.OFFICER: ("เจ้าหน้าที่", "Officer"),
    Role.DELEGATE: ("ผู้แทน", "Delegate"),
    Role.STEWARD: ("ผู้ดูแลระบบกลาง", "Steward"),
}
"""What each role is called, in Thai and English."""


@value
class Viewer:
    """Who is asking: the agency of the signed-in party, or nobody (ผู้ใช้งาน).

    `hub.store.visibility` turns a viewer into SQL; nothing else decides what may be seen. A subject
    is unique within its issuer; `until` is when what said so ends, a token or a person's `session`.
    """

    subject: str
    agency_id: str | None = None
    scopes: frozenset[str] = frozenset()
    issuer: str | None = None
    client_id: str | None = None
    until: datetime | None = None
    session: str | None = None
    purpose: str | None = None
    """What its client was registered for, where that was said."""

    def has_permission(self, permission: Permission) -> bool:
        """Whether the viewer was granted a permission."""
        return permission.value in self.scopes

    def without_session(self) -> "Viewer":
        """Return the agency and scopes alone: what decides which rows are visible.

        Viewers that differ only in subject, token, session or expiry become equal, so that
        statements cached by viewer are found again for the next token of the same agency.
        """
        return Viewer(ANONYMOUS.subject, self.agency_id, self.scopes)


ANONYMOUS = Viewer("anonymous")
OPERATOR = Viewer("operator", None, frozenset(one.value for one in Permission))
"""Whoever runs the hub's own commands."""

"""The viewer of a request, with permissions and roles."""

from datetime import datetime
from enum import Enum
from typing import Final

from hub.domain.record import value


class Visibility(Enum):
    """Visibility of a project (การเปิดเผย): readable, only known to exist, or neither."""

    PUBLISHED = "PUBLISHED"
    LISTED = "LISTED"
    PRIVATE = "PRIVATE"


class Permission(Enum):
    """A permission beyond reading published data (สิทธิ).

    The value is the OAuth scope that grants it.
    """

    PROPOSE_LINKAGES = "linkage:propose"
    DECIDE_LINKAGES = "linkage:decide"
    MANAGE_WEBHOOKS = "webhook:manage"
    OPERATE_SOURCES = "source:operate"
    OVERSEE = "hub:oversight"
    READ_AUDIT = "audit:read"
    STEWARD = "hub:steward"
    WRITE_PLANS = "plan:write"
    REVIEW_PLANS = "plan:review"
    HOST_SESSIONS = "session:host"
    NEGOTIATE = "session:negotiate"
    RATIFY_SESSIONS = "session:ratify"
    REPORT = "report:write"


PERMISSION_DESCRIPTIONS: Final = {
    Permission.PROPOSE_LINKAGES: (
        "เสนอ ถอน และกำหนดสัดส่วนความเชื่อมโยง ขอและตอบคำขอให้ดำเนินงาน",
        "propose and withdraw linkages, set shares, request and answer work",
    ),
    Permission.DECIDE_LINKAGES: (
        "ตัดสินใจความเชื่อมโยงแทนฝ่ายของหน่วยงานตน",
        "decide on linkages for the side of one's own agency",
    ),
    Permission.MANAGE_WEBHOOKS: (
        "ลงทะเบียนและดูแลเว็บฮุกของหน่วยงานตน",
        "register and manage the webhooks of one's own agency",
    ),
    Permission.OPERATE_SOURCES: (
        "ดูแลแหล่งข้อมูลของหน่วยงานตน",
        "operate the sources of one's own agency",
    ),
    Permission.OVERSEE: (
        "กำกับดูแล อ่านข้อมูล LISTED ของทุกหน่วยงาน",
        "oversee: read LISTED data of every agency",
    ),
    Permission.READ_AUDIT: (
        "อ่านบันทึกการเข้าถึงข้อมูลของหน่วยงานตน",
        "read the audit log of one's own data",
    ),
    Permission.STEWARD: ("ดูแลระบบแทนทุกหน่วยงาน", "administer the hub for every agency"),
    Permission.WRITE_PLANS: (
        "เสนอแผนและห่วงโซ่คุณค่าของหน่วยงานหรือพื้นที่ของตน",
        "submit the plans and value chains of one's own agency or area",
    ),
    Permission.REVIEW_PLANS: ("กลั่นกรองและให้ระดับแผน", "review and grade plans"),
    Permission.HOST_SESSIONS: (
        "จัดและเป็นประธานการประชุมร่วมของพื้นที่ตน",
        "prepare and chair the joint sessions of one's own area",
    ),
    Permission.NEGOTIATE: (
        "เสนอและแสดงท่าทีในการประชุมร่วมแทนหน่วยงานตน",
        "propose and take positions in joint sessions for one's own agency",
    ),
    Permission.RATIFY_SESSIONS: (
        "บันทึกการให้ความเห็นชอบข้อตกลงของการประชุมร่วม",
        "record the approval of agreements of joint sessions",
    ),
    Permission.REPORT: (
        "รายงานข้อผูกพันของหน่วยงานตน",
        "report on the commitments of one's own agency",
    ),
}
"""What each permission allows, in Thai and English."""


class Role(Enum):
    """Role of a person in an agency (บทบาทในหน่วยงาน), ascending."""

    VIEWER = "VIEWER"
    OFFICER = "OFFICER"
    DELEGATE = "DELEGATE"
    STEWARD = "STEWARD"


OFFICER_PERMISSIONS: Final = frozenset(
    {
        Permission.OPERATE_SOURCES,
        Permission.PROPOSE_LINKAGES,
        Permission.DECIDE_LINKAGES,
        Permission.WRITE_PLANS,
        Permission.REPORT,
    }
)
DELEGATE_PERMISSIONS: Final = OFFICER_PERMISSIONS | {
    Permission.READ_AUDIT,
    Permission.MANAGE_WEBHOOKS,
    Permission.HOST_SESSIONS,
    Permission.NEGOTIATE,
}
ROLE_PERMISSIONS: Final = {
    Role.VIEWER: frozenset[Permission](),
    Role.OFFICER: OFFICER_PERMISSIONS,
    Role.DELEGATE: DELEGATE_PERMISSIONS,
    Role.STEWARD: DELEGATE_PERMISSIONS
    | {
        Permission.STEWARD,
        Permission.REVIEW_PLANS,
        Permission.RATIFY_SESSIONS,
    },
}
"""The permissions of each role; every role sees what its agency may see.

The sets are written out, so that a new permission belongs to no role until it is added here.
"""
ROLE_NAMES: Final = {
    Role.VIEWER: ("ผู้อ่าน", "Viewer"),
    Role.OFFICER: ("เจ้าหน้าที่", "Officer"),
    Role.DELEGATE: ("ผู้แทน", "Delegate"),
    Role.STEWARD: ("ผู้ดูแลระบบกลาง", "Steward"),
}
"""The name of each role, in Thai and English."""


@value
class Viewer:
    """The authenticated caller of a request, or anonymous (ผู้ใช้งาน).

    Only `hub.store.visibility` decides what a viewer may see; it compiles a viewer into SQL. A
    subject is unique within its issuer; `until` is when the token or the person's `session`
    expires.
    """

    subject: str
    agency_id: str | None = None
    scopes: frozenset[str] = frozenset()
    issuer: str | None = None
    client_id: str | None = None
    until: datetime | None = None
    session: str | None = None
    purpose: str | None = None
    """The purpose its client was registered for, if any."""

    def has_permission(self, permission: Permission) -> bool:
        """Return whether the viewer has a permission."""
        return permission.value in self.scopes

    @property
    def sender(self) -> str:
        """Return whose idempotency keys and files these are: a client, or a person."""
        name = self.subject if self.session or not self.client_id else self.client_id
        return f"{self.issuer or ''} {name}"

    def without_session(self) -> "Viewer":
        """Return the agency and scopes alone: what decides which rows are visible.

        Viewers that differ only in subject, token, session or expiry become equal, so that
        statements cached by viewer are reused for the next token of the same agency.
        """
        return Viewer(ANONYMOUS.subject, self.agency_id, self.scopes)

    def without_identity(self) -> "Viewer":
        """Return the agency and scopes, and whether it is anonymous, without who it is."""
        return self if self == ANONYMOUS else Viewer("", self.agency_id, self.scopes)


ANONYMOUS = Viewer("anonymous")
OPERATOR = Viewer("operator", None, frozenset(one.value for one in Permission))
"""The viewer of commands on the hub's own machine; it has every permission."""

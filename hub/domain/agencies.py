"""Agencies: bodies that plan, pay or implement, with dated codes and parents."""

from datetime import date, datetime
from enum import Enum
from typing import ClassVar

from hub.domain.global_id import GlobalId
from hub.domain.record import record, value
from hub.domain.text import LocalizedText


class ActorLevel(Enum):
    """Level of an actor: the rows of the matrix (ผู้ดำเนินการ, slides 37-39).

    Departments are on the row MINISTRY.
    """

    MINISTRY = "MINISTRY"
    CLUSTER = "CLUSTER"
    PROVINCE = "PROVINCE"
    LOCAL = "LOCAL"
    PRIVATE = "PRIVATE"
    CIVIL_SOCIETY = "CIVIL_SOCIETY"


class AgencyKind(Enum):
    """Kind of agency (ประเภทหน่วยงาน)."""

    MINISTRY = "MINISTRY"
    DEPARTMENT = "DEPARTMENT"
    PROVINCE = "PROVINCE"
    CLUSTER = "CLUSTER"
    LOCAL_AUTHORITY = "LOCAL_AUTHORITY"
    STATE_ENTERPRISE = "STATE_ENTERPRISE"
    INDEPENDENT_BODY = "INDEPENDENT_BODY"
    FUND = "FUND"
    GROUP = "GROUP"
    OTHER = "OTHER"
    PRIVATE = "PRIVATE"
    CIVIL_SOCIETY = "CIVIL_SOCIETY"


@record
class Agency:
    """A body that plans, pays or implements (หน่วยงาน).

    `code` and `parent_id` are those in force on the day the agency was read for; both are dated,
    because offices move between ministries (the Board of Investment did).
    """

    TYPE: ClassVar[str] = "Agency"

    id: str
    code: str | None
    parent_id: str | None
    name: LocalizedText
    short_name: LocalizedText | None
    kind: AgencyKind
    level: ActorLevel | None
    area_id: str | None
    juristic_person: bool
    valid_from: date | None
    valid_to: date | None
    sort_key: str
    updated_at: datetime

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, self.id))


@value
class AgencyDraft:
    """An agency to create by a ruling (หน่วยงานใหม่); `code` null: the hub assigns one of its own.

    `parent` is the code of an agency, `area` that of an area.
    """

    name: str
    kind: AgencyKind
    name_en: str | None = None
    short_name: str | None = None
    code: str | None = None
    parent: str | None = None
    area: str | None = None
    aliases: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None

"""Linkages of projects to strategic issues and to stages of value chains."""

from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import ClassVar, Final

from hub.domain.global_id import GlobalId
from hub.domain.record import record
from hub.domain.text import LocalizedText


class LinkageStatus(Enum):
    """Status of a linkage between the two sides (สถานะความเชื่อมโยง)."""

    SUGGESTED = "SUGGESTED"
    PROPOSED = "PROPOSED"
    AGREED = "AGREED"
    DISPUTED = "DISPUTED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


DEFAULT_LINKAGE_STATUSES: Final = (
    LinkageStatus.PROPOSED,
    LinkageStatus.AGREED,
    LinkageStatus.DISPUTED,
)
"""Statuses that place a project in a matrix unless the question names others."""


@record
class Reason:
    """A reason: code, text, and weight from 0 to 1 (เหตุผล)."""

    code: str
    text: LocalizedText
    weight: Decimal


@record
class Linkage:
    """A linkage of a project to an issue or stage (ความเชื่อมโยง), with evidence and two sides.

    `share` is the part of the project that serves this issue, 0 to 1; null is unknown.
    """

    TYPE: ClassVar[str] = "Linkage"

    id: str
    version: int
    updated_at: datetime
    project_id: str
    issue_id: str | None
    stage_id: str | None
    status: LinkageStatus
    share: Decimal | None
    reasons: list[Reason]
    proposed_by_id: str | None
    as_of_time: datetime | None

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, self.id))

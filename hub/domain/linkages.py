"""Linkages: that a project serves a strategic issue, at a stage of its value chain."""

from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import ClassVar, Final

from hub.domain.global_id import GlobalId
from hub.domain.record import record
from hub.domain.text import LocalizedText


class LinkageStatus(Enum):
    """How far two sides have come over a linkage (สถานะความเชื่อมโยง)."""

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
"""What places a project in a matrix unless the question says otherwise."""


@record
class Reason:
    """Why something is held to be so: a code, words, and a weight between 0 and 1 (เหตุผล)."""

    code: str
    text: LocalizedText
    weight: Decimal


@record
class Linkage:
    """A project's place in a strategy (ความเชื่อมโยง); it needs evidence and two sides.

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
        """The global id."""
        return str(GlobalId(self.TYPE, self.id))

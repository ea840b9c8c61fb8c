"""Requests of areas for work at an issue and stage where no project exists (คำขอให้ดำเนินงาน)."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import Enum
from typing import ClassVar

from hub.domain.agencies import ActorLevel
from hub.domain.global_id import GlobalId
from hub.domain.linkages import DEFAULT_LINKAGE_STATUSES, LinkageStatus
from hub.domain.record import record
from hub.domain.time import FiscalYear


class WorkRequestStatus(Enum):
    """Status of a request for work (สถานะคำขอ)."""

    OPEN = "OPEN"
    OFFERED = "OFFERED"
    FULFILLED = "FULFILLED"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"


class WorkRequestDecision(Enum):
    """An answer to a request for work (คำตอบ)."""

    OFFER = "OFFER"
    DECLINE = "DECLINE"
    REFER = "REFER"


@record
class WorkRequestAnswer:
    """The answer of one agency to a request for work (คำตอบของหน่วยงาน)."""

    agency_id: str
    decision: WorkRequestDecision
    linkage_id: str | None
    reason: str | None
    at: datetime


@record
class WorkRequest:
    """An area requests work at an issue and stage where no project exists (คำขอให้ดำเนินงาน)."""

    TYPE: ClassVar[str] = "WorkRequest"

    id: str
    version: int
    area_id: str
    agency_id: str
    issue_id: str
    stage_id: str | None
    actor_level: ActorLevel | None
    text: str
    first_year: FiscalYear
    last_year: FiscalYear
    answer_by: date | None
    finding_id: str | None
    status: WorkRequestStatus
    created_at: datetime
    updated_at: datetime
    as_of_time: datetime | None

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, self.id))

    @property
    def fiscal_years(self) -> list[FiscalYear]:
        """Return the years of the work, ascending."""
        return [FiscalYear(ce) for ce in range(self.first_year.ce, self.last_year.ce + 1)]


def derive_request_status(
    *,
    withdrawn: bool,
    linkages: Iterable[LinkageStatus],
    decisions: Iterable[WorkRequestDecision | None],
) -> WorkRequestStatus:
    """Return the status of a request from its linkages and from the answer of each agency.

    `decisions` has null for an agency without an answer. An offer whose linkage was rejected or
    withdrawn counts no more, so its request is OPEN again.
    """
    statuses = set(linkages)
    if withdrawn:
        return WorkRequestStatus.WITHDRAWN
    if LinkageStatus.AGREED in statuses:
        return WorkRequestStatus.FULFILLED
    if statuses.intersection(DEFAULT_LINKAGE_STATUSES):
        return WorkRequestStatus.OFFERED
    refusals = {WorkRequestDecision.DECLINE, WorkRequestDecision.REFER}
    answers = list(decisions)
    if answers and all(one in refusals for one in answers):
        return WorkRequestStatus.DECLINED
    return WorkRequestStatus.OPEN

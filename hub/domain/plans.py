"""Plans, their versions and strategic issues.

`as_of_time` is the instant a record was read as of (null: now); its related records are read as of
the same instant.
"""

from datetime import date, datetime
from enum import Enum
from typing import ClassVar

from hub.domain.global_id import GlobalId
from hub.domain.identity.viewer import Visibility
from hub.domain.record import record
from hub.domain.text import LocalizedText
from hub.domain.time import FiscalYear


class PlanKind(Enum):
    """Kind of plan (ประเภทแผน)."""

    NATIONAL_STRATEGY = "NATIONAL_STRATEGY"
    MASTER_PLAN = "MASTER_PLAN"
    REGION = "REGION"
    CLUSTER_DEVELOPMENT = "CLUSTER_DEVELOPMENT"
    PROVINCE_DEVELOPMENT = "PROVINCE_DEVELOPMENT"
    MINISTRY_STRATEGY = "MINISTRY_STRATEGY"
    ANNUAL_ACTION = "ANNUAL_ACTION"
    LOCAL_DEVELOPMENT = "LOCAL_DEVELOPMENT"


class PlanStatus(Enum):
    """Status of a plan version (สถานะแผน)."""

    DRAFT = "DRAFT"
    IN_CONSULTATION = "IN_CONSULTATION"
    SUBMITTED = "SUBMITTED"
    SCREENED = "SCREENED"
    APPROVED = "APPROVED"
    SUPERSEDED = "SUPERSEDED"


@record
class Plan:
    """A development or action plan of an area or agency (แผนพัฒนา); its period is data (R14)."""

    TYPE: ClassVar[str] = "Plan"

    id: str
    kind: PlanKind
    title: LocalizedText
    area_id: str | None
    agency_id: str | None
    first_year: FiscalYear
    last_year: FiscalYear
    as_of_time: datetime | None
    sort_key: str
    updated_at: datetime

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, self.id))

    @property
    def period(self) -> list[FiscalYear]:
        """Return every fiscal year of the plan, ascending."""
        return [FiscalYear(ce) for ce in range(self.first_year.ce, self.last_year.ce + 1)]


@record
class PlanVersion:
    """One version of a plan (ฉบับของแผน); numbers start at 1."""

    TYPE: ClassVar[str] = "PlanVersion"

    id: str
    plan_id: str
    number: int
    status: PlanStatus
    decided_on: date | None
    decided_by: str | None
    vision: LocalizedText | None
    visibility: Visibility
    version: int
    supersedes_id: str | None
    owner_id: str | None
    created_at: datetime
    as_of_time: datetime | None
    updated_at: datetime

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, self.id))


@record
class StrategicIssue:
    """A strategic issue as worded by one plan version (ประเด็นยุทธศาสตร์).

    `id` stays the same through revisions; `version_id` is the version that was read. `rank` is null
    when the slides do not show it (colours of slides 44-47).
    """

    TYPE: ClassVar[str] = "StrategicIssue"

    id: str
    code: str
    version_id: str
    plan_id: str
    area_id: str | None
    name: LocalizedText
    rank: int | None
    rank_basis: str | None
    theme: str | None
    chain_id: str | None
    as_of_time: datetime | None
    sort_key: str
    updated_at: datetime

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, self.id))

"""Findings of rules and comparisons. An overlap is only a candidate; people decide."""

from datetime import datetime
from enum import Enum
from typing import ClassVar

from hub.domain.global_id import GlobalId
from hub.domain.linkages import Reason
from hub.domain.matrix.layout import MatrixScope
from hub.domain.record import record, value
from hub.domain.text import LocalizedText
from hub.domain.time import FiscalYear


class FindingKind(Enum):
    """Kind of finding (ประเภทข้อค้นพบ)."""

    GAP = "GAP"
    OVERLAP = "OVERLAP"
    ROLE_MISMATCH = "ROLE_MISMATCH"
    RULE_VIOLATION = "RULE_VIOLATION"
    DOUBLE_COUNT = "DOUBLE_COUNT"
    UNLINKED = "UNLINKED"
    STALE = "STALE"
    CONFLICTING_SOURCES = "CONFLICTING_SOURCES"
    AMOUNT_UNUSUAL = "AMOUNT_UNUSUAL"


class FindingStatus(Enum):
    """Status of a finding (สถานะข้อสังเกต)."""

    OPEN = "OPEN"
    DISMISSED = "DISMISSED"
    SETTLED = "SETTLED"
    CLOSED = "CLOSED"


@record
class FindingRow:
    """A finding as it follows from the facts now; `cause` changes when what it rests on changes.

    `subjects` are global ids, the projects among them also in `projects`. The finding is visible
    if these projects, its issue and its plan version `version_id` are.
    """

    id: str
    kind: FindingKind
    severity: int
    summary: LocalizedText
    reasons: tuple[Reason, ...]
    rule_code: str | None
    subjects: tuple[str, ...]
    projects: tuple[str, ...]
    areas: tuple[str, ...]
    years: tuple[int, ...]
    parties: tuple[str, ...]
    cause: str
    issue_id: str | None = None
    version_id: str | None = None


@value
class Dismissal:
    """That a finding was dismissed: by which agency, when and why (การไม่ดำเนินการ)."""

    by: str
    at: datetime
    reason: str


@record
class Finding:
    """What the hub noticed, as the viewer may see it (ข้อสังเกต); `subject_ids` are global ids."""

    TYPE: ClassVar[str] = "Finding"

    id: str
    version: int
    kind: FindingKind
    severity: int
    status: FindingStatus
    summary: LocalizedText
    reasons: list[Reason]
    rule_code: str | None
    subject_ids: list[str]
    area_ids: list[str]
    fiscal_years: list[FiscalYear]
    agency_ids: list[str]
    dismissal: Dismissal | None
    created_at: datetime
    updated_at: datetime

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, self.id))

    @property
    def project_ids(self) -> list[str]:
        """Return the projects that it is about, by id."""
        prefix = str(GlobalId("Project", ""))
        return sorted(
            gid.removeprefix(prefix) for gid in self.subject_ids if gid.startswith(prefix)
        )


@value
class FindingFilter:
    """Which findings: of these kinds and statuses, areas and parties; empty: all.

    `years` are Common Era, both ends included. `scope`: about an issue that the filter names, or a
    project in it (null: any).
    """

    kinds: tuple[FindingKind, ...] = ()
    statuses: tuple[FindingStatus, ...] = (FindingStatus.OPEN,)
    areas: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    scope: MatrixScope | None = None
    years: tuple[int, int] | None = None

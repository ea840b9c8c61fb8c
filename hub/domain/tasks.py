"""Tasks (งานที่ต้องทำ): what waits for an agency. They are derived, never stored or marked done."""

from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import ClassVar, Final

from hub.domain.global_id import GlobalId
from hub.domain.record import record, value
from hub.domain.text import LocalizedText
from hub.domain.time import FiscalYear


class TaskKind(Enum):
    """What is to be done (ประเภทงาน); a kind is here when the hub has what it is about."""

    LINKAGE_DECIDE = "LINKAGE_DECIDE"
    WORK_REQUEST_ANSWER = "WORK_REQUEST_ANSWER"
    QUARANTINE_REVIEW = "QUARANTINE_REVIEW"
    WEBHOOK_REPAIR = "WEBHOOK_REPAIR"
    CONFLICT_REVIEW = "CONFLICT_REVIEW"
    SESSION_PREPARE = "SESSION_PREPARE"
    POSITION_TAKE = "POSITION_TAKE"
    COMMITMENT_REPORT = "COMMITMENT_REPORT"


@record
class Task:
    """One thing that an agency has to do (งานที่ต้องทำ).

    `subject_gid` is the global id of what it is about: the mutation takes that id and the version
    of the subject. `fiscal_year` is null when it is about several years or none. `count` is the
    number of waiting rows of a source; null for other kinds.
    """

    TYPE: ClassVar[str] = "Task"

    id: str
    kind: TaskKind
    subject_gid: str
    agency_id: str
    area_id: str | None
    fiscal_year: FiscalYear | None
    requested_by_id: str | None
    due_on: date | None
    overdue: bool
    created_at: datetime
    count: int | None

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, self.id))


@record
class TaskCount:
    """How many tasks of a kind there are, and how many of them are overdue (จำนวนงาน)."""

    kind: TaskKind
    count: int
    overdue: int


@value
class TaskFilter:
    """Conditions on tasks, all of which must hold; null: any.

    `due_before` is the last day that still counts.
    """

    kinds: tuple[TaskKind, ...] | None = None
    area_id: str | None = None
    due_before: date | None = None


EPOCH: Final = date(1970, 1, 1)
NO_DUE_DAY: Final = 2**31 - 1
"""The order of tasks without a date: after all others."""


def task_sort_key(task: Task) -> tuple[int, int, str]:
    """Return the sort key: days from 1970 to the date, microseconds since when it waits, id."""
    since = task.created_at - datetime(1970, 1, 1, tzinfo=UTC)
    due_day = NO_DUE_DAY if task.due_on is None else (task.due_on - EPOCH).days
    return due_day, since // timedelta(microseconds=1), task.id


TASK_CURSOR_TYPES: Final = (int, int, str)
UNNAMED: Final = LocalizedText("(ไม่มีชื่อ)", "(no name)")


def linkage_title(project: LocalizedText | None, target: LocalizedText | None) -> LocalizedText:
    """Return the title of a task to decide on a linkage; a name the viewer may not see is null."""
    project, target = project or UNNAMED, target or UNNAMED
    return LocalizedText(
        f"ตัดสินใจความเชื่อมโยงของ “{project.th}” กับ “{target.th}”",
        f"Decide on the linkage of “{project.en or project.th}” to “{target.en or target.th}”",
    )


def request_title(target: LocalizedText | None) -> LocalizedText:
    """Return the title of a task to answer a request for work."""
    target = target or UNNAMED
    return LocalizedText(
        f"ตอบคำขอให้ดำเนินงานในประเด็น “{target.th}”",
        f"Answer the request for work at “{target.en or target.th}”",
    )


def webhook_title(name: str) -> LocalizedText:
    """Return the title of a task to repair a webhook that was disabled."""
    return LocalizedText(f"แก้เว็บฮุก “{name}” ที่ถูกปิด", f"Repair the disabled webhook “{name}”")


def conflict_title(summary: LocalizedText) -> LocalizedText:
    """Return the title of a task to look at sources that contradict an agreement."""
    return LocalizedText(
        f"ตรวจข้อมูลขัดแย้ง: {summary.th}", f"Review a conflict: {summary.en or summary.th}"
    )


def session_title(title: str) -> LocalizedText:
    """Return the title of a task to prepare for a joint session."""
    return LocalizedText(f"เตรียมการประชุม “{title}”", f"Prepare for the session “{title}”")


def position_title(summary: str) -> LocalizedText:
    """Return the title of a task to take a position on a proposal."""
    return LocalizedText(
        f"แสดงท่าทีต่อข้อเสนอ “{summary}”", f"Take a position on the proposal “{summary}”"
    )


def commitment_title(text: str) -> LocalizedText:
    """Return the title of a task to report on a commitment."""
    return LocalizedText(f"รายงานข้อผูกพัน “{text}”", f"Report on the commitment “{text}”")


def quarantine_title(source: LocalizedText | None, count: int) -> LocalizedText:
    """Return the title of a task to review the waiting rows of a source."""
    source = source or UNNAMED
    rows = "row" if count == 1 else "rows"
    return LocalizedText(
        f"ตรวจแถวที่รอ {count:,} แถวของ “{source.th}”",
        f"Review {count:,} waiting {rows} of “{source.en or source.th}”",
    )

"""Files that clients send, and the jobs that import them (การนำเข้าไฟล์)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar, Final

from hub.domain.global_id import GlobalId
from hub.domain.plan_import import ImportMode
from hub.domain.plans import PlanKind
from hub.domain.record import record, value
from hub.domain.text import LocalizedText
from hub.domain.user_errors import UserError

MAX_UPLOAD_BYTES: Final = 20_000_000
"""The largest file; a workbook of 20,000 rows is far smaller."""
MAX_OPEN_UPLOADS: Final = 20
"""Files of one sender that are stored at a time."""
UPLOAD_LIFETIME: Final = timedelta(hours=24)
"""How long a file may be sent and imported; then its content is deleted."""
JOB_RETENTION: Final = timedelta(days=30)
"""How long the result of an import is stored."""
FILE_TYPES: Final = (".xlsx", ".json")


class ImportKind(Enum):
    """Content of a file (ประเภทการนำเข้า); a kind is here when the hub can import it."""

    DEVELOPMENT_PLAN = "DEVELOPMENT_PLAN"
    ANNUAL_PLAN = "ANNUAL_PLAN"


PLAN_KINDS: Final = {
    ImportKind.DEVELOPMENT_PLAN: (
        PlanKind.PROVINCE_DEVELOPMENT,
        PlanKind.CLUSTER_DEVELOPMENT,
        PlanKind.LOCAL_DEVELOPMENT,
        PlanKind.MINISTRY_STRATEGY,
    ),
    ImportKind.ANNUAL_PLAN: (PlanKind.ANNUAL_ACTION,),
}
"""The kinds of plans that a file of each kind may contain; the first one is that of the form."""


class JobStatus(Enum):
    """Status of a job (สถานะงาน)."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


@record
class Upload:
    """A place for a file (ที่รับไฟล์); `hash` is the SHA-256 of what was sent, null: nothing yet."""

    TYPE: ClassVar[str] = "Upload"

    id: str
    file_name: str
    max_bytes: int
    hash: str | None
    expires_at: datetime

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, self.id))


@record
class ImportJob:
    """The import of one file (งานนำเข้า); `version_id` is the plan version that was stored."""

    TYPE: ClassVar[str] = "ImportJob"

    id: str
    kind: ImportKind
    mode: ImportMode
    status: JobStatus
    upload_id: str
    file_name: str
    hash: str
    row_count: int | None
    rows_read: int
    rows_stored: int
    rows_wrong: int
    version_id: str | None
    error: LocalizedText | None
    created_at: datetime
    finished_at: datetime | None
    has_file: bool

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, self.id))

    @property
    def has_annotated_file(self) -> bool:
        """Return whether the file can be read with its errors marked: a workbook not expired."""
        is_workbook = self.file_name.lower().endswith(".xlsx")
        return is_workbook and self.has_file and self.finished_at is not None


@value
class FilePlace:
    """A place in a file (ตำแหน่งในไฟล์); `row` counts from 1, `column` is the heading."""

    sheet: str | None
    row: int | None
    column: str | None


@record
class ImportIssue:
    """What is wrong in a file, and how to fix it (ข้อผิดพลาดในไฟล์); `position` orders them."""

    position: int
    place: FilePlace
    code: str
    written: str | None
    message: LocalizedText
    fix: LocalizedText
    rule_code: str | None = None

    @property
    def warning(self) -> bool:
        """Return whether the row is stored all the same: never, as each row here is left out."""
        return False


@record
class ImportedThing:
    """What an import stored (ผลที่นำเข้า); `node_gid` is its global id."""

    node_gid: str
    created: bool = True

    @property
    def place(self) -> FilePlace | None:
        """Return the place in the file; a plan version comes from the whole file."""
        return None


@record
class ImportTemplate:
    """A form to fill in (แบบฟอร์ม)."""

    kind: ImportKind

    @property
    def plan_kind(self) -> PlanKind:
        """Return the kind of plan that the empty form is for."""
        return PLAN_KINDS[self.kind][0]


@value
class TemplateColumn:
    """A column of a form (คอลัมน์): sheet and heading as `name`, what it is, what it may have."""

    name: str
    label: LocalizedText
    required: bool
    help: LocalizedText


@value
class UploadCreateCommand:
    """Request a place for a file."""

    idempotency_key: str
    file_name: str
    size: int


@value
class ImportStartCommand:
    """Import a file that was sent."""

    idempotency_key: str
    kind: ImportKind
    upload_id: str
    mode: ImportMode


@record
class UploadPayload:
    """The result of `uploadCreate`; null with `user_errors`."""

    upload_id: str | None
    user_errors: Sequence[UserError] = ()


@record
class ImportStartPayload:
    """The result of `importStart`; null with `user_errors`."""

    job_id: str | None
    user_errors: Sequence[UserError] = ()

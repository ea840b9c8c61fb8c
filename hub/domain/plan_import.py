"""The import of a plan from a workbook: modes, what is wrong and where, and the result."""

from enum import Enum

from hub.domain.record import record, value
from hub.domain.text import LocalizedText
from hub.domain.user_errors import UserError


class ImportMode(Enum):
    """What an import stores (วิธีนำเข้า): nothing, the valid rows, or all rows or nothing."""

    CHECK_ONLY = "CHECK_ONLY"
    VALID_ROWS = "VALID_ROWS"
    ALL_OR_NOTHING = "ALL_OR_NOTHING"


@value
class PlanImportIssue:
    """What is wrong in a file (ข้อผิดพลาดในไฟล์): where, what is written, and how to fix it.

    `row` counts from 1, the row of headings included; `column` is the heading, null for the row.
    """

    sheet: str
    row: int
    column: str | None
    written: str
    text: LocalizedText


@record
class PlanImportResult:
    """The result of an import: rows of elements read, those accepted, and what is wrong."""

    rows: int
    accepted: int
    issues: list[PlanImportIssue]
    version_id: str | None
    errors: list[UserError]

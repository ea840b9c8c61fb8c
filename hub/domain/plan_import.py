"""The import of a plan from a workbook: modes, what is wrong and where, and the result."""

from enum import Enum
from typing import Final

from hub.domain.record import record, value
from hub.domain.text import LocalizedText, localized_text
from hub.domain.user_errors import UserError


class ImportMode(Enum):
    """What an import stores (วิธีนำเข้า): nothing, the valid rows, or all rows or nothing."""

    CHECK_ONLY = "CHECK_ONLY"
    VALID_ROWS = "VALID_ROWS"
    ALL_OR_NOTHING = "ALL_OR_NOTHING"


class ImportCode(Enum):
    """What is wrong with a cell (รหัสข้อผิดพลาดในไฟล์)."""

    REQUIRED = "REQUIRED"
    NOT_A_CHOICE = "NOT_A_CHOICE"
    FORMULA = "FORMULA"
    UNKNOWN_REFERENCE = "UNKNOWN_REFERENCE"
    INVALID_VALUE = "INVALID_VALUE"


FIXES: Final = {
    ImportCode.REQUIRED: localized_text("กรอกช่องนี้", "fill in this cell"),
    ImportCode.NOT_A_CHOICE: localized_text(
        "เลือกค่าจากรายการของคอลัมน์", "choose a value of the list of the column"
    ),
    ImportCode.FORMULA: localized_text("คัดลอกแล้ววางเป็นค่า", "copy the cell and paste it as a value"),
    ImportCode.UNKNOWN_REFERENCE: localized_text(
        "ใช้ค่าที่มีในแผ่นงานนั้น หรือแก้แถวที่อ้างถึง",
        "use a value of that sheet, or correct the row that it refers to",
    ),
    ImportCode.INVALID_VALUE: localized_text(
        "แก้ค่าตามคำอธิบาย แล้วส่งไฟล์ใหม่",
        "correct the value as described, then send the file again",
    ),
}
"""How to fix each, in Thai and English."""


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
    code: ImportCode = ImportCode.INVALID_VALUE


@record
class PlanImportResult:
    """The result of an import: rows of elements read, those accepted, and what is wrong."""

    rows: int
    accepted: int
    issues: list[PlanImportIssue]
    version_id: str | None
    errors: list[UserError]

"""Read the workbook of a plan: rows by sheet, and what is wrong with their cells.

workbook = read_workbook(content)
workbook.rows["items"]   # WorkbookRow with number and cells by column key
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zipfile import BadZipFile

from hub.domain.plan_import import ImportCode, PlanImportIssue
from hub.domain.text import localized_text
from hub.errors import Invalid
from hub.services.plans.workbook_layout import MAX_ROWS, PLAN_FIELDS, SHEETS, Column, PlanSheet

MAX_BYTES = 20_000_000
FORMULA = "f"


@dataclass(slots=True)
class WorkbookRow:
    """A row of a sheet: its number (the row of headings is 1) and its cells by column key."""

    sheet: PlanSheet
    number: int
    cells: dict[str, str]

    def get(self, key: str) -> str | None:
        """Return a cell; null when it is empty."""
        return self.cells.get(key) or None


@dataclass(slots=True)
class PlanWorkbook:
    """The rows of a workbook by sheet, and what is wrong; a broken row is not among the rows."""

    rows: dict[str, list[WorkbookRow]] = field(default_factory=dict)
    issues: list[PlanImportIssue] = field(default_factory=list)
    broken: set[tuple[str, int]] = field(default_factory=set)
    row_count: int = 0

    def report(
        self,
        row: WorkbookRow,
        key: str | None,
        th: str,
        en: str,
        code: ImportCode = ImportCode.INVALID_VALUE,
    ) -> None:
        """Add what is wrong with a cell of a row, or with the row; the row is broken."""
        column = row.sheet.column(key).heading if key else None
        cell = row.cells.get(key, "") if key else ""
        self.issues.append(
            PlanImportIssue(row.sheet.name, row.number, column, cell, localized_text(th, en), code)
        )
        self.broken.add((row.sheet.key, row.number))

    def valid_rows(self, key: str) -> list[WorkbookRow]:
        """Return the rows of a sheet that are not broken."""
        return [one for one in self.rows.get(key, []) if (key, one.number) not in self.broken]

    def plan_row(self, key: str) -> WorkbookRow | None:
        """Return the row of a field of the plan itself; null when it is missing."""
        heading = PLAN_FIELDS[key]
        return next((one for one in self.rows["plan"] if one.get("field") == heading), None)


def read_workbook(content: bytes) -> PlanWorkbook:
    """Return the rows of a workbook; `Invalid` without a sheet or heading of the template."""
    if len(content) > MAX_BYTES:
        raise Invalid("file", "ไฟล์ใหญ่เกิน 20 MB", "the file is larger than 20 MB")
    from openpyxl import load_workbook  # noqa: PLC0415 - openpyxl is imported where it is used
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415 - as above

    try:
        book = load_workbook(io.BytesIO(content), read_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise Invalid(
            "file", "อ่านเป็น XLSX ไม่ได้ บันทึกใหม่เป็น .xlsx", "is not an XLSX file; save it as .xlsx"
        ) from error
    workbook = PlanWorkbook()
    for sheet in SHEETS:
        if sheet.name not in book.sheetnames:
            raise Invalid(
                "file",
                f"ไม่มีแผ่นงาน “{sheet.name}” ใช้แบบจาก hub plan template",
                f"the sheet “{sheet.name}” is missing; use the file of hub plan template",
            )
        read_sheet(workbook, sheet, book[sheet.name])
    workbook.row_count = sum(len(rows) for key, rows in workbook.rows.items() if key != "plan")
    return workbook


def read_sheet(workbook: PlanWorkbook, sheet: PlanSheet, source: Any) -> None:
    """Read the rows of a sheet; empty rows are left out."""
    lines = source.iter_rows(max_row=MAX_ROWS + 1, max_col=len(sheet.columns) + 20)
    positions = find_columns(sheet, next(lines, ()))
    rows: list[WorkbookRow] = []
    for number, line in enumerate(lines, start=2):
        row = WorkbookRow(sheet, number, {})
        formulas = []
        for key, position in positions.items():
            cell = line[position] if position < len(line) else None
            if cell is None or cell.value is None:
                continue
            row.cells[key] = text_of(cell.value)
            if cell.data_type == FORMULA:
                formulas.append(key)
        if any(row.cells.values()):
            rows.append(row)
        for key in formulas:
            workbook.report(
                row,
                key,
                "เป็นสูตร วางเป็นค่าแทน",
                "is a formula; paste it as a value",
                ImportCode.FORMULA,
            )
    workbook.rows[sheet.key] = rows
    if sheet.key != "plan":
        for row in rows:
            check_cells(workbook, row)


def find_columns(sheet: PlanSheet, headings: Any) -> Mapping[str, int]:
    """Return the position of each column by its heading; `Invalid` when one is missing."""
    found = {text_of(cell.value): i for i, cell in enumerate(headings) if cell.value is not None}
    positions = {}
    for column in sheet.columns:
        if column.heading not in found:
            raise Invalid(
                "file",
                f"แผ่นงาน “{sheet.name}” ไม่มีหัวคอลัมน์ “{column.heading}” ใช้แบบจาก hub plan template",
                f"the sheet “{sheet.name}” has no heading “{column.heading}”; use the file of "
                "hub plan template",
            )
        positions[column.key] = found[column.heading]
    return positions


def check_cells(workbook: PlanWorkbook, row: WorkbookRow) -> None:
    """Report required cells that are empty, and values that are not among the choices."""
    for column in row.sheet.columns:
        written = row.get(column.key)
        if written is None and column.required:
            workbook.report(
                row,
                column.key,
                f"ต้องกรอก “{column.th}”",
                f"“{column.en}” is required",
                ImportCode.REQUIRED,
            )
        elif written is not None and column.choices and written not in column.choices:
            workbook.report(row, column.key, *choice_texts(column), ImportCode.NOT_A_CHOICE)


def choice_texts(column: Column) -> tuple[str, str]:
    """Return what to write instead of a value that is not among the choices."""
    choices = ", ".join(column.choices)
    return f"ต้องเป็นค่าหนึ่งใน {choices}", f"must be one of {choices}"


def text_of(cell: object) -> str:
    """Return a cell as text without spaces around it; a whole number without decimals."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()

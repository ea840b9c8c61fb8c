"""Files of rulings for the command line: CSV or, by its suffix, an XLSX workbook.

A module of its own, so that a hub that serves does not load openpyxl.
"""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from hub.domain.sources.ruling_file import MAX_ROWS, headings
from hub.errors import Invalid
from hub.services.sources.ruling_tables import parse_csv, render_csv

SUFFIXES: Final = (".csv", ".xlsx")
MAX_BYTES: Final = 20_000_000
WIDTHS: Final = {"D": 45, "E": 30, "H": 45, "I": 24}
"""Widths of the columns that are read most, in characters."""


def render_xlsx(rows: Sequence[Sequence[str]]) -> bytes:
    """Return a workbook of one sheet; every cell is text, so that no code loses its zeros."""
    book = Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet("rulings")
    for number, cells in enumerate([headings(), *rows], start=1):
        for column, value in enumerate(cells, start=1):
            cell = sheet.cell(number, column, value)
            cell.data_type, cell.number_format = "s", "@"
    sheet.freeze_panes = "A2"
    for letter, width in WIDTHS.items():
        sheet.column_dimensions[letter].width = width
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def parse_xlsx(content: bytes) -> list[list[str]]:
    """Return the cells of the first sheet of a workbook, as text."""
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        rows = book.worksheets[0].iter_rows(values_only=True, max_row=MAX_ROWS + 2, max_col=100)
        return [[text_of(cell) for cell in row] for row in rows]
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise Invalid(
            "file", "อ่านเป็น XLSX ไม่ได้ บันทึกใหม่เป็น .xlsx", "is not an XLSX file; save it as .xlsx"
        ) from error


def text_of(cell: object) -> str:
    """Return a cell as text; a whole number without decimals, as codes are."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def read_table(path: Path) -> list[list[str]]:
    """Return the cells of a CSV or XLSX file; `Invalid` when it is neither, or too large."""
    if path.stat().st_size > MAX_BYTES:
        raise Invalid("file", "ไฟล์ใหญ่เกินไป แบ่งเป็นหลายไฟล์", "the file is too large; split it")
    if path.suffix.lower() == ".xlsx":
        return parse_xlsx(path.read_bytes())
    check_suffix(path)
    try:
        return parse_csv(path.read_text("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Invalid(
            "file",
            "ไม่ใช่ UTF-8 ใน Excel ให้บันทึกเป็น CSV UTF-8 หรือ .xlsx",
            "is not UTF-8; in Excel, save it as CSV UTF-8 or .xlsx",
        ) from error


def write_table(path: Path, rows: Sequence[Sequence[str]]) -> None:
    """Write a CSV or XLSX file, by its suffix."""
    if path.suffix.lower() == ".xlsx":
        path.write_bytes(render_xlsx(rows))
        return
    check_suffix(path)
    path.write_text(render_csv(rows), "utf-8", newline="")


def check_suffix(path: Path) -> None:
    """Raise `Invalid` unless a file is CSV or XLSX."""
    if path.suffix.lower() not in SUFFIXES:
        raise Invalid(
            "file", f"{path.name}: ต้องเป็น .csv หรือ .xlsx", f"{path.name}: must be .csv or .xlsx"
        )

"""A sheet of a workbook (XLSX), row by row: exact cell values, and merged ranges.

openpyxl streams the rows. Merged cells and formulas without a computed value, which it does not
return while streaming, are found by scanning the sheet first. A workbook is an untrusted ZIP file:
its unpacked size is checked before any part is opened.
"""

import math
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile, ZipFile

from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.cell import coordinate_to_tuple, get_column_letter, range_boundaries
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.xml.constants import SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

from connectors.kit.amount_text import EXACT_DIGITS
from connectors.kit.thai import MAX_EXACT_NUMBER
from hub.domain.record import record
from hub.domain.thai_text import escape_for_display
from hub.errors import SourceRefused

MAX_UNPACKED_BYTES: Final = 1 << 29
"""Maximum unpacked bytes of a workbook."""
MAX_SHARED_BYTES: Final = 1 << 27
"""Maximum bytes of its shared texts and styles, which are loaded into memory."""
MAX_ROW: Final = 1_048_576
MAX_COLUMN: Final = 1_000
MAX_SPECIAL_CELLS: Final = 100_000
"""Maximum number of merged ranges and of formulas without a value, which are in memory."""
MAX_CELL_LENGTH: Final = 1_000_000
"""Characters of a cell, at most."""
ZIP_SIGNATURE: Final = b"PK\x03\x04"
OLE_SIGNATURE: Final = b"\xd0\xcf\x11\xe0"
"""The first bytes of a workbook from before 2007, or with a password."""
CELL_ERRORS: Final = frozenset(
    {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#SPILL!", "#CALC!"}
)
"""Values of cells with a failed formula (ECMA-376, part 1, 18.17.3), and newer ones."""

CellPosition = tuple[int, int]
"""A row and a column, both from 1."""


@record
class Sheet:
    """An open sheet: its rows from 1 in order, and its merged ranges.

    A cell is a text, an int, a Decimal, a bool, null, or a date or moment as ISO text. A formula
    without a value is its text (`=SUM(D5:D9)`), so that it is not taken for an empty cell.
    """

    rows: Iterator[list[Any]]
    merged: Mapping[CellPosition, CellPosition]


PARSE_ERRORS: Final = (
    BadZipFile, InvalidFileException, ValueError, KeyError, IndexError, TypeError, AttributeError,
    SyntaxError, EOFError, NotImplementedError,
)  # fmt: skip
"""Exceptions of openpyxl, ZIP and XML for broken parts (ParseError is a SyntaxError)."""


@contextmanager
def open_sheet(path: Path, name: str | None) -> Iterator[Sheet]:
    """Open the sheet of that name, or the only visible one; `SourceRefused` has the reason."""
    with path.open("rb") as file:
        with wrap_parse_errors(path):
            check_workbook_size(path, file.read(4))
            reader = ExcelReader(file, read_only=True, data_only=True, keep_links=False)
            reader.read()
            sheet = select_sheet(path, reader, name)
            parts = {
                one.name: relationship.target for one, relationship in reader.parser.find_sheets()
            }
            formulas_without_value, merged = scan_sheet(path, reader.archive, parts[sheet.title])
            sheet.reset_dimensions()
        yield Sheet(iterate_rows(path, sheet, formulas_without_value), merged)


@contextmanager
def wrap_parse_errors(path: Path) -> Iterator[None]:
    """Raise `SourceRefused` for broken parts; warnings, which are about styles, are ignored."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except PARSE_ERRORS as error:
        raise workbook_error(
            path,
            f"อ่านเป็น XLSX ไม่ได้ ({escape_for_display(error)}) เปิดแล้วบันทึกใหม่เป็น .xlsx",
            f"is not an XLSX file ({escape_for_display(error)}); open it and save it as .xlsx",
        ) from error


def workbook_error(path: Path, th: str, en: str) -> SourceRefused:
    """Return a `SourceRefused` about a file, in both languages."""
    return SourceRefused(f"{path.name}: {th} · {en}")


def check_workbook_size(path: Path, signature: bytes) -> None:
    """Raise `SourceRefused` if a file is not a ZIP, or unpacks to too many bytes (a ZIP bomb)."""
    if signature == OLE_SIGNATURE:
        raise workbook_error(
            path,
            "เป็น .xls รุ่นเก่าหรือมีรหัสผ่าน บันทึกใหม่เป็น .xlsx ที่ไม่มีรหัสผ่าน",
            "is an old .xls or has a password; save it as .xlsx without one",
        )
    with ZipFile(path) as archive:
        parts = archive.infolist()
    unpacked_size = sum(part.file_size for part in parts)
    shared_size = sum(part.file_size for part in parts if "/worksheets/" not in part.filename)
    for size, maximum in ((unpacked_size, MAX_UNPACKED_BYTES), (shared_size, MAX_SHARED_BYTES)):
        if size > maximum:
            raise workbook_error(
                path,
                f"คลายแล้วมีขนาด {size:,} ไบต์ เกิน {maximum:,} แบ่งเป็นหลายไฟล์",
                f"unpacks to {size:,} bytes, over {maximum:,}; split it",
            )


def select_sheet(path: Path, reader: ExcelReader, name: str | None) -> ReadOnlyWorksheet:
    """Return the sheet of that name, or the only visible one."""
    sheets = [one for one in reader.wb.worksheets if isinstance(one, ReadOnlyWorksheet)]
    titles = ", ".join(escape_for_display(one.title) for one in sheets)
    if name is None:
        visible = [one for one in sheets if one.sheet_state == "visible"]
        if len(visible) == 1:
            return visible[0]
        raise workbook_error(
            path,
            f"ไม่รู้ว่าอ่านแผ่นงานใด ระบุ sheet ในไฟล์จับคู่ มี {titles}",
            f"the sheet is not unique; set sheet in the mapping to one of {titles}",
        )
    for one in sheets:
        if one.title.strip() == name.strip():
            return one
    raise workbook_error(
        path, f"ไม่มีแผ่นงาน {name} มี {titles}", f"has no sheet {name}; there are {titles}"
    )


def scan_sheet(
    path: Path, archive: ZipFile, part: str
) -> tuple[dict[CellPosition, str], dict[CellPosition, CellPosition]]:
    """Return formulas without a value, and merged ranges; rows, columns and both counts are
    limited.
    """
    formulas_without_value: dict[CellPosition, str] = {}
    merged: dict[CellPosition, CellPosition] = {}
    row = column = 0
    tags = {name: f"{{{SHEET_MAIN_NS}}}{name}" for name in ("row", "c", "f", "v", "mergeCell")}
    with archive.open(part) as source:
        for event, element in iterparse(source, events=("start", "end")):
            if event == "start" and element.tag == tags["row"]:
                row, column = int(element.get("r") or row + 1), 0
            elif event == "end" and element.tag == tags["c"]:
                reference = element.get("r")
                row, column = coordinate_to_tuple(reference) if reference else (row, column + 1)
                if row > MAX_ROW or column > MAX_COLUMN:
                    raise workbook_error(
                        path,
                        f"มีข้อมูลที่ {get_column_letter(min(column, 18278))}{row} เกินแถว {MAX_ROW:,} "
                        f"หรือคอลัมน์ {MAX_COLUMN:,}",
                        f"has a cell beyond row {MAX_ROW:,} or column {MAX_COLUMN:,}",
                    )
                formula = element.find(tags["f"])
                value = element.findtext(tags["v"])
                if formula is not None and not value and element.get("t") != "str":
                    formulas_without_value[row, column] = f"={formula.text or '…'}"
            elif event == "end" and element.tag == tags["row"]:
                element.clear()
            elif event == "end" and element.tag == tags["mergeCell"]:
                first_column, first, last_column, last = range_boundaries(element.get("ref"))
                merged[int(first or 0), int(first_column or 0)] = (
                    int(last or 0),
                    int(last_column or 0),
                )
            if len(formulas_without_value) > MAX_SPECIAL_CELLS or len(merged) > MAX_SPECIAL_CELLS:
                raise workbook_error(
                    path,
                    f"มีเซลล์ผสานหรือสูตรที่ไม่มีค่าเกิน {MAX_SPECIAL_CELLS:,} เปิดแล้วบันทึกใหม่",
                    f"has over {MAX_SPECIAL_CELLS:,} merged cells or formulas without a value; "
                    "open it and save it again",
                )
    return formulas_without_value, merged


def iterate_rows(
    path: Path, sheet: ReadOnlyWorksheet, formulas_without_value: Mapping[CellPosition, str]
) -> Iterator[list[Any]]:
    """Yield the cell values of each row."""
    rows = sheet.iter_rows(values_only=True)  # type: ignore[misc]  # the stubs bind it to Worksheet
    row_number = 0
    while True:
        with wrap_parse_errors(path):
            cells = next(rows, None)
        if cells is None:
            return
        row_number += 1
        values = [normalize_cell(cell) for cell in cells]
        for column, cell in enumerate(values, 1):
            if cell is None and (row_number, column) in formulas_without_value:
                values[column - 1] = formulas_without_value[row_number, column]
            elif isinstance(cell, str) and len(cell) > MAX_CELL_LENGTH:
                name = f"{get_column_letter(column)}{row_number}"
                raise workbook_error(
                    path,
                    f"เซลล์ {name} ยาวเกิน {MAX_CELL_LENGTH:,} อักขระ",
                    f"the cell {name} is over {MAX_CELL_LENGTH:,} characters long",
                )
        yield values


def normalize_cell(cell: Any) -> Any:
    """Return a cell's value; a float becomes an int or a `Decimal` of at most 15 digits.

    Spreadsheets calculate in binary and show 15 digits; those behind are no part of the value.
    """
    if isinstance(cell, float):
        rounded = Decimal(f"{cell:.{EXACT_DIGITS}g}") if math.isfinite(cell) else Decimal(cell)
        if rounded != rounded.to_integral_value() or abs(rounded) >= MAX_EXACT_NUMBER:
            return rounded
        return int(rounded)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, timedelta) else cell

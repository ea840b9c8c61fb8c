"""A sheet of an XLS workbook (Excel 97 to 2003), which is loaded into memory.

xlrd returns failed formulas as errors, where python-calamine returns empty cells: an amount would
be lost unnoticed.
"""

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time
from pathlib import Path
from typing import Any, Final

import xlrd
from xlrd import xldate
from xlrd.biffh import XLRDError
from xlrd.compdoc import CompDocError
from xlrd.sheet import Sheet as XlsSheet

from connectors.kit.sheet import (
    CellPosition,
    Sheet,
    SheetName,
    check_cell_length,
    check_position,
    check_special_cells,
    normalize_cell,
    select_sheet,
    workbook_error,
    wrap_errors,
)

PARSE_ERRORS: Final = (
    XLRDError, CompDocError, xldate.XLDateError, struct.error, AssertionError, ValueError,
    KeyError, IndexError, TypeError, AttributeError, OverflowError, MemoryError,
)  # fmt: skip
"""Exceptions of xlrd for damaged files."""


@contextmanager
def open_xls_sheet(path: Path, name: str | None) -> Iterator[Sheet]:
    """Open a sheet of an XLS file; `SourceRefused` has the reason if that is impossible."""
    with wrap_errors(
        PARSE_ERRORS,
        lambda error: workbook_error(
            path,
            f"เป็น .xls ที่มีรหัสผ่านหรือเสียหาย ({error}) บันทึกใหม่เป็น .xlsx ที่ไม่มีรหัสผ่าน",
            f"is an .xls that has a password or is damaged ({error}); "
            "save it as .xlsx without a password",
        ),
    ):
        book = xlrd.open_workbook(
            str(path), logfile=io.StringIO(), on_demand=True, formatting_info=True
        )
        visibilities = book._sheet_visibility  # type: ignore[attr-defined]  # noqa: SLF001
        names = [
            SheetName(title, visibility == 0)
            for title, visibility in zip(book.sheet_names(), visibilities, strict=True)
        ]
        sheet = book.sheet_by_index(select_sheet(path, names, name))
        check_position(path, sheet.nrows, sheet.ncols)
        merged = list_merged_cells(sheet)
        check_special_cells(path, len(merged))
        rows = [read_row(path, sheet, row, book.datemode) for row in range(sheet.nrows)]
        book.release_resources()
    yield Sheet(iter(rows), merged)


def list_merged_cells(sheet: XlsSheet) -> dict[CellPosition, CellPosition]:
    """Return the merged ranges; xlrd counts from 0 and excludes the ends."""
    return {(top + 1, left + 1): (bottom, right) for top, bottom, left, right in sheet.merged_cells}


def read_row(path: Path, sheet: XlsSheet, row: int, datemode: int) -> list[Any]:
    """Return the cells of a row."""
    cells = [convert_cell(cell.ctype, cell.value, datemode) for cell in sheet.row(row)]
    for column, cell in enumerate(cells, 1):
        check_cell_length(path, row + 1, column, cell)
    return cells


def convert_cell(kind: int, value: Any, datemode: int) -> Any:
    """Return the value of a cell: null if it is empty, an error as its text."""
    if kind in {xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK}:
        return None
    if kind == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(value, "#VALUE!")
    if kind == xlrd.XL_CELL_BOOLEAN:
        return bool(value)
    if kind == xlrd.XL_CELL_DATE:
        moment = xldate.xldate_as_datetime(value, 1 if datemode else 0)
        return normalize_cell(moment.time() if value < 1 and moment.time() != time() else moment)
    return normalize_cell(value)

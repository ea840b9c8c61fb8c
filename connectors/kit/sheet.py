"""A sheet of a workbook of any format: its cells, merged ranges, limits and errors."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from openpyxl.utils.cell import get_column_letter

from connectors.kit.amount_text import EXACT_DIGITS
from connectors.kit.thai import MAX_EXACT_NUMBER
from hub.domain.record import record, value
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
CELL_ERRORS: Final = frozenset(
    {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#SPILL!", "#CALC!"}
)
"""Values of cells with a failed formula (ECMA-376, part 1, 18.17.3), and newer ones."""

CellPosition = tuple[int, int]
"""A row and a column, both from 1."""


@value
class SheetName:
    """The name of a sheet, and whether it is shown."""

    title: str
    is_visible: bool


@record
class Sheet:
    """An open sheet: its rows from 1 in order, and its merged ranges.

    A cell is a text, an int, a Decimal, a bool, null, or a date or moment as ISO text. A formula
    without a value is its text (`=SUM(D5:D9)`), so that it is not taken for an empty cell.
    """

    rows: Iterator[list[Any]]
    merged: Mapping[CellPosition, CellPosition]


@contextmanager
def wrap_errors(
    errors: tuple[type[Exception], ...], build_error: Callable[[str], SourceRefused]
) -> Iterator[None]:
    """Raise the `SourceRefused` of a format for the errors of its library."""
    try:
        yield
    except errors as error:
        raise build_error(escape_for_display(error)) from error


def workbook_error(path: Path, th: str, en: str) -> SourceRefused:
    """Return a `SourceRefused` about a file, in both languages."""
    return SourceRefused(f"{path.name}: {th} · {en}")


def select_sheet(path: Path, sheets: Sequence[SheetName], name: str | None) -> int:
    """Return the index of the sheet of that name, or of the only visible one."""
    titles = ", ".join(escape_for_display(one.title) for one in sheets)
    if name is None:
        visible = [index for index, one in enumerate(sheets) if one.is_visible]
        if len(visible) == 1:
            return visible[0]
        raise workbook_error(
            path,
            f"ไม่รู้ว่าอ่านแผ่นงานใด ระบุ sheet ในไฟล์จับคู่ มี {titles}",
            f"the sheet is not unique; set sheet in the mapping to one of {titles}",
        )
    for index, one in enumerate(sheets):
        if one.title.strip() == name.strip():
            return index
    raise workbook_error(
        path, f"ไม่มีแผ่นงาน {name} มี {titles}", f"has no sheet {name}; there are {titles}"
    )


def check_position(path: Path, row: int, column: int) -> None:
    """Raise `SourceRefused` for a cell beyond the limits."""
    if row > MAX_ROW or column > MAX_COLUMN:
        raise workbook_error(
            path,
            f"มีข้อมูลที่ {get_column_letter(min(column, 18278))}{row} เกินแถว {MAX_ROW:,} "
            f"หรือคอลัมน์ {MAX_COLUMN:,}",
            f"has a cell beyond row {MAX_ROW:,} or column {MAX_COLUMN:,}",
        )


def check_special_cells(path: Path, *counts: int) -> None:
    """Raise `SourceRefused` for too many merged ranges, or formulas without a value."""
    if any(count > MAX_SPECIAL_CELLS for count in counts):
        raise workbook_error(
            path,
            f"มีเซลล์ผสานหรือสูตรที่ไม่มีค่าเกิน {MAX_SPECIAL_CELLS:,} เปิดแล้วบันทึกใหม่",
            f"has over {MAX_SPECIAL_CELLS:,} merged cells or formulas without a value; "
            "open it and save it again",
        )


def check_cell_length(path: Path, row: int, column: int, cell: Any) -> None:
    """Raise `SourceRefused` for a text that is too long, naming its cell."""
    if isinstance(cell, str) and len(cell) > MAX_CELL_LENGTH:
        name = f"{get_column_letter(column)}{row}"
        raise workbook_error(
            path,
            f"เซลล์ {name} ยาวเกิน {MAX_CELL_LENGTH:,} อักขระ",
            f"the cell {name} is over {MAX_CELL_LENGTH:,} characters long",
        )


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

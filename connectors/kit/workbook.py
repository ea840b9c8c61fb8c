"""A sheet of a workbook (XLSX), row by row: what stands in its cells, exactly, and what is merged.

openpyxl streams the rows; what it does not hand out while streaming (merged cells, formulas nobody
has worked out) is found in one walk over the sheet before. A workbook is a ZIP file from outside:
how large it may become is looked at before anything of it is opened.
"""

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

from connectors.kit.thai import EXACT
from hub.domain.record import record
from hub.domain.thai_text import escape_for_display
from hub.errors import SourceRefused

MOST_BYTES: Final = 1 << 29
"""Bytes a workbook may hold unpacked."""
MOST_TEXTS: Final = 1 << 27
"""Bytes of its shared texts and styles, which are held in memory."""
LAST_ROW: Final = 1_048_576
LAST_COLUMN: Final = 1_000
MOST_ODD: Final = 100_000
"""Merged ranges and formulas without a value, at most; they are held in memory."""
WIDEST: Final = 1_000_000
"""Characters of a cell, at most."""
OLE: Final = b"\xd0\xcf\x11\xe0"
"""How a workbook of before 2007 begins, and one with a password."""
ERRORS: Final = frozenset(
    {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#SPILL!", "#CALC!"}
)
"""What a cell shows whose formula failed (ECMA-376, part 1, 18.17.3), and newer ones."""

Place = tuple[int, int]
"""A row and a column, both from 1."""


@record
class Sheet:
    """A sheet while it is open: its rows in their order from 1, and its merged ranges.

    A cell holds a text, an int, a Decimal, a bool, null, or a day or moment as ISO text. A formula
    without a value stands there itself (`=SUM(D5:D9)`), so that nobody takes it for an empty cell.
    """

    rows: Iterator[list[Any]]
    merged: Mapping[Place, Place]


FAULTS: Final = (
    BadZipFile, InvalidFileException, ValueError, KeyError, IndexError, TypeError, AttributeError,
    SyntaxError, EOFError, NotImplementedError,
)  # fmt: skip
"""What openpyxl, the ZIP and the XML reader raise at broken parts (ParseError is a SyntaxError)."""


@contextmanager
def opened(path: Path, name: str | None) -> Iterator[Sheet]:
    """The sheet of that name, or the only visible one; `SourceRefused` says why it is none."""
    with path.open("rb") as file:
        with reading(path):
            check_size(path, file.read(4))
            reader = ExcelReader(file, read_only=True, data_only=True, keep_links=False)
            reader.read()
            sheet = chosen(path, reader, name)
            parts = {one.name: rel.target for one, rel in reader.parser.find_sheets()}
            hollow, merged = walked(path, reader.archive, parts[sheet.title])
            sheet.reset_dimensions()
        yield Sheet(cells_of(path, sheet, hollow), merged)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """`SourceRefused` where what is read here is broken; warnings are of styles and let be."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except FAULTS as error:
        raise refused(
            path,
            f"อ่านเป็น XLSX ไม่ได้ ({escape_for_display(error)}) เปิดแล้วบันทึกใหม่เป็น .xlsx",
            f"is no XLSX file ({escape_for_display(error)}); open it and save it as .xlsx",
        ) from error


def refused(path: Path, th: str, en: str) -> SourceRefused:
    """The refusal of a file, in both languages."""
    return SourceRefused(f"{path.name}: {th} · {en}")


def check_size(path: Path, begins: bytes) -> None:
    """`SourceRefused` where a file is no ZIP, or unpacks to more than may be (a ZIP bomb)."""
    if begins == OLE:
        raise refused(
            path,
            "เป็น .xls รุ่นเก่าหรือมีรหัสผ่าน บันทึกใหม่เป็น .xlsx ที่ไม่มีรหัสผ่าน",
            "is an old .xls or has a password; save it as .xlsx without one",
        )
    with ZipFile(path) as archive:
        parts = archive.infolist()
    whole = sum(part.file_size for part in parts)
    held = sum(part.file_size for part in parts if "/worksheets/" not in part.filename)
    for size, most in ((whole, MOST_BYTES), (held, MOST_TEXTS)):
        if size > most:
            raise refused(
                path,
                f"คลายแล้วมีขนาด {size:,} ไบต์ เกิน {most:,} แบ่งเป็นหลายไฟล์",
                f"unpacks to {size:,} bytes, over {most:,}; split it",
            )


def chosen(path: Path, reader: ExcelReader, name: str | None) -> ReadOnlyWorksheet:
    """The sheet that is asked for."""
    sheets = [one for one in reader.wb.worksheets if isinstance(one, ReadOnlyWorksheet)]
    titles = ", ".join(escape_for_display(one.title) for one in sheets)
    if name is None:
        visible = [one for one in sheets if one.sheet_state == "visible"]
        if len(visible) == 1:
            return visible[0]
        raise refused(
            path,
            f"ไม่รู้ว่าอ่านแผ่นงานใด ระบุ sheet ในไฟล์จับคู่ มี {titles}",
            f"which sheet is meant? Say sheet in the mapping; there are {titles}",
        )
    for one in sheets:
        if one.title.strip() == name.strip():
            return one
    raise refused(path, f"ไม่มีแผ่นงาน {name} มี {titles}", f"has no sheet {name}; there are {titles}")


def walked(path: Path, archive: ZipFile, part: str) -> tuple[dict[Place, str], dict[Place, Place]]:
    """Formulas without a value, and merged ranges, of a sheet; caps on rows and columns kept."""
    hollow: dict[Place, str] = {}
    merged: dict[Place, Place] = {}
    row = column = 0
    tag = {name: f"{{{SHEET_MAIN_NS}}}{name}" for name in ("row", "c", "f", "v", "mergeCell")}
    with archive.open(part) as source:
        for event, element in iterparse(source, events=("start", "end")):
            if event == "start" and element.tag == tag["row"]:
                row, column = int(element.get("r") or row + 1), 0
            elif event == "end" and element.tag == tag["c"]:
                place = element.get("r")
                row, column = coordinate_to_tuple(place) if place else (row, column + 1)
                if row > LAST_ROW or column > LAST_COLUMN:
                    raise refused(
                        path,
                        f"มีข้อมูลที่ {get_column_letter(min(column, 18278))}{row} เกินแถว {LAST_ROW:,} "
                        f"หรือคอลัมน์ {LAST_COLUMN:,}",
                        f"holds a cell beyond row {LAST_ROW:,} or column {LAST_COLUMN:,}",
                    )
                formula = element.find(tag["f"])
                value = element.findtext(tag["v"])
                if formula is not None and not value and element.get("t") != "str":
                    hollow[row, column] = f"={formula.text or '…'}"
            elif event == "end" and element.tag == tag["row"]:
                element.clear()
            elif event == "end" and element.tag == tag["mergeCell"]:
                first_column, first, last_column, last = range_boundaries(element.get("ref"))
                merged[int(first or 0), int(first_column or 0)] = (
                    int(last or 0),
                    int(last_column or 0),
                )
            if len(hollow) > MOST_ODD or len(merged) > MOST_ODD:
                raise refused(
                    path,
                    f"มีเซลล์ผสานหรือสูตรที่ไม่มีค่าเกิน {MOST_ODD:,} เปิดแล้วบันทึกใหม่",
                    f"has over {MOST_ODD:,} merged cells or formulas without a value; save it anew",
                )
    return hollow, merged


def cells_of(
    path: Path, sheet: ReadOnlyWorksheet, hollow: Mapping[Place, str]
) -> Iterator[list[Any]]:
    """What the cells of each row hold."""
    rows = sheet.iter_rows(values_only=True)  # type: ignore[misc]  # the stubs bind it to Worksheet
    number = 0
    while True:
        with reading(path):
            cells = next(rows, None)
        if cells is None:
            return
        number += 1
        found = [told(cell) for cell in cells]
        for at, cell in enumerate(found, 1):
            if cell is None and (number, at) in hollow:
                found[at - 1] = hollow[number, at]
            elif isinstance(cell, str) and len(cell) > WIDEST:
                raise refused(
                    path,
                    f"เซลล์ {get_column_letter(at)}{number} ยาวเกิน {WIDEST:,} อักขระ",
                    f"the cell {get_column_letter(at)}{number} is over {WIDEST:,} characters long",
                )
        yield found


def told(cell: Any) -> Any:
    """A cell as it is kept: a number by the shortest decimal that is this number, never rounded."""
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() and abs(cell) < EXACT else Decimal(repr(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, timedelta) else cell

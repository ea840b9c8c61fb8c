"""A sheet of an XLSX workbook, transitional or strict, row by row.

openpyxl streams the rows. Merged cells and formulas without a computed value, which it does not
return while streaming, are found by scanning the sheet first.
"""

import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final
from zipfile import ZIP_STORED, BadZipFile, ZipFile

from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

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

ESCAPE_PATTERN: Final = re.compile("_x([0-9A-Fa-f]{4})_")
STRICT_PREFIX: Final = b"http://purl.oclc.org/ooxml/"
STRICT_NAMESPACES: Final = (
    (
        b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    ),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
    (
        b"http://purl.oclc.org/ooxml/drawingml/",
        b"http://schemas.openxmlformats.org/drawingml/2006/",
    ),
)
"""Namespaces of ISO/IEC 29500 strict, and the transitional ones for the same."""
ROOT_BYTES: Final = 1 << 16
"""The first bytes of a part, which contain its root element."""
MAX_COPY_IN_MEMORY: Final = 1 << 24
"""Bytes of a rewritten workbook above which it is a temporary file."""
PARSE_ERRORS: Final = (
    BadZipFile, InvalidFileException, ValueError, KeyError, IndexError, TypeError, AttributeError,
    SyntaxError, EOFError, NotImplementedError,
)  # fmt: skip
"""Exceptions of openpyxl, ZIP and XML for broken parts (ParseError is a SyntaxError)."""


@contextmanager
def open_xlsx_sheet(path: Path, name: str | None) -> Iterator[Sheet]:
    """Open a sheet of an XLSX file; `SourceRefused` has the reason if that is impossible."""
    with path.open("rb") as file, SpooledTemporaryFile(MAX_COPY_IN_MEMORY) as rewritten:
        with wrap_parse_errors(path):
            content: IO[bytes] = file
            with ZipFile(file) as archive:
                if is_strict(archive):
                    content = rewritten
                    rewrite_strict_workbook(archive, content)
            reader = WorkbookReader(content, read_only=True, data_only=True, keep_links=False)
            reader.read()
            sheets = [one for one in reader.wb.worksheets if isinstance(one, ReadOnlyWorksheet)]
            names = [SheetName(one.title, one.sheet_state == "visible") for one in sheets]
            sheet = sheets[select_sheet(path, names, name)]
            parts = {
                one.name: relationship.target for one, relationship in reader.parser.find_sheets()
            }
            formulas_without_value, merged = scan_sheet(path, reader.archive, parts[sheet.title])
            sheet.reset_dimensions()
        yield Sheet(iterate_rows(path, sheet, formulas_without_value), merged)


@contextmanager
def wrap_parse_errors(path: Path) -> Iterator[None]:
    """Raise `SourceRefused` for broken parts; warnings, which are about styles, are ignored."""
    with (
        wrap_errors(
            PARSE_ERRORS,
            lambda error: workbook_error(
                path,
                f"อ่านเป็น XLSX ไม่ได้ ({error}) เปิดแล้วบันทึกใหม่เป็น .xlsx",
                f"is not an XLSX file ({error}); open it and save it as .xlsx",
            ),
        ),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        yield


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
                check_position(path, row, column)
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
            check_special_cells(path, len(formulas_without_value), len(merged))
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
            elif isinstance(cell, str):
                check_cell_length(path, row_number, column, cell)
                values[column - 1] = unescape_text(cell)
        yield values


def unescape_text(text: str) -> str:
    """Return a text with its escapes `_xHHHH_` replaced by their characters.

    `_x005F_` stands for the underscore of a text that really looks like an escape (ECMA-376, part
    1, 22.9.2.19). Two escapes may be the halves of one character.
    """
    if "_x" not in text:
        return text
    plain = ESCAPE_PATTERN.sub(lambda match: chr(int(match[1], 16)), text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def is_strict(archive: ZipFile) -> bool:
    """Return whether a workbook is a Strict Open XML Spreadsheet."""
    with archive.open("xl/workbook.xml") as part:
        return STRICT_PREFIX in part.read(ROOT_BYTES)


def rewrite_strict_workbook(archive: ZipFile, target: IO[bytes]) -> None:
    """Write a Strict Open XML Spreadsheet as the transitional one, which openpyxl reads.

    Both have the same elements in other namespaces. Those of a sheet are declared at its beginning.
    """
    with ZipFile(target, "w", ZIP_STORED) as transitional:
        for part in archive.infolist():
            with archive.open(part) as source, transitional.open(part.filename, "w") as copy:
                is_sheet = "/worksheets/" in part.filename and part.filename.endswith(".xml")
                beginning = source.read(ROOT_BYTES) if is_sheet else source.read()
                for strict, replacement in STRICT_NAMESPACES:
                    beginning = beginning.replace(strict, replacement)
                copy.write(beginning)
                copyfileobj(source, copy)


class WorkbookReader(ExcelReader):
    """The reader of openpyxl, without its removal of escaped underscores from shared texts."""

    def read_strings(self) -> None:
        """Read the shared texts as they are written."""
        content_type = self.package.find(SHARED_STRINGS)  # type: ignore[no-untyped-call]
        if content_type is None:
            return
        with self.archive.open(content_type.PartName[1:]) as source:
            for _, element in iterparse(source):
                if element.tag == f"{{{SHEET_MAIN_NS}}}si":
                    text = Text.from_tree(element)
                    self.shared_strings.append(text.content if text else "")
                    element.clear()

"""A sheet of an ODS workbook (OpenDocument 1.2 and 1.3, as LibreOffice writes it), row by row.

python-calamine returns failed formulas as empty cells and no merged ranges, so the content is
parsed here. Repeated cells and rows are expanded, except those that only format the end of a sheet.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import Element
from zipfile import BadZipFile, ZipFile

from openpyxl.xml.functions import iterparse

from connectors.kit.amount_text import round_binary_noise
from connectors.kit.sheet import (
    CELL_ERRORS,
    CellPosition,
    Sheet,
    SheetName,
    check_cell_length,
    check_position,
    check_special_cells,
    select_sheet,
    workbook_error,
    wrap_errors,
)
from connectors.kit.thai import MAX_EXACT_NUMBER
from hub.domain.record import record

ODS_CONTENT: Final = "content.xml"
MANIFEST: Final = "META-INF/manifest.xml"
PREFIX: Final = "urn:oasis:names:tc:opendocument:xmlns:"
OFFICE, TABLE, TEXT, STYLE = (
    f"{{{PREFIX}{name}:1.0}}" for name in ("office", "table", "text", "style")
)
EXTENSION: Final = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"
EXTENSION_TYPE: Final = f"{{{EXTENSION}}}value-type"
"""The type of a cell that LibreOffice writes beside the standard one; `error` is only here."""
NUMBER_TYPES: Final = frozenset({"float", "currency", "percentage"})
PARSE_ERRORS: Final = (
    BadZipFile, ValueError, KeyError, IndexError, TypeError, SyntaxError, EOFError,
    InvalidOperation, NotImplementedError,
)  # fmt: skip
"""Exceptions of ZIP and XML for broken parts (ParseError is a SyntaxError)."""


@record
class OdsTable:
    """A sheet in the content: its name, and its merged ranges."""

    name: SheetName
    merged: dict[CellPosition, CellPosition]


@contextmanager
def open_ods_sheet(path: Path, name: str | None) -> Iterator[Sheet]:
    """Open a sheet of an ODS file; `SourceRefused` has the reason if that is impossible."""
    with wrap_ods_errors(path), ZipFile(path) as archive:
        if MANIFEST in archive.namelist() and b"encryption-data" in archive.read(MANIFEST):
            raise workbook_error(
                path,
                "เป็น .ods ที่มีรหัสผ่าน บันทึกใหม่โดยไม่มีรหัสผ่าน",
                "is an .ods with a password; save it without one",
            )
        tables = list_tables(path, archive)
        index = select_sheet(path, [table.name for table in tables], name)
    yield Sheet(iterate_ods_rows(path, index), tables[index].merged)


@contextmanager
def wrap_ods_errors(path: Path) -> Iterator[None]:
    """Raise `SourceRefused` for broken parts."""
    with wrap_errors(
        PARSE_ERRORS,
        lambda error: workbook_error(
            path,
            f"อ่านเป็น ODS ไม่ได้ ({error}) เปิดแล้วบันทึกใหม่เป็น .xlsx",
            f"is not an ODS file ({error}); open it and save it as .xlsx",
        ),
    ):
        yield


def list_tables(path: Path, archive: ZipFile) -> list[OdsTable]:
    """Return the sheets in order, with their merged ranges."""
    hidden_styles: set[str] = set()
    tables: list[OdsTable] = []
    style = ""
    with archive.open(ODS_CONTENT) as content:
        for event, element in iterparse(content, events=("start", "end")):
            if event == "start" and element.tag == f"{STYLE}style":
                style = element.get(f"{STYLE}name", "")
            elif event == "start" and element.tag == f"{STYLE}table-properties":
                if element.get(f"{TABLE}display") == "false":
                    hidden_styles.add(style)
            elif event == "start" and element.tag == f"{TABLE}table":
                is_visible = element.get(f"{TABLE}style-name", "") not in hidden_styles
                tables.append(OdsTable(SheetName(element.get(f"{TABLE}name", ""), is_visible), {}))
                position = 0
            elif event == "end" and element.tag == f"{TABLE}table-row":
                merged = tables[-1].merged
                merged.update(list_merged_cells(element, position + 1))
                check_special_cells(path, len(merged))
                position += count_repeated(element, "rows")
                element.clear()
    return tables


def list_merged_cells(row: Element, number: int) -> Iterator[tuple[CellPosition, CellPosition]]:
    """Yield the merged ranges that begin in a row."""
    column = 1
    for cell in row:
        rows = int(cell.get(f"{TABLE}number-rows-spanned", "1"))
        columns = int(cell.get(f"{TABLE}number-columns-spanned", "1"))
        if rows > 1 or columns > 1:
            yield (number, column), (number + rows - 1, column + columns - 1)
        column += count_repeated(cell, "columns")


def count_repeated(element: Element, kind: str) -> int:
    """Return how often a row or cell stands in its place."""
    return int(element.get(f"{TABLE}number-{kind}-repeated", "1"))


def iterate_ods_rows(path: Path, index: int) -> Iterator[list[Any]]:
    """Yield the cell values of each row of a sheet; empty rows at its end are left out."""
    current, number, pending = -1, 0, 0
    with wrap_ods_errors(path), ZipFile(path) as archive, archive.open(ODS_CONTENT) as content:
        for event, element in iterparse(content, events=("start", "end")):
            if event == "start" and element.tag == f"{TABLE}table":
                current += 1
            elif event == "end" and element.tag == f"{TABLE}table-row":
                if current == index:
                    cells = list_cells(path, element, number + 1)
                    repeated = count_repeated(element, "rows")
                    number += repeated
                    if cells:
                        check_position(path, number, len(cells))
                        yield from ([] for _ in range(pending))
                        yield from (list(cells) for _ in range(repeated))
                    pending = 0 if cells else pending + repeated
                element.clear()


def list_cells(path: Path, row: Element, number: int) -> list[Any]:
    """Return the cell values of a row; empty cells at its end are left out."""
    cells: list[Any] = []
    pending = 0
    for element in row:
        if element.tag not in {f"{TABLE}table-cell", f"{TABLE}covered-table-cell"}:
            continue
        repeated = count_repeated(element, "columns")
        cell = convert_cell(element)
        if cell is None:
            pending += repeated
            continue
        check_position(path, number, len(cells) + pending + repeated)
        check_cell_length(path, number, len(cells) + pending + 1, cell)
        cells += [None] * pending + [cell] * repeated
        pending = 0
    return cells


def convert_cell(element: Element) -> Any:
    """Return the value of a cell: null if it is empty, an error or a formula without value as its
    text.
    """
    kind = element.get(f"{OFFICE}value-type")
    text = "\n".join(collect_text(part) for part in element if part.tag == f"{TEXT}p")
    if element.get(EXTENSION_TYPE) == "error":
        return text if text in CELL_ERRORS else "#VALUE!"
    if kind in NUMBER_TYPES:
        return convert_number(element.get(f"{OFFICE}value", ""))
    if kind == "boolean":
        return element.get(f"{OFFICE}boolean-value") == "true"
    if kind == "date":
        return element.get(f"{OFFICE}date-value", "").removesuffix("T00:00:00") or None
    if kind == "string":
        return element.get(f"{OFFICE}string-value") or text or None
    formula = element.get(f"{TABLE}formula")
    return text or (f"={formula}" if formula and kind is None else None)


def convert_number(written: str) -> int | Decimal:
    """Return a number of at most fifteen digits, as a spreadsheet shows it."""
    number = round_binary_noise(Decimal(written))
    if number == number.to_integral_value() and abs(number) < MAX_EXACT_NUMBER:
        return int(number)
    return number


def collect_text(element: Element) -> str:
    """Return the text of a paragraph, with its spaces, tabs and line breaks."""
    parts = [element.text or ""]
    for child in element:
        if child.tag == f"{TEXT}s":
            parts.append(" " * min(int(child.get(f"{TEXT}c", "1")), 1_000))
        elif child.tag == f"{TEXT}line-break":
            parts.append("\n")
        elif child.tag == f"{TEXT}tab":
            parts.append("\t")
        elif child.tag != f"{OFFICE}annotation":
            parts.append(collect_text(child))
        parts.append(child.tail or "")
    return "".join(parts)

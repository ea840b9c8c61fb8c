"""Writes workbooks of the formats before and beside XLSX for tests, from readable cell values."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZipFile

import xlwt

PREFIX = "urn:oasis:names:tc:opendocument:xmlns:"
NAMESPACES = " ".join(
    f'xmlns:{name}="{PREFIX}{name}:1.0"' for name in ("office", "table", "text", "style")
)
CALC = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
ERROR_CODES = {"#DIV/0!": 0x07, "#REF!": 0x17, "#N/A": 0x2A}


def write_xls(
    path: Path, rows: Sequence[Sequence[Any]], merged: Sequence[tuple[int, int, int, int]] = ()
) -> Path:
    """Write an XLS workbook with a hidden second sheet; `merged` count from 0, ends included."""
    book = xlwt.Workbook()
    sheet, hidden = book.add_sheet("แผ่น"), book.add_sheet("เก่า")
    hidden.visibility = 1
    hidden.write(0, 0, "เก่า")
    day_style = xlwt.XFStyle()
    day_style.num_format_str = "DD/MM/YYYY"
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell in ERROR_CODES:
                sheet.row(number).set_cell_error(column, ERROR_CODES[cell])
            elif isinstance(cell, date):
                sheet.write(number, column, cell, day_style)
            elif cell != "":
                sheet.write(number, column, cell)
    sheet.merged_ranges.extend((top, bottom, left, right) for top, bottom, left, right in merged)
    book.save(str(path))
    return path


def write_ods(path: Path, rows: Sequence[str], *, manifest: str = "") -> Path:
    """Write an ODS workbook whose rows are XML, with a hidden second sheet."""
    style = (
        '<style:style style:name="ta2" style:family="table">'
        '<style:table-properties table:display="false"/></style:style>'
    )
    empty_end = (
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell '
        'table:number-columns-repeated="16384"/></table:table-row>'
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {NAMESPACES} {CALC}>'
        f"<office:automatic-styles>{style}</office:automatic-styles><office:body>"
        f'<office:spreadsheet><table:table table:name="แผ่น">{"".join(rows)}{empty_end}'
        '</table:table><table:table table:name="เก่า" table:style-name="ta2"/>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return path


def ods_row(*cells: Any, repeated: int = 1) -> str:
    """Return a row; a text that begins with `<` is the XML of its cell."""
    content = "".join(map(ods_cell, cells))
    return f'<table:table-row table:number-rows-repeated="{repeated}">{content}</table:table-row>'


def ods_cell(cell: Any) -> str:
    """Return the XML of a cell."""
    if isinstance(cell, str) and cell.startswith("<"):
        return cell
    if cell == "":
        return "<table:table-cell/>"
    if isinstance(cell, int | float):
        value = quoteattr(repr(cell))
        return f'<table:table-cell office:value-type="float" office:value={value}/>'
    text = f"<text:p>{escape(cell)}</text:p>"
    return f'<table:table-cell office:value-type="string">{text}</table:table-cell>'

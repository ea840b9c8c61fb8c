"""Writes workbooks for tests from readable cell values."""

import re
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

STRICT = {
    b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": (
        b"http://purl.oclc.org/ooxml/spreadsheetml/main"
    ),
    b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships"
    ),
    b"http://schemas.openxmlformats.org/drawingml/2006/": b"http://purl.oclc.org/ooxml/drawingml/",
    b"<workbook ": b'<workbook conformance="strict" ',
}
"""What a transitional workbook contains, and a strict one in its place."""


def write_workbook(
    path: Path, rows: Sequence[Sequence[Any]], merged: Sequence[str] = (), sheet: str = "แผ่น"
) -> Path:
    """Write a workbook of one sheet: "" is an empty cell, text that starts with `=` a formula."""
    book = Workbook()
    worksheet = book.active
    assert worksheet is not None
    worksheet.title = sheet
    for row in rows:
        worksheet.append([None if cell == "" else cell for cell in row])
    for place in merged:
        worksheet.merge_cells(place)
    book.save(path)
    return path


def write_workbook_from_form(form: Path, folder: Path) -> Path:
    """Write the workbook that a form (`records.xlsx.cells`, in TOML) describes."""
    form_content = tomllib.loads(form.read_text("utf-8"))
    return write_workbook(
        folder / form.stem, form_content["rows"], form_content["merged"], form_content["sheet"]
    )


def rewrite_parts(path: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """Change the parts of a workbook, to produce files that no spreadsheet program writes."""
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, change(name, part))
    return path


def use_shared_strings(path: Path) -> Path:
    """Move a workbook's texts to its shared strings part, as spreadsheet programs do."""
    texts: list[str] = []

    def replace_cell(cell: re.Match[str]) -> str:
        texts.append(cell[2])
        return f'{cell[1]}t="s"><v>{len(texts) - 1}</v></c>'

    def change(name: str, part: bytes) -> bytes:
        if "worksheets" in name:
            pattern = r'(<c [^>]*)t="inlineStr"><is><t[^>]*>([^<]*)</t></is></c>'
            return re.sub(pattern, replace_cell, part.decode()).encode()
        return part

    def add_content_type(name: str, part: bytes) -> bytes:
        entry = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{SHARED_STRINGS}" />'
        is_declared = b"sharedStrings" in part or name != "[Content_Types].xml"
        return part if is_declared else part.replace(b"</Types>", f"{entry}</Types>".encode())

    rewrite_parts(path, change)
    rewrite_parts(path, add_content_type)
    items = "".join(f"<si><t>{text}</t></si>" for text in texts)
    with ZipFile(path, "a", ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{SHEET_MAIN_NS}">{items}</sst>')
    return path


def set_formula_values(path: Path, value: str) -> Path:
    """Set the cached value of every formula in a workbook, as spreadsheet programs do."""

    def change(name: str, part: bytes) -> bytes:
        if "worksheets" not in name:
            return part
        return re.sub(rb"</f><v ?/>|</f><v></v>", f"</f><v>{value}</v>".encode(), part)

    return rewrite_parts(path, change)


def make_strict(path: Path) -> Path:
    """Make a workbook a Strict Open XML Spreadsheet."""

    def change(_: str, part: bytes) -> bytes:
        for transitional, strict in STRICT.items():
            part = part.replace(transitional, strict)
        return part

    return rewrite_parts(path, change)

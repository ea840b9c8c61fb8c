"""Workbooks of tests, written from cells that a person can read."""

import re
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS


def workbook(
    path: Path, rows: Sequence[Sequence[Any]], merged: Sequence[str] = (), sheet: str = "แผ่น"
) -> Path:
    """A workbook of one sheet; an empty text is an empty cell, a text with `=` first a formula."""
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    for row in rows:
        page.append([None if cell == "" else cell for cell in row])
    for place in merged:
        page.merge_cells(place)
    book.save(path)
    return path


def written(form: Path, folder: Path) -> Path:
    """The workbook that a readable form (`records.xlsx.cells`, in TOML) describes."""
    told = tomllib.loads(form.read_text("utf-8"))
    return workbook(folder / form.stem, told["rows"], told["merged"], told["sheet"])


def rewritten(path: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """A workbook with its parts changed, as no program would save it."""
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, change(name, part))
    return path


def shared(path: Path) -> Path:
    """A workbook with its texts in a part of their own, as spreadsheet programs write them."""
    texts: list[str] = []

    def moved(cell: re.Match[str]) -> str:
        texts.append(cell[2])
        return f'{cell[1]}t="s"><v>{len(texts) - 1}</v></c>'

    def change(name: str, part: bytes) -> bytes:
        if "worksheets" in name:
            pattern = r'(<c [^>]*)t="inlineStr"><is><t[^>]*>([^<]*)</t></is></c>'
            return re.sub(pattern, moved, part.decode()).encode()
        return part

    def declared(name: str, part: bytes) -> bytes:
        entry = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{SHARED_STRINGS}" />'
        known = b"sharedStrings" in part or name != "[Content_Types].xml"
        return part if known else part.replace(b"</Types>", f"{entry}</Types>".encode())

    rewritten(path, change)
    rewritten(path, declared)
    items = "".join(f"<si><t>{text}</t></si>" for text in texts)
    with ZipFile(path, "a", ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{SHEET_MAIN_NS}">{items}</sst>')
    return path


def worked_out(path: Path, value: str) -> Path:
    """A workbook whose formulas have this value, as a spreadsheet program leaves it."""

    def change(name: str, part: bytes) -> bytes:
        if "worksheets" not in name:
            return part
        return re.sub(rb"</f><v ?/>|</f><v></v>", f"</f><v>{value}</v>".encode(), part)

    return rewritten(path, change)

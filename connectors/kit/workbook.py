"""A sheet of a workbook of any format, which the first bytes of the file show.

A workbook is an untrusted file: its size, and the unpacked size of a ZIP, are checked before any
part is read.
"""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final
from zipfile import BadZipFile, ZipFile

from connectors.kit.ods import ODS_CONTENT, open_ods_sheet
from connectors.kit.sheet import MAX_SHARED_BYTES, MAX_UNPACKED_BYTES, Sheet, workbook_error
from connectors.kit.xls import open_xls_sheet
from connectors.kit.xlsx import open_xlsx_sheet
from hub.errors import SourceRefused

ZIP_SIGNATURE: Final = b"PK\x03\x04"
OLE_SIGNATURE: Final = b"\xd0\xcf\x11\xe0"
"""The first bytes of a workbook from before 2007, or with a password."""
MAX_XLS_BYTES: Final = 1 << 26
"""Maximum bytes of a workbook from before 2007, which is loaded into memory."""


def open_sheet(path: Path, name: str | None) -> AbstractContextManager[Sheet]:
    """Open the sheet of that name, or the only visible one; `SourceRefused` has the reason."""
    with path.open("rb") as file:
        start = file.read(512)
    if start.startswith(OLE_SIGNATURE):
        check_size(path, path.stat().st_size, MAX_XLS_BYTES)
        return open_xls_sheet(path, name)
    if not start.startswith(ZIP_SIGNATURE):
        raise describe_other_file(path, start)
    parts = list_parts(path)
    if ODS_CONTENT in parts:
        return open_ods_sheet(path, name)
    if "xl/workbook.bin" in parts:
        raise workbook_error(
            path,
            "เป็นสมุดงานแบบไบนารี (.xlsb) บันทึกใหม่เป็น .xlsx",
            "is a binary workbook (.xlsb); save it as .xlsx",
        )
    return open_xlsx_sheet(path, name)


def describe_other_file(path: Path, start: bytes) -> SourceRefused:
    """Return the error about a file that is no workbook, with what it is."""
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith(b"<?xml") and b"spreadsheet" in text:
        kind_th, kind_en = "เป็น XML Spreadsheet 2003", "is an XML Spreadsheet 2003"
    elif text.startswith(b"<"):
        kind_th, kind_en = "เป็นหน้าเว็บ (HTML) ที่ตั้งชื่อเป็นสมุดงาน", "is a web page named as a workbook"
    elif text and b"\0" not in text:
        kind_th, kind_en = (
            'เป็นข้อความ ไม่ใช่ XLSX ถ้าเป็น CSV ใช้ format = "CSV" หรือ',
            'is a text, is not an XLSX file; declare format = "CSV" if it is one, or',
        )
    else:
        kind_th, kind_en = "ไม่ใช่ XLSX", "is not an XLSX file"
    return workbook_error(
        path, f"{kind_th} เปิดแล้วบันทึกใหม่เป็น .xlsx", f"{kind_en}; open it and save it as .xlsx"
    )


def list_parts(path: Path) -> set[str]:
    """Return the names of the parts of a workbook; `SourceRefused` for a ZIP bomb."""
    try:
        with ZipFile(path) as archive:
            parts = archive.infolist()
    except (BadZipFile, NotImplementedError, ValueError) as error:
        raise workbook_error(
            path,
            f"อ่านเป็น XLSX ไม่ได้ ({error}) เปิดแล้วบันทึกใหม่เป็น .xlsx",
            f"is not an XLSX file ({error}); open it and save it as .xlsx",
        ) from error
    unpacked_size = sum(part.file_size for part in parts)
    shared_size = sum(part.file_size for part in parts if not is_sheet(part.filename))
    for size, maximum in ((unpacked_size, MAX_UNPACKED_BYTES), (shared_size, MAX_SHARED_BYTES)):
        if size > maximum:
            raise workbook_error(
                path,
                f"คลายแล้วมีขนาด {size:,} ไบต์ เกิน {maximum:,} แบ่งเป็นหลายไฟล์",
                f"unpacks to {size:,} bytes, over {maximum:,}; split it",
            )
    return {part.filename for part in parts}


def is_sheet(part: str) -> bool:
    """Return whether a part contains rows, which are streamed."""
    return "/worksheets/" in part or part == ODS_CONTENT


def check_size(path: Path, size: int, maximum: int) -> None:
    """Raise `SourceRefused` for a file that is too large."""
    if size > maximum:
        raise workbook_error(
            path,
            f"มีขนาด {size:,} ไบต์ เกิน {maximum:,} บันทึกใหม่เป็น .xlsx หรือแบ่งเป็นหลายไฟล์",
            f"has {size:,} bytes, over {maximum:,}; save it as .xlsx, or split it",
        )

"""The rows of a plain table, CSV or XLSX, with their numbers in the file."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from connectors.kit.workbook import OLE_SIGNATURE, open_sheet
from hub.errors import SourceRefused

WORKBOOK_SIGNATURES: Final = (b"PK\x03\x04", OLE_SIGNATURE)
CODEC_NAMES: Final = {"utf-8": "utf-8-sig", "tis-620": "cp874"}
"""Codecs by name of encoding: UTF-8 with or without BOM; TIS-620 files are cp874."""


def read_plain_table(
    path: Path, encoding: str = "utf-8", sheet: str | None = None
) -> list[tuple[int, Sequence[Any]]]:
    """Return the rows of a file that have a filled cell, by number from 1; whether it is a workbook
    or CSV is decided by its first bytes. `SourceRefused` names what cannot be read, and the fix.
    """
    with path.open("rb") as file:
        is_workbook = file.read(4).startswith(WORKBOOK_SIGNATURES)
    if is_workbook:
        with open_sheet(path, sheet) as opened:
            rows: list[tuple[int, Sequence[Any]]] = list(enumerate(opened.rows, 1))
    else:
        rows = read_csv(path, CODEC_NAMES.get(encoding.lower(), encoding))
    return [
        (number, cells) for number, cells in rows if any(cell not in (None, "") for cell in cells)
    ]


def read_csv(path: Path, codec: str) -> list[tuple[int, Sequence[Any]]]:
    """Return the rows of a CSV file by the number of their last line."""
    try:
        with path.open(encoding=codec, newline="") as file:
            reader = csv.reader(file, strict=True)
            return [(reader.line_num, cells) for cells in reader]
    except UnicodeDecodeError as error:
        raise SourceRefused(
            f"{path.name}: ไบต์ที่ {error.start:,} ไม่ใช่ {codec} ระบุ --encoding เช่น tis-620 "
            f"· byte {error.start:,} is not {codec}; set --encoding, for example tis-620"
        ) from error
    except LookupError as error:
        raise SourceRefused(
            f"{path.name}: ไม่รู้จักการเข้ารหัส {codec} · {codec} is not a known encoding"
        ) from error
    except csv.Error as error:
        raise SourceRefused(
            f"{path.name}: อ่านเป็น CSV ไม่ได้ ({error}) · is not valid CSV ({error})"
        ) from error

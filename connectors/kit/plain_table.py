"""The rows of a plain table, CSV or a workbook, with their numbers in the file, and its days.

The file is read as sources are: the same codecs, workbooks, separators and forms of days.
"""

import csv
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from connectors.kit.csv_file import (
    CODEC_NAMES,
    OTHER_ENCODINGS,
    SEPARATOR_NAMES,
    UTF_16_MARKS,
    WORKBOOK_SIGNATURES,
    contains_thai,
    count_names,
    decode_strictly,
)
from connectors.kit.dates import parse_date
from connectors.kit.workbook import open_sheet
from hub.domain.thai_text import escape_for_display
from hub.errors import SourceRefused

DEFAULT_ENCODING: Final = "utf-8"


def read_plain_table(
    path: Path,
    encoding: str | None = None,
    sheet: str | None = None,
    separator: str | None = None,
) -> list[tuple[int, Sequence[Any]]]:
    """Return the rows of a file that have a filled cell, by number from 1; whether it is a workbook
    or CSV is decided by its first bytes. `SourceRefused` names what cannot be read, and the fix.

    Without an encoding a CSV file is what its first bytes mark, or UTF-8; without a separator it is
    divided by the one that divides its header.
    """
    data = path.read_bytes()
    if data.startswith(WORKBOOK_SIGNATURES):
        with open_sheet(path, sheet) as opened:
            rows: list[tuple[int, Sequence[Any]]] = list(enumerate(opened.rows, 1))
    else:
        rows = parse_csv(path, decode_table(path, data, encoding), separator)
    return [
        (number, cells) for number, cells in rows if any(cell not in (None, "") for cell in cells)
    ]


def decode_table(path: Path, data: bytes, encoding: str | None) -> str:
    """Return the text of a CSV file; `SourceRefused` names the encoding that it seems to have."""
    declared = encoding or ("utf-16" if data.startswith(UTF_16_MARKS) else DEFAULT_ENCODING)
    codec = CODEC_NAMES.get(declared.lower(), declared)
    try:
        return data.decode(codec)
    except UnicodeError as error:
        start = getattr(error, "start", 0)
        others = ("utf-16",) if data.startswith(UTF_16_MARKS) else OTHER_ENCODINGS
        found = next((one for one in others if is_thai_in(data, one)), "tis-620")
        raise SourceRefused(
            f"{path.name}: ไบต์ที่ {start:,} ไม่ใช่ {declared} ระบุ --encoding เช่น {found} "
            f"· byte {start:,} is not {declared}; set --encoding, for example {found}"
        ) from error
    except LookupError as error:
        raise SourceRefused(
            f"{path.name}: ไม่รู้จักการเข้ารหัส {declared} · {declared} is not a known encoding"
        ) from error


def is_thai_in(data: bytes, encoding: str) -> bool:
    """Return whether bytes are a Thai text in an encoding."""
    text = decode_strictly(data, CODEC_NAMES.get(encoding, encoding))
    return text is not None and contains_thai(text)


def parse_csv(path: Path, text: str, separator: str | None) -> list[tuple[int, Sequence[Any]]]:
    """Return the rows of a CSV file by the number of their last line."""
    if separator is not None and separator.replace("\\t", "\t") not in SEPARATOR_NAMES:
        names = ", ".join(one.replace("\t", "\\t") for one in SEPARATOR_NAMES)
        raise SourceRefused(
            f"--separator: {escape_for_display(separator)} ใช้ไม่ได้ ใช้ {names} "
            f"· {escape_for_display(separator)} is not available; use one of {names}"
        )
    divider = separator.replace("\\t", "\t") if separator else find_separator(text)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=divider, strict=True)
        return [(reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        raise SourceRefused(
            f"{path.name}: อ่านเป็น CSV ไม่ได้ ({error}) · is not valid CSV ({error})"
        ) from error


def find_separator(text: str) -> str:
    """Return the separator that divides the first line into the most names; a comma if none does.

    The names are compared with the columns that the table may have, so a wrong one is an error.
    """
    header = next((line for line in text.splitlines() if line.strip()), "")
    counts = {
        one: count_names(next(csv.reader([header], delimiter=one))) for one in SEPARATOR_NAMES
    }
    return max(counts, key=lambda one: counts[one])


def read_day(text: str) -> date | None:
    """Return a day as sources write it, in either era; null when it is none."""
    found = parse_date(text, "day")
    return found if isinstance(found, date) else None

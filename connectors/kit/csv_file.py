"""The rows of a CSV file, and why a file is not as declared: its encoding or its separator."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Final

from connectors.kit.file_mapping import get_file_mapping, has_file_mapping
from connectors.kit.workbook import OLE_SIGNATURE, ZIP_SIGNATURE
from hub.domain.sources.spec import SourceSpec
from hub.domain.thai_text import escape_for_display
from hub.errors import SourceRefused

MAX_CELL_LENGTH: Final = 1_000_000
"""Characters of a cell, at most."""
CODEC_NAMES: Final = {"utf-8": "utf-8-sig", "tis-620": "cp874"}
"""Codecs by declared encoding: UTF-8 with or without BOM; TIS-620 files are cp874."""
WORKBOOK_SIGNATURES: Final = (ZIP_SIGNATURE, OLE_SIGNATURE)
UTF_8_MARK: Final = b"\xef\xbb\xbf"
UTF_16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
UTF_16_CODECS: Final = ("utf-16-le", "utf-16-be")
UTF_16_LETTER: Final = re.compile(
    r"[\t\r\n -~\u00a0-\u00ff\u0e01-\u0e5b\u2000-\u206f\uf700-\uf71a]"
)
"""A character of Thai files; in the other order of bytes, each becomes a character outside them."""
MIN_SHARE_OF_LETTERS: Final = 0.9
MAX_SHARE_OF_LETTERS_IN_OTHER_ORDER: Final = 0.5
SEPARATOR_LINE_START: Final = re.compile(rb'(?:\xef\xbb\xbf)?"?sep=', re.IGNORECASE)
SEPARATOR_LINE: Final = re.compile(r'\ufeff?"?sep=(.)"?[\r\n]*', re.IGNORECASE)
"""A first line that states the separator; Excel reads it and does not show it as a row."""
EXAMINED_BYTES: Final = 1 << 16
"""The first bytes of a file, which show its encoding and its separator."""
SEPARATOR_NAMES: Final = {
    ",": ("จุลภาค (,)", "commas"),
    ";": ("อัฒภาค (;)", "semicolons"),
    "\t": ("แท็บ", "tabs"),
    "|": ("ขีดตั้ง (|)", "vertical bars"),
}
OTHER_ENCODINGS: Final = ("utf-8", "cp874")
"""Encodings of Thai files, which are tried to name that of a file."""


def resolve_codec(spec: SourceSpec) -> str:
    """Return the codec for the declared encoding."""
    return CODEC_NAMES.get(spec.encoding.lower(), spec.encoding)


def resolve_file_codec(spec: SourceSpec, start: bytes) -> str:
    """Return the codec of a file that is in the declared encoding, given its first bytes.

    UTF-16 is in the order of bytes that its mark states, or without a mark in the only one in
    which it is a text.
    """
    if not spec.encoding.lower().startswith("utf-16"):
        return resolve_codec(spec)
    if start.startswith(UTF_16_MARKS):
        return "utf-16"
    return find_utf_16(start) or spec.encoding


def find_utf_16(start: bytes) -> str | None:
    """Return the codec of a text in UTF-16 without a mark; null for other bytes.

    Texts in other encodings have no zero bytes; UTF-16 has one in each separator and line end.
    """
    if b"\0" not in start:
        return None
    shares = {}
    for codec in UTF_16_CODECS:
        text = start.decode(codec, "ignore")
        shares[codec] = len(UTF_16_LETTER.findall(text)) / max(len(text), 1)
    other, best = sorted(shares, key=shares.__getitem__)
    is_clear = (
        shares[best] >= MIN_SHARE_OF_LETTERS
        and shares[other] <= MAX_SHARE_OF_LETTERS_IN_OTHER_ORDER
    )
    return best if is_clear else None


def read_csv_rows(path: Path, spec: SourceSpec) -> Iterator[list[str]]:
    """Yield the rows of a CSV file with its header; `SourceRefused` if it is not as declared.

    Undecodable bytes below the header become lone surrogates. A first line `sep=,` is no row.
    """
    csv.field_size_limit(MAX_CELL_LENGTH)
    with path.open("rb") as file:
        start = file.read(EXAMINED_BYTES)
    if start[:4] in WORKBOOK_SIGNATURES:
        raise SourceRefused(
            f'{path.name}: เป็นสมุดงาน ไม่ใช่ CSV บันทึกเป็น CSV หรือใช้ format = "XLSX" ในไฟล์จับคู่ '
            '· is a workbook, not CSV; save it as CSV, or declare format = "XLSX"'
        )
    check_encoding(path, spec, start)
    check_separator(path, spec, start)
    codec = resolve_file_codec(spec, start)
    has_separator_line = SEPARATOR_LINE.fullmatch(first_line(start.decode(codec, "ignore")))
    with path.open(encoding=codec, errors="surrogateescape", newline="") as file:
        if has_separator_line:
            file.readline()
        reader = csv.reader(file, delimiter=get_separator(spec), strict=True)
        try:
            yield from reader
        except csv.Error as error:
            raise SourceRefused(
                f"{path.name} แถวที่ {reader.line_num + bool(has_separator_line)}: "
                f"อ่านเป็น CSV ไม่ได้ ({error}) "
                f"· line {reader.line_num + bool(has_separator_line)} is not valid CSV ({error})"
            ) from error


def get_separator(spec: SourceSpec) -> str:
    """Return the declared separator; a comma for sources without a mapping."""
    return get_file_mapping(spec).separator if has_file_mapping(spec) else ","


def first_line(text: str) -> str:
    """Return the first line of a text with its end; empty for no text."""
    return next(iter(text.splitlines(keepends=True)), "")


def list_header_rows(text: str, spec: SourceSpec, separator: str) -> list[list[str]]:
    """Return the header rows in the start of a file; those that are no CSV are missing."""
    numbers = get_file_mapping(spec).header_rows if has_file_mapping(spec) else (1,)
    rows: list[list[str]] = []
    line = first_line(text)
    if SEPARATOR_LINE.fullmatch(line):
        text = text[len(line) :]
    with suppress(csv.Error):
        rows += islice(csv.reader(io.StringIO(text), delimiter=separator), numbers[-1])
    return [rows[number - 1] for number in numbers if number <= len(rows)]


def check_encoding(path: Path, spec: SourceSpec, start: bytes) -> None:
    """Raise `SourceRefused` if the header is in another encoding than declared, naming that one."""
    declared = spec.encoding.lower()
    utf_16 = "utf-16" if start.startswith(UTF_16_MARKS) else find_utf_16(start)
    if declared.startswith("utf-32") or (declared.startswith("utf-16") and utf_16):
        return
    if utf_16:
        raise encoding_error(path, spec, utf_16, start.decode(utf_16, "ignore"))
    has_utf_8_mark = start.startswith(UTF_8_MARK) and not declared.startswith("utf")
    # A character of several bytes may be cut off at the end.
    whole = start if len(start) < EXAMINED_BYTES else start[: start.rfind(b"\n") + 1] or start
    header = decode_strictly(join_header_lines(whole, spec), resolve_codec(spec))
    if declared.startswith("utf-16"):
        header = None
    for encoding in OTHER_ENCODINGS:
        if encoding == declared or CODEC_NAMES.get(declared) == encoding:
            continue
        examined = whole if encoding == "utf-8" else join_header_lines(whole, spec)
        text = decode_strictly(examined, CODEC_NAMES.get(encoding, encoding))
        is_other = header is None or (encoding == "utf-8" and not declared.startswith("utf-8"))
        if text is not None and is_other and (has_utf_8_mark or contains_thai(text)):
            raise encoding_error(path, spec, encoding, text)
    if header is None:
        raise SourceRefused(
            f"{path.name}: หัวตารางถอดรหัสเป็น {spec.encoding} ตามที่ประกาศไม่ได้ "
            f"· its header is not {spec.encoding}, as declared"
        )


def join_header_lines(start: bytes, spec: SourceSpec) -> bytes:
    """Return the lines of a file up to its last header row."""
    last = get_file_mapping(spec).header_rows[-1] if has_file_mapping(spec) else 1
    last += SEPARATOR_LINE_START.match(start) is not None
    return b"".join(start.splitlines(keepends=True)[:last])


def decode_strictly(data: bytes, codec: str) -> str | None:
    """Return bytes as text; null if they are not in that encoding."""
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        return None


def contains_thai(text: str) -> bool:
    """Return whether a text has a Thai letter."""
    return any("ก" <= letter <= "๛" for letter in text)


def encoding_error(path: Path, spec: SourceSpec, encoding: str, text: str) -> SourceRefused:
    """Return the error that names the encoding of a file, with its header in that encoding."""
    rows = list_header_rows(text, spec, get_separator(spec))
    names = escape_for_display(", ".join(cell for row in rows for cell in row if cell.strip()))
    return SourceRefused(
        f"{path.name}: ไม่ใช่ {spec.encoding} ตามที่ประกาศ ถ้าอ่านเป็น {encoding} หัวตารางคือ {names} "
        f'ให้แก้เป็น encoding = "{encoding}" '
        f"· is not {spec.encoding}, as declared; as {encoding} its header is {names}: "
        f'declare encoding = "{encoding}"'
    )


def check_separator(path: Path, spec: SourceSpec, start: bytes) -> None:
    """Raise `SourceRefused` if another separator than the declared one divides the header."""
    text = start.decode(resolve_file_codec(spec, start), "ignore")
    declared = get_separator(spec)
    stated = SEPARATOR_LINE.fullmatch(first_line(text))
    if stated and stated[1] != declared:
        raise separator_error(path, spec, stated[1])
    rows = list_header_rows(text, spec, declared)
    if not rows or any(count_names(row) > 1 for row in rows):
        return
    for separator in SEPARATOR_NAMES:
        if any(count_names(row) > 1 for row in list_header_rows(text, spec, separator)):
            raise separator_error(path, spec, separator)


def separator_error(path: Path, spec: SourceSpec, separator: str) -> SourceRefused:
    """Return the error that names the separator of a file, which is not the declared one."""
    declared = get_separator(spec)
    declaration = separator.replace("\t", r"\t")
    th, en = SEPARATOR_NAMES.get(separator, (f" {separator}", f"“{separator}”"))
    fix_th, fix_en = (
        f'ให้ประกาศ separator = "{declaration}" ใน [mapping]',
        f'declare separator = "{declaration}" in [mapping]',
    )
    if not has_file_mapping(spec) or separator not in SEPARATOR_NAMES:
        fix_th, fix_en = "ให้บันทึกใหม่โดยคั่นด้วยจุลภาค", "save it with commas"
    return SourceRefused(
        f"{path.name}: ดูเหมือนคั่นด้วย{th} ไม่ใช่{SEPARATOR_NAMES[declared][0]} {fix_th} "
        f"· seems to be separated by {en}, not by {SEPARATOR_NAMES[declared][1]}; {fix_en}"
    )


def count_names(cells: list[str]) -> int:
    """Return the number of cells with a text."""
    return sum(1 for cell in cells if cell.strip())

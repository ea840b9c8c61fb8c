"""Pages of records from a file: CSV, JSON or JSON lines in the declared encoding, or a mapped table
(CSV, XLSX).

An undecodable byte is kept as a lone surrogate, with a doubt; U+FFFD, which would lose it, is never
used. The cursor is the number of records read.
"""

import csv
import hashlib
import io
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, Final

from connectors.kit.csv_file import contains_thai, read_csv_rows, resolve_codec
from connectors.kit.file_mapping import get_file_mapping, has_file_mapping
from connectors.kit.tables import TableRow, read_table_rows
from connectors.kit.workbook import open_sheet
from hub.domain.sources.records import Doubt, FetchPages, QuarantineReason, RawPage, RawRecord
from hub.domain.sources.spec import Format, SourceSpec
from hub.domain.thai_text import escape_for_display
from hub.errors import SourceRefused

PAGE_SIZE: Final = 500
"""Records of a page."""


def compute_file_digest(path: Path) -> str:
    """Return the SHA-256 digest of a file; a different one is a different input."""
    file_digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            file_digest.update(part)
    return file_digest.hexdigest()


def create_file_pages(path: Path, spec: SourceSpec, page_size: int = PAGE_SIZE) -> FetchPages:
    """Return the pages of a file; a resumed run skips the records before its cursor."""
    retrieved_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)

    async def _pages(cursor: str | None) -> AsyncIterator[RawPage]:
        position = int(cursor or 0)
        remaining = islice(read_records(path, spec, retrieved_at), position, None)
        page = list(islice(remaining, page_size))
        while True:
            next_page = list(islice(remaining, page_size))
            next_cursor = str(position + len(page)) if next_page else None
            yield RawPage(page, str(position), next_cursor, path.name, retrieved_at)
            if next_cursor is None:
                return
            position, page = position + len(page), next_page

    return _pages


def read_records(path: Path, spec: SourceSpec, retrieved_at: datetime) -> Iterator[RawRecord]:
    """Yield the records of a file in order."""
    if has_file_mapping(spec):
        yield from read_table(path, spec, retrieved_at)
    elif spec.format is Format.CSV:
        yield from read_csv(path, spec, retrieved_at)
    elif spec.format is Format.JSONL or path.suffix in {".ndjson", ".jsonl"}:
        yield from read_json_lines(path, spec, retrieved_at)
    elif spec.format is Format.JSON:
        yield from read_json(path, spec, retrieved_at)
    else:
        raise SourceRefused(
            f"{path.name}: ไม่อ่านไฟล์ {spec.format.value} "
            f"· files in the format {spec.format.value} are not read"
        )


def read_csv(path: Path, spec: SourceSpec, retrieved_at: datetime) -> Iterator[RawRecord]:
    """Yield rows by the names of the first line; rows of another width become a doubted record."""
    rows = read_csv_rows(path, spec)
    header = next(rows, [])
    if len(set(header)) < len(header):
        names = ", ".join(sorted({name for name in header if header.count(name) > 1}))
        raise SourceRefused(
            f"{path.name}: มีคอลัมน์ชื่อซ้ำ {names} · columns have the same name: {names}"
        )
    for cells in rows:
        if len(cells) == len(header):
            yield build_raw_record(dict(zip(header, cells, strict=True)), path, retrieved_at)
        elif cells:
            yield build_malformed_row(cells, len(header), path, retrieved_at)


def read_table(path: Path, spec: SourceSpec, retrieved_at: datetime) -> Iterator[RawRecord]:
    """Yield the records of a mapped table."""
    if spec.format is Format.CSV:
        cells, cells_again = read_csv_rows(path, spec), read_csv_rows(path, spec)
        table = read_table_rows(cells, {}, spec, path.name, cells_again)
        yield from build_raw_records(table, path, retrieved_at)
        return
    with open_sheet(path, get_file_mapping(spec).sheet) as sheet:
        rows = read_table_rows(sheet.rows, sheet.merged, spec, path.name)
        yield from build_raw_records(rows, path, retrieved_at)


def build_raw_records(
    rows: Iterator[TableRow], path: Path, retrieved_at: datetime
) -> Iterator[RawRecord]:
    """Yield rows of a table as raw records."""
    for row in rows:
        if row.malformed_cells is not None:
            yield build_malformed_row(row.malformed_cells, row.width, path, retrieved_at)
        else:
            record = build_raw_record(row.cells, path, retrieved_at)
            yield replace(record, doubts=(*row.doubts, *record.doubts)) if row.doubts else record


def read_json_lines(path: Path, spec: SourceSpec, retrieved_at: datetime) -> Iterator[RawRecord]:
    """Yield the record of each line; an invalid line becomes a record of its bytes."""
    with path.open("rb") as file:
        for line in file:
            if line.strip():
                yield parse_json_line(line, spec, path, retrieved_at)


def read_json(path: Path, spec: SourceSpec, retrieved_at: datetime) -> Iterator[RawRecord]:
    """Yield the records of the list at the declared path."""
    text = path.read_bytes().decode(resolve_codec(spec), "surrogateescape")
    try:
        value = load_json(text)
        for part in filter(None, spec.paging.records.split(".")):
            value = value[part]
    except (ValueError, KeyError, TypeError) as error:
        raise SourceRefused(
            f"{path.name}: อ่านเป็น JSON ตามที่ประกาศไม่ได้ ({error}) · is not JSON as declared ({error})"
        ) from error
    if not isinstance(value, list):
        raise SourceRefused(f"{path.name}: ไม่พบรายการระเบียน · there is no list of records")
    for one in value:
        yield build_raw_record(one, path, retrieved_at)


def parse_json_line(line: bytes, spec: SourceSpec, path: Path, retrieved_at: datetime) -> RawRecord:
    """Return the record of one line."""
    try:
        return build_raw_record(
            load_json(line.decode(resolve_codec(spec), "surrogateescape")), path, retrieved_at
        )
    except ValueError:
        return RawRecord(None, line.rstrip(b"\r\n"), path.name, retrieved_at)


def load_json(text: str) -> Any:
    """Return JSON with exact numbers."""
    return json.loads(text, parse_float=Decimal, parse_constant=Decimal)


def build_raw_record(payload: Any, path: Path, retrieved_at: datetime) -> RawRecord:
    """Return a record, with doubts about undecodable bytes."""
    doubts = tuple(find_undecodable_text(payload, "")) if payload else ()
    return RawRecord(None, payload, path.name, retrieved_at, doubts=doubts)


def find_undecodable_text(value: Any, field: str) -> Iterator[Doubt]:
    """Yield doubts about texts with bytes that are invalid in the declared encoding."""
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
            hint_th, hint_en = describe_as_cp874(value)
            yield Doubt(
                QuarantineReason.UNDECODABLE,
                escape_for_display(field),
                escape_for_display(value),
                f"มีไบต์ที่ถอดรหัสไม่ได้ตามการเข้ารหัสที่ประกาศ{hint_th}",
                f"contains bytes that are invalid in the declared encoding{hint_en}",
            )
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from find_undecodable_text(one, str(key))
    elif isinstance(value, list):
        for one in value:
            yield from find_undecodable_text(one, field)


def describe_as_cp874(text: str) -> tuple[str, str]:
    """Return what a text without a decoded Thai letter is in cp874, in both languages; empty if it
    is nothing.
    """
    try:
        data = b"" if contains_thai(text) else text.encode("utf-8", "surrogateescape")
        thai = escape_for_display(data.decode("cp874"), 60)
    except UnicodeError:
        return "", ""
    if not contains_thai(thai):
        return "", ""
    return f" ถ้าอ่านเป็น cp874 จะได้ {thai}", f"; as cp874 it is {thai}"


def build_malformed_row(
    cells: Sequence[str], width: int, path: Path, retrieved_at: datetime
) -> RawRecord:
    """Return a row with too many or too few cells as one doubted record."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    row_text = line.getvalue()
    doubt = Doubt(
        QuarantineReason.WRONG_TYPE,
        "",
        escape_for_display(row_text),
        f"มี {len(cells)} ช่อง ควรมี {width}",
        f"has {len(cells)} cells instead of {width}",
    )
    payload = row_text.encode("utf-8", "surrogateescape")
    return RawRecord(None, payload, path.name, retrieved_at, doubts=(doubt,))

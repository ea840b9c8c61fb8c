"""Pages of records from a file: CSV, JSON or JSON lines in the encoding the source declares, or a
table (CSV, XLSX) as an operator's mapping describes it.

A byte that does not decode is kept as it came (as a lone surrogate that stands for it) and doubted;
U+FFFD, which would forget it, is never made. The cursor is the number of records read.
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

from connectors.kit.file_mapping import is_mapped, mapping_in
from connectors.kit.tables import TableRow, rows_of
from connectors.kit.workbook import OLE, opened
from hub.domain.sources.records import Doubt, FetchPages, QuarantineReason, RawPage, RawRecord
from hub.domain.sources.spec import Format, SourceSpec
from hub.domain.thai_text import escape_for_display
from hub.errors import SourceRefused

STEP: Final = 500
"""Records of a page."""
WIDEST: Final = 1_000_000
"""Characters of a cell, at most."""
ENCODINGS: Final = {"utf-8": "utf-8-sig", "tis-620": "cp874"}
"""What is read instead: UTF-8 comes with and without BOM, and TIS-620 files are cp874."""
BINARY: Final = (b"PK\x03\x04", OLE)
"""How a workbook begins."""


def snapshot(path: Path) -> str:
    """The digest of a file: another one is another input."""
    whole = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            whole.update(part)
    return whole.hexdigest()


def pages_of(path: Path, spec: SourceSpec, step: int = STEP) -> FetchPages:
    """Pages of a file; a run that was broken off skips what it has read."""
    retrieved = datetime.fromtimestamp(path.stat().st_mtime, UTC)

    async def pages(cursor: str | None) -> AsyncIterator[RawPage]:
        at = int(cursor or 0)
        found = islice(records(path, spec, retrieved), at, None)
        page = list(islice(found, step))
        while True:
            after = list(islice(found, step))
            following = str(at + len(page)) if after else None
            yield RawPage(page, str(at), following, path.name, retrieved)
            if following is None:
                return
            at, page = at + len(page), after

    return pages


def records(path: Path, spec: SourceSpec, retrieved: datetime) -> Iterator[RawRecord]:
    """The records of a file in their order."""
    if is_mapped(spec):
        yield from of_table(path, spec, retrieved)
    elif spec.format is Format.CSV:
        yield from of_csv(path, spec, retrieved)
    elif spec.format is Format.JSONL or path.suffix in {".ndjson", ".jsonl"}:
        yield from of_lines(path, spec, retrieved)
    elif spec.format is Format.JSON:
        yield from of_json(path, spec, retrieved)
    else:
        raise SourceRefused(
            f"{path.name}: ไม่อ่านไฟล์ {spec.format.value} "
            f"· files of the form {spec.format.value} are not read"
        )


def encoding(spec: SourceSpec) -> str:
    """The codec for the declared encoding."""
    return ENCODINGS.get(spec.encoding.lower(), spec.encoding)


def of_csv(path: Path, spec: SourceSpec, retrieved: datetime) -> Iterator[RawRecord]:
    """Rows by the names of the first line; a row of another width is kept whole and doubted."""
    rows = csv_rows(path, spec)
    header = next(rows, [])
    if len(set(header)) < len(header):
        names = ", ".join(sorted({name for name in header if header.count(name) > 1}))
        raise SourceRefused(
            f"{path.name}: มีคอลัมน์ชื่อซ้ำ {names} · columns have the same name: {names}"
        )
    for cells in rows:
        if len(cells) == len(header):
            yield made(dict(zip(header, cells, strict=True)), path, retrieved)
        elif cells:
            yield odd(cells, len(header), path, retrieved)


def of_table(path: Path, spec: SourceSpec, retrieved: datetime) -> Iterator[RawRecord]:
    """The records of a table that a mapping describes."""
    if spec.format is Format.CSV:
        yield from records_of(rows_of(csv_rows(path, spec), {}, spec, path.name), path, retrieved)
        return
    with opened(path, mapping_in(spec).sheet) as sheet:
        found = rows_of(sheet.rows, sheet.merged, spec, path.name)
        yield from records_of(found, path, retrieved)


def records_of(rows: Iterator[TableRow], path: Path, retrieved: datetime) -> Iterator[RawRecord]:
    """Rows of a table as raw records."""
    for row in rows:
        if row.odd is not None:
            yield odd(row.odd, row.width, path, retrieved)
        else:
            plain = made(row.cells, path, retrieved)
            yield replace(plain, doubts=(*row.doubts, *plain.doubts)) if row.doubts else plain


def csv_rows(path: Path, spec: SourceSpec) -> Iterator[list[str]]:
    """The rows of a CSV file, the header among them; `SourceRefused` where it is none."""
    csv.field_size_limit(WIDEST)
    with path.open("rb") as begins:
        if begins.read(4) in BINARY:
            raise SourceRefused(
                f'{path.name}: เป็นสมุดงาน ไม่ใช่ CSV บันทึกเป็น CSV หรือใช้ format = "XLSX" ในไฟล์จับคู่ '
                '· is a workbook and no CSV; save it as CSV, or declare format = "XLSX"'
            )
    with path.open(encoding=encoding(spec), errors="surrogateescape", newline="") as file:
        reader = csv.reader(file, strict=True)
        try:
            yield from reader
        except csv.Error as error:
            raise SourceRefused(
                f"{path.name} แถวที่ {reader.line_num}: อ่านเป็น CSV ไม่ได้ ({error}) "
                f"· line {reader.line_num} is no CSV ({error})"
            ) from error


def of_lines(path: Path, spec: SourceSpec, retrieved: datetime) -> Iterator[RawRecord]:
    """One JSON object a line; a line that is none is kept as its bytes."""
    with path.open("rb") as file:
        for line in file:
            if line.strip():
                yield from_json(line, spec, path, retrieved)


def of_json(path: Path, spec: SourceSpec, retrieved: datetime) -> Iterator[RawRecord]:
    """The list an answer holds, at the path the paging declares."""
    text = path.read_bytes().decode(encoding(spec), "surrogateescape")
    try:
        found = loaded(text)
        for part in filter(None, spec.paging.records.split(".")):
            found = found[part]
    except (ValueError, KeyError, TypeError) as error:
        raise SourceRefused(
            f"{path.name}: อ่านเป็น JSON ตามที่ประกาศไม่ได้ ({error}) · is not JSON as declared ({error})"
        ) from error
    if not isinstance(found, list):
        raise SourceRefused(f"{path.name}: ไม่พบรายการระเบียน · there is no list of records")
    for one in found:
        yield made(one, path, retrieved)


def from_json(line: bytes, spec: SourceSpec, path: Path, retrieved: datetime) -> RawRecord:
    """The record of one line."""
    try:
        return made(loaded(line.decode(encoding(spec), "surrogateescape")), path, retrieved)
    except ValueError:
        return RawRecord(None, line.rstrip(b"\r\n"), path.name, retrieved)


def loaded(text: str) -> Any:
    """JSON with its numbers as they are written."""
    return json.loads(text, parse_float=Decimal, parse_constant=Decimal)


def made(payload: Any, path: Path, retrieved: datetime) -> RawRecord:
    """A record, with a doubt where some of its bytes did not decode."""
    doubts = tuple(undecoded(payload, "")) if payload else ()
    return RawRecord(None, payload, path.name, retrieved, doubts=doubts)


def undecoded(found: Any, field: str) -> Iterator[Doubt]:
    """Texts that hold bytes which are no characters of the declared encoding."""
    if isinstance(found, str):
        if not found.isascii() and any("\ud800" <= letter <= "\udfff" for letter in found):
            yield Doubt(
                QuarantineReason.UNDECODABLE,
                escape_for_display(field),
                escape_for_display(found),
                "มีไบต์ที่ถอดรหัสไม่ได้ตามการเข้ารหัสที่ประกาศ",
                "holds bytes that are no characters of the declared encoding",
            )
    elif isinstance(found, Mapping):
        for key, one in found.items():
            yield from undecoded(one, str(key))
    elif isinstance(found, list):
        for one in found:
            yield from undecoded(one, field)


def odd(cells: Sequence[str], width: int, path: Path, retrieved: datetime) -> RawRecord:
    """A row with too many or too few cells, kept whole."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    whole = line.getvalue()
    doubt = Doubt(
        QuarantineReason.WRONG_TYPE,
        "",
        escape_for_display(whole),
        f"มี {len(cells)} ช่อง ควรมี {width}",
        f"has {len(cells)} cells where there should be {width}",
    )
    kept = whole.encode("utf-8", "surrogateescape")
    return RawRecord(None, kept, path.name, retrieved, doubts=(doubt,))

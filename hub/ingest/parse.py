"""From a raw record to a checked entry: columns as declared, texts that can be kept, a key.

A column the connector does not know stops the run: what is not read is lost without a word.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from hub.domain.sources.records import (
    Doubt,
    Entry,
    RawRecord,
    Reason,
    SourceReader,
)
from hub.domain.sources.spec import SourceSpec
from hub.domain.thai_text import shown, unsafe
from hub.errors import SourceRefused

LONGEST: Final = 2_000
"""Characters of a name or key, at most."""


def entry_of(raw: RawRecord, spec: SourceSpec, read: SourceReader) -> Entry:
    """What a raw record says, with every doubt about it; `SourceRefused` names a wrong column."""
    if isinstance(raw.payload, bytes):
        return Entry(raw.key, doubts=raw.doubts or (unreadable(raw.payload),))
    if not isinstance(raw.payload, Mapping):
        return Entry(raw.key, doubts=(*raw.doubts, not_an_object(raw.payload)))
    check_columns(raw.payload, spec, whole=not raw.deleted)
    entry = Entry(raw.key) if raw.deleted and raw.key else read(raw, spec)
    found = [*raw.doubts, *entry.doubts, *text_doubts(entry)]
    if not entry.key and not found:
        found.append(
            Doubt(Reason.MISSING_KEY, "key", "", "ไม่มีรหัสของระเบียน", "the record has no key")
        )
    if entry.lines and entry.project is None and not found:
        why = ("มีจำนวนเงินแต่ไม่มีโครงการ", "amounts without a project to stand in")
        found.append(Doubt(Reason.MISSING_VALUE, "project", "", *why))
    if any(join.source == spec.id for join in entry.joins):
        raise SourceRefused(
            f"{spec.id}: read.py รวมเข้าโครงการของแหล่งตัวเอง ใช้ key ของโครงการเดียวกันแทน "
            "· read.py joins a project of its own source; give the lines that project's key instead"
        )
    usable = bool(entry.key) and len(entry.key or "") <= LONGEST and not unsafe(entry.key or "")
    if usable and not found and shown(entry.scope) == entry.scope and entry.block is None:
        return entry
    return replace(
        entry,
        key=entry.key if usable else None,
        scope=shown(entry.scope),
        block=None if entry.block is None else shown(entry.block),
        doubts=tuple(found),
    )


def check_columns(payload: Mapping[str, Any], spec: SourceSpec, *, whole: bool = True) -> None:
    """`SourceRefused` where a column is unknown or, in a `whole` record, a required one missing."""
    columns = spec.columns
    if payload.keys() == columns.flat_required:
        unknown: set[str] = set()
        missing: frozenset[str] | set[str] = set()
    else:
        unknown = payload.keys() - columns.flat
        missing = columns.flat_required - payload.keys()
    for name, inside in columns.nested.items():
        for part in parts(payload.get(name)):
            unknown |= {f"{name}.{key}" for key in part.keys() - inside}
    if unknown:
        names = ", ".join(sorted(shown(name) for name in unknown))
        raise SourceRefused(
            f"{spec.id}: ไม่รู้จักคอลัมน์ {names} ให้อ่านใน read.py หรือประกาศไว้ใน {spec.file} "
            f"· unknown column {names}; read it in read.py or declare it in {spec.file}"
        )
    if missing and whole:
        names = ", ".join(sorted(missing))
        raise SourceRefused(
            f"{spec.id}: ไม่มีคอลัมน์ {names} ที่ต้องมี · the required column {names} is missing"
        )


def parts(found: Any) -> Iterator[Mapping[str, Any]]:
    """The objects of a nested list."""
    if isinstance(found, list):
        yield from (one for one in found if type(one) is dict or isinstance(one, Mapping))


def text_doubts(entry: Entry) -> Iterator[Doubt]:
    """Texts of an entry that cannot be kept as they are."""
    texts: list[tuple[str, str]] = [("key", entry.key or ""), ("scope", entry.scope)]
    if entry.project:
        texts += [
            ("project", entry.project.key),
            ("name", entry.project.name_th),
            ("name_en", entry.project.name_en or ""),
            ("code", entry.project.code or ""),
        ]
        if not entry.project.name_th:
            yield Doubt(Reason.MISSING_VALUE, "name", "", "ไม่มีชื่อโครงการ", "the project has no name")
    for field, text in texts:
        if code := unsafe(text):
            yield Doubt(
                Reason.UNSAFE_TEXT,
                field,
                shown(text),
                f"มีอักขระ {code} ที่เก็บไม่ได้",
                f"holds {code}, which no text may",
            )
        elif field != "project" and len(text) > LONGEST:
            yield Doubt(
                Reason.TOO_LARGE,
                field,
                shown(text),
                f"ยาว {len(text):,} ตัวอักษร เกิน {LONGEST:,}",
                f"is {len(text):,} characters long, over {LONGEST:,}",
            )


def unreadable(payload: bytes) -> Doubt:
    """The doubt about bytes that are no record."""
    return Doubt(
        Reason.UNDECODABLE,
        "",
        shown(payload[:80].decode("ascii", "backslashreplace")),
        "อ่านเป็นข้อมูลไม่ได้",
        "these bytes are no record",
    )


def not_an_object(payload: Any) -> Doubt:
    """The doubt about a value where a record should be."""
    return Doubt(
        Reason.WRONG_TYPE,
        "",
        shown(payload),
        "ไม่ใช่ระเบียนข้อมูล",
        "this is no record but a bare value",
    )

"""Parse a raw record into a validated entry: declared columns, texts that can be stored, a key.

An undeclared column stops the run; otherwise its data would be lost unnoticed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from hub.domain.sources.records import (
    Doubt,
    QuarantineReason,
    RawRecord,
    SourceEntry,
    SourceReader,
)
from hub.domain.sources.spec import SourceSpec
from hub.domain.thai_text import escape_for_display, find_unsafe_character
from hub.errors import SourceRefused

MAX_NAME_LENGTH: Final = 2_000
"""Maximum number of characters of a name or key."""


def parse_entry(raw: RawRecord, spec: SourceSpec, read: SourceReader) -> SourceEntry:
    """Return the entry of a raw record with all doubts about it; `SourceRefused` names a wrong
    column.
    """
    if isinstance(raw.payload, bytes):
        return SourceEntry(raw.key, doubts=raw.doubts or (undecodable_doubt(raw.payload),))
    if not isinstance(raw.payload, Mapping):
        return SourceEntry(raw.key, doubts=(*raw.doubts, not_an_object_doubt(raw.payload)))
    payload = spec.columns.rename(raw.payload)
    if payload is not raw.payload:
        raw = replace(raw, payload=payload)
    check_columns(payload, spec, is_full_record=not raw.deleted)
    entry = SourceEntry(raw.key) if raw.deleted and raw.key else read(raw, spec)
    if entry.strategies:
        entry = drop_unsafe_strategies(entry)
    doubts = [*raw.doubts, *entry.doubts, *find_text_doubts(entry)]
    if not entry.key and not doubts:
        doubts.append(
            Doubt(
                QuarantineReason.MISSING_KEY, "key", "", "ไม่มีรหัสของระเบียน", "the record has no key"
            )
        )
    if entry.lines and entry.project is None and not doubts:
        messages = ("มีจำนวนเงินแต่ไม่มีโครงการ", "amounts without a project to stand in")
        doubts.append(Doubt(QuarantineReason.MISSING_VALUE, "project", "", *messages))
    if any(join.source == spec.id for join in entry.joins):
        raise SourceRefused(
            f"{spec.id}: read.py รวมเข้าโครงการของแหล่งตัวเอง ใช้ key ของโครงการเดียวกันแทน "
            "· read.py joins a project of its own source; use the key of that project"
        )
    has_usable_key = (
        bool(entry.key)
        and len(entry.key or "") <= MAX_NAME_LENGTH
        and not find_unsafe_character(entry.key or "")
    )
    if (
        has_usable_key
        and not doubts
        and escape_for_display(entry.scope) == entry.scope
        and entry.block is None
    ):
        return entry
    return replace(
        entry,
        key=entry.key if has_usable_key else None,
        scope=escape_for_display(entry.scope),
        block=None if entry.block is None else escape_for_display(entry.block),
        doubts=tuple(doubts),
    )


def check_columns(
    payload: Mapping[str, Any], spec: SourceSpec, *, is_full_record: bool = True
) -> None:
    """Raise `SourceRefused` for an undeclared column or, in a complete record, a missing one."""
    columns = spec.columns
    if payload.keys() == columns.required_top_level:
        unknown: set[str] = set()
        missing: frozenset[str] | set[str] = set()
    else:
        unknown = payload.keys() - columns.top_level
        missing = columns.required_top_level - payload.keys()
    for name, nested_columns in columns.nested.items():
        for part in iterate_nested_objects(payload.get(name)):
            unknown |= {f"{name}.{key}" for key in part.keys() - nested_columns}
    if unknown:
        names = ", ".join(sorted(escape_for_display(name) for name in unknown))
        raise SourceRefused(
            f"{spec.id}: ไม่รู้จักคอลัมน์ {names} ให้อ่านใน read.py หรือประกาศไว้ใน {spec.file} "
            f"· unknown column {names}; read it in read.py or declare it in {spec.file}"
        )
    if missing and is_full_record:
        names = ", ".join(sorted(missing))
        raise SourceRefused(
            f"{spec.id}: ไม่มีคอลัมน์ {names} ที่ต้องมี · the required column {names} is missing"
        )


def iterate_nested_objects(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the objects of a nested list."""
    if isinstance(value, list):
        yield from (one for one in value if type(one) is dict or isinstance(one, Mapping))


def find_text_doubts(entry: SourceEntry) -> Iterator[Doubt]:
    """Yield doubts about texts of an entry that cannot be stored unchanged."""
    texts: list[tuple[str, str]] = [("key", entry.key or ""), ("scope", entry.scope)]
    if entry.project:
        texts += [
            ("project", entry.project.key),
            ("name", entry.project.name_th),
            ("name_en", entry.project.name_en or ""),
            ("code", entry.project.code or ""),
        ]
        if not entry.project.name_th:
            yield Doubt(
                QuarantineReason.MISSING_VALUE,
                "name",
                "",
                "ไม่มีชื่อโครงการ",
                "the project has no name",
            )
    for field, text in texts:
        if code := find_unsafe_character(text):
            yield Doubt(
                QuarantineReason.UNSAFE_TEXT,
                field,
                escape_for_display(text),
                f"มีอักขระ {code} ที่เก็บไม่ได้",
                f"contains {code}, which is not allowed in a text",
            )
        elif field != "project" and len(text) > MAX_NAME_LENGTH:
            yield Doubt(
                QuarantineReason.TOO_LARGE,
                field,
                escape_for_display(text),
                f"ยาว {len(text):,} ตัวอักษร เกิน {MAX_NAME_LENGTH:,}",
                f"is {len(text):,} characters long, over {MAX_NAME_LENGTH:,}",
            )


def drop_unsafe_strategies(entry: SourceEntry) -> SourceEntry:
    """Return an entry without strategies that cannot be stored word for word, with doubts."""
    doubts: list[Doubt] = []
    for one in entry.strategies:
        if code := find_unsafe_character(one.text):
            reason, messages = QuarantineReason.UNSAFE_TEXT, (
                f"มีอักขระ {code} ที่เก็บไม่ได้", f"contains {code}, which is not allowed in a text",
            )  # fmt: skip
        elif (length := len(one.text)) > MAX_NAME_LENGTH:
            reason, messages = QuarantineReason.TOO_LARGE, (
                f"ยาว {length:,} ตัวอักษร เกิน {MAX_NAME_LENGTH:,}",
                f"is {length:,} characters long, over {MAX_NAME_LENGTH:,}",
            )  # fmt: skip
        else:
            continue
        doubts.append(Doubt(reason, one.field, escape_for_display(one.text), *messages))
    if not doubts:
        return entry
    fields = {doubt.field for doubt in doubts}
    return replace(
        entry,
        strategies=tuple(one for one in entry.strategies if one.field not in fields),
        linkage_doubts=(*entry.linkage_doubts, *doubts),
    )


def undecodable_doubt(payload: bytes) -> Doubt:
    """Return the doubt about bytes that are not a record."""
    return Doubt(
        QuarantineReason.UNDECODABLE,
        "",
        escape_for_display(payload[:80].decode("ascii", "backslashreplace")),
        "อ่านเป็นข้อมูลไม่ได้",
        "these bytes are no record",
    )


def not_an_object_doubt(payload: Any) -> Doubt:
    """Return the doubt about a value that is not an object."""
    return Doubt(
        QuarantineReason.WRONG_TYPE,
        "",
        escape_for_display(payload),
        "ไม่ใช่ระเบียนข้อมูล",
        "this is no record but a bare value",
    )

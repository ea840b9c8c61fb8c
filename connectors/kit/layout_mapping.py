"""The layout of a file in a mapping: headings, totals, notes, formats of codes, separator."""

from collections.abc import Iterator
from typing import Final

from hub.domain.sources.columns import normalize_column_name
from hub.domain.sources.declaration import DeclarationTable
from hub.domain.sources.file_mapping import CodeFormat, HeadingRows, TotalRows
from hub.domain.sources.spec import Format
from hub.domain.thai_text import normalize_text, to_arabic_digits

TOTAL_KEYS: Final = {"column", "word", "under", "of"}
CODE_KEYS: Final = {"field", "length", "is_number", "ends_in_zeros"}
SEPARATORS: Final = (",", ";", "\t", "|")
"""Characters that separate the cells of a CSV file."""


def list_texts(part: DeclarationTable, key: str) -> tuple[str, ...]:
    """Return a list of texts in order; empty if it is missing."""
    part.text_set(key)
    return tuple(part.values.get(key, ()))


def parse_headings(mapping_table: DeclarationTable) -> Iterator[HeadingRows]:
    """Yield the declarations of heading rows as declared; the widest must be declared first."""
    for part in mapping_table.subtables("headings", {"column", "begins"}):
        yield HeadingRows(
            normalize_column_name(part.required_text("column")),
            normalize_text(part.required_text("begins")),
        )


def parse_totals(
    mapping_table: DeclarationTable, headings: tuple[HeadingRows, ...]
) -> Iterator[TotalRows]:
    """Yield the declarations of total rows."""
    heading_indexes = {heading.column: index for index, heading in enumerate(headings)}
    for part in mapping_table.subtables("totals", TOTAL_KEYS):
        under, of = part.optional_text("under"), part.optional_text("of")
        if under is not None and normalize_column_name(under) not in heading_indexes:
            raise part.invalid("under", "ไม่ใช่คอลัมน์ใน headings", "is not a column of headings")
        if under is not None and of is not None:
            raise part.invalid("of", "ใช้กับ under ไม่ได้", "cannot be used with under")
        yield TotalRows(
            normalize_column_name(part.required_text("column")),
            to_arabic_digits(normalize_text(part.required_text("word"))),
            None if under is None else heading_indexes[normalize_column_name(under)],
            None if of is None else normalize_column_name(of),
        )


def parse_notes(mapping_table: DeclarationTable) -> tuple[str, ...]:
    """Return the prefixes that note rows begin with; `Invalid` if one is empty."""
    prefixes = tuple(map(normalize_text, list_texts(mapping_table, "notes")))
    if not all(prefixes):
        raise mapping_table.invalid("notes", "มีคำว่าง", "contains an empty word")
    return prefixes


def parse_codes(mapping_table: DeclarationTable, field_names: set[str]) -> dict[str, CodeFormat]:
    """Return the declared formats of codes by field."""
    formats: dict[str, CodeFormat] = {}
    for part in mapping_table.subtables("codes", CODE_KEYS):
        field = part.required_text("field")
        if field not in field_names or not field.endswith("code") or field in formats:
            names = ", ".join(sorted(name for name in field_names if name.endswith("code")))
            raise part.invalid(
                "field", f"ต้องเป็นหนึ่งใน {names} และไม่ซ้ำ", f"must be one of {names}, each once"
            )
        has_length = "length" in part.values
        code_format = CodeFormat(
            part.positive_integer("length", 1) if has_length else None,
            part.boolean("is_number"),
            part.boolean("ends_in_zeros"),
        )
        if has_length and code_format.is_number:
            raise part.invalid("is_number", "ใช้กับ length ไม่ได้", "cannot be used with length")
        formats[field] = code_format
    return formats


def parse_separator(mapping_table: DeclarationTable, file_format: Format) -> str:
    """Return the character between the cells of a CSV file; a comma if none is declared."""
    separator = mapping_table.values.get("separator", ",")
    if "separator" in mapping_table.values and file_format is not Format.CSV:
        raise mapping_table.invalid("separator", "ใช้กับ CSV เท่านั้น", "is only for CSV")
    if separator not in SEPARATORS:
        raise mapping_table.invalid(
            "separator", r"ต้องเป็น , ; | หรือ \t", r"must be a comma, a semicolon, | or \t"
        )
    return str(separator)

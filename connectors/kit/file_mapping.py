"""A mapping of a file: `[mapping]` of an operator's declaration, for tables with a layout of their
own.

`[mapped]` of the connector lists the fields; the mapping names their columns in a file.
"""

from collections.abc import Iterator
from typing import Any, Final

from connectors.kit.declared_linkages import parse_linkage_columns
from connectors.kit.layout_mapping import (
    list_texts,
    parse_codes,
    parse_headings,
    parse_notes,
    parse_separator,
    parse_totals,
)
from connectors.kit.stated_unit import describe_unit, find_unit_of_column
from hub.domain.budget import BudgetPhase, FundingSource
from hub.domain.record import record
from hub.domain.sources.columns import normalize_column_name
from hub.domain.sources.declaration import DeclarationTable
from hub.domain.sources.file_mapping import AmountColumn, FileMapping
from hub.domain.sources.spec import WORKBOOK_FORMATS, Era, Format, MoneyUnit, SourceSpec
from hub.domain.thai_text import normalize_text
from hub.domain.time import BUDDHIST_OFFSET, FIRST_BE, LAST_BE, FiscalYear

MAPPING_KEYS: Final = {
    "sheet", "header_rows", "key", "fill_down", "ignored", "fields", "constants", "amounts",
    "headings", "totals", "notes", "codes", "separator", "linkages",
}  # fmt: skip
MAPPED_KEYS: Final = {"required", "optional", "phases", "funding", "key"}
AMOUNT_KEYS: Final = {"column", "phase", "funding", "year", "years", "unit"}
YEAR_PLACEHOLDER: Final = "{year}"
LAST_HEADER_ROW: Final = 100
"""The last row that can be a header."""


@record
class MappableFields:
    """The fields of a mapped source, the phases of its amounts, its funding and its key.

    A required field may have alternatives (`fiscal_year|posted_on`).
    """

    required: tuple[str, ...]
    optional: tuple[str, ...]
    phases: tuple[BudgetPhase, ...]
    funding: FundingSource
    key: tuple[str, ...]

    @property
    def names(self) -> set[str]:
        """Return the names of all fields."""
        return {name for one in self.required for name in one.split("|")} | set(self.optional)


def has_file_mapping(spec: SourceSpec) -> bool:
    """Return whether a source's files are read by a mapping."""
    return isinstance(spec.options.get("mapping"), FileMapping)


def get_file_mapping(spec: SourceSpec) -> FileMapping:
    """Return the mapping of a source; `TypeError` if it has none."""
    mapping = spec.options["mapping"]
    if not isinstance(mapping, FileMapping):
        raise TypeError(spec.id)
    return mapping


def parse_fields(declaration: DeclarationTable) -> MappableFields | None:
    """Return the fields of `[mapped]`; null if the source has no file mapping."""
    if "mapped" not in declaration.values:
        return None
    part = declaration.subtable("mapped", MAPPED_KEYS)
    phases = {phase.value: phase for phase in BudgetPhase}
    if unknown := [name for name in list_texts(part, "phases") if name not in phases]:
        raise part.invalid("phases", f"ไม่รู้จัก {unknown[0]}", f"{unknown[0]} is unknown")
    return MappableFields(
        list_texts(part, "required"),
        list_texts(part, "optional"),
        tuple(phases[name] for name in list_texts(part, "phases")),
        part.enum_member("funding", FundingSource),
        list_texts(part, "key"),
    )


def parse_encoding(declaration: DeclarationTable) -> str:
    """Return the declared encoding of a CSV file; workbooks are UTF-8 by their standard."""
    if parse_format(declaration) is not Format.CSV:
        if declaration.optional_text("encoding") is not None:
            raise declaration.invalid("encoding", "เวิร์กบุ๊กไม่ต้องระบุ", "is not allowed for a workbook")
        return "utf-8"
    encoding = declaration.required_text("encoding")
    try:
        "ก".encode(encoding)
    except (LookupError, UnicodeEncodeError) as error:
        raise declaration.invalid(
            "encoding",
            f"ไม่รู้จัก {encoding} หรือเขียนไทยไม่ได้ ใช้ utf-8 หรือ cp874",
            f"{encoding} is unknown or cannot encode Thai; use utf-8 or cp874",
        ) from error
    return encoding


def parse_format(declaration: DeclarationTable) -> Format:
    """Return the format; `Invalid` if it is neither CSV nor a workbook."""
    file_format = declaration.enum_member("format", Format)
    if file_format is not Format.CSV and file_format not in WORKBOOK_FORMATS:
        names = ", ".join(one.value for one in (Format.CSV, *WORKBOOK_FORMATS))
        raise declaration.invalid("format", f"ต้องเป็นหนึ่งใน {names}", f"must be one of {names}")
    return file_format


def parse_file_mapping(declaration: DeclarationTable, fields: MappableFields) -> FileMapping:
    """Return the mapping of a declaration; `Invalid` names the wrong key."""
    mapping_table = declaration.subtable("mapping", MAPPING_KEYS)
    if parse_format(declaration) is Format.CSV and mapping_table.optional_text("sheet") is not None:
        raise mapping_table.invalid("sheet", "ไฟล์ CSV ไม่มีแผ่นงาน", "a CSV file has no sheets")
    columns = parse_texts(mapping_table.subtable("fields", fields.names), normalize_column_name)
    constants = parse_texts(mapping_table.subtable("constants", fields.names), normalize_text)
    for one in fields.required:
        if not any(field in columns or field in constants for field in one.split("|")):
            path = f"fields.{one}"
            raise mapping_table.invalid(
                path, "ต้องมี หรือให้ค่าใน constants", "is missing; set it here or in constants"
            )
    if duplicates := sorted(columns.keys() & constants.keys()):
        raise mapping_table.invalid(
            f"constants.{duplicates[0]}", "มีใน fields แล้ว", "is in fields already"
        )
    headings = tuple(parse_headings(mapping_table))
    mapping = FileMapping(
        sheet=mapping_table.optional_text("sheet"),
        header_rows=parse_header_rows(mapping_table),
        fields=columns,
        constants=constants,
        amounts=tuple(
            parse_amount_columns(
                mapping_table,
                fields,
                declaration.enum_member("era", Era),
                declaration.enum_member("money_unit", MoneyUnit),
            )
        ),
        key=tuple(parse_key(mapping_table, fields, {*columns, *constants})),
        fill_down=tuple(
            columns.get(one, normalize_column_name(one))
            for one in list_texts(mapping_table, "fill_down")
        ),
        headings=headings,
        totals=tuple(parse_totals(mapping_table, headings)),
        notes=parse_notes(mapping_table),
        codes=parse_codes(mapping_table, fields.names),
        separator=parse_separator(mapping_table, parse_format(declaration)),
        ignored=frozenset(map(normalize_column_name, list_texts(mapping_table, "ignored"))),
        linkages=tuple(parse_linkage_columns(mapping_table, normalize_column_name)),
    )
    check_mapping(mapping_table, mapping)
    return mapping


def parse_key(
    mapping_table: DeclarationTable, fields: MappableFields, available: set[str]
) -> Iterator[str]:
    """Yield the fields and columns of the key; the connector's own key if none are declared."""
    for name in list_texts(mapping_table, "key") or fields.key:
        if name not in fields.names:
            yield normalize_column_name(name)
        elif name in available:
            yield name


def check_mapping(mapping_table: DeclarationTable, mapping: FileMapping) -> None:
    """Raise `Invalid` if parts of a mapping contradict each other."""
    amount_columns = [one.column for one in mapping.amounts]
    if duplicates := sorted({name for name in amount_columns if amount_columns.count(name) > 1}):
        raise mapping_table.invalid(
            "amounts", f"{duplicates[0]} ซ้ำ", f"{duplicates[0]} is repeated"
        )
    if not amount_columns:
        raise mapping_table.invalid("amounts", "ต้องมีอย่างน้อยหนึ่งคอลัมน์", "names at least one column")
    if conflicts := sorted(mapping.read_columns & mapping.ignored):
        raise mapping_table.invalid(
            "ignored", f"{conflicts[0]} ถูกอ่านอยู่แล้ว", f"{conflicts[0]} is read"
        )
    for name in sorted(set(mapping.fill_down) - mapping.read_columns):
        messages = (f"ไม่ได้อ่านคอลัมน์ {name}", f"the column {name} is not read")
        raise mapping_table.invalid("fill_down", *messages)
    yearless = next((n for n, one in enumerate(mapping.amounts) if one.year is None), None)
    available = mapping.fields.keys() | mapping.constants.keys()
    if yearless is not None and not available & {"fiscal_year", "posted_on"}:
        raise mapping_table.invalid(
            f"amounts[{yearless}].year",
            "ต้องมีปี หรือให้คอลัมน์ใน fields.fiscal_year",
            "is missing; set it, or a column for fields.fiscal_year",
        )


def parse_texts(part: DeclarationTable, normalize: Any) -> dict[str, str]:
    """Return every key of a table with its text."""
    return {key: normalize(part.required_text(key)) for key in part.values}


def parse_header_rows(mapping_table: DeclarationTable) -> tuple[int, ...]:
    """Return the numbers of the header rows, in order."""
    value = mapping_table.values.get("header_rows")
    rows = value if isinstance(value, list) and all(type(row) is int for row in value) else []
    if not rows or sorted(set(rows)) != rows or not 1 <= rows[0] <= rows[-1] <= LAST_HEADER_ROW:
        raise mapping_table.invalid(
            "header_rows",
            f"ต้องเป็นเลขแถวเรียงจากน้อยไปมาก 1–{LAST_HEADER_ROW} เช่น [4, 5]",
            f"must be row numbers from 1 to {LAST_HEADER_ROW} in order, as [4, 5]",
        )
    return tuple(rows)


def parse_amount_columns(
    mapping_table: DeclarationTable, fields: MappableFields, era: Era, money_unit: MoneyUnit
) -> Iterator[AmountColumn]:
    """Yield the columns of amounts; `{year}` in a name is replaced by each of its years.

    A unit that the name of a column states must be the declared one.
    """
    for part in mapping_table.subtables("amounts", AMOUNT_KEYS):
        column = normalize_column_name(part.required_text("column"))
        only_phase = fields.phases[0] if len(fields.phases) == 1 else None
        phase = part.enum_member("phase", BudgetPhase, only_phase)
        if phase not in fields.phases:
            names = ", ".join(one.value for one in fields.phases)
            raise part.invalid("phase", f"แหล่งนี้มีเพียง {names}", f"this source has {names} only")
        funding = part.enum_member("funding", FundingSource, fields.funding)
        unit = part.enum_member("unit", MoneyUnit) if "unit" in part.values else None
        if (unit_name := find_unit_of_column(column)) and (
            problem := describe_unit(unit_name, unit or money_unit)
        ):
            raise part.invalid("unit", f"คอลัมน์ {column} {problem[0]}", f"{column} {problem[1]}")
        if YEAR_PLACEHOLDER in column:
            if (year_bounds := next(part.integer_range("years"), None)) is None:
                raise part.invalid("years", "ต้องมี เช่น [2566, 2570]", "is missing, as [2566, 2570]")
            if year_bounds[1] - year_bounds[0] >= 30:
                raise part.invalid("years", "ไม่เกิน 30 ปี", "must be at most 30 years")
            for number in range(year_bounds[0], year_bounds[1] + 1):
                year = parse_year(part, "years", number, era)
                yield AmountColumn(
                    column.replace(YEAR_PLACEHOLDER, str(number)), phase, funding, year, unit
                )
            continue
        if "years" in part.values:
            raise part.invalid(
                "years",
                f"ใช้กับชื่อที่มี {YEAR_PLACEHOLDER} เท่านั้น",
                f"is only for a name with {YEAR_PLACEHOLDER}",
            )
        raw_year = part.values.get("year")
        yield AmountColumn(
            column,
            phase,
            funding,
            None if raw_year is None else parse_year(part, "year", raw_year, era),
            unit,
        )


def parse_year(part: DeclarationTable, key: str, raw_year: Any, era: Era) -> FiscalYear:
    """Return a fiscal year written in the declared era."""
    number = raw_year if type(raw_year) is int else 0
    be = number if era is Era.BE else number + BUDDHIST_OFFSET
    if not FIRST_BE <= be <= LAST_BE:
        raise part.invalid(
            key, f"ไม่ใช่ปีงบประมาณแบบ {era.value}", f"{raw_year} is not a fiscal year in {era.value}"
        )
    return FiscalYear(be - BUDDHIST_OFFSET)

"""A mapping of a file: what `[mapping]` of an operator's declaration says of a table that every
agency lays out in its own way.

`[mapped]` of the connector says which fields there are; the mapping says where a file keeps them.
"""

from collections.abc import Iterator
from typing import Any, Final

from hub.domain.budget import BudgetPhase, FundingSource
from hub.domain.record import record
from hub.domain.sources.declaration import DeclarationTable
from hub.domain.sources.file_mapping import AmountColumn, FileMapping, HeadingRows, TotalRows
from hub.domain.sources.spec import Era, Format, SourceSpec
from hub.domain.thai_text import normalize_text, to_arabic_digits
from hub.domain.time import BUDDHIST_OFFSET, FIRST_BE, LAST_BE, FiscalYear

MAPPING: Final = {
    "sheet", "header_rows", "key", "fill_down", "ignored", "fields", "constants", "amounts",
    "headings", "totals",
}  # fmt: skip
MAPPED: Final = {"required", "optional", "phases", "funding", "key"}
AMOUNT: Final = {"column", "phase", "funding", "year", "years"}
YEAR: Final = "{year}"
HEADERS: Final = 100
"""The last row a header may stand in."""


@record
class Fields:
    """What a mapped source has to be told: its fields, the phases its amounts may be of, its key.

    A required field may be one of several (`fiscal_year|posted_on`).
    """

    required: tuple[str, ...]
    optional: tuple[str, ...]
    phases: tuple[BudgetPhase, ...]
    funding: FundingSource
    key: tuple[str, ...]

    @property
    def names(self) -> set[str]:
        """Every field there is."""
        return {name for one in self.required for name in one.split("|")} | set(self.optional)


def column_name(written: str) -> str:
    """The name of a column as it is compared: single blanks, Arabic digits."""
    return to_arabic_digits(normalize_text(written))


def is_mapped(spec: SourceSpec) -> bool:
    """Whether a source's files are read by a mapping."""
    return isinstance(spec.options.get("mapping"), FileMapping)


def mapping_in(spec: SourceSpec) -> FileMapping:
    """The mapping of a source whose files are read by one."""
    found = spec.options["mapping"]
    if not isinstance(found, FileMapping):
        raise TypeError(spec.id)
    return found


def ordered(part: DeclarationTable, key: str) -> tuple[str, ...]:
    """A list of texts in its order; empty where it is not there."""
    part.text_set(key)
    return tuple(part.values.get(key, ()))


def fields_of(top: DeclarationTable) -> Fields | None:
    """What `[mapped]` of a `source.toml` says; null where the source has no mapping of files."""
    if "mapped" not in top.values:
        return None
    part = top.subtable("mapped", MAPPED)
    phases = {phase.value: phase for phase in BudgetPhase}
    if unknown := [name for name in ordered(part, "phases") if name not in phases]:
        raise part.invalid("phases", f"ไม่รู้จัก {unknown[0]}", f"there is no {unknown[0]}")
    return Fields(
        ordered(part, "required"),
        ordered(part, "optional"),
        tuple(phases[name] for name in ordered(part, "phases")),
        part.enum_member("funding", FundingSource),
        ordered(part, "key"),
    )


def encoding_of(top: DeclarationTable) -> str:
    """The encoding a CSV file must declare; a workbook is UTF-8 by its standard."""
    if form_of(top) is Format.XLSX:
        if top.optional_text("encoding") is not None:
            raise top.invalid("encoding", "ไฟล์ XLSX ไม่ต้องระบุ", "is not said of a workbook")
        return "utf-8"
    encoding = top.required_text("encoding")
    try:
        "ก".encode(encoding)
    except (LookupError, UnicodeEncodeError) as error:
        raise top.invalid(
            "encoding",
            f"ไม่รู้จัก {encoding} หรือเขียนไทยไม่ได้ ใช้ utf-8 หรือ cp874",
            f"{encoding} is unknown or holds no Thai; use utf-8 or cp874",
        ) from error
    return encoding


def form_of(top: DeclarationTable) -> Format:
    """What kind of file it is: one with a table in it."""
    form = top.enum_member("format", Format)
    if form not in (Format.CSV, Format.XLSX):
        raise top.invalid("format", "ต้องเป็น CSV หรือ XLSX", "must be CSV or XLSX")
    return form


def file_mapping_of(top: DeclarationTable, fields: Fields) -> FileMapping:
    """The mapping of a declaration; `Invalid` names the key that is wrong."""
    told = top.subtable("mapping", MAPPING)
    if form_of(top) is Format.CSV and told.optional_text("sheet") is not None:
        raise told.invalid("sheet", "ไฟล์ CSV ไม่มีแผ่นงาน", "a CSV file has no sheets")
    columns = texts(told.subtable("fields", fields.names), column_name)
    constants = texts(told.subtable("constants", fields.names), normalize_text)
    for one in fields.required:
        if not any(field in columns or field in constants for field in one.split("|")):
            at = f"fields.{one}"
            raise told.invalid(
                at, "ต้องมี หรือให้ค่าใน constants", "is missing; or give it in constants"
            )
    if both := sorted(columns.keys() & constants.keys()):
        raise told.invalid(f"constants.{both[0]}", "มีใน fields แล้ว", "is in fields already")
    headings = tuple(headings_of(told))
    mapping = FileMapping(
        sheet=told.optional_text("sheet"),
        header_rows=header_rows_of(told),
        fields=columns,
        constants=constants,
        amounts=tuple(amounts_of(told, fields, top.enum_member("era", Era))),
        key=tuple(key_of(told, fields, {*columns, *constants})),
        fill_down=tuple(columns.get(one, column_name(one)) for one in ordered(told, "fill_down")),
        headings=headings,
        totals=tuple(totals_of(told, headings)),
        ignored=frozenset(map(column_name, ordered(told, "ignored"))),
    )
    check(told, mapping)
    return mapping


def key_of(told: DeclarationTable, fields: Fields, given: set[str]) -> Iterator[str]:
    """The fields and columns that tell one row from the others; the source's own where none are."""
    for name in ordered(told, "key") or fields.key:
        if name not in fields.names:
            yield column_name(name)
        elif name in given:
            yield name


def check(told: DeclarationTable, mapping: FileMapping) -> None:
    """`Invalid` where the parts of a mapping do not fit each other."""
    used = [one.column for one in mapping.amounts]
    if twice := sorted({name for name in used if used.count(name) > 1}):
        raise told.invalid("amounts", f"{twice[0]} ซ้ำ", f"{twice[0]} comes twice")
    if not used:
        raise told.invalid("amounts", "ต้องมีอย่างน้อยหนึ่งคอลัมน์", "names at least one column")
    if both := sorted(mapping.read_columns & mapping.ignored):
        raise told.invalid("ignored", f"{both[0]} ถูกอ่านอยู่แล้ว", f"{both[0]} is read")
    for name in sorted(set(mapping.fill_down) - mapping.read_columns):
        why = (f"ไม่ได้อ่านคอลัมน์ {name}", f"the column {name} is not read")
        raise told.invalid("fill_down", *why)
    yearless = next((n for n, one in enumerate(mapping.amounts) if one.year is None), None)
    given = mapping.fields.keys() | mapping.constants.keys()
    if yearless is not None and not given & {"fiscal_year", "posted_on"}:
        raise told.invalid(
            f"amounts[{yearless}].year",
            "ต้องมีปี หรือให้คอลัมน์ใน fields.fiscal_year",
            "is missing; say it, or give fields.fiscal_year a column",
        )


def texts(part: DeclarationTable, form: Any) -> dict[str, str]:
    """Every key of a table with its text."""
    return {key: form(part.required_text(key)) for key in part.values}


def header_rows_of(told: DeclarationTable) -> tuple[int, ...]:
    """The rows the names of the columns stand in, in order."""
    found = told.values.get("header_rows")
    rows = found if isinstance(found, list) and all(type(row) is int for row in found) else []
    if not rows or sorted(set(rows)) != rows or not 1 <= rows[0] <= rows[-1] <= HEADERS:
        raise told.invalid(
            "header_rows",
            f"ต้องเป็นเลขแถวเรียงจากน้อยไปมาก 1–{HEADERS} เช่น [4, 5]",
            f"must be row numbers from 1 to {HEADERS} in order, as [4, 5]",
        )
    return tuple(rows)


def amounts_of(told: DeclarationTable, fields: Fields, era: Era) -> Iterator[AmountColumn]:
    """The columns of amounts; `{year}` in a name stands for each of its years."""
    for part in told.subtables("amounts", AMOUNT):
        column = column_name(part.required_text("column"))
        only = fields.phases[0] if len(fields.phases) == 1 else None
        phase = part.enum_member("phase", BudgetPhase, only)
        if phase not in fields.phases:
            names = ", ".join(one.value for one in fields.phases)
            raise part.invalid("phase", f"แหล่งนี้มีเพียง {names}", f"this source has {names} only")
        funding = part.enum_member("funding", FundingSource, fields.funding)
        if YEAR in column:
            if (ends := next(part.integer_range("years"), None)) is None:
                raise part.invalid("years", "ต้องมี เช่น [2566, 2570]", "is missing, as [2566, 2570]")
            if ends[1] - ends[0] >= 30:
                raise part.invalid("years", "ไม่เกิน 30 ปี", "holds at most 30 years")
            for number in range(ends[0], ends[1] + 1):
                year = year_of(part, "years", number, era)
                yield AmountColumn(column.replace(YEAR, str(number)), phase, funding, year)
            continue
        if "years" in part.values:
            raise part.invalid(
                "years", f"ใช้กับชื่อที่มี {YEAR} เท่านั้น", f"goes with a name that holds {YEAR}"
            )
        found = part.values.get("year")
        yield AmountColumn(
            column, phase, funding, None if found is None else year_of(part, "year", found, era)
        )


def year_of(part: DeclarationTable, key: str, found: Any, era: Era) -> FiscalYear:
    """A fiscal year in the declared era."""
    number = found if type(found) is int else 0
    be = number if era is Era.BE else number + BUDDHIST_OFFSET
    if not FIRST_BE <= be <= LAST_BE:
        raise part.invalid(
            key, f"ไม่ใช่ปีงบประมาณแบบ {era.value}", f"{found} is no fiscal year of era {era.value}"
        )
    return FiscalYear(be - BUDDHIST_OFFSET)


def headings_of(told: DeclarationTable) -> Iterator[HeadingRows]:
    """Rows that are headings, the widest first."""
    for part in told.subtables("headings", {"column", "begins"}):
        yield HeadingRows(
            column_name(part.required_text("column")), normalize_text(part.required_text("begins"))
        )


def totals_of(told: DeclarationTable, headings: tuple[HeadingRows, ...]) -> Iterator[TotalRows]:
    """Rows that are sums."""
    places = {heading.column: place for place, heading in enumerate(headings)}
    for part in told.subtables("totals", {"column", "word", "under"}):
        under = part.optional_text("under")
        if under is not None and column_name(under) not in places:
            raise part.invalid("under", "ไม่ใช่คอลัมน์ใน headings", "is no column of headings")
        yield TotalRows(
            column_name(part.required_text("column")),
            to_arabic_digits(normalize_text(part.required_text("word"))),
            None if under is None else places[column_name(under)],
        )

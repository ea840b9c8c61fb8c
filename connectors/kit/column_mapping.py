"""A mapping of columns: the meaning of a table's columns, as an operator declares it.

It is for tables without a published list of fields. A column that it neither maps nor ignores stops
the run and is named.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from connectors.kit import thai
from connectors.kit.codes import parse_code
from connectors.kit.declared_linkages import (
    list_strategies,
    parse_linkage_columns,
    parse_mapped_linkages,
)
from connectors.kit.layout_mapping import parse_codes
from connectors.kit.undeclared_totals import build_total_doubt, is_total_label
from hub.domain.agencies import ActorLevel
from hub.domain.budget import BudgetPhase, FundingSource
from hub.domain.record import record, value
from hub.domain.sources.declaration import DeclarationTable
from hub.domain.sources.file_mapping import ANY_CODE, CodeFormat, FileMapping
from hub.domain.sources.linkages import LinkageColumns
from hub.domain.sources.records import (
    Doubt,
    NameKind,
    ParsedBudgetLine,
    ParsedProject,
    QuarantineReason,
    RawName,
    RawRecord,
    SourceEntry,
)
from hub.domain.sources.spec import MoneyUnit, SourceSpec
from hub.domain.time import FiscalYear

MAPPING_KEYS: Final = {
    "key", "title", "code", "agency", "agency_code", "province", "year", "scope", "level",
    "funding", "amounts", "ignored", "codes", "linkages", "strategies",
}  # fmt: skip
AMOUNT_KEYS: Final = {"column", "phase", "unit"}


@value
class MappedAmount:
    """A column of amounts, with their phase and money unit."""

    column: str
    phase: BudgetPhase
    unit: MoneyUnit


@record
class ColumnMapping:
    """Which column has which meaning (null: none), and the `level` and `funding` of all rows.

    `key`: the columns that together identify a row. `scope`: the column that divides the table into
    parts (null: one part); a run that reads a part completely deletes its missing records. `codes`:
    the formats of `code` and `agency_code`. `strategies`: columns of texts that are stored word for
    word.
    """

    key: tuple[str, ...]
    title: str
    code: str | None
    agency: str | None
    agency_code: str | None
    province: str | None
    year: str
    scope: str | None
    level: ActorLevel | None
    funding: FundingSource
    amounts: tuple[MappedAmount, ...]
    ignored: frozenset[str]
    codes: Mapping[str, CodeFormat]
    linkages: tuple[LinkageColumns, ...] = ()
    strategies: tuple[str, ...] = ()

    @property
    def read_columns(self) -> frozenset[str]:
        """Return the columns that are read."""
        single_columns = (
            self.title,
            self.code,
            self.agency,
            self.agency_code,
            self.province,
            self.year,
        )
        column_names = {
            *self.key,
            *single_columns,
            self.scope,
            *(amount.column for amount in self.amounts),
            *(name for one in self.linkages for name in one.names),
            *self.strategies,
        }
        return frozenset(name for name in column_names if name)


def parse_column_mapping(declaration: DeclarationTable) -> ColumnMapping | None:
    """Return the mapping of a declaration, null if it has none; `Invalid` names a wrong key."""
    if "mapping" not in declaration.values:
        return None
    mapping_table = declaration.subtable("mapping", MAPPING_KEYS)
    level = mapping_table.optional_text("level")
    mapping = ColumnMapping(
        key=tuple(list_texts(mapping_table, "key")),
        title=mapping_table.required_text("title"),
        code=mapping_table.optional_text("code"),
        agency=mapping_table.optional_text("agency"),
        agency_code=mapping_table.optional_text("agency_code"),
        province=mapping_table.optional_text("province"),
        year=mapping_table.required_text("year"),
        scope=mapping_table.optional_text("scope"),
        level=mapping_table.enum_member("level", ActorLevel) if level else None,
        funding=mapping_table.enum_member("funding", FundingSource, FundingSource.MINISTRY),
        amounts=tuple(parse_amounts(mapping_table)),
        ignored=mapping_table.text_set("ignored"),
        codes=parse_codes(mapping_table, {"code", "agency_code"}),
        linkages=tuple(parse_linkage_columns(mapping_table)),
        strategies=tuple(list_texts(mapping_table, "strategies")),
    )
    if not mapping.key:
        raise mapping_table.invalid("key", "ต้องมีอย่างน้อยหนึ่งคอลัมน์", "names at least one column")
    if conflicts := mapping.read_columns & mapping.ignored:
        names = ", ".join(sorted(conflicts))
        raise mapping_table.invalid("ignored", f"{names} ถูกอ่านอยู่แล้ว", f"{names} is read")
    return mapping


def list_texts(part: DeclarationTable, key: str) -> Iterator[str]:
    """Yield the texts of a list, in order."""
    part.text_set(key)
    yield from part.values.get(key, [])


def parse_amounts(mapping_table: DeclarationTable) -> Iterator[MappedAmount]:
    """Yield the columns of amounts."""
    for amount_table in mapping_table.subtables("amounts", AMOUNT_KEYS):
        phase, unit = (
            amount_table.enum_member("phase", BudgetPhase),
            amount_table.enum_member("unit", MoneyUnit),
        )
        yield MappedAmount(amount_table.required_text("column"), phase, unit)


def merge_columns(
    mapping: ColumnMapping | FileMapping, declared: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the columns of a declaration and of a mapping; those read are required."""
    ignored = {*declared.get("ignored", ()), *mapping.ignored} - mapping.read_columns
    required = {*declared.get("required", ()), *mapping.read_columns}
    return {**declared, "required": sorted(required), "ignored": sorted(ignored)}


def parse_mapped_entry(raw: RawRecord, spec: SourceSpec, mapping: ColumnMapping) -> SourceEntry:
    """Return the entry of a row: a project, and a line for each amount present.

    Without a readable fiscal year the entry has only that doubt and the amounts; an unreadable
    amount is a doubt.
    """
    row: Mapping[str, Any] = raw.payload
    year = thai.parse_fiscal_year(row[mapping.year], spec.era, mapping.year)
    cells = [thai.clean_text(row[name]) for name in mapping.key]
    key = "|".join(cells) if all(cells) else None
    scope = thai.clean_text(row[mapping.scope]) if mapping.scope else ""
    doubts: list[Doubt] = []
    if isinstance(year, Doubt):
        unplaced = tuple(list_readable_amounts(row, mapping))
        return SourceEntry(key, scope, doubts=(year,), unplaced=unplaced)
    lines = tuple(parse_lines(row, mapping, year, doubts))
    code = parse_code_of(row, mapping, "code", mapping.code, doubts)
    title = thai.clean_text(row[mapping.title])
    declared = parse_mapped_linkages(row, mapping.linkages, spec.era, year)
    if is_total_label(title):
        doubts.append(build_total_doubt(mapping.title, title))
    return SourceEntry(
        key=key,
        scope=scope,
        project=ParsedProject(
            key=key or "",
            name_th=title,
            actor_level=mapping.level,
            owner=parse_owner(row, mapping, doubts),
            years=(year,),
            code=code or None,
        ),
        lines=lines,
        doubts=tuple(doubts),
        linkages=declared.linkages,
        linkage_doubts=declared.doubts,
        strategies=list_strategies(row, mapping.strategies),
    )


def parse_lines(
    row: Mapping[str, Any], mapping: ColumnMapping, year: FiscalYear, doubts: list[Doubt]
) -> Iterator[ParsedBudgetLine]:
    """Yield a line for each amount; unreadable ones become doubts."""
    area = None
    if mapping.province:
        name = cell_text(row, mapping.province)
        area = RawName(NameKind.AREA, name) if name else None
    phase_counts: Counter[BudgetPhase] = Counter()
    for amount in mapping.amounts:
        satang = thai.parse_amount(row[amount.column], amount.unit, amount.column)
        phase_counts[amount.phase] += 1
        if isinstance(satang, Doubt):
            doubts.append(satang)
        if (satang_amount := thai.readable_satang(satang)) is None:
            continue
        if mapping.province and area is None:
            messages = ("มีจำนวนเงินแต่ไม่มีจังหวัด", "an amount without a province")
            doubts.append(
                thai.build_doubt(QuarantineReason.MISSING_VALUE, mapping.province, "", *messages)
            )
        key = f"{amount.phase.value}|{phase_counts[amount.phase]}"
        yield ParsedBudgetLine(key, year, amount.phase, mapping.funding, satang_amount, area)


def list_readable_amounts(
    row: Mapping[str, Any], mapping: ColumnMapping
) -> Iterator[tuple[BudgetPhase, int]]:
    """Yield phase and satang of each amount that can be read."""
    for amount in mapping.amounts:
        satang = thai.parse_amount(row[amount.column], amount.unit, amount.column)
        if (readable := thai.readable_satang(satang)) is not None:
            yield amount.phase, readable


def parse_code_of(
    row: Mapping[str, Any],
    mapping: ColumnMapping,
    field: str,
    column: str | None,
    doubts: list[Doubt],
) -> str:
    """Return the code in a column, empty if there is none; one that became a number is a doubt."""
    if column is None:
        return ""
    code = parse_code(row[column], column, mapping.codes.get(field, ANY_CODE))
    if isinstance(code, Doubt):
        doubts.append(code)
        return ""
    return code


def parse_owner(
    row: Mapping[str, Any], mapping: ColumnMapping, doubts: list[Doubt]
) -> RawName | None:
    """Return the body that a row names by name, code or both."""
    name = cell_text(row, mapping.agency)
    code = parse_code_of(row, mapping, "agency_code", mapping.agency_code, doubts)
    return RawName(NameKind.AGENCY, name, code or None) if name or code else None


def cell_text(row: Mapping[str, Any], column: str | None) -> str:
    """Return the text of a column; empty if the table has no such column."""
    return thai.clean_text(row[column]) if column else ""

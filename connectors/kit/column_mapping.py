"""A mapping of columns: which of a table's columns holds what, as an operator declares it.

A table without a published field list is read by it; what it does not name, and does not say to
leave unread, stops the run with its name.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from connectors.kit import thai
from hub.domain.agencies import ActorLevel
from hub.domain.budget import BudgetPhase, FundingSource
from hub.domain.record import record, value
from hub.domain.sources.declaration import DeclarationTable
from hub.domain.sources.file_mapping import FileMapping
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

KEYS: Final = {
    "key", "title", "code", "agency", "agency_code", "province", "year", "scope", "level",
    "funding", "amounts", "ignored",
}  # fmt: skip
AMOUNT: Final = {"column", "phase", "unit"}


@value
class MappedAmount:
    """A column of amounts: their phase and what one of them means in money."""

    column: str
    phase: BudgetPhase
    unit: MoneyUnit


@record
class Mapped:
    """The columns of a table by what they hold; null: the table has none for it.

    `key`: the columns that together name a row. `scope`: the column whose values divide the table
    into parts that are read whole; null: the whole table is one.
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

    @property
    def read_columns(self) -> frozenset[str]:
        """The columns that are read."""
        one = (self.title, self.code, self.agency, self.agency_code, self.province, self.year)
        named = {*self.key, *one, self.scope, *(amount.column for amount in self.amounts)}
        return frozenset(name for name in named if name)


def mapping_of(top: DeclarationTable) -> Mapped | None:
    """The mapping of a declaration; null where it has none, `Invalid` names a key that is wrong."""
    if "mapping" not in top.values:
        return None
    told = top.subtable("mapping", KEYS)
    level = told.optional_text("level")
    found = Mapped(
        key=tuple(texts(told, "key")),
        title=told.required_text("title"),
        code=told.optional_text("code"),
        agency=told.optional_text("agency"),
        agency_code=told.optional_text("agency_code"),
        province=told.optional_text("province"),
        year=told.required_text("year"),
        scope=told.optional_text("scope"),
        level=told.enum_member("level", ActorLevel) if level else None,
        funding=told.enum_member("funding", FundingSource, FundingSource.MINISTRY),
        amounts=tuple(amounts_of(told)),
        ignored=told.text_set("ignored"),
    )
    if not found.key:
        raise told.invalid("key", "ต้องมีอย่างน้อยหนึ่งคอลัมน์", "names at least one column")
    if both := found.read_columns & found.ignored:
        names = ", ".join(sorted(both))
        raise told.invalid("ignored", f"{names} ถูกอ่านอยู่แล้ว", f"{names} is read")
    return found


def texts(part: DeclarationTable, key: str) -> Iterator[str]:
    """A list of texts, in its order."""
    part.text_set(key)
    yield from part.values.get(key, [])


def amounts_of(told: DeclarationTable) -> Iterator[MappedAmount]:
    """The columns of amounts."""
    for one in told.subtables("amounts", AMOUNT):
        phase, unit = one.enum_member("phase", BudgetPhase), one.enum_member("unit", MoneyUnit)
        yield MappedAmount(one.required_text("column"), phase, unit)


def columns_with(mapping: Mapped | FileMapping, declared: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a declaration and those of a mapping: what is read must be there."""
    ignored = {*declared.get("ignored", ()), *mapping.ignored} - mapping.read_columns
    required = {*declared.get("required", ()), *mapping.read_columns}
    return {**declared, "required": sorted(required), "ignored": sorted(ignored)}


def entry(raw: RawRecord, spec: SourceSpec, mapping: Mapped) -> SourceEntry:
    """What a row of a mapped table says: a project, and a line for each amount that is there."""
    row: Mapping[str, Any] = raw.payload
    year = thai.year(row[mapping.year], spec.era, mapping.year)
    cells = [thai.text(row[name]) for name in mapping.key]
    key = "|".join(cells) if all(cells) else None
    scope = thai.text(row[mapping.scope]) if mapping.scope else ""
    if isinstance(year, Doubt):
        return SourceEntry(key, scope, doubts=(year,))
    doubts: list[Doubt] = []
    lines = tuple(lines_of(row, mapping, year, doubts))
    return SourceEntry(
        key=key,
        scope=scope,
        project=ParsedProject(
            key=key or "",
            name_th=thai.text(row[mapping.title]),
            actor_level=mapping.level,
            owner=owner_of(row, mapping),
            years=(year,),
            code=cell(row, mapping.code) or None,
        ),
        lines=lines,
        doubts=tuple(doubts),
    )


def lines_of(
    row: Mapping[str, Any], mapping: Mapped, year: FiscalYear, doubts: list[Doubt]
) -> Iterator[ParsedBudgetLine]:
    """A line for each amount; what cannot be read for certain is doubted."""
    area = None
    if mapping.province:
        name = cell(row, mapping.province)
        area = RawName(NameKind.AREA, name) if name else None
    times: Counter[BudgetPhase] = Counter()
    for one in mapping.amounts:
        satang = thai.amount(row[one.column], one.unit, one.column)
        times[one.phase] += 1
        if isinstance(satang, Doubt):
            doubts.append(satang)
        if (counted := thai.believed(satang)) is None:
            continue
        if mapping.province and area is None:
            why = ("มีจำนวนเงินแต่ไม่มีจังหวัด", "an amount without a province")
            doubts.append(thai.doubt(QuarantineReason.MISSING_VALUE, mapping.province, "", *why))
        key = f"{one.phase.value}|{times[one.phase]}"
        yield ParsedBudgetLine(key, year, one.phase, mapping.funding, counted, area)


def owner_of(row: Mapping[str, Any], mapping: Mapped) -> RawName | None:
    """The body a row names, by its name, its code, or both."""
    name, code = cell(row, mapping.agency), cell(row, mapping.agency_code)
    return RawName(NameKind.AGENCY, name, code or None) if name or code else None


def cell(row: Mapping[str, Any], column: str | None) -> str:
    """The text of a column; empty where the table has none for it."""
    return thai.text(row[column]) if column else ""

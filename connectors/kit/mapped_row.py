"""One row of a mapped file, field by field: each reading keeps the doubts it met."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeVar

from connectors.kit import dates, thai
from connectors.kit.file_mapping import mapping_in
from connectors.kit.workbook import ERRORS
from hub.domain.sources.records import (
    Doubt,
    NameKind,
    ParsedBudgetLine,
    QuarantineReason,
    RawName,
    RawRecord,
    SourceEntry,
)
from hub.domain.sources.spec import Era, SourceSpec
from hub.domain.thai_text import normalize_text, to_arabic_digits
from hub.domain.time import FiscalYear

Read = TypeVar("Read")
SUM: Final = re.compile(r"(ยอด)?รวม(ทั้งสิ้น|ทั้งหมด|เป็นเงิน|เงิน)?( ?\d+ ?โครงการ)?")
"""What a row of sums is called where nobody declared it."""
APART: Final = re.compile(r"[,;/\n]")
"""Between several names in one cell."""


class MappedRow:
    """A row as its mapping reads it; `doubts` grows with what cannot be trusted."""

    def __init__(self, raw: RawRecord, spec: SourceSpec) -> None:
        self.mapping = mapping_in(spec)
        self.doubts: list[Doubt] = []
        self._row: Mapping[str, Any] = raw.payload
        self._spec = spec

    def sums(self) -> SourceEntry | None:
        """The entry of a row of sums, which is no project and no money; null for other rows."""
        kind = self.mapping.find_total(self._row)
        if kind is None:
            return None
        under = [thai.text(self._row.get(one.column)) for one in self.mapping.headings]
        return SourceEntry("|".join((kind.marker, *under)))

    def has(self, field: str) -> bool:
        """Whether the mapping says anything of a field."""
        return field in self.mapping.fields or field in self.mapping.constants

    def text(self, field: str, *, needed: bool = False) -> str:
        """A text; a formula without a value and an error of a workbook are doubted."""
        found = self._cell(field)
        told = thai.text(found)
        if isinstance(found, str) and (told in ERRORS or told.startswith("=")):
            why = (
                "เซลล์แสดงข้อผิดพลาดหรือสูตรที่ยังไม่คำนวณ",
                "shows an error, or a formula without a value",
            )
            self.doubts.append(
                thai.doubt(QuarantineReason.WRONG_TYPE, self._at(field), found, *why)
            )
        elif needed and told in thai.NOTHING:
            why = ("ไม่มีค่าที่ต้องมี", "is missing")
            self.doubts.append(
                thai.doubt(QuarantineReason.MISSING_VALUE, self._at(field), found or "", *why)
            )
        return "" if told in thai.NOTHING else told

    def title(self, field: str) -> str:
        """A project's name; one that sounds like a row of sums is doubted."""
        told = self.text(field, needed=True)
        if SUM.fullmatch(to_arabic_digits(told)):
            why = (
                "ดูเป็นแถวยอดรวม ให้ประกาศไว้ใน totals ของไฟล์จับคู่",
                "looks like a row of sums; declare it in totals of the mapping",
            )
            self.doubts.append(thai.doubt(QuarantineReason.WRONG_TYPE, self._at(field), told, *why))
        return told

    def code(self, field: str) -> str:
        """A code, which a workbook may have spoilt; empty where there is none."""
        found = self._cell(field)
        told = self._or_doubted(thai.code(found, self._at(field))) or ""
        return to_arabic_digits(self.text(field)) if isinstance(found, str) else told

    def year(self) -> FiscalYear | None:
        """The row's fiscal year, written as one or as the day of a posting; null where doubted."""
        if self.has("fiscal_year"):
            found = self._cell("fiscal_year")
            return self._or_doubted(thai.year(found, self._spec.era, self._at("fiscal_year")))
        posted = dates.day(self._cell("posted_on"), self._at("posted_on"))
        if posted is None:
            self.text("posted_on", needed=True)
        if (day := self._or_doubted(posted)) is None:
            return None
        year = FiscalYear.from_date(day).ce
        return self._or_doubted(thai.year(year, Era.CE, self._at("posted_on")))

    def years(self, field: str) -> tuple[FiscalYear, ...]:
        """Fiscal years, a range or a list; none where nothing is said."""
        found = self._cell(field)
        return self._or_doubted(thai.years(found, self._spec.era, self._at(field))) or ()

    def areas(self, field: str) -> tuple[RawName, ...]:
        """The areas a cell names, with commas, slashes or line breaks between."""
        found = self._cell(field)
        parts = APART.split(found) if isinstance(found, str) else [thai.text(found)]
        names = dict.fromkeys(
            name for name in map(normalize_text, parts) if name not in thai.NOTHING
        )
        return tuple(RawName(NameKind.AREA, name) for name in names)

    def key(self) -> str | None:
        """What tells this row from the others; null where every part of it is empty."""
        parts = [self._part(name) for name in self.mapping.key]
        return "|".join(parts) if any(parts) else None

    def check_amounts(self) -> None:
        """Doubt a row whose cells for amounts are all empty; a dash says that there is none."""
        cells = [self._row.get(one.column) for one in self.mapping.amounts]
        if all(
            cell is None or (isinstance(cell, str) and not normalize_text(cell)) for cell in cells
        ):
            why = ("ไม่มีจำนวนเงิน", "there is no amount")
            column = self.mapping.amounts[0].column
            self.doubts.append(thai.doubt(QuarantineReason.MISSING_VALUE, column, "", *why))

    def lines(
        self, area: RawName | None, year: Callable[[], FiscalYear | None]
    ) -> Iterator[ParsedBudgetLine]:
        """A line for each amount that is there; what cannot be read is doubted."""
        for column in self.mapping.amounts:
            written = self._row.get(column.column)
            found = thai.amount(written, self._spec.money_unit, column.column)
            self._or_doubted(found)
            if (satang := thai.believed(found)) is None:
                continue
            if (of := column.year or year()) is not None:
                key = f"{column.column}|{column.phase.value}"
                yield ParsedBudgetLine(key, of, column.phase, column.funding, satang, area)

    def _cell(self, field: str) -> Any:
        """What the row says of a field; an empty text where it says nothing."""
        found = self.mapping.field_value(self._row, field)
        return "" if found is None else found

    def _part(self, name: str) -> str:
        """A part of the key; one year is one year, in either era."""
        if name == "fiscal_year" and (year := self.year()) is not None:
            return str(year.be)
        return to_arabic_digits(thai.text(self._cell(name)))

    def _at(self, field: str) -> str:
        """The column a field stands in, as a reviewer looks for it."""
        return self.mapping.fields.get(field, field)

    def _or_doubted(self, found: Read | Doubt) -> Read | None:
        if not isinstance(found, Doubt):
            return found
        if found not in self.doubts:
            self.doubts.append(found)
        return None

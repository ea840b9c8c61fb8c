"""One row of a mapped file, field by field: each reading keeps the doubts it met."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeVar

from connectors.kit import dates, thai
from connectors.kit.file_mapping import get_file_mapping
from connectors.kit.workbook import CELL_ERRORS
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

Parsed = TypeVar("Parsed")
TOTAL_ROW_PATTERN: Final = re.compile(r"(ยอด)?รวม(ทั้งสิ้น|ทั้งหมด|เป็นเงิน|เงิน)?( ?\d+ ?โครงการ)?")
"""What a row of sums is called where nobody declared it."""
NAME_SEPARATORS: Final = re.compile(r"[,;/\n]")
"""Between several names in one cell."""


class MappedRow:
    """A row as its mapping reads it; `doubts` grows with what cannot be trusted."""

    def __init__(self, raw: RawRecord, spec: SourceSpec) -> None:
        self.mapping = get_file_mapping(spec)
        self.doubts: list[Doubt] = []
        self._row: Mapping[str, Any] = raw.payload
        self._spec = spec

    def total_entry(self) -> SourceEntry | None:
        """The entry of a row of sums, which is no project and no money; null for other rows."""
        total = self.mapping.find_total(self._row)
        if total is None:
            return None
        headings = [thai.clean_text(self._row.get(one.column)) for one in self.mapping.headings]
        return SourceEntry("|".join((total.marker, *headings)))

    def has_field(self, field: str) -> bool:
        """Whether the mapping says anything of a field."""
        return field in self.mapping.fields or field in self.mapping.constants

    def text(self, field: str, *, required: bool = False) -> str:
        """A text; a formula without a value and an error of a workbook are doubted."""
        raw_value = self._field_value(field)
        value = thai.clean_text(raw_value)
        if isinstance(raw_value, str) and (value in CELL_ERRORS or value.startswith("=")):
            messages = (
                "เซลล์แสดงข้อผิดพลาดหรือสูตรที่ยังไม่คำนวณ",
                "shows an error, or a formula without a value",
            )
            self.doubts.append(
                thai.build_doubt(
                    QuarantineReason.WRONG_TYPE, self._column_name(field), raw_value, *messages
                )
            )
        elif required and value in thai.EMPTY_MARKS:
            messages = ("ไม่มีค่าที่ต้องมี", "is missing")
            self.doubts.append(
                thai.build_doubt(
                    QuarantineReason.MISSING_VALUE,
                    self._column_name(field),
                    raw_value or "",
                    *messages,
                )
            )
        return "" if value in thai.EMPTY_MARKS else value

    def title(self, field: str) -> str:
        """A project's name; one that sounds like a row of sums is doubted."""
        title = self.text(field, required=True)
        if TOTAL_ROW_PATTERN.fullmatch(to_arabic_digits(title)):
            messages = (
                "ดูเป็นแถวยอดรวม ให้ประกาศไว้ใน totals ของไฟล์จับคู่",
                "looks like a row of sums; declare it in totals of the mapping",
            )
            self.doubts.append(
                thai.build_doubt(
                    QuarantineReason.WRONG_TYPE, self._column_name(field), title, *messages
                )
            )
        return title

    def code(self, field: str) -> str:
        """A code, which a workbook may have spoilt; empty where there is none."""
        raw_value = self._field_value(field)
        code = self._record_doubt(thai.parse_code(raw_value, self._column_name(field))) or ""
        return to_arabic_digits(self.text(field)) if isinstance(raw_value, str) else code

    def year(self) -> FiscalYear | None:
        """The row's fiscal year, written as one or as the day of a posting; null where doubted."""
        if self.has_field("fiscal_year"):
            raw_value = self._field_value("fiscal_year")
            return self._record_doubt(
                thai.parse_fiscal_year(raw_value, self._spec.era, self._column_name("fiscal_year"))
            )
        posting_date = dates.parse_date(
            self._field_value("posted_on"), self._column_name("posted_on")
        )
        if posting_date is None:
            self.text("posted_on", required=True)
        if (day := self._record_doubt(posting_date)) is None:
            return None
        year = FiscalYear.from_date(day).ce
        return self._record_doubt(
            thai.parse_fiscal_year(year, Era.CE, self._column_name("posted_on"))
        )

    def years(self, field: str) -> tuple[FiscalYear, ...]:
        """Fiscal years, a range or a list; none where nothing is said."""
        raw_value = self._field_value(field)
        return (
            self._record_doubt(
                thai.parse_fiscal_years(raw_value, self._spec.era, self._column_name(field))
            )
            or ()
        )

    def areas(self, field: str) -> tuple[RawName, ...]:
        """The areas a cell names, with commas, slashes or line breaks between."""
        raw_value = self._field_value(field)
        parts = (
            NAME_SEPARATORS.split(raw_value)
            if isinstance(raw_value, str)
            else [thai.clean_text(raw_value)]
        )
        names = dict.fromkeys(
            name for name in map(normalize_text, parts) if name not in thai.EMPTY_MARKS
        )
        return tuple(RawName(NameKind.AREA, name) for name in names)

    def key(self) -> str | None:
        """What tells this row from the others; null where every part of it is empty."""
        parts = [self._key_part(name) for name in self.mapping.key]
        return "|".join(parts) if any(parts) else None

    def check_amounts(self) -> None:
        """Doubt a row whose cells for amounts are all empty; a dash says that there is none."""
        cells = [self._row.get(one.column) for one in self.mapping.amounts]
        if all(
            cell is None or (isinstance(cell, str) and not normalize_text(cell)) for cell in cells
        ):
            messages = ("ไม่มีจำนวนเงิน", "there is no amount")
            column = self.mapping.amounts[0].column
            self.doubts.append(
                thai.build_doubt(QuarantineReason.MISSING_VALUE, column, "", *messages)
            )

    def lines(
        self, area: RawName | None, year: Callable[[], FiscalYear | None]
    ) -> Iterator[ParsedBudgetLine]:
        """A line for each amount that is there; what cannot be read is doubted."""
        for column in self.mapping.amounts:
            raw_value = self._row.get(column.column)
            satang_or_doubt = thai.parse_amount(raw_value, self._spec.money_unit, column.column)
            self._record_doubt(satang_or_doubt)
            if (satang := thai.readable_satang(satang_or_doubt)) is None:
                continue
            if (line_year := column.year or year()) is not None:
                key = f"{column.column}|{column.phase.value}"
                yield ParsedBudgetLine(key, line_year, column.phase, column.funding, satang, area)

    def _field_value(self, field: str) -> Any:
        """What the row says of a field; an empty text where it says nothing."""
        value = self.mapping.field_value(self._row, field)
        return "" if value is None else value

    def _key_part(self, name: str) -> str:
        """A part of the key; one year is one year, in either era."""
        if name == "fiscal_year" and (year := self.year()) is not None:
            return str(year.be)
        return to_arabic_digits(thai.clean_text(self._field_value(name)))

    def _column_name(self, field: str) -> str:
        """The column a field stands in, as a reviewer looks for it."""
        return self.mapping.fields.get(field, field)

    def _record_doubt(self, parsed: Parsed | Doubt) -> Parsed | None:
        if not isinstance(parsed, Doubt):
            return parsed
        if parsed not in self.doubts:
            self.doubts.append(parsed)
        return None

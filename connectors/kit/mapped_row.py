"""One row of a mapped file, field by field; doubts are collected while parsing."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeVar

from connectors.kit import codes, dates, thai
from connectors.kit.declared_linkages import ParsedLinkages, parse_mapped_linkages
from connectors.kit.file_mapping import get_file_mapping
from connectors.kit.sheet import CELL_ERRORS
from hub.domain.budget import BudgetPhase
from hub.domain.sources.file_mapping import ANY_CODE
from hub.domain.sources.linkages import WrittenStrategy
from hub.domain.sources.records import (
    Doubt,
    NameKind,
    ParsedBudgetLine,
    QuarantineReason,
    RawName,
    RawRecord,
    SourceEntry,
)
from hub.domain.sources.spec import SourceSpec
from hub.domain.thai_text import normalize_text, to_arabic_digits
from hub.domain.time import FiscalYear

Parsed = TypeVar("Parsed")
NAME_SEPARATORS: Final = re.compile(r"[,;/\n\r]")
"""Separators of several names in one cell."""


def is_cell_error(value: Any) -> bool:
    """Return whether a cell has an error of a spreadsheet, or a formula without a value."""
    text = normalize_text(value) if isinstance(value, str) else ""
    return text in CELL_ERRORS or text.startswith("=")


class MappedRow:
    """A row parsed by its mapping; `doubts` collects the doubts about it.

    `unplaced` collects the phases and satang of amounts without a readable year.
    """

    def __init__(self, raw: RawRecord, spec: SourceSpec) -> None:
        self.mapping = get_file_mapping(spec)
        self.doubts: list[Doubt] = []
        self.unplaced: tuple[tuple[BudgetPhase, int], ...] = ()
        self._row: Mapping[str, Any] = raw.payload
        self._spec = spec

    def total_entry(self) -> SourceEntry | None:
        """Return the entry of a total row, which is no project and has no amounts; null for
        other rows.
        """
        total = self.mapping.find_total(self._row)
        if total is None:
            return None
        headings = [thai.clean_text(self._row.get(one.column)) for one in self.mapping.headings]
        return SourceEntry("|".join((total.marker, *headings)))

    def has_field(self, field: str) -> bool:
        """Return whether the mapping has a field."""
        return field in self.mapping.fields or field in self.mapping.constants

    def text(self, field: str, *, required: bool = False) -> str:
        """Return a text; a formula without a value and a workbook error get a doubt."""
        raw_value = self._field_value(field)
        value = thai.clean_text(raw_value)
        if is_cell_error(raw_value):
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

    def code(self, field: str, usual_length: int | None = None) -> str:
        """Return a code, empty if there is none; one that a spreadsheet changed gets a doubt."""
        raw_value = self._field_value(field)
        code_format = self.mapping.codes.get(field, ANY_CODE)
        code = self._record_doubt(
            codes.parse_code(raw_value, self._column_name(field), code_format, usual_length)
        )
        if code is not None and code == to_arabic_digits(thai.clean_text(raw_value)):
            return to_arabic_digits(self.text(field)) if isinstance(raw_value, str) else code
        return code or ""

    def year(self) -> FiscalYear | None:
        """Return the row's fiscal year, from a year or a posting date; null if doubted."""
        if self.has_field("fiscal_year"):
            raw_value = self._field_value("fiscal_year")
            return self._record_doubt(
                thai.parse_fiscal_year(raw_value, self._spec.era, self._column_name("fiscal_year"))
            )
        year = dates.parse_year_of_date(
            self._field_value("posted_on"), self._column_name("posted_on")
        )
        if year is None:
            self.text("posted_on", required=True)
        return self._record_doubt(year)

    def years(self, field: str) -> tuple[FiscalYear, ...]:
        """Return fiscal years from a range or a list; empty if there are none."""
        raw_value = self._field_value(field)
        return (
            self._record_doubt(
                thai.parse_fiscal_years(raw_value, self._spec.era, self._column_name(field))
            )
            or ()
        )

    def areas(self, field: str) -> tuple[RawName, ...]:
        """Return the areas in a cell, separated by commas, slashes or line breaks."""
        raw_value = self._field_value(field)
        if is_cell_error(raw_value):
            self.text(field)
            return ()
        parts = (
            NAME_SEPARATORS.split(raw_value)
            if isinstance(raw_value, str)
            else [thai.clean_text(raw_value)]
        )
        names = dict.fromkeys(
            name for name in map(normalize_text, parts) if name not in thai.EMPTY_MARKS
        )
        return tuple(RawName(NameKind.AREA, name) for name in names)

    def linkages(self, year: FiscalYear | None) -> ParsedLinkages:
        """Return the linkages that the row declares; `year` is that of those without a column."""
        return parse_mapped_linkages(self._row, self.mapping.linkages, self._spec.era, year)

    def strategies(self, field: str) -> tuple[WrittenStrategy, ...]:
        """Return the text of a field word for word, if there is one, under its column's name."""
        text = self.mapping.field_value(self._row, field)
        if not isinstance(text, str) or thai.clean_text(text) in thai.EMPTY_MARKS:
            return ()
        return (WrittenStrategy(self._column_name(field), text),)

    def key(self) -> str | None:
        """Return the key of the row; null if all its parts are empty."""
        parts = [self._key_part(name) for name in self.mapping.key]
        return "|".join(parts) if any(parts) else None

    def check_amounts(self) -> None:
        """Add a doubt if all cells of amounts are empty; a dash means no amount."""
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
        """Yield a line for each amount present; unreadable ones get a doubt.

        Amounts of an unknown year are added to `unplaced`.
        """
        for column in self.mapping.amounts:
            raw_value = self._row.get(column.column)
            satang_or_doubt = thai.parse_amount(
                raw_value, column.unit or self._spec.money_unit, column.column
            )
            self._record_doubt(satang_or_doubt)
            if (satang := thai.readable_satang(satang_or_doubt)) is None:
                continue
            if (line_year := column.year or year()) is not None:
                key = f"{column.column}|{column.phase.value}"
                yield ParsedBudgetLine(key, line_year, column.phase, column.funding, satang, area)
            else:
                self.unplaced += ((column.phase, satang),)

    def _field_value(self, field: str) -> Any:
        """Return the value of a field; an empty text if there is none."""
        value = self.mapping.field_value(self._row, field)
        return "" if value is None else value

    def _key_part(self, name: str) -> str:
        """Return a part of the key; a year is the same in either era."""
        if name == "fiscal_year" and (year := self.year()) is not None:
            return str(year.be)
        if name in self.mapping.codes and (code := self.code(name)):
            return code
        return to_arabic_digits(thai.clean_text(self._field_value(name)))

    def _column_name(self, field: str) -> str:
        """Return the column of a field, as reviewers see it."""
        return self.mapping.fields.get(field, field)

    def _record_doubt(self, parsed: Parsed | Doubt) -> Parsed | None:
        if not isinstance(parsed, Doubt):
            return parsed
        if parsed not in self.doubts:
            self.doubts.append(parsed)
        return None

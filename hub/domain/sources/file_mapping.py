"""The mapping of a file: which column contains what, and which rows are layout.

A mapping is part of a source's declaration; nothing is guessed at run time.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any, Final

from hub.domain.budget import BudgetPhase, FundingSource
from hub.domain.record import record, value
from hub.domain.sources.linkages import LinkageColumns
from hub.domain.sources.spec import MoneyUnit
from hub.domain.thai_text import normalize_text, to_arabic_digits
from hub.domain.time import FiscalYear


@value
class AmountColumn:
    """A column of amounts, with phase, funding and fiscal year; `year` null: the row's own year.

    `unit` null: that of the source.
    """

    column: str
    phase: BudgetPhase
    funding: FundingSource
    year: FiscalYear | None
    unit: MoneyUnit | None = None


@value
class CodeFormat:
    """How the codes of a field are written (รูปแบบรหัส).

    `length`: their number of characters (null: not declared), to which numbers are padded with
    zeros. `is_number`: they are numbers without leading zeros. `ends_in_zeros`: they may have only
    zeros behind the fifteenth digit.
    """

    length: int | None = None
    is_number: bool = False
    ends_in_zeros: bool = False


ANY_CODE: Final = CodeFormat()
"""The format of codes that nothing is declared about."""
OUTLINE_LETTER: Final = r"(?:[ก-ฮA-Za-z]|[IVXivx]{1,5}|[\u2160-\u217b])"
OUTLINE_DIGITS: Final = r"[0-9]{1,2}(?:\.[0-9]{1,2})*"
OUTLINE_NUMBER: Final = (
    rf"(?:\(?{OUTLINE_DIGITS}(?:[.)]+ ?| )"
    rf"|\(?{OUTLINE_LETTER}[.)]+ ?"
    rf"|\(?(?:{OUTLINE_LETTER}\.?{OUTLINE_DIGITS}|{OUTLINE_DIGITS}\.{OUTLINE_LETTER})(?:[.)]+ ?| )"
    r"|[-–•·*] ?)?"
)
"""The number before a heading: `1. ยุทธศาสตร์`, `1.1 แผนงาน`, `(2) แผนงาน`, `ก. แผนงาน`, `IV) แผน`,
`ก.1 แผนงาน`, `- แผนงาน`. Several letters are an abbreviation, not a number: `ก.พ. แผนงาน`.
"""


@value
class HeadingRows:
    """Rows with a single text that begins with `prefix`; it becomes `column` of the rows below."""

    column: str
    prefix: str

    def matches(self, text: str) -> bool:
        """Return whether a text begins with the prefix, after an outline number if it has one."""
        arabic = to_arabic_digits(text)
        prefix = re.escape(to_arabic_digits(self.prefix))
        return re.match(OUTLINE_NUMBER + prefix, arabic) is not None


@value
class TotalRows:
    """Rows of totals: their column, their marker, and the rows they add up.

    `heading_index` is the index of the heading among the mapping's headings; `of` the column whose
    value follows the marker (`รวมกรมการท่องเที่ยว`). Both null: all rows of the file.
    """

    column: str
    marker: str
    heading_index: int | None = None
    of: str | None = None

    def find_value(self, row: Mapping[str, Any]) -> str | None:
        """Return the text behind the marker, of a total of the rows with one value; else null."""
        text = row.get(self.column)
        if self.of is None or not isinstance(text, str):
            return None
        plain = to_arabic_digits(normalize_text(text))
        if not plain.startswith(self.marker):
            return None
        return re.sub(r" ?[0-9]{1,6} ?โครงการ$", "", plain[len(self.marker) :]).strip() or None

    def parse_project_count(self, row: Mapping[str, Any]) -> int | None:
        """Return the project count in a row of totals, -1 if it has none; null: not such a row.

        The marker matches alone or with a number of projects: `รวม`, `รวม ๓ โครงการ`, but not
        รวมใจ.
        """
        text = row.get(self.column)
        if not isinstance(text, str):
            return None
        of_value = ""
        if self.of is not None:
            of_value = to_arabic_digits(normalize_text(str(row.get(self.of) or "")))
            if not of_value:
                return None
        pattern = rf"{re.escape(self.marker)} ?{re.escape(of_value)}(?: ?([0-9]{{1,6}}) ?โครงการ)?"
        matched = re.fullmatch(pattern, to_arabic_digits(normalize_text(text)))
        if matched is None:
            return None
        return int(matched[1]) if matched[1] else -1


@record
class FileMapping:
    """How files of one kind are read (การจับคู่คอลัมน์).

    `fields` map a field to its column, `constants` to a fixed value. `key` and `fill_down` list
    fields or columns. Column names have Arabic digits and single spaces; names from several header
    rows are joined by ` / `. Header rows count from 1.
    """

    sheet: str | None
    header_rows: tuple[int, ...]
    fields: Mapping[str, str]
    constants: Mapping[str, str]
    amounts: tuple[AmountColumn, ...]
    key: tuple[str, ...]
    fill_down: tuple[str, ...]
    headings: tuple[HeadingRows, ...]
    totals: tuple[TotalRows, ...]
    ignored: frozenset[str]
    notes: tuple[str, ...] = ()
    codes: Mapping[str, CodeFormat] = field(default_factory=dict)
    separator: str = ","
    linkages: tuple[LinkageColumns, ...] = ()

    def units(self, default: MoneyUnit) -> dict[str, MoneyUnit]:
        """Return the unit of each column of amounts, given that of the source."""
        return {one.column: one.unit or default for one in self.amounts}

    @property
    def read_columns(self) -> frozenset[str]:
        """Return every column that is read, including those made from headings."""
        return frozenset(
            [
                *self.fields.values(),
                *(one.column for one in self.amounts),
                *(one.column for one in self.headings),
                *(one.column for one in self.totals),
                *(name for one in self.linkages for name in one.names),
                *(one for one in self.key if one not in {*self.fields, *self.constants}),
            ]
        )

    def field_value(self, row: Mapping[str, Any], field: str) -> Any:
        """Return the value of a field in a row, or its constant; null when neither exists."""
        if field in self.constants:
            return self.constants[field]
        return row.get(self.fields.get(field, field))

    def is_note(self, cells: Iterable[Any]) -> bool:
        """Return whether a row is a declared note: each of its cells begins with a word of one."""
        texts = [cell for cell in cells if cell is not None and cell != ""]
        return bool(self.notes and texts) and all(
            isinstance(text, str) and normalize_text(text).startswith(self.notes) for text in texts
        )

    def find_total(self, row: Mapping[str, Any]) -> TotalRows | None:
        """Return which kind of total a row is; null: it is an ordinary row."""
        return next((one for one in self.totals if one.parse_project_count(row) is not None), None)

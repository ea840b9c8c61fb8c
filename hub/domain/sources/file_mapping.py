"""The mapping of a file: which column contains what, and which rows are layout.

A mapping is part of a source's declaration; nothing is guessed at run time.
"""

import re
from collections.abc import Mapping
from typing import Any

from hub.domain.budget import BudgetPhase, FundingSource
from hub.domain.record import record, value
from hub.domain.thai_text import normalize_text, to_arabic_digits
from hub.domain.time import FiscalYear


@value
class AmountColumn:
    """A column of amounts, with phase, funding and fiscal year; `year` null: the row's own year."""

    column: str
    phase: BudgetPhase
    funding: FundingSource
    year: FiscalYear | None


@value
class HeadingRows:
    """Rows with a single text that begins with `prefix`; it becomes `column` of the rows below."""

    column: str
    prefix: str


@value
class TotalRows:
    """Rows of totals: their column, their marker, and the headings they add up.

    `heading_index` is the index of the heading among the mapping's headings; null: all rows of the
    file.
    """

    column: str
    marker: str
    heading_index: int | None

    def parse_project_count(self, row: Mapping[str, Any]) -> int | None:
        """Return the project count in a row of totals, -1 if it has none; null: not such a row.

        The marker matches alone or with a number of projects: `รวม`, `รวม ๓ โครงการ`, but not
        รวมใจ.
        """
        text = row.get(self.column)
        if not isinstance(text, str):
            return None
        pattern = rf"{re.escape(self.marker)}(?: ?([0-9]{{1,6}}) ?โครงการ)?"
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

    @property
    def read_columns(self) -> frozenset[str]:
        """Return every column that is read, including those made from headings."""
        return frozenset(
            [
                *self.fields.values(),
                *(one.column for one in self.amounts),
                *(one.column for one in self.headings),
                *(one.column for one in self.totals),
                *(one for one in self.key if one not in {*self.fields, *self.constants}),
            ]
        )

    def field_value(self, row: Mapping[str, Any], field: str) -> Any:
        """Return the value of a field in a row, or its constant; null when neither exists."""
        if field in self.constants:
            return self.constants[field]
        return row.get(self.fields.get(field, field))

    def find_total(self, row: Mapping[str, Any]) -> TotalRows | None:
        """Return which kind of total a row is; null: it is an ordinary row."""
        return next((one for one in self.totals if one.parse_project_count(row) is not None), None)

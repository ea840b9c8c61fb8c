"""What an operator says of a file: which column holds what, and what between the rows is layout.

A mapping is part of the declaration of a source; nothing of a file is guessed at run time.
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
    """A column of amounts: whose money, of which phase and year; null: the row's own year."""

    column: str
    phase: BudgetPhase
    funding: FundingSource
    year: FiscalYear | None


@value
class HeadingRows:
    """Rows that hold one text alone, which begins so; it goes with the rows below as `column`."""

    column: str
    prefix: str


@value
class TotalRows:
    """Rows of sums: the word, the column it stands in, and the headings they sum up.

    `under` is the place of the heading among the mapping's headings; null: all rows of the file.
    """

    column: str
    marker: str
    heading_index: int | None

    def parse_project_count(self, row: Mapping[str, Any]) -> int | None:
        """How many projects a row of sums says there are, -1 where it says none; null: no such row.

        The word alone counts, or with a number of projects: `รวม`, `รวม ๓ โครงการ`, and not รวมใจ.
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
    """How one kind of file is read (การจับคู่คอลัมน์).

    `fields` name the column of each field, `constants` say what no column does. `key` and
    `fill_down` name fields or columns. Names of columns have Arabic digits and single blanks; those
    of several header rows are joined by ` / `. Header rows count from 1.
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
        """Every column that is read, those made of headings included."""
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
        """What a row, or the mapping for every row, says of a field; null where neither does."""
        if field in self.constants:
            return self.constants[field]
        return row.get(self.fields.get(field, field))

    def find_total(self, row: Mapping[str, Any]) -> TotalRows | None:
        """Which kind of sums a row holds; null: it is a row like others."""
        return next((one for one in self.totals if one.parse_project_count(row) is not None), None)

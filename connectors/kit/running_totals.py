"""Sums of the records of a table, with which its total rows are compared."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from connectors.kit import thai
from hub.domain.sources.file_mapping import FileMapping, TotalRows
from hub.domain.sources.records import Doubt, QuarantineReason
from hub.domain.sources.spec import SourceSpec
from hub.domain.thai_text import to_arabic_digits

Sums = dict[str, int]


class RunningTotals:
    """Sums of the records under each heading, with each value of a column, and of all records."""

    def __init__(self, mapping: FileMapping, spec: SourceSpec) -> None:
        self._mapping = mapping
        self._units = mapping.units(spec.money_unit)
        self._columns = [one.column for one in mapping.amounts] if mapping.totals else []
        self._levels = [RecordGroup(self._columns) for _ in range(len(mapping.headings) + 1)]
        self._value_columns = {one.of for one in mapping.totals if one.of is not None}
        self._by_value: dict[tuple[str, str], RecordGroup] = defaultdict(
            lambda: RecordGroup(self._columns)
        )

    def reset_from(self, heading_index: int) -> None:
        """Reset the sums of a heading and of those within it."""
        for level in range(heading_index + 1, len(self._levels)):
            self._levels[level] = RecordGroup(self._columns)

    def add_row(self, row: Mapping[str, Any]) -> None:
        """Add the readable amounts of a record."""
        if not self._mapping.totals:
            return
        satang = {
            column: thai.readable_satang(
                thai.parse_amount(row.get(column), self._units[column], column)
            )
            or 0
            for column in self._columns
        }
        values = [(column, clean_value(row.get(column))) for column in self._value_columns]
        for group in (*self._levels, *(self._by_value[one] for one in values if one[1])):
            group.add(satang)

    def find_total(self, row: dict[str, Any]) -> TotalRows | None:
        """Return which declared total a row is, else null.

        The value that the text of a total names must be a value of the rows above; it is entered in
        its column, so that the row is recognized without them.
        """
        for total in self._mapping.totals:
            value = total.find_value(row)
            if value is not None and total.of and (total.of, value) in self._by_value:
                row[total.of] = value
        return self._mapping.find_total(row)

    def find_disagreements(self, total: TotalRows, row: Mapping[str, Any]) -> Iterator[Doubt]:
        """Yield doubts about a total row that differs from the sum of its records."""
        group = self._levels[0 if total.heading_index is None else total.heading_index + 1]
        if total.of is not None:
            group = self._by_value[total.of, clean_value(row.get(total.of))]
        declared_count = total.parse_project_count(row)
        if declared_count not in (None, -1, group.count):
            yield thai.build_doubt(
                QuarantineReason.TOTALS_DISAGREE,
                total.column,
                row[total.column],
                f"นับโครงการข้างบนได้ {group.count:,}",
                f"there are {group.count:,} projects above",
            )
        for column in self._columns:
            declared = thai.parse_amount(row.get(column), self._units[column], column)
            satang = thai.readable_satang(declared)
            if isinstance(declared, Doubt) and satang is None:
                yield declared
            elif satang is not None and satang != group.satang[column]:
                sum_of_rows = group.satang[column] / 100
                yield thai.build_doubt(
                    QuarantineReason.TOTALS_DISAGREE,
                    column,
                    row.get(column),
                    f"ไม่เท่ากับผลรวมของแถวข้างบน {sum_of_rows:,.2f} บาท",
                    f"is not the sum of the rows above, {sum_of_rows:,.2f} baht",
                )


class RecordGroup:
    """The number of records that a total sums up, and their satang by column."""

    def __init__(self, columns: list[str]) -> None:
        self.count = 0
        self.satang: Sums = dict.fromkeys(columns, 0)

    def add(self, satang: Sums) -> None:
        """Add a record."""
        self.count += 1
        for column, amount in satang.items():
            self.satang[column] += amount


def clean_value(cell: Any) -> str:
    """Return a cell as the text behind the marker of a total names it."""
    return to_arabic_digits(thai.clean_text(cell))

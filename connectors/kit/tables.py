"""A table as a mapping describes it: header rows, headings, totals, and records.

Only rows that the mapping declares as layout are layout; all others are records. Headings are added
to the records below them; totals are compared with them and quarantined if they differ. Records
that look like totals or notes get a doubt.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import islice, zip_longest
from typing import Any, Final

from openpyxl.utils.cell import get_column_letter

from connectors.kit import thai
from connectors.kit.codes import cleared_digits_doubt, find_cleared_columns, has_cleared_digits
from connectors.kit.file_mapping import get_file_mapping
from connectors.kit.running_totals import RunningTotals
from connectors.kit.sheet import CellPosition
from connectors.kit.stated_unit import check_stated_units
from connectors.kit.undeclared_totals import UndeclaredTotals
from hub.domain.record import record
from hub.domain.sources.columns import normalize_column_name
from hub.domain.sources.file_mapping import FileMapping
from hub.domain.sources.records import Doubt
from hub.domain.sources.spec import Format, SourceSpec
from hub.domain.thai_text import normalize_text, to_arabic_digits
from hub.errors import SourceRefused

NAME_SEPARATOR: Final = " / "
"""Separator of a column's names in several header rows."""

Cells = Sequence[Any]


@record
class TableRow:
    """One record of a table: its cells by column, and the doubts about a total row.

    `malformed_cells` are the cells of a row with another width than the table, else null.
    """

    cells: Mapping[str, Any]
    doubts: tuple[Doubt, ...] = ()
    malformed_cells: Cells | None = None
    width: int = 0


def read_table_rows(
    rows: Iterator[list[Any]],
    merged: Mapping[CellPosition, CellPosition],
    spec: SourceSpec,
    file: str,
    rows_again: Iterator[Cells] | None = None,
) -> Iterator[TableRow]:
    """Yield the records of a table in order; `SourceRefused` if it is not as declared.

    A CSV row of another width has too many or too few commas, and is malformed. `rows_again`: the
    same rows, if they can be read twice at small cost, to find columns of spoilt codes.
    """
    mapping = get_file_mapping(spec)
    head = list(islice(rows, mapping.header_rows[-1]))
    if len(head) < mapping.header_rows[-1]:
        last = mapping.header_rows[-1]
        raise SourceRefused(
            f"{file}: มีเพียง {len(head)} แถว ไม่มีหัวตารางที่แถว {last} ตาม header_rows "
            f"· has {len(head)} rows but header_rows declares a header in row {last}"
        )
    check_stated_units(head, mapping, spec, file)
    levels = [head[row - 1] for row in mapping.header_rows]
    names = build_column_names(levels, mapping.header_rows, merged)
    check_column_names(names, mapping, file)
    cleared = find_cleared_columns(rows_again, names, mapping) if rows_again else frozenset()
    yield from TableBody(mapping, spec, names, levels, merged, file, cleared).rows(rows)


def build_column_names(
    levels: Sequence[Cells], header_rows: Sequence[int], merged: Mapping[CellPosition, CellPosition]
) -> list[str]:
    """Return the names of columns, joined over the header rows; empty for a column without one.

    A merged name applies to all its cells. An unmerged name in an upper row also applies to the
    columns on its right, as long as they have a name below and none in that row.
    """
    width = max(map(len, levels))
    name_grid = [
        [parse_header_name(cell) for cell in level] + [""] * (width - len(level))
        for level in levels
    ]
    merged_cells: set[CellPosition] = set()
    for (top, left), (bottom, right) in merged.items():
        depths = [depth for depth, row in enumerate(header_rows) if top <= row <= bottom]
        if not depths or header_rows[depths[0]] != top or left > width:
            continue
        for depth in depths:
            for column in range(left - 1, min(right, width)):
                name_grid[depth][column] = name_grid[depths[0]][left - 1]
                merged_cells.add((depth, column))
    for depth, level in enumerate(name_grid[:-1]):
        for column in range(1, width):
            has_name_below = any(lower_level[column] for lower_level in name_grid[depth + 1 :])
            if has_name_below and not level[column] and (depth, column - 1) not in merged_cells:
                level[column] = level[column - 1]
    return [
        NAME_SEPARATOR.join(dict.fromkeys(filter(None, column)))
        for column in zip(*name_grid, strict=True)
    ]


def parse_header_name(cell: Any) -> str:
    """Return the name in a header cell; it may be a year as a number."""
    return normalize_column_name(thai.clean_text(cell))


def check_column_names(names: Sequence[str], mapping: FileMapping, file: str) -> None:
    """Raise `SourceRefused` if two columns have one name, or the name of a heading."""
    heading_columns = [heading.column for heading in mapping.headings]
    all_names = [*filter(None, names), *heading_columns]
    if duplicates := sorted({name for name in all_names if all_names.count(name) > 1}):
        names_text = ", ".join(duplicates)
        raise SourceRefused(
            f"{file}: มีคอลัมน์ชื่อซ้ำ {names_text} · columns have the same name: {names_text}"
        )


def is_blank(cell: Any) -> bool:
    """Return whether a cell is empty."""
    return cell is None or (isinstance(cell, str) and not normalize_text(cell))


def build_doubted_row(cells: Mapping[str, Any], doubts: tuple[Doubt, ...]) -> TableRow:
    """Return a row with doubts that other rows of the table are the reason of."""
    return TableRow(cells, tuple(replace(doubt, positional=True) for doubt in doubts))


class TableBody:
    """The rows below the header."""

    def __init__(
        self,
        mapping: FileMapping,
        spec: SourceSpec,
        names: Sequence[str],
        levels: Sequence[Cells],
        merged: Mapping[CellPosition, CellPosition],
        file: str,
        cleared_columns: AbstractSet[str] = frozenset(),
    ) -> None:
        self._mapping = mapping
        self._cleared_columns = cleared_columns
        self._names = names
        self._levels = [[*map(parse_header_name, level)] for level in levels]
        self._next_header_level = 0
        self._merged = merged
        self._file = file
        self._has_fixed_width = spec.format is Format.CSV
        self._totals = RunningTotals(mapping, spec)
        self._undeclared_totals = UndeclaredTotals(mapping, spec, names)
        self._headings: dict[str, str] = {one.column: "" for one in mapping.headings}
        self._values_above: dict[str, Any] = {}
        self._merged_values: dict[int, tuple[int, Any]] = {}
        self._merged_downwards: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for (top, left), (bottom, _) in merged.items():
            if bottom > top > mapping.header_rows[-1]:
                self._merged_downwards[top].append((left, bottom))
        amount_names = {one.column for one in mapping.amounts}
        self._amount_columns = [
            column for column, name in enumerate(names, 1) if name in amount_names
        ]

    def rows(self, rows: Iterator[list[Any]]) -> Iterator[TableRow]:
        """Yield every record; skip blank rows, headings, repeated headers and correct totals."""
        for number, cells in enumerate(rows, self._mapping.header_rows[-1] + 1):
            if all(map(is_blank, cells)) or self._is_layout(cells):
                continue
            width = len(self._names)
            if self._has_fixed_width and (
                len(cells) < width or not all(map(is_blank, cells[width:]))
            ):
                yield TableRow({}, malformed_cells=cells, width=width)
                continue
            self._check_merged(number, cells)
            merged_values = self._fill_merged(number, cells)
            own_cells = self._name_cells(cells)
            total = self._totals.find_total(own_cells)
            doubts = () if total else self._undeclared_totals.find_doubts(own_cells)
            row = self._build_row(own_cells, merged_values, is_record=not total and not doubts)
            if total is not None:
                doubts = tuple(self._totals.find_disagreements(total, row))
                if doubts:
                    yield build_doubted_row(row, doubts)
                continue
            if not doubts:
                self._totals.add_row(row)
            yield build_doubted_row(row, (*doubts, *self._find_cleared_codes(row)))

    def _is_layout(self, cells: Cells) -> bool:
        """Return whether a row is declared as layout: a repeated header, a heading or a note."""
        return self._is_header(cells) or self._is_heading(cells) or self._mapping.is_note(cells)

    def _find_cleared_codes(self, row: Mapping[str, Any]) -> Iterator[Doubt]:
        """Yield doubts about codes whose last digits were cleared, in columns with such codes."""
        for column in self._cleared_columns:
            if has_cleared_digits(to_arabic_digits(thai.clean_text(row.get(column)))):
                yield cleared_digits_doubt(column, row.get(column))

    def _is_header(self, cells: Cells) -> bool:
        """Return whether a row repeats the header, as on each printed page."""
        for level in dict.fromkeys((self._next_header_level, 0)):
            cell_pairs = zip_longest(cells, self._levels[level], fillvalue="")
            if all(parse_header_name(cell) == name for cell, name in cell_pairs):
                self._next_header_level = (level + 1) % len(self._levels)
                return True
        self._next_header_level = 0
        return False

    def _is_heading(self, cells: Cells) -> bool:
        """Return whether a row is a heading; a new one resets what is below it."""
        filled_cells = [cell for cell in cells if not is_blank(cell)]
        if len(filled_cells) != 1 or not isinstance(filled_cells[0], str):
            return False
        text = normalize_text(filled_cells[0])
        for index, heading in enumerate(self._mapping.headings):
            if heading.matches(text):
                if self._headings[heading.column] != text:
                    for lower_heading in self._mapping.headings[index:]:
                        self._headings[lower_heading.column] = ""
                    self._headings[heading.column] = text
                    self._totals.reset_from(index)
                self._values_above.clear()
                return True
        return False

    def _check_merged(self, number: int, cells: Cells) -> None:
        """Raise `SourceRefused` if one amount is merged over several rows or years."""
        for column in self._amount_columns:
            last = self._merged.get((number, column))
            if last and column <= len(cells) and not is_blank(cells[column - 1]):
                cell_range = (
                    f"{get_column_letter(column)}{number}:{get_column_letter(last[1])}{last[0]}"
                )
                raise SourceRefused(
                    f"{self._file}: จำนวนเงินเดียวอยู่ในเซลล์ผสาน {cell_range} "
                    "แยกเซลล์แล้วระบุจำนวนของแต่ละช่อง "
                    f"· one amount is in the merged cells {cell_range}; "
                    "unmerge them and say what belongs to each"
                )

    def _fill_merged(self, number: int, cells: Cells) -> dict[str, Any]:
        """Return the values of cells that are merged over several rows, for the rows below the
        first of them; the value of a merged cell is that of each of its rows.
        """
        for column, bottom in self._merged_downwards.get(number, ()):
            if column <= min(len(cells), len(self._names)) and self._names[column - 1]:
                self._merged_values[column] = (bottom, cells[column - 1])
        return {
            self._names[column - 1]: value
            for column, (bottom, value) in self._merged_values.items()
            if number <= bottom
        }

    def _name_cells(self, cells: Cells) -> dict[str, Any]:
        """Return the cells of a row by column; an unnamed one with a value by its letter."""
        row: dict[str, Any] = {}
        for index, (name, cell) in enumerate(zip_longest(self._names, cells)):
            if name:
                row[name] = cell
            elif not is_blank(cell):
                row[f"คอลัมน์ {get_column_letter(index + 1)}"] = cell
        return row

    def _build_row(
        self, own_cells: dict[str, Any], merged_values: Mapping[str, Any], *, is_record: bool
    ) -> dict[str, Any]:
        """Return cells by column, with values of merged cells, values filled down, and headings.

        Only the values of records are filled down to the rows below.
        """
        row = dict(own_cells)
        if self._mapping.find_total(row) is None:
            row.update(
                (name, one) for name, one in merged_values.items() if is_blank(row.get(name))
            )
            for name in self._mapping.fill_down:
                if is_blank(row.get(name)) and name in row:
                    row[name] = self._values_above.get(name)
                if is_record:
                    self._values_above[name] = row.get(name)
        return {**row, **self._headings}

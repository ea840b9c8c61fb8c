"""A table as a mapping describes it: rows that name the columns, headings, sums, and records.

Layout is what the mapping declares to be layout; every other row is a record. Headings go with the
records below them; sums are held against them and wait for review where they disagree.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, zip_longest
from typing import Any, Final

from openpyxl.utils.cell import get_column_letter

from connectors.kit import thai
from connectors.kit.file_mapping import column_name, mapping_in
from connectors.kit.workbook import Place
from hub.domain.record import record
from hub.domain.sources.file_mapping import FileMapping, TotalRows
from hub.domain.sources.records import Doubt, QuarantineReason
from hub.domain.sources.spec import Format, SourceSpec
from hub.domain.thai_text import normalize_text
from hub.errors import SourceRefused

BETWEEN: Final = " / "
"""Between the names of a column in several header rows."""

Cells = Sequence[Any]


@record
class TableRow:
    """One record of a table: its cells by column, and what is doubted about a row of sums.

    `odd` holds the cells of a row that has not as many of them as the table is wide, else null.
    """

    cells: Mapping[str, Any]
    doubts: tuple[Doubt, ...] = ()
    odd: Cells | None = None
    width: int = 0


def rows_of(
    rows: Iterator[list[Any]], merged: Mapping[Place, Place], spec: SourceSpec, file: str
) -> Iterator[TableRow]:
    """The records of a table in their order; `SourceRefused` where it is not as declared.

    In a CSV file a row of another width has a comma too many or too few, and is odd.
    """
    mapping = mapping_in(spec)
    head = list(islice(rows, mapping.header_rows[-1]))
    if len(head) < mapping.header_rows[-1]:
        last = mapping.header_rows[-1]
        raise SourceRefused(
            f"{file}: มีเพียง {len(head)} แถว ไม่มีหัวตารางที่แถว {last} ตาม header_rows "
            f"· has {len(head)} rows and no header in row {last}, where header_rows says it is"
        )
    levels = [head[row - 1] for row in mapping.header_rows]
    names = column_names(levels, mapping.header_rows, merged)
    check_names(names, mapping, file)
    yield from Body(mapping, spec, names, levels, merged, file).rows(rows)


def column_names(
    levels: Sequence[Cells], at: Sequence[int], merged: Mapping[Place, Place]
) -> list[str]:
    """Names of columns over several header rows, joined; empty where a column has none.

    A merged name stands over all its cells. An unmerged one in an upper row stands over the columns
    to its right, too, as long as they have a name below and none of their own.
    """
    width = max(map(len, levels))
    told = [[written(cell) for cell in level] + [""] * (width - len(level)) for level in levels]
    fixed: set[Place] = set()
    for (top, left), (bottom, right) in merged.items():
        depths = [depth for depth, row in enumerate(at) if top <= row <= bottom]
        if not depths or at[depths[0]] != top or left > width:
            continue
        for depth in depths:
            for column in range(left - 1, min(right, width)):
                told[depth][column] = told[depths[0]][left - 1]
                fixed.add((depth, column))
    for depth, level in enumerate(told[:-1]):
        for column in range(1, width):
            below = any(lower[column] for lower in told[depth + 1 :])
            if below and not level[column] and (depth, column - 1) not in fixed:
                level[column] = level[column - 1]
    return [BETWEEN.join(dict.fromkeys(filter(None, column))) for column in zip(*told, strict=True)]


def written(cell: Any) -> str:
    """The name a header's cell gives; a year may stand there as a number."""
    return column_name(thai.text(cell))


def check_names(names: Sequence[str], mapping: FileMapping, file: str) -> None:
    """`SourceRefused` where two columns have one name, or one that a heading is to have."""
    made = [heading.column for heading in mapping.headings]
    every = [*filter(None, names), *made]
    if twice := sorted({name for name in every if every.count(name) > 1}):
        same = ", ".join(twice)
        raise SourceRefused(f"{file}: มีคอลัมน์ชื่อซ้ำ {same} · columns have the same name: {same}")


def blank(cell: Any) -> bool:
    """Whether nothing stands in a cell."""
    return cell is None or (isinstance(cell, str) and not normalize_text(cell))


class Body:
    """The rows below the header, one after another."""

    def __init__(
        self,
        mapping: FileMapping,
        spec: SourceSpec,
        names: Sequence[str],
        levels: Sequence[Cells],
        merged: Mapping[Place, Place],
        file: str,
    ) -> None:
        self._mapping = mapping
        self._names = names
        self._levels = [[*map(written, level)] for level in levels]
        self._repeated = 0
        self._merged = merged
        self._file = file
        self._square = spec.format is Format.CSV
        self._sums = Sums(mapping, spec)
        self._headings: dict[str, str] = {one.column: "" for one in mapping.headings}
        self._above: dict[str, Any] = {}
        money = {one.column for one in mapping.amounts}
        self._money = [at for at, name in enumerate(names, 1) if name in money]

    def rows(self, rows: Iterator[list[Any]]) -> Iterator[TableRow]:
        """Every record; blank rows, headings, the header again and right sums are passed over."""
        for number, cells in enumerate(rows, self._mapping.header_rows[-1] + 1):
            if all(map(blank, cells)) or self._is_header(cells) or self._is_heading(cells):
                continue
            width = len(self._names)
            if self._square and (len(cells) < width or not all(map(blank, cells[width:]))):
                yield TableRow({}, odd=cells, width=width)
                continue
            self._check_merged(number, cells)
            found = self._named(cells)
            kind = self._mapping.find_total(found)
            if kind is None:
                self._sums.add(found)
                yield TableRow(found)
            elif doubts := tuple(self._sums.disagreeing(kind, found)):
                yield TableRow(found, doubts)

    def _is_header(self, cells: Cells) -> bool:
        """Whether the header is printed again, as on each page: its rows in their order."""
        for level in dict.fromkeys((self._repeated, 0)):
            told = zip_longest(cells, self._levels[level], fillvalue="")
            if all(written(cell) == name for cell, name in told):
                self._repeated = (level + 1) % len(self._levels)
                return True
        self._repeated = 0
        return False

    def _is_heading(self, cells: Cells) -> bool:
        """Whether a row is a heading: what stands under it begins anew, unless it only goes on."""
        told = [cell for cell in cells if not blank(cell)]
        if len(told) != 1 or not isinstance(told[0], str):
            return False
        text = normalize_text(told[0])
        for place, heading in enumerate(self._mapping.headings):
            if text.startswith(heading.prefix):
                if self._headings[heading.column] != text:
                    for lower in self._mapping.headings[place:]:
                        self._headings[lower.column] = ""
                    self._headings[heading.column] = text
                    self._sums.begin(place)
                self._above.clear()
                return True
        return False

    def _check_merged(self, number: int, cells: Cells) -> None:
        """`SourceRefused` where one amount stands over several rows or years."""
        for column in self._money:
            last = self._merged.get((number, column))
            if last and column <= len(cells) and not blank(cells[column - 1]):
                place = f"{get_column_letter(column)}{number}:{get_column_letter(last[1])}{last[0]}"
                raise SourceRefused(
                    f"{self._file}: จำนวนเงินเดียวอยู่ในเซลล์ผสาน {place} แยกเซลล์แล้วระบุจำนวนของแต่ละช่อง "
                    f"· one amount stands in the merged cells {place}; "
                    "unmerge them and say what belongs to each"
                )

    def _named(self, cells: Cells) -> dict[str, Any]:
        """The cells by their columns; with what a column takes from above, and the headings."""
        found: dict[str, Any] = {}
        for at, (name, cell) in enumerate(zip_longest(self._names, cells)):
            if name:
                found[name] = cell
            elif not blank(cell):
                found[f"คอลัมน์ {get_column_letter(at + 1)}"] = cell
        if self._mapping.find_total(found) is None:
            for name in self._mapping.fill_down:
                if blank(found.get(name)) and name in found:
                    found[name] = self._above.get(name)
                self._above[name] = found.get(name)
        return {**found, **self._headings}


class Sums:
    """What the records came to, under each heading and in all."""

    def __init__(self, mapping: FileMapping, spec: SourceSpec) -> None:
        self._mapping = mapping
        self._unit = spec.money_unit
        self._columns = [one.column for one in mapping.amounts] if mapping.totals else []
        self._satang = [dict.fromkeys(self._columns, 0) for _ in range(len(mapping.headings) + 1)]
        self._counts = [0] * len(self._satang)

    def begin(self, place: int) -> None:
        """A heading: what stands under it and under those within it is counted from nothing."""
        for at in range(place + 1, len(self._satang)):
            self._satang[at] = dict.fromkeys(self._columns, 0)
            self._counts[at] = 0

    def add(self, row: Mapping[str, Any]) -> None:
        """A record, with every amount that can be read."""
        for column in self._columns:
            satang = thai.believed(thai.amount(row.get(column), self._unit, column)) or 0
            for sums in self._satang:
                sums[column] += satang
        self._counts = [count + 1 for count in self._counts]

    def disagreeing(self, kind: TotalRows, row: Mapping[str, Any]) -> Iterator[Doubt]:
        """Doubts where a row of sums says something else than the records it sums up."""
        place = 0 if kind.heading_index is None else kind.heading_index + 1
        said = kind.parse_project_count(row)
        if said not in (None, -1, self._counts[place]):
            yield thai.doubt(
                QuarantineReason.TOTALS_DISAGREE,
                kind.column,
                row[kind.column],
                f"นับโครงการข้างบนได้ {self._counts[place]:,}",
                f"there are {self._counts[place]:,} projects above",
            )
        for column in self._columns:
            told = thai.amount(row.get(column), self._unit, column)
            satang = thai.believed(told)
            if isinstance(told, Doubt) and satang is None:
                yield told
            elif satang is not None and satang != self._satang[place][column]:
                sum_of_rows = self._satang[place][column] / 100
                yield thai.doubt(
                    QuarantineReason.TOTALS_DISAGREE,
                    column,
                    row.get(column),
                    f"ไม่เท่ากับผลรวมของแถวข้างบน {sum_of_rows:,.2f} บาท",
                    f"is not the sum of the rows above, {sum_of_rows:,.2f} baht",
                )

"""The sheet of the matrix: headers with their groups, states as symbols, counts and money."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, Final

from openpyxl import Workbook

from hub.domain.labels import label_of
from hub.domain.matrix.result import (
    STATE_PRECEDENCE,
    Axis,
    Cell,
    CellState,
    Figures,
    Header,
    Total,
)
from hub.domain.money import Money
from hub.domain.text import Locale, LocalizedText, localized_text
from hub.services.matrix_files.read_answer import MatrixAnswer
from hub.services.matrix_files.sheet import (
    BAHT_FORMAT,
    BOLD,
    CENTRED,
    COUNT_FORMAT,
    GRID,
    HEAD,
    HEAD_FILL,
    MILLION_FORMAT,
    TITLE,
    CellStyle,
    FileSheet,
    text_width,
)

SHEET_NAME: Final = localized_text("เมทริกซ์", "matrix")
TOTAL: Final = localized_text("รวม", "Total")
SYMBOLS: Final = {
    CellState.RESTRICTED: "■",
    CellState.DISPUTED: "↔",
    CellState.OVERLAP: "▲",
    CellState.COVERED: "●",
    CellState.NOT_IN_FORCE: "×",
    CellState.NOT_REPORTED: "?",
    CellState.GAP: "○",
    CellState.NOT_EXPECTED: "–",
    CellState.NOT_JUDGED: "·",
}
"""Of the characters that every font of Windows has (WGL4)."""
STATE: Final = localized_text("สถานะ", "state")
PROJECTS: Final = localized_text("โครงการ", "projects")
MILLION: Final = localized_text("ล้านบาท", "million baht")
BAHT: Final = localized_text("บาท", "baht")
LEGEND: Final = localized_text("สัญลักษณ์", "Symbols")
MEASURE_WIDTH: Final = 13
CELL_WIDTH: Final = 20
MIN_LABEL_WIDTH: Final = 18
MAX_LABEL_WIDTH: Final = 44
COUNTS: Final = CellStyle(alignment=CENTRED, border=GRID, number_format=COUNT_FORMAT)
NUMBER_STYLES: Final = {
    PROJECTS: COUNTS,
    MILLION: CellStyle(border=GRID, number_format=MILLION_FORMAT),
    BAHT: CellStyle(border=GRID, number_format=BAHT_FORMAT),
}
TOTAL_STYLES: Final = {
    measure: CellStyle(BOLD, HEAD_FILL, style.alignment, GRID, style.number_format)
    for measure, style in NUMBER_STYLES.items()
}
STATE_STYLE: Final = CellStyle(alignment=CENTRED, border=GRID)
TOTAL_STATE_STYLE: Final = CellStyle(alignment=CENTRED, border=GRID, fill=HEAD_FILL)
Measures = Sequence[LocalizedText]


def write_matrix_sheet(
    book: Workbook, answer: MatrixAnswer, title: str, warning: str | None, locale: Locale
) -> None:
    """Add the sheet: a title, the table, and what its symbols mean.

    Each row of the matrix is a line for each measure: state, projects, million baht and baht; the
    last two only if the matrix has a line of the phase.
    """
    MatrixSheetWriter(book, answer, warning, locale).write(title)


class MatrixSheetWriter:
    """Writes the table of one answer."""

    def __init__(
        self, book: Workbook, answer: MatrixAnswer, warning: str | None, locale: Locale
    ) -> None:
        self._answer = answer
        self._matrix = answer.matrix
        self._locale = locale
        self._target = FileSheet(book, SHEET_NAME.text(locale), warning)
        self._row_groups = count_groups(self._matrix.rows)
        self._column_groups = count_groups(self._matrix.columns)
        has_money = answer.phase in self._matrix.total.figures.money
        self._measures: Measures = (STATE, PROJECTS, *((MILLION, BAHT) if has_money else ()))

    def write(self, title: str) -> None:
        """Write the sheet."""
        labels = [header.label.text(self._locale) for header in self._matrix.rows.headers]
        longest = max(map(text_width, labels), default=0)
        label_width = min(max(longest, MIN_LABEL_WIDTH), MAX_LABEL_WIDTH)
        head_columns = self._row_groups + 2
        widths = [MIN_LABEL_WIDTH] * self._row_groups + [label_width, MEASURE_WIDTH]
        widths += [CELL_WIDTH] * (len(self._matrix.columns.headers) + 1)
        self._target.set_up(widths, self._column_groups + 2, head_columns)
        self._target.append([self._target.build(title, CellStyle(TITLE))])
        self._write_heads()
        cells = iter(self._matrix.cells)
        first_line = self._target.row_number + 1
        for header in self._matrix.rows.headers:
            row_cells = [next(cells) for _ in self._matrix.columns.headers]
            self._write_lines(header, row_cells, Total(self._matrix, header.group))
        self._merge_row_groups(first_line)
        columns = [Total(self._matrix, header.group) for header in self._matrix.columns.headers]
        self._write_lines(None, columns, self._matrix.total)
        self._write_legend()

    def _write_heads(self) -> None:
        """Write the rows of headers: their groups merged, outermost first, then the labels."""
        headers = self._matrix.columns.headers
        before, depth = self._row_groups + 2, self._column_groups
        first = self._target.row_number + 1
        rows_label = label_of(self._matrix.rows.dimension).text(self._locale)
        for level in range(depth + 1):
            texts = [
                group_at(header, level, depth, self._locale)
                if level < depth
                else header.label.text(self._locale)
                for header in headers
            ]
            head = [rows_label if level == 0 else None, *[None] * (before - 1)]
            texts = [*head, *texts, TOTAL.text(self._locale) if level == 0 else None]
            self._target.append([self._target.build(text, HEAD) for text in texts])
            if level < depth:
                for start, end in group_ranges(headers, level, depth, self._locale):
                    self._target.merge(
                        first + level, before + 1 + start, first + level, before + end
                    )
        self._target.merge(first, 1, first + depth, before)
        total_column = before + len(headers) + 1
        self._target.merge(first, total_column, first + depth, total_column)

    def _write_lines(
        self, header: Header | None, groups: Iterable[Cell | Total], total: Total
    ) -> None:
        """Write the lines of a row, or of the totals of columns (`header` null)."""
        groups = list(groups)
        first = self._target.row_number + 1
        label = TOTAL if header is None else header.label
        for measure in self._measures:
            texts = [
                *(self._row_group_texts(header) if measure is STATE else [None] * self._row_groups),
                label.text(self._locale) if measure is STATE else None,
                measure.text(self._locale),
            ]
            heads = [self._target.build(text, HEAD) for text in texts]
            cells = [self._build_cell(one, measure) for one in groups]
            self._target.append([*heads, *cells, self._build_cell(total, measure)])
        last, column = self._target.row_number, self._row_groups + 1
        self._target.merge(first, column if header else 1, last, column)

    def _row_group_texts(self, header: Header | None) -> list[str | None]:
        if header is None:  # the label of the totals fills the columns of groups
            return [TOTAL.text(self._locale), *[None] * (self._row_groups - 1)][: self._row_groups]
        depth = self._row_groups
        return [group_at(header, level, depth, self._locale) for level in range(depth)]

    def _build_cell(self, group: Cell | Total, measure: LocalizedText) -> Any:
        """Return the cell of a measure; empty where there is no line of the phase."""
        is_total = isinstance(group, Total)
        if measure is STATE:
            style = TOTAL_STATE_STYLE if is_total else STATE_STYLE
            text = describe_gaps(group) if isinstance(group, Total) else SYMBOLS[group.state]
            return self._target.build(text, style)
        styles = TOTAL_STYLES if is_total else NUMBER_STYLES
        return self._target.build(self._read_number(group.figures, measure), styles[measure])

    def _read_number(self, figures: Figures, measure: LocalizedText) -> Any:
        if measure is PROJECTS:
            return figures.projects
        satang = figures.money.get(self._answer.phase)
        if satang is None:
            return None
        baht = Money(satang).amount
        return baht if measure is BAHT else baht.scaleb(-6)

    def _merge_row_groups(self, first_line: int) -> None:
        """Merge the cells of each group of rows, over all lines of its rows."""
        headers, lines = self._matrix.rows.headers, len(self._measures)
        for level in range(self._row_groups):
            for start, end in group_ranges(headers, level, self._row_groups, self._locale):
                column = level + 1
                last = first_line + end * lines - 1
                self._target.merge(first_line + start * lines, column, last, column)

    def _write_legend(self) -> None:
        """Write what each symbol means."""
        self._target.append([])
        self._target.append([self._target.build(LEGEND.text(self._locale), CellStyle(BOLD))])
        for state in STATE_PRECEDENCE:
            text = f"{SYMBOLS[state]}  {label_of(state).text(self._locale)}"
            self._target.append([self._target.build(text)])


def describe_gaps(total: Total) -> str | None:
    """Return the number of gaps among the cells of a total, with their symbol; null for none."""
    count = sum(one.cells for one in total.states if one.state is CellState.GAP)
    return f"{SYMBOLS[CellState.GAP]} {count}" if count else None


def count_groups(axis: Axis) -> int:
    """Return the number of groups above the headers of an axis; those with fewer have gaps."""
    return max((header.depth for header in axis.headers), default=0)


def group_at(header: Header, level: int, depth: int, locale: Locale) -> str | None:
    """Return the group of a header at a level, outermost first; null if it has none there."""
    missing = depth - header.depth
    return header.path[level - missing].text(locale) if level >= missing else None


def group_ranges(
    headers: Sequence[Header], level: int, depth: int, locale: Locale
) -> Iterable[tuple[int, int]]:
    """Yield the ranges (start, end) of neighbouring headers with the same groups down to a level.

    Headers without a group at the level are in no range.
    """

    def _path(index: int) -> tuple[str | None, ...]:
        return tuple(group_at(headers[index], one, depth, locale) for one in range(level + 1))

    for path, indexes in groupby(range(len(headers)), key=_path):
        found = list(indexes)
        if path[-1] is not None:
            yield found[0], found[-1] + 1

"""The columns of the lines of a matrix, which the CSV file and the workbook share."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Final

from hub.domain.labels import label_of
from hub.domain.matrix.lines import MatrixLine
from hub.domain.matrix.result import Cell, Header
from hub.domain.money import Money
from hub.domain.record import record, value
from hub.domain.text import Locale, LocalizedText, localized_text
from hub.services.matrix_files.read_answer import MatrixAnswer

CellContent = str | int | Decimal | None
YES: Final = localized_text("ใช่", "yes")
NO: Final = localized_text("ไม่ใช่", "no")
GROUP_SEPARATOR: Final = " / "


@record
class FileLine:
    """One line of a file: a cell, and what one project or budget line adds to it.

    `line` is null in a cell without a project.
    """

    answer: MatrixAnswer
    cell: Cell
    line: MatrixLine | None
    locale: Locale


@value
class FileColumn:
    """A column: its English and its Thai heading, its width in characters, and its content."""

    key: str
    th: str
    width: int
    read: Callable[[FileLine], CellContent]
    is_money: bool = False

    def heading(self, locale: Locale) -> str:
        """Return the heading in a language; the English one is an identifier."""
        return self.key if locale is Locale.EN else self.th


def list_file_lines(answer: MatrixAnswer, locale: Locale) -> Iterator[FileLine]:
    """Yield the lines of a file, row-major; a cell without a project is one line."""
    for cell, lines in answer.lines_by_cell():
        for line in lines or (None,):
            yield FileLine(answer, cell, line, locale)


def read_text(
    read: Callable[[FileLine], LocalizedText | None],
) -> Callable[[FileLine], CellContent]:
    """Return the content of a text in the language of the file."""

    def _read(one: FileLine) -> CellContent:
        found = read(one)
        return None if found is None else found.text(one.locale)

    return _read


def of_line(
    read: Callable[[FileLine, MatrixLine], CellContent],
) -> Callable[[FileLine], CellContent]:
    """Return a content of the line itself; null in a cell without a project."""
    return lambda one: None if one.line is None else read(one, one.line)


def money_of_line(read: Callable[[MatrixLine], int | None]) -> Callable[[FileLine], CellContent]:
    """Return an amount of the line in baht; null without a line of the phase."""

    def _read(one: FileLine) -> CellContent:
        satang = None if one.line is None else read(one.line)
        return None if satang is None else Money(satang).amount

    return _read


def join_groups(header: Header, locale: Locale) -> str:
    """Return the groups above a header, outermost first."""
    return GROUP_SEPARATOR.join(text.text(locale) for text in header.path)


def describe_reasons(one: FileLine) -> CellContent:
    """Return why a cell without a project is empty; null in other cells."""
    if one.line is not None:
        return None
    return "; ".join(reason.text.text(one.locale) for reason in one.cell.state_reasons)


def name_owner(one: FileLine, line: MatrixLine) -> CellContent:
    """Return the name of the owner; null when it is unknown."""
    owner = one.answer.owners.get(line.project.owner_id or "")
    return None if owner is None else owner.name.text(one.locale)


def name_area(one: FileLine, line: MatrixLine) -> CellContent:
    """Return the name of the area of a budget line; null for central money and unknown places."""
    area = one.answer.areas.get(line.area_id or "")
    return None if area is None else area.name.text(one.locale)


def label_in(locale: Locale, text: LocalizedText | None) -> CellContent:
    """Return a text in a language; null for null."""
    return None if text is None else text.text(locale)


COLUMNS: Final = (
    FileColumn("row_key", "รหัสแถว", 14, lambda one: one.cell.row.key),
    FileColumn("row", "แถว", 28, read_text(lambda one: one.cell.row.label)),
    FileColumn("row_group", "กลุ่มของแถว", 20, lambda one: join_groups(one.cell.row, one.locale)),
    FileColumn("column_key", "รหัสคอลัมน์", 14, lambda one: one.cell.column.key),
    FileColumn("column", "คอลัมน์", 28, read_text(lambda one: one.cell.column.label)),
    FileColumn(
        "column_group", "กลุ่มของคอลัมน์", 20, lambda one: join_groups(one.cell.column, one.locale)
    ),
    FileColumn("state_code", "รหัสสถานะ", 14, lambda one: one.cell.state.value),
    FileColumn("state", "สถานะของช่อง", 14, read_text(lambda one: label_of(one.cell.state))),
    FileColumn("state_reason", "เหตุผลที่ไม่มีโครงการ", 40, describe_reasons),
    FileColumn("project_id", "id โครงการ", 24, of_line(lambda _, line: line.project.gid)),
    FileColumn("project_code", "รหัสโครงการ", 16, of_line(lambda _, line: line.project.code)),
    FileColumn(
        "project_name",
        "ชื่อโครงการ",
        52,
        of_line(lambda one, line: line.project.name.text(one.locale)),
    ),
    FileColumn("counted_as", "นับเป็นโครงการ", 24, of_line(lambda _, line: line.counted_as_gid)),
    FileColumn("owner", "เจ้าของโครงการ", 32, of_line(name_owner)),
    FileColumn(
        "project_fiscal_years",
        "ปีงบประมาณของโครงการ (พ.ศ.)",
        20,
        of_line(lambda _, line: ", ".join(str(year.be) for year in line.project.fiscal_years)),
    ),
    FileColumn(
        "fiscal_year",
        "ปีงบประมาณของเงิน (พ.ศ.)",
        14,
        of_line(lambda _, line: None if line.fiscal_year is None else line.fiscal_year.be),
    ),
    FileColumn("area", "พื้นที่ของเงิน", 20, of_line(name_area)),
    FileColumn(
        "funding",
        "แหล่งเงิน",
        18,
        of_line(lambda one, line: label_in(one.locale, line.funding and label_of(line.funding))),
    ),
    FileColumn("phase", "ขั้นของงบประมาณ", 16, read_text(lambda one: label_of(one.answer.phase))),
    FileColumn(
        "reported",
        "จำนวนที่รายงาน (บาท)",
        20,
        money_of_line(lambda line: line.reported),
        is_money=True,
    ),
    FileColumn(
        "counted", "นับในยอดรวม (บาท)", 20, money_of_line(lambda line: line.in_all), is_money=True
    ),
    FileColumn(
        "counted_in_cell",
        "นับในช่อง (บาท)",
        20,
        money_of_line(lambda line: line.in_cell),
        is_money=True,
    ),
    FileColumn(
        "counted_in_row",
        "นับในยอดแถว (บาท)",
        20,
        money_of_line(lambda line: line.in_row),
        is_money=True,
    ),
    FileColumn(
        "counted_in_column",
        "นับในยอดคอลัมน์ (บาท)",
        20,
        money_of_line(lambda line: line.in_column),
        is_money=True,
    ),
    FileColumn(
        "treatment",
        "วิธีคิดยอด",
        20,
        of_line(lambda one, line: label_of(line.treatment).text(one.locale)),
    ),
    FileColumn(
        "linkage_status",
        "สถานะความเชื่อมโยง",
        18,
        of_line(
            lambda one, line: label_in(
                one.locale, line.linkage_status and label_of(line.linkage_status)
            )
        ),
    ),
    FileColumn(
        "source",
        "แหล่งข้อมูล",
        32,
        of_line(lambda one, line: label_in(one.locale, line.source_name)),
    ),
    FileColumn(
        "made_up",
        "ข้อมูลสมมติ",
        12,
        read_text(lambda one: YES if one.line is not None and one.line.is_made_up else NO),
    ),
)
"""The columns, in their order. English headings are stable: programs read them."""

"""The sheet of the lines: what each project and budget line adds to each cell."""

from typing import Final

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from hub.domain.text import Locale, localized_text
from hub.services.matrix_files.columns import COLUMNS, list_file_lines
from hub.services.matrix_files.read_answer import MatrixAnswer
from hub.services.matrix_files.sheet import BAHT_FORMAT, HEAD, CellStyle, FileSheet

SHEET_NAME: Final = localized_text("รายการ", "contributions")
MONEY: Final = CellStyle(number_format=BAHT_FORMAT)


def write_lines_sheet(
    book: Workbook, answer: MatrixAnswer, warning: str | None, locale: Locale
) -> None:
    """Add the sheet: a heading, and the lines of the CSV file, with amounts as numbers."""
    target = FileSheet(book, SHEET_NAME.text(locale), warning)
    target.set_up([column.width for column in COLUMNS], head_rows=1)
    head = target.append([target.build(column.heading(locale), HEAD) for column in COLUMNS])
    for one in list_file_lines(answer, locale):
        target.append(
            [
                target.build(content, MONEY)
                if column.is_money and content is not None
                else target.build_plain(content)
                for column in COLUMNS
                for content in (column.read(one),)
            ]
        )
    last = get_column_letter(len(COLUMNS))
    target.sheet.auto_filter.ref = f"A{head}:{last}{target.row_number}"

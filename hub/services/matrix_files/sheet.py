"""A sheet of the workbook: texts that are never formulas, numbers with formats, print set-up."""

import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ERROR_CODES
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.page import PageMargins, PrintPageSetup
from openpyxl.worksheet.properties import PageSetupProperties

from hub.domain.record import value
from hub.domain.text import remove_invalid_characters

COUNT_FORMAT: Final = "#,##0"
BAHT_FORMAT: Final = "#,##0.00"
MILLION_FORMAT: Final = "#,##0.00####"
"""Millions with two decimals, and with more only where a smaller amount needs them."""
MAX_WIDTH: Final = 60
MAX_HEADER_LENGTH: Final = 200
"""Characters of a printed header; Excel reads 255, of which codes need some."""
A3_SIZE: Final = 8
BOLD: Final = Font(bold=True)
TITLE: Final = Font(bold=True, size=14)
WARNING: Final = Font(bold=True, color="9C0006")
WARNING_FILL: Final = PatternFill("solid", fgColor="FFC7CE")
HEAD_FILL: Final = PatternFill("solid", fgColor="E8EDF3")
CENTRED: Final = Alignment(horizontal="center", vertical="center", wrap_text=True)
WRAPPED: Final = Alignment(vertical="top", wrap_text=True)
THIN: Final = Side(style="thin", color="B4BCC6")
GRID: Final = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)


@value
class CellStyle:
    """How a cell looks; null: as the workbook's default."""

    font: Font | None = None
    fill: PatternFill | None = None
    alignment: Alignment | None = None
    border: Border | None = None
    number_format: str | None = None


PLAIN: Final = CellStyle()
HEAD: Final = CellStyle(BOLD, HEAD_FILL, CENTRED, GRID)
BANNER: Final = CellStyle(WARNING, WARNING_FILL)


class FileSheet:
    """One sheet, written row by row; set widths, panes and print set-up before the first row."""

    def __init__(self, book: Workbook, title: str, warning: str | None) -> None:
        """`warning`: a line on top of the sheet and in each printed header and footer."""
        self.sheet: Any = book.create_sheet(title)
        self.warning = warning
        self.row_number = 0

    def set_up(self, widths: Sequence[int], head_rows: int = 0, head_columns: int = 0) -> None:
        """Set widths in characters, frozen and repeated rows and columns, and A3 landscape.

        `head_rows` are counted below the warning, which is repeated and frozen with them.
        """
        for number, width in enumerate(widths, start=1):
            self.sheet.column_dimensions[get_column_letter(number)].width = min(width, MAX_WIDTH)
        rows = head_rows + (1 if self.warning else 0)
        if rows or head_columns:
            self.sheet.freeze_panes = f"{get_column_letter(head_columns + 1)}{rows + 1}"
        if rows:
            self.sheet.print_title_rows = f"1:{rows}"
        if head_columns:
            self.sheet.print_title_cols = f"A:{get_column_letter(head_columns)}"
        self.sheet.page_setup = PrintPageSetup(
            self.sheet, orientation="landscape", paperSize=A3_SIZE, fitToWidth=1, fitToHeight=0
        )
        self.sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        self.sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.7, bottom=0.7)
        printed = self.sheet.HeaderFooter
        if self.warning:
            text = self.warning[:MAX_HEADER_LENGTH].replace("&", "&&")
            printed.oddHeader.center.text = printed.oddFooter.center.text = text
        printed.oddFooter.right.text = "&P / &N"
        printed.oddFooter.left.text = "&A"
        if self.warning:
            self.append([self.build(self.warning, BANNER)])

    def append(self, cells: Sequence[Any]) -> int:
        """Append a row; return its number."""
        self.sheet.append(cells)
        self.row_number += 1
        return self.row_number

    def merge(self, first_row: int, first_column: int, last_row: int, last_column: int) -> None:
        """Merge a rectangle of cells, counted from 1; a single cell stays as it is."""
        if (first_row, first_column) != (last_row, last_column):
            first = f"{get_column_letter(first_column)}{first_row}"
            self.sheet.merged_cells.add(f"{first}:{get_column_letter(last_column)}{last_row}")

    def build(self, content: str | int | Decimal | None, style: CellStyle = PLAIN) -> Any:
        """Return a cell with a style; a text is a text, whatever it begins with."""
        if isinstance(content, str):
            content = remove_invalid_characters(content)
        cell: Any = WriteOnlyCell(self.sheet)
        cell.value = content
        if isinstance(content, str):
            cell.data_type = "s"
        for name in ("font", "fill", "alignment", "border", "number_format"):
            chosen = getattr(style, name)
            if chosen is not None:
                setattr(cell, name, chosen)
        return cell

    def build_plain(self, content: str | int | Decimal | None) -> Any:
        """Return a content without a style: as it is if openpyxl writes it so, else as a cell.

        Most cells of a long sheet need no object of their own.
        """
        if not isinstance(content, str):
            return content
        if content[:1] != "=" and content not in ERROR_CODES:
            return remove_invalid_characters(content)
        return self.build(content)


def text_width(text: str) -> int:
    """Return the width of a text in characters; Thai vowels and tone marks above add none."""
    return sum(unicodedata.category(character) != "Mn" for character in text)

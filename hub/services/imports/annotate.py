"""Mark the errors of an import in its workbook."""

import io
from collections.abc import Sequence
from typing import Final

from openpyxl import load_workbook
from openpyxl.styles import PatternFill

from hub.domain.imports import ImportIssue

ERROR_HEADING: Final = "ข้อผิดพลาดและวิธีแก้ · errors and fixes"
ERROR_FILL: Final = PatternFill("solid", fgColor="FFF2CC")


def annotate(content: bytes, issues: Sequence[ImportIssue]) -> bytes:
    """Return a workbook with what is wrong in a further column, and the wrong cells marked."""
    book = load_workbook(io.BytesIO(content))
    columns = {name: book[name].max_column + 1 for name in book.sheetnames}
    for issue in issues:
        place = issue.place
        if place.sheet not in columns or place.row is None:
            continue
        sheet, column = book[place.sheet], columns[place.sheet]
        sheet.cell(1, column).value = ERROR_HEADING
        cell = sheet.cell(place.row, column)
        text = f"{issue.message.th} · {issue.message.en or issue.message.th}"
        heading = f"{place.column}: " if place.column else ""
        earlier = f"{cell.value}\n" if cell.value else ""
        cell.value = f"{earlier}{heading}{text}"
        cell.data_type = "s"
        for position in range(1, column):
            if sheet.cell(1, position).value == place.column:
                sheet.cell(place.row, position).fill = ERROR_FILL
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()

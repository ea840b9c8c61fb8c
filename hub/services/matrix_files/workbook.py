"""Write the answer to a question as a workbook: cover, matrix and contributions."""

import io
from datetime import datetime
from typing import Final

from openpyxl import Workbook

from hub.domain.labels import label_of
from hub.domain.text import Locale, localized_text
from hub.services.matrix_files.cover_sheet import CoverFacts, write_cover_sheet
from hub.services.matrix_files.describe_question import describe_years
from hub.services.matrix_files.lines_sheet import write_lines_sheet
from hub.services.matrix_files.matrix_sheet import write_matrix_sheet
from hub.services.matrix_files.read_answer import MatrixAnswer

CREATOR: Final = "Buranakan"
MADE_UP: Final = localized_text("ข้อมูลสมมติ", "MADE-UP DATA")


def write_workbook(answer: MatrixAnswer, locale: Locale, link: str, answered_at: datetime) -> bytes:
    """Return the workbook; `link` is the address of the page with the matrix.

    Rows are written one by one to temporary files, so its size does not limit the memory. It opens
    on the sheet of the matrix.
    """
    book = Workbook(write_only=True)
    notice = answer.made_up_notice
    warning = None
    if notice is not None:
        warning = f"{MADE_UP.text(locale)}: {notice.text(locale)}"
    title = build_title(answer, locale)
    book.properties.creator, book.properties.title = CREATOR, title
    write_cover_sheet(book, answer, CoverFacts(title, answered_at, link), warning, locale)
    write_matrix_sheet(book, answer, title, warning, locale)
    write_lines_sheet(book, answer, warning, locale)
    book.active = 1
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def build_title(answer: MatrixAnswer, locale: Locale) -> str:
    """Return the title of a matrix: its axes, years and phase."""
    question = answer.matrix.question
    rows = label_of(question.rows.dimension).text(locale)
    columns = label_of(question.columns.dimension).text(locale)
    years = describe_years(question.fiscal_years).text(locale)
    phase = label_of(answer.phase).text(locale)
    if locale is Locale.TH:
        return f"เมทริกซ์ {rows} × {columns} ปีงบประมาณ {years} ({phase})"
    return f"Matrix {rows} × {columns}, fiscal years {years} ({phase})"

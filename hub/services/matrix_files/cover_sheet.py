"""The cover: the question in sentences, how totals are counted, sources, notices, key and link."""

from datetime import datetime
from typing import Final

from openpyxl import Workbook

from hub.domain.money import Money
from hub.domain.record import value
from hub.domain.text import Locale, LocalizedText, localized_text
from hub.services.matrix_files.columns import CellContent
from hub.services.matrix_files.describe_question import instant_label
from hub.services.matrix_files.read_answer import MatrixAnswer
from hub.services.matrix_files.sheet import (
    BAHT_FORMAT,
    BOLD,
    COUNT_FORMAT,
    HEAD,
    TITLE,
    WRAPPED,
    CellStyle,
    FileSheet,
)

SHEET_NAME: Final = localized_text("ปก", "cover")
MAX_LINK_LENGTH: Final = 2_000
"""Characters of a link that Excel opens; a longer one would make it repair the file."""
LABEL: Final = CellStyle(BOLD, alignment=WRAPPED)
TEXT: Final = CellStyle(alignment=WRAPPED)
COUNT: Final = CellStyle(alignment=WRAPPED, number_format=COUNT_FORMAT)
BAHT: Final = CellStyle(alignment=WRAPPED, number_format=BAHT_FORMAT)
QUESTION: Final = localized_text("คำถาม", "Question")
TOTALS: Final = localized_text("ยอดรวม", "Totals")
SOURCES: Final = localized_text("แหล่งข้อมูล", "Sources")
NOTICES: Final = localized_text("ข้อสังเกต", "Notices")
NEVER_READ: Final = localized_text("เอกสาร ไม่มีการอ่านเป็นรอบ", "a document, not read by runs")
SOURCE_HEADS: Final = (
    localized_text("แหล่ง", "source"),
    localized_text("ข้อมูล ณ", "as of"),
    localized_text("หมายเหตุ", "note"),
)
LINES_NOTE: Final = localized_text(
    "แผ่น “รายการ” มีบรรทัดของทุกโครงการในทุกช่อง ผลรวมของ “นับในยอดรวม” คือยอดรวมทั้งหมด "
    "ผลรวมของ “นับในช่อง” “นับในยอดแถว” และ “นับในยอดคอลัมน์” คือยอดของช่อง แถว และคอลัมน์นั้น",
    "the sheet “contributions” has a line for each project in each cell; the sum of “counted” is "
    "the grand total, and the sums of “counted_in_cell”, “counted_in_row” and "
    "“counted_in_column” are the figures of that cell, row and column",
)


@value
class CoverFacts:
    """What the cover has beside the answer: title, instant of the answer, link to the page."""

    title: str
    answered_at: datetime
    link: str


def write_cover_sheet(
    book: Workbook, answer: MatrixAnswer, facts: CoverFacts, warning: str | None, locale: Locale
) -> None:
    """Add the cover."""
    CoverWriter(book, answer, warning, locale).write(facts)


class CoverWriter:
    """Writes the cover of one answer."""

    def __init__(
        self, book: Workbook, answer: MatrixAnswer, warning: str | None, locale: Locale
    ) -> None:
        self._answer = answer
        self._locale = locale
        self._target = FileSheet(book, SHEET_NAME.text(locale), warning)

    def write(self, facts: CoverFacts) -> None:
        """Write the sheet."""
        self._target.set_up([30, 60, 60])
        self._target.append([self._target.build(facts.title, CellStyle(TITLE))])
        self._heading(QUESTION)
        for part in self._answer.question:
            self._line(part.label, part.text.text(self._locale))
        self._write_totals()
        self._heading(SOURCES)
        self._target.append(
            [self._target.build(text.text(self._locale), HEAD) for text in SOURCE_HEADS]
        )
        for use in self._answer.sources:
            as_of = NEVER_READ if use.as_of is None else instant_label(use.as_of)
            texts = (use.source.name, as_of, use.message)
            self._target.append(
                [
                    self._target.build(None if text is None else text.text(self._locale), TEXT)
                    for text in texts
                ]
            )
        if self._answer.notices:
            self._heading(NOTICES)
        for number, notice in enumerate(self._answer.notices, start=1):
            self._target.append(
                [
                    self._target.build(f"{number}.", LABEL),
                    self._target.build(notice.text.text(self._locale), TEXT),
                ]
            )
        self._target.append([])
        answered = instant_label(facts.answered_at).text(self._locale)
        self._line(localized_text("ตอบเมื่อ", "Answered at"), answered)
        self._line(localized_text("คีย์ของคำถาม", "Key of the question"), self._answer.matrix.key)
        self._write_link(facts.link)

    def _write_totals(self) -> None:
        """Write the grand totals, and the sums of cells where they differ."""
        total, phase = self._answer.matrix.total, self._answer.phase
        self._heading(TOTALS)
        self._line(localized_text("โครงการ", "Projects"), total.figures.projects, COUNT)
        satang = total.figures.money.get(phase)
        if satang is not None:
            self._line(localized_text("บาท", "Baht"), Money(satang).amount, BAHT)
        if not total.additive:
            count = sum(cell.figures.projects for cell in total.cells)
            label = localized_text("ผลบวกของช่อง: โครงการ", "Sum of cells: projects")
            self._line(label, count, COUNT)
            in_cells = total.sum_of_cells(phase)
            if in_cells is not None:
                label = localized_text("ผลบวกของช่อง: บาท", "Sum of cells: baht")
                self._line(label, Money(in_cells).amount, BAHT)
        self._line(
            localized_text("ที่มาของยอด", "What totals are made of"), LINES_NOTE.text(self._locale)
        )

    def _write_link(self, link: str) -> None:
        """Write the address of the page, as a link if Excel can open it."""
        cell = self._target.build(link, TEXT)
        if len(link) <= MAX_LINK_LENGTH:
            cell.hyperlink = link
        label = localized_text("เปิดในระบบ", "Open in the hub").text(self._locale)
        self._target.append([self._target.build(label, LABEL), cell])

    def _heading(self, text: LocalizedText) -> None:
        self._target.append([])
        self._target.append([self._target.build(text.text(self._locale), CellStyle(TITLE))])

    def _line(self, label: LocalizedText, content: CellContent, style: CellStyle = TEXT) -> None:
        text: str = label.text(self._locale)
        self._target.append([self._target.build(text, LABEL), self._target.build(content, style)])

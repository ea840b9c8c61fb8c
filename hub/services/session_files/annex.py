"""Write the annex of minutes as a workbook: agreements, commitments, the matrix, positions."""

import io
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from enum import Enum
from typing import Final

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from hub.domain.labels import label_of
from hub.domain.matrix.result import Cell, Matrix
from hub.domain.money import Money
from hub.domain.record import value
from hub.domain.text import Locale, LocalizedText, localized_text
from hub.services.matrix_files.describe_question import instant_label
from hub.services.matrix_files.sheet import (
    BAHT_FORMAT,
    COUNT_FORMAT,
    HEAD,
    WRAPPED,
    CellStyle,
    FileSheet,
)
from hub.services.matrix_files.workbook import CREATOR, MADE_UP
from hub.services.session_files.read_answer import SessionAnswer

Content = str | int | Decimal | None
TEXT: Final = CellStyle(alignment=WRAPPED)
COUNT: Final = CellStyle(alignment=WRAPPED, number_format=COUNT_FORMAT)
BAHT: Final = CellStyle(alignment=WRAPPED, number_format=BAHT_FORMAT)
YES: Final = localized_text("ใช่", "yes")
NO: Final = localized_text("ไม่ใช่", "no")


@value
class Table:
    """A sheet: its name, its columns (heading and width in characters), and its rows."""

    name: LocalizedText
    columns: tuple[tuple[LocalizedText, int], ...]
    list_rows: Callable[[SessionAnswer, Locale], Iterator[Sequence[Content]]]


def write_annex(answer: SessionAnswer, locale: Locale) -> bytes:
    """Return the workbook; texts are never formulas."""
    book = Workbook(write_only=True)
    notice = answer.made_up_notice
    warning = None if notice is None else f"{MADE_UP.text(locale)}: {notice.text(locale)}"
    book.properties.creator, book.properties.title = CREATOR, answer.session.title
    for table in TABLES:
        write_table(book, table, answer, warning, locale)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def write_table(
    book: Workbook, table: Table, answer: SessionAnswer, warning: str | None, locale: Locale
) -> None:
    """Add a sheet with headings that are repeated on each page, and a filter."""
    target = FileSheet(book, table.name.text(locale), warning)
    target.set_up([width for _, width in table.columns], head_rows=1)
    head = target.append([target.build(text.text(locale), HEAD) for text, _ in table.columns])
    for row in table.list_rows(answer, locale):
        target.append([target.build(content, style_of(content)) for content in row])
    last = get_column_letter(len(table.columns))
    target.sheet.auto_filter.ref = f"A{head}:{last}{target.row_number}"


def style_of(content: Content) -> CellStyle:
    """Return the style of a content: amounts are decimals, counts integers."""
    if isinstance(content, Decimal):
        return BAHT
    return COUNT if isinstance(content, int) else TEXT


def label(member: Enum, locale: Locale) -> str:
    """Return the label of an enum member."""
    return label_of(member).text(locale)


def baht(satang: int | None, *, is_shown: bool) -> Decimal | None:
    """Return an amount in baht; null without one, and of a hidden project."""
    return Money(satang).amount if is_shown and satang is not None else None


def list_operations(answer: SessionAnswer, locale: Locale) -> Iterator[Sequence[Content]]:
    """Yield a row per operation of each agreement, in the order of their conclusion."""
    for number, agreement in enumerate(answer.agreements, start=1):
        parties = ", ".join(answer.agency(key, locale) for key in agreement.party_ids)
        for place, one in enumerate(agreement.operations, start=1):
            is_shown = answer.may_see(one)
            yield (
                number,
                instant_label(agreement.at).text(locale),
                label(agreement.status, locale),
                parties,
                place,
                answer.describe(one, locale),
                baht(one.before_satang, is_shown=is_shown),
                baht(one.satang, is_shown=is_shown),
                agreement.digest,
            )


def list_commitments(answer: SessionAnswer, locale: Locale) -> Iterator[Sequence[Content]]:
    """Yield the commitments, those due first."""
    numbers = {one.id: number for number, one in enumerate(answer.agreements, start=1)}
    for one in answer.record.commitments:
        yield (
            answer.agency(one.agency_id, locale),
            one.text,
            None if one.due_on is None else one.due_on.isoformat(),
            label(one.kind, locale),
            label(one.status, locale),
            numbers.get(one.agreement_id or ""),
        )


def list_cells(answer: SessionAnswer, locale: Locale) -> Iterator[Sequence[Content]]:
    """Yield every cell of the matrix, before and after; cells that are gone come last."""
    before, after = cells_by_place(answer.before), cells_by_place(answer.after)
    changed = {
        (cell.row.key, cell.column.key)
        for one in answer.record.changes
        for cell in (one.after or one.before,)
        if cell
    }
    for place in dict.fromkeys((*after, *before)):
        moments = before.get(place), after.get(place)
        [named, *_] = [cell for cell in reversed(moments) if cell]
        states = [None if cell is None else label(cell.state, locale) for cell in moments]
        counts = [None if cell is None else cell.figures.projects for cell in moments]
        yield (
            named.row.label.text(locale),
            named.column.label.text(locale),
            *(content for pair in zip(states, counts, strict=True) for content in pair),
            (YES if place in changed else NO).text(locale),
        )


def cells_by_place(matrix: Matrix | None) -> dict[tuple[str, str], Cell]:
    """Return the cells of a matrix by the keys of their row and column."""
    return {(one.row.key, one.column.key): one for one in (matrix.cells if matrix else ())}


def list_positions(answer: SessionAnswer, locale: Locale) -> Iterator[Sequence[Content]]:
    """Yield every position that was taken, by proposal, the oldest first."""
    for proposal in answer.record.proposals:
        conditions = {one.id: one for one in answer.record.conditions.get(proposal.id, [])}
        for one in answer.record.positions.get(proposal.id, []):
            condition = conditions.get(one.condition_id or "")
            yield (
                proposal.summary,
                one.number,
                answer.agency(one.agency_id, locale),
                label(one.stance, locale),
                None if condition is None else condition.text,
                one.reason,
                instant_label(one.at).text(locale),
                (YES if one.in_force else NO).text(locale),
            )


TABLES: Final = (
    Table(
        localized_text("ข้อตกลง", "agreements"),
        (
            (localized_text("ข้อตกลงที่", "agreement"), 10),
            (localized_text("เมื่อ", "at"), 24),
            (localized_text("สถานะ", "status"), 20),
            (localized_text("คู่ตกลง", "parties"), 40),
            (localized_text("ข้อที่", "operation"), 10),
            (localized_text("สิ่งที่ตกลง", "text"), 60),
            (localized_text("จำนวนเงินเดิม (บาท)", "baht_before"), 20),
            (localized_text("จำนวนเงินใหม่ (บาท)", "baht_after"), 20),
            (localized_text("ค่าแฮช SHA-256", "sha256"), 40),
        ),
        list_operations,
    ),
    Table(
        localized_text("ข้อผูกพัน", "commitments"),
        (
            (localized_text("ผู้รับผิดชอบ", "agency"), 40),
            (localized_text("สิ่งที่จะทำ", "text"), 60),
            (localized_text("ภายใน", "due_on"), 14),
            (localized_text("ที่มา", "kind"), 20),
            (localized_text("สถานะ", "status"), 20),
            (localized_text("ข้อตกลงที่", "agreement"), 10),
        ),
        list_commitments,
    ),
    Table(
        localized_text("เมทริกซ์", "matrix"),
        (
            (localized_text("แถว", "row"), 40),
            (localized_text("คอลัมน์", "column"), 40),
            (localized_text("ก่อน", "state_before"), 20),
            (localized_text("โครงการก่อน", "projects_before"), 14),
            (localized_text("หลัง", "state_after"), 20),
            (localized_text("โครงการหลัง", "projects_after"), 14),
            (localized_text("เปลี่ยน", "changed"), 10),
        ),
        list_cells,
    ),
    Table(
        localized_text("ท่าที", "positions"),
        (
            (localized_text("ข้อเสนอ", "proposal"), 50),
            (localized_text("ลำดับ", "number"), 10),
            (localized_text("หน่วยงาน", "agency"), 40),
            (localized_text("ท่าที", "stance"), 24),
            (localized_text("เงื่อนไข", "condition"), 40),
            (localized_text("เหตุผล", "reason"), 40),
            (localized_text("เมื่อ", "at"), 24),
            (localized_text("ยังมีผล", "in_force"), 10),
        ),
        list_positions,
    ),
)
"""The sheets of an annex, in their order."""

"""Draw a matrix: lay out the axes, count, order and cut, then say why every cell is as it is.

Two statements count (figures, and what is hidden); where the order or the limit depends on the
figures they are asked twice, first along the natural order, then along the one shown.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from hub.domain.budget import BudgetPhase
from hub.domain.matrix.key import encode_matrix_key
from hub.domain.matrix.layout import Layout
from hub.domain.matrix.question import (
    MAX_COUNTED_CELLS,
    MAX_MEMBERS,
    MAX_TABLE_CELLS,
    AxisOrder,
    Counting,
    MatrixQuestion,
)
from hub.domain.matrix.result import (
    Axis,
    CellGroup,
    CellState,
    Figures,
    Header,
    HeaderKind,
    Matrix,
    Member,
)
from hub.domain.text import Notice, localized_text
from hub.errors import Invalid, TooCostly
from hub.services.matrix.assess_sources import Reporting
from hub.services.matrix.evaluate_cells import NOTHING, Verdict, roles_expected
from hub.services.matrix.resolve_axis import Ground, LaidOut, MemberOfAxis, lay_out_axis
from hub.services.matrix.resolve_scope import chain_of, scope_of

if TYPE_CHECKING:
    from hub.store.unit_of_work import UnitOfWork

UNASSIGNED: Final = localized_text("ไม่ระบุ", "Unassigned")
BEYOND: Final = localized_text("นอกเหนือจากที่แสดง", "Beyond the limit")


async def draw_matrix(
    unit: "UnitOfWork",
    question: MatrixQuestion,
    *,
    known_at: datetime | None,
    now: datetime,
    today: date,
) -> Matrix:
    """The answer to a question; `Invalid(field)` where it cannot be asked so.

    `known_at` is the instant of its `as_of`, null for now.
    """
    refuse_odd(question)
    chain = await chain_of(unit, question, known_at)
    ground = Ground(unit, question, chain, known_at)
    scope = await scope_of(
        unit,
        question.filter,
        question.fiscal_years,
        today=today,
        day=ground.day,
        known_at=known_at,
    )
    rows = await lay_out_axis(ground, question.rows, "rows")
    columns = await lay_out_axis(ground, question.columns, "columns")
    expected, nobody_named = await roles_expected(unit, question, chain, known_at)

    def layout(row_keys: Sequence[str], column_keys: Sequence[str], *aside: bool) -> Layout:
        return Layout(
            scope=scope,
            rows=rows.places(row_keys, unassigned=aside[0]),
            columns=columns.places(column_keys, unassigned=aside[1]),
            counting=question.counting,
        )

    row_keys, column_keys = natural(rows), natural(columns)
    if (cells := (len(row_keys) + 1) * (len(column_keys) + 1)) > MAX_COUNTED_CELLS:
        raise TooCostly(cells, MAX_COUNTED_CELLS, "ช่อง · cells")
    drawn = layout(row_keys, column_keys, True, True)
    figures = await unit.matrices.figures_by_group(drawn)
    aside = (
        CellGroup(len(row_keys), None) in figures,
        CellGroup(None, len(column_keys)) in figures,
    )
    promises = await unit.freshness.list_promises(known_at)
    reporting = Reporting(question, promises, known_at or now)
    states = Verdict(question, expected, nobody_named, reporting)
    shown_rows = shown(rows, figures, states, columns, is_row=True)
    shown_columns = shown(columns, figures, states, rows, is_row=False)
    drawn_cells = (len(shown_rows.keys) + 2) * (len(shown_columns.keys) + 2)
    if drawn_cells > MAX_TABLE_CELLS:
        raise TooCostly(drawn_cells, MAX_TABLE_CELLS, "ช่อง · cells")
    if shown_rows.keys != row_keys or shown_columns.keys != column_keys:
        drawn = layout(shown_rows.keys, shown_columns.keys, *aside)
        figures = await unit.matrices.figures_by_group(drawn)

    matrix = Matrix(
        key=encode_matrix_key(question),
        question=question,
        as_of=known_at or now,
        figures=figures,
        notices=[],
        rows=Axis(question.rows.dimension, [], shown_rows.truncated, len(rows.members)),
        columns=Axis(question.columns.dimension, [], shown_columns.truncated, len(columns.members)),
        cells=[],
        layout=drawn,
    )
    head(matrix, rows, shown_rows.keys, is_row=True, unassigned=aside[0])
    head(matrix, columns, shown_columns.keys, is_row=False, unassigned=aside[1])
    for row in matrix.rows.headers:
        figures.setdefault(CellGroup(row.index, None), NOTHING)
        for column in matrix.columns.headers:
            figures.setdefault(CellGroup(None, column.index), NOTHING)
            matrix.cells.append(states.cell(matrix, row, column))
    figures.setdefault(CellGroup(None, None), NOTHING)
    matrix.notices.extend(notices_of(matrix))
    return matrix


def refuse_odd(question: MatrixQuestion) -> None:
    """`Invalid` for questions no reading of which makes sense."""
    if question.rows.dimension is question.columns.dimension:
        raise Invalid(
            "columns.dimension",
            "แถวและคอลัมน์ต้องเป็นคนละมิติ",
            "rows and columns must be two different dimensions",
        )
    for field, axis in (("rows", question.rows), ("columns", question.columns)):
        if not 1 <= axis.limit <= MAX_MEMBERS:
            raise Invalid(
                f"{field}.limit",
                f"ต้องอยู่ระหว่าง 1 ถึง {MAX_MEMBERS}",
                f"must be from 1 to {MAX_MEMBERS}",
            )


def natural(axis: LaidOut) -> list[str]:
    """The keys of an axis in its natural order."""
    return [member.key for member in axis.members]


def shown(
    axis: LaidOut,
    figures: Mapping[CellGroup, Figures],
    states: "Verdict",
    across: LaidOut,
    *,
    is_row: bool,
) -> "Shown":
    """An axis as it is shown: without empty members where asked, ordered, cut."""
    question = axis.question
    ordinal = {member.key: at for at, member in enumerate(axis.members)}

    def total(member: MemberOfAxis) -> Figures:
        at = ordinal[member.key]
        return figures.get(CellGroup(at, None) if is_row else CellGroup(None, at), NOTHING)

    def gaps(m: MemberOfAxis) -> int:
        at = ordinal[m.key]
        return sum(
            states.state(
                figures.get(CellGroup(at, other) if is_row else CellGroup(other, at), NOTHING),
                *((head_of(m), head_of(x)) if is_row else (head_of(x), head_of(m))),
            )
            is CellState.GAP
            for other, x in enumerate(across.members)
        )

    kept = [
        member
        for member in axis.members
        if question.include_empty or total(member).projects or total(member).hidden
    ]
    match question.order_by:
        case AxisOrder.BUDGET_DESC:
            kept.sort(key=lambda m: -total(m).money.get(BudgetPhase.APPROPRIATED, 0))
        case AxisOrder.GAPS_DESC:
            kept.sort(key=lambda m: -gaps(m))
        case AxisOrder.NAME:
            kept.sort(key=lambda m: (m.sort_key, m.key))
        case AxisOrder.NATURAL:
            pass
    return Shown([member.key for member in kept[: question.limit]], len(kept) > question.limit)


def head_of(member: MemberOfAxis) -> tuple[str, Member | None]:
    """A member as its cells are judged by."""
    return member.key, member.record


class Shown(NamedTuple):
    """The keys of an axis as they are shown, and whether `limit` cut."""

    keys: list[str]
    truncated: bool


def head(
    matrix: Matrix, axis: LaidOut, keys: Sequence[str], *, is_row: bool, unassigned: bool
) -> None:
    """Fill an axis: its members, then UNASSIGNED and BEYOND_LIMIT where something stands there."""
    members = {member.key: member for member in axis.members}
    target = matrix.rows if is_row else matrix.columns

    def held(at: int) -> bool:
        return (CellGroup(at, None) if is_row else CellGroup(None, at)) in matrix.figures

    def add(index: int, kind: HeaderKind, member: MemberOfAxis) -> None:
        target.headers.append(
            Header(
                matrix, is_row, index, kind, member.key, member.label, member.path, member.record
            )
        )

    for at, key in enumerate(keys):
        add(at, HeaderKind.MEMBER, members[key])
    gathered = [(HeaderKind.UNASSIGNED, UNASSIGNED)] if unassigned else []
    gathered.append((HeaderKind.BEYOND_LIMIT, BEYOND))
    for at, (kind, label) in enumerate(gathered, start=len(keys)):
        if held(at):
            add(at, kind, MemberOfAxis(f"~{kind.value}", label, [], None, ""))


def notices_of(matrix: Matrix) -> list[Notice]:
    """What a reader of the figures should know."""
    found: list[Notice] = []
    for axis, name in ((matrix.rows, "rows"), (matrix.columns, "columns")):
        if any(header.kind is HeaderKind.UNASSIGNED for header in axis.headers):
            text = localized_text(
                "มีรายการที่ไม่ตรงกับสมาชิกใดของแกน นับอยู่ใน “ไม่ระบุ” และรวมอยู่ในยอดรวม",
                "some things have no member on this axis; they stand under Unassigned, "
                "and totals include them",
            )
            found.append(Notice("UNASSIGNED", text, [name]))
        if axis.truncated:
            text = localized_text(
                f"แสดง {axis_length(axis)} จาก {axis.member_count} ที่เหลือรวมไว้ในช่องสุดท้าย",
                f"{axis_length(axis)} of {axis.member_count} shown; the rest stand together last",
            )
            found.append(Notice("BEYOND_LIMIT", text, [name]))
    if matrix.question.counting is Counting.SHARED and not matrix.total.additive:
        text = localized_text(
            "บางความเชื่อมโยงไม่ทราบสัดส่วน จึงไม่แบ่งยอด",
            "some linkages have no known share; their amounts are not split",
        )
        found.append(Notice("SHARE_UNKNOWN", text, None))
    return found


def axis_length(axis: Axis) -> int:
    """How many members are shown."""
    return sum(header.kind is HeaderKind.MEMBER for header in axis.headers)

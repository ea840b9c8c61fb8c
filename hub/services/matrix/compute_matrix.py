"""Compute a matrix: resolve the axes, count, order and cut members, evaluate the cells.

One statement counts. If the order or the limit depends on the figures, it runs twice: in natural
order, then in the order shown.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple

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
from hub.services.matrix.assess_sources import ReportingObligations
from hub.services.matrix.evaluate_cells import NO_FIGURES, CellEvaluator, fetch_expected_roles
from hub.services.matrix.resolve_axis import AxisContext, AxisMember, ResolvedAxis, resolve_axis
from hub.services.matrix.resolve_scope import fetch_question_chain, resolve_scope
from hub.store.unit_of_work import UnitOfWork

UNASSIGNED: Final = localized_text("ไม่ระบุ", "Unassigned")
BEYOND_LIMIT: Final = localized_text("นอกเหนือจากที่แสดง", "Beyond the limit")


async def compute_matrix(
    unit: UnitOfWork,
    question: MatrixQuestion,
    *,
    as_of_time: datetime | None,
    now: datetime,
    today: date,
) -> Matrix:
    """Return the matrix of a question; `Invalid(field)` when the question is invalid.

    `as_of_time` is the resolved instant of the question's `as_of`, null for now.
    """
    validate_question(question)
    chain = await fetch_question_chain(unit, question, as_of_time)
    axis_context = AxisContext(unit, question, chain, as_of_time)
    scope = await resolve_scope(
        unit,
        question.filter,
        question.fiscal_years,
        today=today,
        edition_date=axis_context.edition_date,
        as_of_time=as_of_time,
    )
    rows = await resolve_axis(axis_context, question.rows, "rows")
    columns = await resolve_axis(axis_context, question.columns, "columns")
    expected_roles, has_no_role_matrix = await fetch_expected_roles(
        unit, question, chain, as_of_time
    )

    def _build_layout(
        row_keys: Sequence[str], column_keys: Sequence[str], *unassigned: bool
    ) -> Layout:
        return Layout(
            scope=scope,
            rows=rows.assign_ordinals(row_keys, unassigned=unassigned[0]),
            columns=columns.assign_ordinals(column_keys, unassigned=unassigned[1]),
            counting=question.counting,
        )

    row_keys, column_keys = list_member_keys(rows), list_member_keys(columns)
    if (cell_count := (len(row_keys) + 1) * (len(column_keys) + 1)) > MAX_COUNTED_CELLS:
        raise TooCostly(cell_count, MAX_COUNTED_CELLS, "ช่อง · cells")
    matrix_layout = _build_layout(row_keys, column_keys, True, True)
    figures = await unit.matrices.figures_by_group(matrix_layout)
    has_unassigned = (
        CellGroup(len(row_keys), None) in figures,
        CellGroup(None, len(column_keys)) in figures,
    )
    promises = await unit.freshness.list_promises(as_of_time)
    obligations = ReportingObligations(question, promises, as_of_time or now)
    evaluator = CellEvaluator(question, expected_roles, has_no_role_matrix, obligations)
    shown_rows = select_members(rows, figures, evaluator, columns, is_row=True)
    shown_columns = select_members(columns, figures, evaluator, rows, is_row=False)
    shown_cell_count = (len(shown_rows.keys) + 2) * (len(shown_columns.keys) + 2)
    if shown_cell_count > MAX_TABLE_CELLS:
        raise TooCostly(shown_cell_count, MAX_TABLE_CELLS, "ช่อง · cells")
    if shown_rows.keys != row_keys or shown_columns.keys != column_keys:
        matrix_layout = _build_layout(shown_rows.keys, shown_columns.keys, *has_unassigned)
        figures = await unit.matrices.figures_by_group(matrix_layout)

    matrix = Matrix(
        key=encode_matrix_key(question),
        question=question,
        as_of=as_of_time or now,
        figures=figures,
        notices=[],
        rows=Axis(question.rows.dimension, [], shown_rows.truncated, len(rows.members)),
        columns=Axis(question.columns.dimension, [], shown_columns.truncated, len(columns.members)),
        cells=[],
        layout=matrix_layout,
    )
    append_headers(matrix, rows, shown_rows.keys, is_row=True, unassigned=has_unassigned[0])
    append_headers(matrix, columns, shown_columns.keys, is_row=False, unassigned=has_unassigned[1])
    for row in matrix.rows.headers:
        figures.setdefault(CellGroup(row.index, None), NO_FIGURES)
        for column in matrix.columns.headers:
            figures.setdefault(CellGroup(None, column.index), NO_FIGURES)
            matrix.cells.append(evaluator.build_cell(matrix, row, column))
    figures.setdefault(CellGroup(None, None), NO_FIGURES)
    matrix.notices.extend(build_notices(matrix))
    return matrix


def validate_question(question: MatrixQuestion) -> None:
    """Raise `Invalid` for questions that cannot be answered."""
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


def list_member_keys(axis: ResolvedAxis) -> list[str]:
    """Return the member keys of an axis in natural order."""
    return [member.key for member in axis.members]


def select_members(
    axis: ResolvedAxis,
    figures: Mapping[CellGroup, Figures],
    evaluator: "CellEvaluator",
    other_axis: ResolvedAxis,
    *,
    is_row: bool,
) -> "SelectedMembers":
    """Return the shown members of an axis: without empty ones if requested, ordered, cut.

    Of more members than the limit, the empty ones are left out first, unless the order is by gaps:
    hundreds of agencies without a project must not hide those that have one.
    """
    question = axis.question
    ordinal = {member.key: index for index, member in enumerate(axis.members)}

    def _figures_of(member: AxisMember) -> Figures:
        index = ordinal[member.key]
        return figures.get(CellGroup(index, None) if is_row else CellGroup(None, index), NO_FIGURES)

    def _count_gaps(member: AxisMember) -> int:
        index = ordinal[member.key]
        return sum(
            evaluator.compute_state(
                figures.get(
                    CellGroup(index, other_index) if is_row else CellGroup(other_index, index),
                    NO_FIGURES,
                ),
                *(
                    (coordinate_of_member(member), coordinate_of_member(other_member))
                    if is_row
                    else (coordinate_of_member(other_member), coordinate_of_member(member))
                ),
            )
            is CellState.GAP
            for other_index, other_member in enumerate(other_axis.members)
        )

    filled = [m for m in axis.members if _figures_of(m).projects or _figures_of(m).hidden]
    members = list(axis.members) if question.include_empty else filled
    is_cut = len(members) > question.limit
    if is_cut and question.order_by is not AxisOrder.GAPS_DESC:
        kept = {member.key for member in filled}
        empty = [member.key for member in axis.members if member.key not in kept]
        kept.update(empty[: max(0, question.limit - len(filled))])
        members = [member for member in members if member.key in kept]
    match question.order_by:
        case AxisOrder.BUDGET_DESC:
            members.sort(key=lambda m: -_figures_of(m).money.get(BudgetPhase.APPROPRIATED, 0))
        case AxisOrder.GAPS_DESC:
            members.sort(key=lambda m: -_count_gaps(m))
        case AxisOrder.NAME:
            members.sort(key=lambda m: (m.sort_key, m.key))
        case AxisOrder.NATURAL:
            pass
    return SelectedMembers([member.key for member in members[: question.limit]], is_cut)


def coordinate_of_member(member: AxisMember) -> tuple[str, Member | None]:
    """Return a member as a coordinate of its cells."""
    return member.key, member.record


class SelectedMembers(NamedTuple):
    """The keys of the shown members, and whether `limit` cut some."""

    keys: list[str]
    truncated: bool


def append_headers(
    matrix: Matrix, axis: ResolvedAxis, keys: Sequence[str], *, is_row: bool, unassigned: bool
) -> None:
    """Append headers to an axis: members, then UNASSIGNED and BEYOND_LIMIT if counted."""
    members = {member.key: member for member in axis.members}
    target = matrix.rows if is_row else matrix.columns

    def _has_figures(index: int) -> bool:
        return (CellGroup(index, None) if is_row else CellGroup(None, index)) in matrix.figures

    def _append_header(index: int, kind: HeaderKind, member: AxisMember) -> None:
        target.headers.append(
            Header(
                matrix, is_row, index, kind, member.key, member.label, member.path, member.record
            )
        )

    for index, key in enumerate(keys):
        _append_header(index, HeaderKind.MEMBER, members[key])
    rest_headers = [(HeaderKind.UNASSIGNED, UNASSIGNED)] if unassigned else []
    rest_headers.append((HeaderKind.BEYOND_LIMIT, BEYOND_LIMIT))
    for index, (kind, label) in enumerate(rest_headers, start=len(keys)):
        if _has_figures(index):
            _append_header(index, kind, AxisMember(f"~{kind.value}", label, [], None, ""))


def build_notices(matrix: Matrix) -> list[Notice]:
    """Return the notices about the figures."""
    found: list[Notice] = []
    for axis, name in ((matrix.rows, "rows"), (matrix.columns, "columns")):
        if any(header.kind is HeaderKind.UNASSIGNED for header in axis.headers):
            text = localized_text(
                "มีรายการที่ไม่ตรงกับสมาชิกใดของแกน นับอยู่ใน “ไม่ระบุ” และรวมอยู่ในยอดรวม",
                "some items match no member of this axis; they are counted under Unassigned, "
                "and totals include them",
            )
            found.append(Notice("UNASSIGNED", text, [name]))
        if axis.truncated:
            shown = count_shown_members(axis)
            text = localized_text(
                f"แสดง {shown} จาก {axis.member_count} ที่เหลือรวมไว้ในช่องสุดท้าย",
                f"{shown} of {axis.member_count} shown; the rest are combined in the last one",
            )
            found.append(Notice("BEYOND_LIMIT", text, [name]))
    if matrix.question.counting is Counting.SHARED and not matrix.total.additive:
        text = localized_text(
            "บางความเชื่อมโยงไม่ทราบสัดส่วน จึงไม่แบ่งยอด",
            "the share of some linkages is unknown; their amounts are not split",
        )
        found.append(Notice("SHARE_UNKNOWN", text, None))
    return found


def count_shown_members(axis: Axis) -> int:
    """Return the number of shown members."""
    return sum(header.kind is HeaderKind.MEMBER for header in axis.headers)

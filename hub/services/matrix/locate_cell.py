"""Locate a cell of a matrix without counting: enough to list what it consists of."""

from datetime import date, datetime

from hub.domain.matrix.absence import Absences
from hub.domain.matrix.key import encode_matrix_key
from hub.domain.matrix.layout import Layout
from hub.domain.matrix.question import AxisOrder, MatrixQuestion
from hub.domain.matrix.result import Axis, Cell, CellState, Header, HeaderKind, Matrix
from hub.services.matrix.compute_matrix import validate_question
from hub.services.matrix.evaluate_cells import NO_FIGURES
from hub.services.matrix.resolve_axis import AxisMember, ResolvedAxis, resolve_axis
from hub.services.matrix.resolve_scope import (
    AxisContext,
    fetch_filter_members,
    fetch_question_chain,
)
from hub.services.matrix.rest_labels import unassigned_label
from hub.services.matrix.select_members import list_member_keys
from hub.store.unit_of_work import UnitOfWork

UNASSIGNED_KEY = f"~{HeaderKind.UNASSIGNED.value}"


async def locate_cell(
    unit: UnitOfWork,
    question: MatrixQuestion,
    keys: tuple[str, str],
    *,
    as_of_time: datetime | None,
    now: datetime,
    today: date,
) -> Cell | None:
    """Return the cell at the keys of a row and a column, of which only the contributions and the
    projects may be read; its state and figures are not computed.

    Null where figures decide on the answer: the rest beyond a limit, an axis that its limit may
    cut, and with an axis of linkages another order than the natural one, as the first cell of a
    line counts it. Null for keys of no member. A cell of a member that the matrix leaves out, as
    it is empty, is found here and has no contributions.
    """
    validate_question(question)
    chain = await fetch_question_chain(unit, question, as_of_time)
    context = AxisContext(unit, question, chain, as_of_time)
    await fetch_filter_members(unit, question.filter, today)
    scope = await context.resolve_scope(today, is_validated=True)
    rows = await resolve_axis(context, question.rows, "rows")
    columns = await resolve_axis(context, question.columns, "columns")
    ordinals = find_ordinal(rows, keys[0]), find_ordinal(columns, keys[1])
    if ordinals[0] is None or ordinals[1] is None:
        return None
    layout = Layout(
        scope=scope,
        rows=rows.assign_ordinals(list_member_keys(rows), unassigned=True),
        columns=columns.assign_ordinals(list_member_keys(columns), unassigned=True),
        counting=question.counting,
    )
    orders = {question.rows.order_by, question.columns.order_by}
    if layout.has_linkage_axis and orders != {AxisOrder.NATURAL}:
        return None
    matrix = Matrix(
        key=encode_matrix_key(question),
        question=question,
        as_of=as_of_time or now,
        figures={},
        rows=Axis(question.rows.dimension, [], False, len(rows.members)),
        columns=Axis(question.columns.dimension, [], False, len(columns.members)),
        cells=[],
        layout=layout,
        absences=Absences([], [], None, []),
    )
    append_all_headers(matrix, rows, is_row=True)
    append_all_headers(matrix, columns, is_row=False)
    cell = Cell(matrix, ordinals[0], ordinals[1], CellState.NOT_JUDGED, [], [], NO_FIGURES)
    matrix.cells.append(cell)
    return cell


def find_ordinal(axis: ResolvedAxis, key: str) -> int | None:
    """Return the ordinal of a member or of UNASSIGNED in natural order; null for another key, and
    where the limit may cut members.
    """
    keys = list_member_keys(axis)
    if len(keys) > axis.question.limit:
        return None
    if key == UNASSIGNED_KEY:
        return len(keys)
    return keys.index(key) if key in keys else None


def append_all_headers(matrix: Matrix, axis: ResolvedAxis, *, is_row: bool) -> None:
    """Append a header for each member of an axis, and UNASSIGNED."""
    target = matrix.rows if is_row else matrix.columns
    rest = AxisMember(UNASSIGNED_KEY, unassigned_label(target.dimension), [], None, "")
    for index, member in enumerate([*axis.members, rest]):
        kind = HeaderKind.UNASSIGNED if member is rest else HeaderKind.MEMBER
        target.headers.append(
            Header(
                matrix, is_row, index, kind, member.key, member.label, member.path, member.record
            )
        )

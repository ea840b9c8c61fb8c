"""Compute a matrix: resolve the axes, count, order and cut members, evaluate the cells.

One statement counts, in natural order. Only if the limit cuts members that have figures, and
projects are counted, it runs again: what the cut ones have together is no sum of theirs, as a
project can be in several. Money adds up where each line has one cell.
"""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from hub.domain.areas import Area
from hub.domain.matrix.absence import Absences, UnrecordedAreas
from hub.domain.matrix.key import encode_matrix_key
from hub.domain.matrix.layout import Layout
from hub.domain.matrix.question import (
    MAX_COUNTED_CELLS,
    MAX_MEMBERS,
    MAX_TABLE_CELLS,
    MatrixQuestion,
)
from hub.domain.matrix.result import (
    Axis,
    CellGroup,
    Header,
    HeaderKind,
    Matrix,
)
from hub.errors import Invalid, TooCostly
from hub.services.matrix.assess_sources import ReportingObligations
from hub.services.matrix.criteria import Criterion
from hub.services.matrix.evaluate_cells import NO_FIGURES, CellEvaluator
from hub.services.matrix.fetch_criterion import fetch_criterion
from hub.services.matrix.resolve_axis import AxisMember, ResolvedAxis, resolve_axis
from hub.services.matrix.resolve_scope import (
    AxisContext,
    FilterMembers,
    fetch_filter_members,
    fetch_question_chain,
)
from hub.services.matrix.rest_labels import BEYOND_LIMIT, unassigned_label
from hub.services.matrix.select_members import (
    SelectedMembers,
    list_member_keys,
    map_ordinals,
    move_figures,
    select_members,
)
from hub.services.matrix.years_in_force import YearsInForce
from hub.store.unit_of_work import UnitOfWork

CELLS_PER_TURN: Final = 200
"""Cells after which the event loop answers other requests: some milliseconds."""


async def compute_matrix(
    unit: UnitOfWork,
    question: MatrixQuestion,
    *,
    as_of_time: datetime | None,
    now: datetime,
    today: date,
    with_counts: bool = True,
) -> Matrix:
    """Return the matrix of a question; `Invalid(field)` when the question is invalid.

    `as_of_time` is the resolved instant of the question's `as_of`, null for now. Without
    `with_counts` its numbers of projects and linkages are positive if there are any, and no counts.
    """
    validate_question(question)
    chain = await fetch_question_chain(unit, question, as_of_time)
    axis_context = AxisContext(unit, question, chain, as_of_time)
    named = await fetch_filter_members(unit, question.filter, today)
    scope = await axis_context.resolve_scope(today, is_validated=True)
    rows = await resolve_axis(axis_context, question.rows, "rows")
    columns = await resolve_axis(axis_context, question.columns, "columns")
    years = YearsInForce(
        question, axis_context.edition_date, named, {**rows.areas, **columns.areas}
    )
    criterion = await fetch_criterion(axis_context, years)

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
    figures = await unit.matrices.figures_by_group(matrix_layout, with_counts=with_counts)
    has_unassigned = (
        CellGroup(len(row_keys), None) in figures,
        CellGroup(None, len(column_keys)) in figures,
    )
    promises = await unit.freshness.list_promises(as_of_time)
    obligations = ReportingObligations(question, promises, as_of_time or now)
    evaluator = CellEvaluator(question, criterion, obligations)
    shown_rows = select_members(rows, figures, evaluator, columns, is_row=True)
    shown_columns = select_members(columns, figures, evaluator, rows, is_row=False)
    shown_cell_count = (len(shown_rows.keys) + 2) * (len(shown_columns.keys) + 2)
    if shown_cell_count > MAX_TABLE_CELLS:
        raise TooCostly(shown_cell_count, MAX_TABLE_CELLS, "ช่อง · cells")
    if shown_rows.keys != row_keys or shown_columns.keys != column_keys:
        matrix_layout = _build_layout(shown_rows.keys, shown_columns.keys, *has_unassigned)
        beyond_limit = CellGroup(
            len(shown_rows.keys) + has_unassigned[0], len(shown_columns.keys) + has_unassigned[1]
        )
        moved = move_figures(
            figures,
            map_ordinals(row_keys, shown_rows.keys),
            map_ordinals(column_keys, shown_columns.keys),
            beyond_limit=None if with_counts or matrix_layout.has_linkage_axis else beyond_limit,
        )
        if moved is None:
            moved = await unit.matrices.figures_by_group(matrix_layout, with_counts=with_counts)
        figures = moved

    matrix = Matrix(
        key=encode_matrix_key(question),
        question=question,
        as_of=as_of_time or now,
        figures=figures,
        rows=Axis(question.rows.dimension, [], shown_rows.truncated, len(rows.members)),
        columns=Axis(question.columns.dimension, [], shown_columns.truncated, len(columns.members)),
        cells=[],
        layout=matrix_layout,
        absences=list_absences(
            ((rows, shown_rows), (columns, shown_columns)), named, years, criterion
        ),
    )
    append_headers(matrix, rows, shown_rows.keys, is_row=True, unassigned=has_unassigned[0])
    append_headers(matrix, columns, shown_columns.keys, is_row=False, unassigned=has_unassigned[1])
    for header in (*matrix.rows.headers, *matrix.columns.headers):
        figures.setdefault(header.group, NO_FIGURES)
    since_turn = 0
    for row in matrix.rows.headers:
        for column in matrix.columns.headers:
            matrix.cells.append(evaluator.build_cell(matrix, row, column))
        since_turn += len(matrix.columns.headers)
        if since_turn >= CELLS_PER_TURN:
            since_turn = 0
            await asyncio.sleep(0)
    figures.setdefault(CellGroup(None, None), NO_FIGURES)
    return matrix


def list_absences(
    axes: Sequence[tuple[ResolvedAxis, SelectedMembers]],
    named: FilterMembers,
    years: YearsInForce,
    criterion: Criterion,
) -> Absences:
    """Return which areas of the question were not in force or are not recorded, and its chain if
    that is another area's. `axes`: rows and columns, with the members shown.
    """
    found = years.list_absences(("filter", "areas"), named.areas.values())
    unrecorded: list[UnrecordedAreas] = []
    areas = list(named.areas.values())
    for name, (axis, shown) in zip(("rows", "columns"), axes, strict=True):
        shown_keys = set(shown.keys)
        members = [one.record for one in axis.members if one.key in shown_keys]
        found += years.list_absences((name,), members)
        found += years.list_absences((name, "members", "areaLevel", "under"), [axis.under])
        areas += [member for member in members if isinstance(member, Area)]
        if axis.unrecorded is not None:
            unrecorded.append(UnrecordedAreas((name,), *axis.unrecorded))
    other_area_chain = criterion.find_chain_of_other_area(areas)
    if other_area_chain is None:
        noted = {absence.area.id for absence in found}
        owners = [owner for owner in criterion.list_owners() if owner.id not in noted]
        found += years.list_absences(("filter", "valueChains"), owners)
    chain_areas = [owner.id for owner in criterion.list_owners()]
    return Absences(found, unrecorded, other_area_chain, chain_areas)


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
    rest_headers = (
        [(HeaderKind.UNASSIGNED, unassigned_label(target.dimension))] if unassigned else []
    )
    rest_headers.append((HeaderKind.BEYOND_LIMIT, BEYOND_LIMIT))
    for index, (kind, label) in enumerate(rest_headers, start=len(keys)):
        if _has_figures(index):
            _append_header(index, kind, AxisMember(f"~{kind.value}", label, [], None, ""))

"""Explain figures: the contribution of each project and line to a cell or total.

The counted amounts always add up to the figure; a project without an amount is listed too.
"""

from collections.abc import Sequence
from typing import Any

from hub.domain.budget import BudgetPhase
from hub.domain.matrix.question import Counting
from hub.domain.matrix.result import (
    Cell,
    CellGroup,
    Contribution,
    CountTreatment,
    Matrix,
)
from hub.domain.money import Money
from hub.domain.paging import Connection, PageRequest, build_connection
from hub.store.unit_of_work import UnitOfWork


async def explain_figures(
    unit: UnitOfWork,
    matrix: Matrix,
    groups: Sequence[CellGroup],
    phase: BudgetPhase,
    page: PageRequest,
) -> dict[CellGroup, Connection[Contribution]]:
    """Return a page of contributions per group of cells, ordered by project and line."""
    distinct = list(dict.fromkeys(groups))
    rows_by_group = await unit.matrices.contributions_by_group(matrix.layout, distinct, phase, page)
    cells = {(cell.row_index, cell.column_index): cell for cell in matrix.cells}
    found: dict[CellGroup, Connection[Contribution]] = {}
    for group in distinct:
        rows, total = rows_by_group.get(group, ([], 0 if page.after is None else None))
        contributions = [build_contribution(matrix, row, cells) for row in rows]
        found[group] = build_connection(contributions, page, lambda part: part.key, total)
    return found


def build_contribution(
    matrix: Matrix, row: Any, cells: dict[tuple[int, int], Cell]
) -> Contribution:
    """Return a row of the store as a contribution."""
    group = CellGroup(row["group_r"], row["group_c"])
    is_first, first_cell = find_first_cell(group, row)
    treatment = resolve_treatment(row, matrix.question.counting, is_first=is_first)
    counted = {
        CountTreatment.NO_AMOUNT: None,
        CountTreatment.EXCLUDED_PHASE: Money(0),
    }.get(treatment, Money(row["counted_here"] or 0))
    is_counted_elsewhere = treatment is CountTreatment.ALREADY_COUNTED
    return Contribution(
        project_id=row["project_id"],
        linkage_id=row["linkage_id"],
        line_id=row["line_id"],
        counted=counted,
        treatment=treatment,
        counted_elsewhere=cells.get(first_cell) if is_counted_elsewhere else None,
        key=(row["project_id"], row["line_id"] or "", *place_in_order(group, row)),
        matrix=matrix,
    )


def place_in_order(group: CellGroup, row: Any) -> tuple[int, int]:
    """Return the last two keys of the order of a group, which cells do not need."""
    is_cell = group.row is not None and group.column is not None
    return (0, 0) if is_cell else (row["r"], row["c"])


def find_first_cell(group: CellGroup, row: Any) -> tuple[bool, tuple[int, int]]:
    """Return whether a line is counted first in this group, and the cell that counts it.

    A cell's line is compared within the whole matrix, a total's within the total's own cells.
    """
    if group.row is not None and group.column is None:
        return row["first_in_row"], (row["r"], row["row_c"])
    if group.column is not None and group.row is None:
        return row["first_in_column"], (row["column_r"], row["c"])
    return row["first_in_all"], (row["first_r"], row["first_c"])


def resolve_treatment(row: Any, counting: Counting, *, is_first: bool) -> CountTreatment:
    """Return how a line was counted.

    In a cell, a later occurrence still shows the whole amount with ALREADY_COUNTED, because totals
    count it in the earlier cell; in a total, a later occurrence counts nothing.
    """
    if row["line_id"] is None:
        return CountTreatment.NO_AMOUNT
    if not row["in_phase"]:
        return CountTreatment.EXCLUDED_PHASE
    if left_out := row.get("left_out"):
        return CountTreatment(left_out)
    if row["duplicate"]:
        return CountTreatment.DUPLICATE_RECORD
    if row["shared"]:
        return CountTreatment.SHARE
    if counting is not Counting.MENTIONS and not is_first:
        return CountTreatment.ALREADY_COUNTED
    return CountTreatment.WHOLE

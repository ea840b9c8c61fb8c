"""Resolvers of the matrix: computed once per field; contributions and projects on demand."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from hub.domain.budget import BudgetLine, BudgetPhase
from hub.domain.linkages import Linkage, LinkageStatus
from hub.domain.lookups import OpaqueId
from hub.domain.matrix.key import decode_matrix_key
from hub.domain.matrix.question import (
    MAX_CELLS,
    MAX_TABLE_CELLS,
    MatrixQuestion,
    Window,
)
from hub.domain.matrix.result import (
    Cell,
    CellState,
    Contribution,
    Header,
    Matrix,
    Total,
)
from hub.domain.money import Money
from hub.domain.paging import Connection, PageRequest, build_connection
from hub.domain.projects import Project
from hub.domain.text import Notice
from hub.errors import TooCostly
from hub.services.matrix.build_notices import build_header_notices, build_notices
from hub.services.matrix.compute_matrix import compute_matrix
from hub.services.matrix.explain_figures import explain_figures
from resolvers.arguments import resolve_as_of
from resolvers.context import Context

COUNT_FIELDS: Final = frozenset(
    {
        "additive",
        "hiddenProjects",
        "linkageCount",
        "notices",
        "projectCount",
        "stateReasons",
    }
)
"""Fields that need numbers of projects or linkages, not only whether there are any."""


async def matrix(
    _roots: Sequence[None],
    context: Context,
    selected: frozenset[str],
    *,
    input: MatrixQuestion,  # noqa: A002 - the GraphQL name
) -> Sequence[Matrix]:
    """Return the matrix of a question."""
    return [await compute_for_request(context, input, selected)]


async def saved_matrix(
    _roots: Sequence[None], context: Context, selected: frozenset[str], *, key: OpaqueId
) -> Sequence[Matrix]:
    """Return the matrix of a key, computed again."""
    return [await compute_for_request(context, decode_matrix_key(key), selected)]


def cells(
    matrices: Sequence[Matrix],
    _context: Context,
    *,
    states: tuple[CellState, ...] | None = None,
    window: Window | None = None,
) -> Sequence[Sequence[Cell] | BaseException]:
    """Return the cells, row-major; `TooCostly` for more than 2,000."""
    return [check_cell_limit(filter_cells(m.cells, states, window), MAX_CELLS) for m in matrices]


def filter_cells(
    all_cells: Sequence[Cell], states: tuple[CellState, ...] | None, window: Window | None
) -> list[Cell]:
    """Return the cells with one of the states and inside the window."""
    return [
        cell
        for cell in all_cells
        if (states is None or cell.state in states)
        and (window is None or window.contains(cell.row_index, cell.column_index))
    ]


def check_cell_limit(selected: list[Cell], limit: int) -> list[Cell] | BaseException:
    """Return the cells, or a `TooCostly` error when there are too many."""
    return selected if len(selected) <= limit else TooCostly(len(selected), limit, "ช่อง · cells")


def table(matrices: Sequence[Matrix], _context: Context) -> Sequence[Matrix | BaseException]:
    """Return the same cells as parallel vectors; `TooCostly` for more than 50,000."""
    return [
        m
        if len(m.cells) <= MAX_TABLE_CELLS
        else TooCostly(len(m.cells), MAX_TABLE_CELLS, "ช่อง · cells")
        for m in matrices
    ]


def cells_of_headers(
    headers: Sequence[Header], _context: Context
) -> Sequence[Sequence[Cell] | BaseException]:
    """Return the cells of each header's row or column; `TooCostly` above 2,000 in all."""
    rows = [total.cells for total in totals_of_headers(headers, _context)]
    if (cell_count := sum(len(row) for row in rows)) > MAX_CELLS:
        return [TooCostly(cell_count, MAX_CELLS, "ช่อง · cells") for _ in rows]
    return rows


def totals_of_headers(headers: Sequence[Header], _context: Context) -> Sequence[Total]:
    """Return the total of each header's row or column."""
    return [Total(header.matrix, header.group) for header in headers]


def notices_of_headers(headers: Sequence[Header], _context: Context) -> Sequence[Sequence[Notice]]:
    """Return the notices about each row or column."""
    return [build_header_notices(header) for header in headers]


async def notices(matrices: Sequence[Matrix], context: Context) -> Sequence[Sequence[Notice]]:
    """Return the notices of each matrix."""
    return [await build_notices(context.unit, one, context.today) for one in matrices]


def to_money(satang: int | None) -> Money | None:
    """Return an amount as money; null for null."""
    return None if satang is None else Money(satang)


def budget(
    groups: Sequence[Cell | Total],
    _context: Context,
    *,
    phase: BudgetPhase = BudgetPhase.APPROPRIATED,
) -> Sequence[Money | None]:
    """Return the figure of one phase; null when there is no line of that phase."""
    return [to_money(group.figures.money.get(phase)) for group in groups]


def sum_of_cells(
    totals: Sequence[Total],
    _context: Context,
    *,
    phase: BudgetPhase = BudgetPhase.APPROPRIATED,
) -> Sequence[Money | None]:
    """Return the sum of the cells, for comparison with the total."""
    return [to_money(total.sum_of_cells(phase)) for total in totals]


def linkage_count(
    cells: Sequence[Cell], _context: Context, *, status: tuple[LinkageStatus, ...] | None = None
) -> Sequence[int]:
    """Return the number of linkages in each cell, optionally of some statuses."""
    return [
        sum(n for s, n in cell.figures.linkages.items() if status is None or s in status)
        for cell in cells
    ]


def table_budget(
    matrices: Sequence[Matrix],
    _context: Context,
    *,
    phase: BudgetPhase = BudgetPhase.APPROPRIATED,
) -> Sequence[Sequence[Any]]:
    """Return the figures of one phase per cell."""
    return [
        [None if (m := to_money(c.figures.money.get(phase))) is None else m.amount for c in x.cells]
        for x in matrices
    ]


def group_by_matrix(groups: Sequence[Cell | Total]) -> dict[int, list[Cell | Total]]:
    """Return groups of cells by the identity of their matrix."""
    found: dict[int, list[Cell | Total]] = defaultdict(list)
    for group in groups:
        found[id(group.matrix)].append(group)
    return found


async def contributions(
    groups: Sequence[Cell | Total],
    context: Context,
    *,
    phase: BudgetPhase = BudgetPhase.APPROPRIATED,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[Contribution]]:
    """Return the contributions to each figure; the counted amounts add up to it."""
    page = PageRequest.from_arguments(first, after, (str, str, int, int))
    found: dict[int, Connection[Contribution]] = {}
    for matrix_groups in group_by_matrix(groups).values():
        current_matrix = matrix_groups[0].matrix
        explained = await explain_figures(
            context.unit, current_matrix, [group.group for group in matrix_groups], phase, page
        )
        found |= {id(group): explained[group.group] for group in matrix_groups}
    return [found[id(group)] for group in groups]


async def projects_of_groups(
    groups: Sequence[Cell | Total],
    context: Context,
    *,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[Project]]:
    """Return the projects in each cell, in Thai dictionary order."""
    page = PageRequest.from_arguments(first, after)
    found: dict[int, Connection[Project]] = {}
    for matrix_groups in group_by_matrix(groups).values():
        current_matrix = matrix_groups[0].matrix
        at = current_matrix.as_of_time
        pages_by_group = await context.unit.matrices.project_ids_by_group(
            current_matrix.layout, list({group.group for group in matrix_groups}), page
        )
        projects_by_id = await context.unit.projects.by_id(
            [i for ids, _ in pages_by_group.values() for i in ids], at
        )
        for group in matrix_groups:
            ids, total = pages_by_group.get(group.group, ([], 0 if page.after is None else None))
            found[id(group)] = build_connection(
                [projects_by_id[i] for i in ids], page, lambda p: (p.sort_key, p.id), total
            )
    return [found[id(group)] for group in groups]


async def projects_of_contributions(
    parts: Sequence[Contribution], context: Context
) -> Sequence[Project | None]:
    """Return the project of each contribution."""
    at = parts[0].matrix.as_of_time
    projects_by_id = await context.unit.projects.by_id([part.project_id for part in parts], at)
    return [projects_by_id.get(part.project_id) for part in parts]


async def linkages_of_contributions(
    parts: Sequence[Contribution], context: Context
) -> Sequence[Linkage | None]:
    """Return the linkage that placed each contribution."""
    at = parts[0].matrix.as_of_time
    ids = [part.linkage_id for part in parts if part.linkage_id]
    linkages_by_id = await context.unit.linkages.by_id(ids, at) if ids else {}
    return [linkages_by_id.get(part.linkage_id or "") for part in parts]


async def lines_of_contributions(
    parts: Sequence[Contribution], context: Context
) -> Sequence[BudgetLine | None]:
    """Return the budget line of each contribution."""
    at = parts[0].matrix.as_of_time
    ids = [part.line_id for part in parts if part.line_id]
    lines_by_id = await context.unit.budget.by_id(ids, at) if ids else {}
    lines_by_id |= await context.unit.agreed_lines.by_id(ids, at)
    return [lines_by_id.get(part.line_id or "") for part in parts]


async def compute_for_request(
    context: Context, question: MatrixQuestion, selected: frozenset[str] = COUNT_FIELDS
) -> Matrix:
    """Compute a matrix with the context of the request.

    `selected`: the names of the fields below it, which decide whether projects are counted.
    """
    return await compute_matrix(
        context.unit,
        question,
        as_of_time=await resolve_as_of(context, question.as_of),
        now=context.status_time,
        today=context.today,
        with_counts=not COUNT_FIELDS.isdisjoint(selected),
    )

"""The matrix: drawn once, its figures read off; what figures are made of is fetched when asked."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

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
    CellGroup,
    CellState,
    Contribution,
    Header,
    Matrix,
    Total,
)
from hub.domain.money import Money
from hub.domain.paging import Connection, PageRequest, build_connection
from hub.domain.projects import Project
from hub.errors import Invalid, TooCostly
from hub.services.matrix.compute_matrix import draw_matrix
from hub.services.matrix.explain_figures import explain_figures
from resolvers.arguments import instant
from resolvers.context import Context


async def matrix(
    _roots: Sequence[None],
    context: Context,
    *,
    input: MatrixQuestion,  # noqa: A002 - the contract's name
) -> Sequence[Matrix]:
    """The answer to a question."""
    return [await draw(context, input)]


async def saved_matrix(
    _roots: Sequence[None], context: Context, *, key: OpaqueId
) -> Sequence[Matrix]:
    """The same question, asked again."""
    return [await draw(context, decode_matrix_key(key))]


async def by_key(context: Context, keys: Sequence[str]) -> Mapping[str, Cell]:
    """Cells by matrix key and member keys; one the matrix has no more, or never had, is absent."""
    drawn: dict[str, Matrix] = {}
    found: dict[str, Cell] = {}
    for key in dict.fromkeys(keys):
        asked, _, members = key.partition("/")
        row, _, column = members.partition("/")
        try:
            if asked not in drawn:
                drawn[asked] = await draw(context, decode_matrix_key(asked))
        except Invalid:
            continue
        for cell in drawn[asked].cells:
            if (cell.row.key, cell.column.key) == (row, column):
                found[key] = cell
    return found


def cells(
    matrices: Sequence[Matrix],
    _context: Context,
    *,
    states: tuple[CellState, ...] | None = None,
    window: Window | None = None,
) -> Sequence[Sequence[Cell] | BaseException]:
    """Every cell, row-major; `TooCostly` above 2,000."""
    return [in_bounds(chosen(m.cells, states, window), MAX_CELLS) for m in matrices]


def chosen(
    every: Sequence[Cell], states: tuple[CellState, ...] | None, window: Window | None
) -> list[Cell]:
    """The cells of some states inside a window."""
    return [
        cell
        for cell in every
        if (states is None or cell.state in states)
        and (window is None or window.contains(cell.row_index, cell.column_index))
    ]


def in_bounds(kept: list[Cell], limit: int) -> list[Cell] | BaseException:
    """The cells, or what to do instead where they are too many."""
    return kept if len(kept) <= limit else TooCostly(len(kept), limit, "ช่อง · cells")


def table(matrices: Sequence[Matrix], _context: Context) -> Sequence[Matrix | BaseException]:
    """The same cells as parallel vectors; `TooCostly` above 50,000."""
    return [
        m
        if len(m.cells) <= MAX_TABLE_CELLS
        else TooCostly(len(m.cells), MAX_TABLE_CELLS, "ช่อง · cells")
        for m in matrices
    ]


def cells_of_headers(
    headers: Sequence[Header], _context: Context
) -> Sequence[Sequence[Cell] | BaseException]:
    """The row or the column of each header; `TooCostly` above 2,000 cells in all."""
    rows = [total.cells for total in totals_of_headers(headers, _context)]
    if (asked := sum(len(row) for row in rows)) > MAX_CELLS:
        return [TooCostly(asked, MAX_CELLS, "ช่อง · cells") for _ in rows]
    return rows


def totals_of_headers(headers: Sequence[Header], _context: Context) -> Sequence[Total]:
    """The total of each header's row or column."""
    return [
        Total(h.matrix, CellGroup(h.index, None) if h.is_row else CellGroup(None, h.index))
        for h in headers
    ]


def money(satang: int | None) -> Money | None:
    """An amount, where there is one."""
    return None if satang is None else Money(satang)


def budget(
    groups: Sequence[Cell | Total],
    _context: Context,
    *,
    phase: BudgetPhase = BudgetPhase.APPROPRIATED,
) -> Sequence[Money | None]:
    """The figure of one phase; null where no line of that phase stands there."""
    return [money(group.figures.money.get(phase)) for group in groups]


def sum_of_cells(
    totals: Sequence[Total],
    _context: Context,
    *,
    phase: BudgetPhase = BudgetPhase.APPROPRIATED,
) -> Sequence[Money | None]:
    """What the cells add up to, beside what the total says."""
    return [money(total.sum_of_cells(phase)) for total in totals]


def linkage_count(
    cells: Sequence[Cell], _context: Context, *, status: tuple[LinkageStatus, ...] | None = None
) -> Sequence[int]:
    """Linkages in each cell, of some statuses where they are named."""
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
    """The figures of one phase, cell by cell."""
    return [
        [None if (m := money(c.figures.money.get(phase))) is None else m.amount for c in x.cells]
        for x in matrices
    ]


def by_matrix(groups: Sequence[Cell | Total]) -> dict[int, list[Cell | Total]]:
    """Groups of cells by the matrix they belong to."""
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
    """What each figure is made of; the amounts counted add up to it."""
    page = PageRequest.from_arguments(first, after, (str, str, int, int))
    found: dict[int, Connection[Contribution]] = {}
    for of_one in by_matrix(groups).values():
        drawn = of_one[0].matrix
        explained = await explain_figures(
            context.unit, drawn, [group.group for group in of_one], phase, page
        )
        found |= {id(group): explained[group.group] for group in of_one}
    return [found[id(group)] for group in groups]


async def projects(
    groups: Sequence[Cell | Total],
    context: Context,
    *,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[Project]]:
    """The projects in each cell, in Thai dictionary order."""
    page = PageRequest.from_arguments(first, after)
    found: dict[int, Connection[Project]] = {}
    for of_one in by_matrix(groups).values():
        drawn = of_one[0].matrix
        at = drawn.as_of_time
        held = await context.unit.matrices.project_ids_by_group(
            drawn.layout, list({group.group for group in of_one}), page
        )
        known = await context.unit.projects.by_id([i for ids, _ in held.values() for i in ids], at)
        for group in of_one:
            ids, total = held.get(group.group, ([], 0 if page.after is None else None))
            found[id(group)] = build_connection(
                [known[i] for i in ids], page, lambda p: (p.sort_key, p.id), total
            )
    return [found[id(group)] for group in groups]


async def project_of(parts: Sequence[Contribution], context: Context) -> Sequence[Project | None]:
    """The project of each contribution."""
    at = parts[0].matrix.as_of_time
    known = await context.unit.projects.by_id([part.project_id for part in parts], at)
    return [known.get(part.project_id) for part in parts]


async def linkage_of(parts: Sequence[Contribution], context: Context) -> Sequence[Linkage | None]:
    """The linkage that placed each contribution."""
    at = parts[0].matrix.as_of_time
    ids = [part.linkage_id for part in parts if part.linkage_id]
    known = await context.unit.linkages.by_id(ids, at) if ids else {}
    return [known.get(part.linkage_id or "") for part in parts]


async def line_of(parts: Sequence[Contribution], context: Context) -> Sequence[BudgetLine | None]:
    """The budget line of each contribution."""
    at = parts[0].matrix.as_of_time
    ids = [part.line_id for part in parts if part.line_id]
    known = await context.unit.budget.by_id(ids, at) if ids else {}
    return [known.get(part.line_id or "") for part in parts]


async def draw(context: Context, question: MatrixQuestion) -> Matrix:
    """A matrix of this request."""
    return await draw_matrix(
        context.unit,
        question,
        known_at=await instant(context, question.as_of),
        now=context.now,
        today=context.today,
    )

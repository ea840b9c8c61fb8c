"""Resolvers of freshness: of cells, and of the sources a matrix depends on."""

from collections import defaultdict
from collections.abc import Sequence

from hub.domain.matrix.result import Cell, Matrix
from hub.domain.sources.freshness import Freshness, SourceUse
from hub.services.matrix.assess_sources import compute_freshness, fetch_source_uses
from resolvers.context import Context


async def freshness(cells: Sequence[Cell], context: Context) -> Sequence[Freshness]:
    """Return the freshness of each cell, with two statements per matrix."""
    cells_by_matrix: dict[int, list[Cell]] = defaultdict(list)
    for cell in cells:
        cells_by_matrix[id(cell.matrix)].append(cell)
    freshness_by_cell: dict[int, Freshness] = {}
    for matrix_cells in cells_by_matrix.values():
        values = await compute_freshness(context.unit, matrix_cells[0].matrix, matrix_cells)
        freshness_by_cell |= {
            id(cell): value for cell, value in zip(matrix_cells, values, strict=True)
        }
    return [freshness_by_cell[id(cell)] for cell in cells]


async def sources(matrices: Sequence[Matrix], context: Context) -> Sequence[Sequence[SourceUse]]:
    """Return the sources each matrix depends on, by name."""
    return [await fetch_source_uses(context.unit, matrix) for matrix in matrices]

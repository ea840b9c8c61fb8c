"""How fresh figures are: of cells, of the sources a matrix rests on, and what to know of those."""

from collections import defaultdict
from collections.abc import Sequence

from hub.domain.matrix.result import Cell, Matrix
from hub.domain.sources.freshness import Freshness, SourceUse
from hub.domain.text import Notice
from hub.services.matrix.assess_sources import freshness_of, notices_of_sources, uses_of
from resolvers.context import Context


async def freshness(cells: Sequence[Cell], context: Context) -> Sequence[Freshness]:
    """How fresh each cell is; two statements for each matrix they are of."""
    of_matrix: dict[int, list[Cell]] = defaultdict(list)
    for cell in cells:
        of_matrix[id(cell.matrix)].append(cell)
    found: dict[int, Freshness] = {}
    for of_one in of_matrix.values():
        told = await freshness_of(context.unit, of_one[0].matrix, of_one)
        found |= {id(cell): one for cell, one in zip(of_one, told, strict=True)}
    return [found[id(cell)] for cell in cells]


async def sources(matrices: Sequence[Matrix], context: Context) -> Sequence[Sequence[SourceUse]]:
    """The sources each matrix rests on, by name."""
    return [await uses_of(context.unit, matrix) for matrix in matrices]


async def notices(matrices: Sequence[Matrix], context: Context) -> Sequence[Sequence[Notice]]:
    """What a reader of each matrix should know: of its figures, and of the sources behind them."""
    return [
        [*matrix.notices, *await notices_of_sources(context.unit, matrix)] for matrix in matrices
    ]

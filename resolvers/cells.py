"""Cells of matrices by their ids, with figures or only to list what they consist of."""

from collections.abc import Mapping, Sequence
from typing import Final

from hub.domain.matrix.key import decode_matrix_key
from hub.domain.matrix.result import Cell, Matrix
from hub.errors import Invalid
from hub.services.matrix.locate_cell import locate_cell
from resolvers.arguments import resolve_as_of
from resolvers.context import Context
from resolvers.matrix import compute_for_request

FIGURE_FIELDS: Final = frozenset(
    {
        "budget",
        "column",
        "columnIndex",
        "countedElsewhere",
        "expected",
        "freshness",
        "hiddenProjects",
        "linkageCount",
        "projectCount",
        "rate",
        "row",
        "rowIndex",
        "state",
        "stateReasons",
        "yearOnYear",
    }
)
"""Fields of a cell that need the figures of its matrix."""
LIST_FIELDS: Final = frozenset({"contributions", "projects"})
"""Fields of a cell that list what it consists of."""


async def fetch_cells_by_key(
    context: Context, keys: Sequence[str], selected: frozenset[str] = FIGURE_FIELDS
) -> Mapping[str, Cell]:
    """Return cells by matrix key and member keys; cells that do not exist are absent.

    `selected`: the names of the fields below them. If they list what the cells consist of, and none
    needs figures, the matrix is not counted.
    """
    matrices: dict[str, Matrix] = {}
    found: dict[str, Cell] = {}
    for key in dict.fromkeys(keys):
        matrix_key, _, members = key.partition("/")
        row, _, column = members.partition("/")
        try:
            if selected & LIST_FIELDS and FIGURE_FIELDS.isdisjoint(selected):
                located = await locate_for_request(context, matrix_key, (row, column))
                if located is not None:
                    found[key] = located
                    continue
            if matrix_key not in matrices:
                matrices[matrix_key] = await compute_for_request(
                    context, decode_matrix_key(matrix_key)
                )
        except Invalid:
            continue
        for cell in matrices[matrix_key].cells:
            if (cell.row.key, cell.column.key) == (row, column):
                found[key] = cell
    return found


async def locate_for_request(
    context: Context, matrix_key: str, members: tuple[str, str]
) -> Cell | None:
    """Return a cell to list what it consists of; null where its matrix must be computed."""
    question = decode_matrix_key(matrix_key)
    return await locate_cell(
        context.unit,
        question,
        members,
        as_of_time=await resolve_as_of(context, question.as_of),
        now=context.status_time,
        today=context.today,
    )

"""The rows of the statement of figures: one SELECT list for all kinds of figures."""

from enum import Enum
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from hub.store.visibility import UNPUBLISHED_COLUMN

CELL_STRIDE: Final = 1 << 20
"""More than an axis can have ordinals: row × stride + column numbers the cells."""


def number_cell(row: sa.ColumnElement[Any], column: sa.ColumnElement[Any]) -> Any:
    """Return the number of a cell, from which `ordinals_of_cell` returns row and column."""
    return sa.cast(row, sa.BigInteger) * CELL_STRIDE + column


def ordinals_of_cell(number: sa.ColumnElement[Any]) -> tuple[Any, Any]:
    """Return the columns r and c of a cell's number."""
    row, column = number // CELL_STRIDE, number % CELL_STRIDE
    return sa.cast(row, sa.Integer).label("r"), sa.cast(column, sa.Integer).label("c")


class FigureKind(Enum):
    """What a row of the statement of figures counts."""

    PROJECTS = "PROJECTS"
    LINKAGES = "LINKAGES"
    MONEY = "MONEY"
    HIDDEN = "HIDDEN"
    OVERLAP = "OVERLAP"
    UNPUBLISHED = "UNPUBLISHED"


def figure_row(
    kind: FigureKind, row: Any, column: Any, value: Any, name: Any = None, marker: Any = None
) -> sa.Select[Any]:
    """Return the SELECT list of a figure; `name` is of a phase or status."""
    return sa.select(
        sa.literal(kind.value).label("kind"),
        row.label("r"),
        column.label("c"),
        sa.cast(sa.null() if name is None else name, sa.Text).label("name"),
        sa.cast(value, sa.BigInteger).label("value"),
        sa.cast(sa.null() if marker is None else marker, JSONB).label(UNPUBLISHED_COLUMN),
    )


def grouping_sets(
    row: sa.ColumnElement[Any], column: sa.ColumnElement[Any], *extra_columns: sa.ColumnElement[Any]
) -> Any:
    """Return GROUPING SETS by cell, row, column and the whole, each with `extra_columns`."""
    return sa.func.grouping_sets(
        sa.tuple_(row, column, *extra_columns),
        sa.tuple_(row, *extra_columns),
        sa.tuple_(column, *extra_columns),
        sa.tuple_(*extra_columns),
    )

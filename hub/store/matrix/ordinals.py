"""The ordinals of an axis as a table of a statement."""

from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.selectable import CTE, FromClause

from hub.domain.matrix.layout import AxisOrdinals, Ordinals
from hub.store.rows import table_of_texts, text_of_array


def ordinals_table(name: str, axis: AxisOrdinals) -> FromClause:
    """Return the ordinals of an axis as a table: id, ordinal, and year if they differ by year.

    A statement that names it several times has it once: PostgreSQL parses 8,000 areas in 3 ms.
    """
    return ordinals_cte("column" if "column" in name else "row", axis.ordinals)


@lru_cache(maxsize=32)
def ordinals_cte(side: str, ordinals: Ordinals) -> CTE:
    """Return the ordinals of rows or columns as a part of a statement, which has one of each."""
    table = table_of_texts(f"{side}_values", *list_columns(ordinals))
    return sa.select(table).cte(f"{side}_ordinals")


def list_columns(ordinals: Ordinals) -> list[tuple[str, Any, str]]:
    """Return name, type and text of the arrays of ordinals."""
    ordered = sorted(ordinals, key=str)
    columns: list[tuple[str, Any, str]] = [
        ("id", sa.Text, text_of_array([key for key, _, _ in ordered])),
        ("ordinal", sa.Integer, text_of_array([ordinal for _, _, ordinal in ordered])),
    ]
    years = [year for _, year, _ in ordered]
    if None not in years:
        columns.append(("year", sa.SmallInteger, text_of_array(years)))
    return columns

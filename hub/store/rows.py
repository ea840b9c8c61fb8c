"""Parts of statements and of rows that several nouns use."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.selectable import FromClause

from hub.domain.paging import PageRequest
from hub.domain.text import LocalizedText, TranslationOrigin


def text_array_parameter(name: str) -> sa.BindParameter[Any]:
    """Return a bound parameter of type text[], for `column ==
    sa.any_(text_array_parameter("ids"))`.
    """
    return sa.bindparam(name, type_=ARRAY(sa.Text))


def localized_text_of(row: asyncpg.Record, name: str) -> LocalizedText:
    """Return the text of a row's columns `name_th` and `name_en`, with who worded each."""
    th_origin, en_origin = row[f"{name}_th_origin"], row[f"{name}_en_origin"]
    return LocalizedText(
        row[f"{name}_th"],
        row[f"{name}_en"],
        TranslationOrigin(th_origin) if th_origin else None,
        TranslationOrigin(en_origin) if en_origin else None,
    )


def is_valid_on(
    dated_table: FromClause, on: sa.ColumnElement[date] | sa.BindParameter[date]
) -> sa.ColumnElement[bool]:
    """Return the predicate that a row's half-open validity range contains a date."""
    return sa.and_(
        sa.or_(dated_table.c.valid_from.is_(None), dated_table.c.valid_from <= on),
        sa.or_(dated_table.c.valid_to.is_(None), dated_table.c.valid_to > on),
    )


def paginate(
    statement: sa.Select[Any],
    page: PageRequest,
    *order: sa.ColumnElement[Any],
) -> sa.Select[Any]:
    """Return the statement for one page after the cursor: `first + 1` rows.

    The extra row shows whether there is a next page.
    """
    if page.after is not None:
        statement = statement.where(sa.tuple_(*order) > sa.tuple_(*page.after))
    return statement.order_by(*order).limit(page.first + 1)


def count_rows(statement: sa.Select[Any]) -> sa.Select[Any]:
    """Return the statement for the number of rows of a list, all its pages together."""
    return statement.with_only_columns(sa.func.count(), maintain_column_froms=True)


def paginate_by_group(
    statement: sa.Select[Any],
    group: sa.ColumnElement[Any],
    page: PageRequest,
    order: Sequence[sa.ColumnElement[Any]],
) -> sa.Select[Any]:
    """Return the statement for the same page of many lists: one per value of `group`, as
    `list_key`.
    """
    total = sa.func.count().over(partition_by=group).label("total")
    inner = statement.add_columns(
        group.label("list_key"), total, *(o.label(f"o{i}") for i, o in enumerate(order))
    ).subquery()
    order_columns = [inner.c[f"o{i}"] for i in range(len(order))]
    position = sa.func.row_number().over(partition_by=inner.c.list_key, order_by=order_columns)
    ranked = sa.select(inner, position.label("place"))
    if page.after is not None:
        ranked = ranked.where(sa.tuple_(*order_columns) > sa.tuple_(*page.after))
    numbered = ranked.subquery()
    return (
        sa.select(numbered)
        .where(numbered.c.place <= page.first + 1)
        .order_by(numbered.c.list_key, numbered.c.place)
    )


def epoch_microseconds(column: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    """Return an instant as the microseconds from 1970, for sort keys."""
    return sa.cast(sa.extract("epoch", column) * 1_000_000, sa.BigInteger)


def microseconds(at: datetime) -> int:
    """Return the microseconds from 1970 to an instant, as `epoch_microseconds` does."""
    return round(at.timestamp() * 1_000_000)


def values_table(name: str, *columns: tuple[str, Any, list[Any]]) -> FromClause:
    """Return values as a table of a statement, one array parameter per column."""
    return table_of_texts(
        name,
        *((column, column_type, text_of_array(values)) for column, column_type, values in columns),
    )


def table_of_texts(name: str, *columns: tuple[str, Any, str]) -> FromClause:
    """Return a table as `values_table` does, from the text of each array."""
    arrays = [
        sa.cast(sa.literal(text, sa.Text), ARRAY(column_type)) for _, column_type, text in columns
    ]
    return (
        sa.func.unnest(*arrays)
        .table_valued(
            *(sa.column(column_name, column_type) for column_name, column_type, _ in columns),
            name=name,
        )
        .render_derived(name)
    )


def text_of_array(values: Sequence[str | int | None]) -> str:
    """Return an array of texts or numbers as the text that PostgreSQL parses.

    The driver checks the type of each element of an array, which takes a second of CPU for the
    500,000 areas by year of a question over ten years.
    """
    elements = ("NULL" if one is None else quote_element(one) for one in values)
    return f"{{{','.join(elements)}}}"


def quote_element(element: str | int) -> str:
    """Return an element of the text of an array; a text is quoted, whatever it contains."""
    if not isinstance(element, str):
        return str(element)
    escaped = element.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def contains_text(name: sa.ColumnElement[str], text: str) -> sa.ColumnElement[bool]:
    """Return the predicate that a name contains a text literally, in any case."""
    escaped = text
    for special in "\\%_":
        escaped = escaped.replace(special, f"\\{special}")
    pattern = f"%{escaped}%"
    # Thai has no case, and LIKE costs a fraction of ILIKE.
    if text.lower() == text.upper():
        return name.like(pattern, escape="\\")
    return name.ilike(pattern, escape="\\")


def is_one_of(
    column: sa.ColumnElement[Any], values: Iterable[str | Enum]
) -> sa.ColumnElement[bool]:
    """Return the predicate that a column equals one of the texts or members of an enum.

    They are bound as one parameter.
    """
    texts = [one.value if isinstance(one, Enum) else one for one in values]
    return column == sa.any_(sa.literal(texts, ARRAY(sa.Text)))

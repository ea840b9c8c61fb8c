"""What statements and rows of several nouns have in common."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.selectable import FromClause

from hub.domain.paging import PageRequest
from hub.domain.text import LocalizedText, TranslationOrigin


def text_array_parameter(name: str) -> sa.BindParameter[Any]:
    """A parameter that holds a list of texts: `column == sa.any_(texts("ids"))`."""
    return sa.bindparam(name, type_=ARRAY(sa.Text))


def localized_text_of(row: asyncpg.Record, name: str) -> LocalizedText:
    """The text of the four columns `name_th`, `name_en` and who worded them."""
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
    """Rows whose half-open range of validity holds the day."""
    return sa.and_(
        sa.or_(dated_table.c.valid_from.is_(None), dated_table.c.valid_from <= on),
        sa.or_(dated_table.c.valid_to.is_(None), dated_table.c.valid_to > on),
    )


def paginate(
    statement: sa.Select[Any],
    page: PageRequest,
    *order: sa.ColumnElement[Any],
    with_total: bool = True,
) -> sa.Select[Any]:
    """One page of a statement: after the cursor's key, one item too many, with the total beside.

    The total is counted over the whole list, not over what is left of it, in the same statement.
    """
    if with_total:
        count_query = statement.with_only_columns(sa.func.count(), maintain_column_froms=True)
        statement = statement.add_columns(count_query.scalar_subquery().label("total"))
    if page.after is not None:
        statement = statement.where(sa.tuple_(*order) > sa.tuple_(*page.after))
    return statement.order_by(*order).limit(page.first + 1)


def paginate_by_group(
    statement: sa.Select[Any],
    group: sa.ColumnElement[Any],
    page: PageRequest,
    order: Sequence[sa.ColumnElement[Any]],
) -> sa.Select[Any]:
    """The same page of many lists at once: one list per value of `group`, called `list_key`."""
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


def values_table(name: str, *columns: tuple[str, Any, list[Any]]) -> FromClause:
    """Values handed to a statement as a table, one array per column."""
    arrays = [sa.literal(values, ARRAY(column_type)) for _, column_type, values in columns]
    return (
        sa.func.unnest(*arrays)
        .table_valued(
            *(sa.column(column_name, column_type) for column_name, column_type, _ in columns),
            name=name,
        )
        .render_derived(name)
    )

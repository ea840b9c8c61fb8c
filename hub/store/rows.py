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


def texts(name: str) -> sa.BindParameter[Any]:
    """A parameter that holds a list of texts: `column == sa.any_(texts("ids"))`."""
    return sa.bindparam(name, type_=ARRAY(sa.Text))


def localized(row: asyncpg.Record, name: str) -> LocalizedText:
    """The text of the four columns `name_th`, `name_en` and who worded them."""
    th_origin, en_origin = row[f"{name}_th_origin"], row[f"{name}_en_origin"]
    return LocalizedText(
        row[f"{name}_th"],
        row[f"{name}_en"],
        TranslationOrigin(th_origin) if th_origin else None,
        TranslationOrigin(en_origin) if en_origin else None,
    )


def validity(
    dated: FromClause, on: sa.ColumnElement[date] | sa.BindParameter[date]
) -> sa.ColumnElement[bool]:
    """Rows whose half-open range of validity holds the day."""
    return sa.and_(
        sa.or_(dated.c.valid_from.is_(None), dated.c.valid_from <= on),
        sa.or_(dated.c.valid_to.is_(None), dated.c.valid_to > on),
    )


def listed(
    statement: sa.Select[Any], page: PageRequest, *order: sa.ColumnElement[Any], total: bool = True
) -> sa.Select[Any]:
    """One page of a statement: after the cursor's key, one item too many, with the total beside.

    The total is counted over the whole list, not over what is left of it, in the same statement.
    """
    if total:
        whole = statement.with_only_columns(sa.func.count(), maintain_column_froms=True)
        statement = statement.add_columns(whole.scalar_subquery().label("total"))
    if page.after is not None:
        statement = statement.where(sa.tuple_(*order) > sa.tuple_(*page.after))
    return statement.order_by(*order).limit(page.first + 1)


def keyed(
    statement: sa.Select[Any],
    group: sa.ColumnElement[Any],
    page: PageRequest,
    order: Sequence[sa.ColumnElement[Any]],
) -> sa.Select[Any]:
    """The same page of many lists at once: one list per value of `group`, called `list_key`."""
    whole = sa.func.count().over(partition_by=group).label("total")
    inner = statement.add_columns(
        group.label("list_key"), whole, *(o.label(f"o{i}") for i, o in enumerate(order))
    ).subquery()
    keys = [inner.c[f"o{i}"] for i in range(len(order))]
    place = sa.func.row_number().over(partition_by=inner.c.list_key, order_by=keys)
    ranked = sa.select(inner, place.label("place"))
    if page.after is not None:
        ranked = ranked.where(sa.tuple_(*keys) > sa.tuple_(*page.after))
    cut = ranked.subquery()
    return sa.select(cut).where(cut.c.place <= page.first + 1).order_by(cut.c.list_key, cut.c.place)


def listing(name: str, *columns: tuple[str, Any, list[Any]]) -> FromClause:
    """Values handed to a statement as a table, one array per column."""
    arrays = [sa.literal(values, ARRAY(kind)) for _, kind, values in columns]
    return (
        sa.func.unnest(*arrays)
        .table_valued(*(sa.column(label, kind) for label, kind, _ in columns), name=name)
        .render_derived(name)
    )

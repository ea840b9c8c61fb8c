"""Insert and update rows by primary key; unchanged rows are not written.

Rows that no other transaction can have inserted are added by COPY, at half the cost.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import asyncpg
import orjson
import sqlalchemy as sa

from hub.store.key_hashes import conflict_target

Row = dict[str, Any]
"""One row by column: instants as datetime, arrays as lists, binary values as bytes."""


def list_filled_columns(table: sa.Table, rows: Sequence[Row]) -> list[str]:
    """Return the columns that any of the rows has a value for."""
    return [c.name for c in table.c if any(c.name in row for row in rows)]


def serialize_rows(rows: Sequence[Row]) -> str:
    """Return rows as JSON, by orjson where it supports their types."""
    try:
        return orjson.dumps(rows, default=serialize_value).decode()
    except (TypeError, orjson.JSONEncodeError):
        return json.dumps(rows, ensure_ascii=False, default=serialize_value)


def serialize_value(value: Any) -> str:
    """Return an instant or a binary value as PostgreSQL reads it from JSON."""
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not a value of a row")


async def copy_rows(connection: asyncpg.Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Insert rows known to be new, by COPY; all of them have the same columns."""
    if rows:
        await connection.copy_records_to_table(
            table.name, columns=list(rows[0]), records=[tuple(row.values()) for row in rows]
        )


async def upsert(
    connection: asyncpg.Connection,
    table: sa.Table,
    rows: Sequence[Row],
    stamped: Iterable[str] = (),
    *,
    first_only: Iterable[str] = (),
    columns: Sequence[str] | None = None,
) -> int:
    """Insert new rows and update rows that differ; return how many were written.

    An update increments `version`, if the table has one. `stamped` columns are set to the
    transaction's time on insert; those of `first_only` are set on insert and never updated.
    `columns` are those that any row fills (default: computed).
    """
    if not rows:
        return 0
    columns = columns or list_filled_columns(table, rows)
    keys = [c.name for c in table.primary_key.columns]
    insert_only = set(first_only)
    updated_columns = [name for name in columns if name not in keys and name not in insert_only]
    column_list = ", ".join(f'"{name}"' for name in columns)
    action = "do nothing"
    if updated_columns:
        assignments = ", ".join(f'"{name}" = excluded."{name}"' for name in updated_columns)
        if "version" in table.c and "version" not in columns:
            assignments += ', "version" = existing."version" + 1'
        difference = " or ".join(
            f'existing."{name}" is distinct from excluded."{name}"' for name in updated_columns
        )
        action = f"do update set {assignments} where {difference}"
    insert_list = ", ".join([column_list, *(f'"{name}"' for name in stamped)])
    select_list = ", ".join([column_list, *("transaction_timestamp()" for _ in stamped)])
    # Names come from our own tables; all values are in one parameter.
    statement = (
        f'insert into "{table.name}" as existing ({insert_list}) select {select_list} '  # noqa: S608
        f'from jsonb_populate_recordset(null::"{table.name}", $1::jsonb) '
        f"on conflict ({conflict_target(table)}) {action}"
    )
    status = await connection.execute(statement, serialize_rows(rows))
    return int(status.rsplit(" ", 1)[1])

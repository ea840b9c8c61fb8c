"""The rows that the last load wrote, and which of them are unchanged since.

A load stores the key and a checksum of each row it wrote, so that the next load can distinguish its
own rows from rows changed since: the files do not overwrite people's decisions.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

import asyncpg
import sqlalchemy as sa

from hub.domain.global_id import GlobalId
from hub.domain.record import value
from hub.store.key_hashes import is_same_key
from hub.store.reference.strategies import CONTRACT_TYPE_NAMES
from hub.store.statements import DIALECT
from hub.store.tables import metadata
from hub.store.tables.metadata import list_checked_references

PrimaryKey = tuple[Any, ...]
RowReference = tuple[str, PrimaryKey]
"""A row: its table and its primary key."""

SUBJECT_TABLES: Final = ("provenance", "external_id")
"""Tables that refer to rows by their global id."""


@value
class LoadedTable:
    """The rows of one table that a load wrote: the columns in the checksum, and each row's
    checksum.

    A null checksum is of a load that stored none; such rows count as unchanged.
    """

    columns: tuple[str, ...]
    checksums: Mapping[PrimaryKey, str | None]

    def is_unchanged(self, key: PrimaryKey, checksum: str) -> bool:
        """Return whether a row is as that load wrote it."""
        return key in self.checksums and self.checksums[key] in (None, checksum)


NOTHING_LOADED: Final = LoadedTable((), {})


def serialize_loaded_tables(loaded_tables: Mapping[str, LoadedTable]) -> dict[str, Any]:
    """Return the JSON stored in `seeded`."""
    return {
        name: {
            "columns": table.columns,
            "rows": [[key, checksum] for key, checksum in table.checksums.items()],
        }
        for name, table in loaded_tables.items()
    }


def parse_loaded_tables(text: str | None) -> dict[str, LoadedTable]:
    """Return the tables of the last load from their JSON; empty without one."""
    loaded_tables: dict[str, LoadedTable] = {}
    for name, stored in (json.loads(text) if text else {}).items():
        if name not in metadata.tables:
            continue
        if isinstance(stored, list):  # format of earlier versions: keys without checksums
            loaded_tables[name] = LoadedTable((), {tuple(key): None for key in stored})
            continue
        # A checksum over a column that was removed since cannot be computed again.
        has_all_columns = all(column in metadata.tables[name].c for column in stored["columns"])
        checksums = {
            tuple(key): checksum if has_all_columns else None for key, checksum in stored["rows"]
        }
        loaded_tables[name] = LoadedTable(
            tuple(stored["columns"]) if has_all_columns else (), checksums
        )
    return loaded_tables


def primary_key_columns(table: sa.Table) -> list[str]:
    """Return the names of the primary key's columns."""
    return [column.name for column in table.primary_key.columns]


def serialize_keys(table: sa.Table, keys: Iterable[PrimaryKey]) -> str:
    """Return keys as JSON, for one parameter of a statement."""
    key_columns = primary_key_columns(table)
    rows = [dict(zip(key_columns, key, strict=True)) for key in keys]
    return json.dumps(rows, ensure_ascii=False)


async def fetch_checksums(
    connection: asyncpg.Connection,
    table: sa.Table,
    columns: Collection[str],
    keys: Iterable[PrimaryKey],
) -> dict[PrimaryKey, str]:
    """Return the checksum of each stored row of these keys."""
    key_list = ", ".join(f'"{name}"' for name in primary_key_columns(table))
    value_list = ", ".join(f'stored."{name}"' for name in columns)
    # Names come from our own tables; all values are in one parameter.
    found = await connection.fetch(
        f"select {key_list}, md5(jsonb_build_array({value_list})::text) "  # noqa: S608
        f'from jsonb_populate_recordset(null::"{table.name}", $1::jsonb) as requested '
        f'join "{table.name}" as stored using ({key_list}) '
        f"where {is_same_key(table, 'stored', 'requested')}",
        serialize_keys(table, keys),
    )
    return {tuple(row)[:-1]: row[-1] for row in found}


async def find_retained_rows(
    connection: asyncpg.Connection, missing_rows: Mapping[str, Mapping[PrimaryKey, bool]]
) -> set[RowReference]:
    """Return those of the removed rows (value: changed since the load) that must be kept.

    A changed row is kept, and a row that another row refers to; with it all rows it belongs to: a
    project with its areas, a fact with its provenance.
    """
    missing = {(name, key) for name, rows in missing_rows.items() for key in rows}
    retained = {
        (name, key)
        for name, rows in missing_rows.items()
        for key, changed in rows.items()
        if changed
    }
    related: dict[RowReference, set[RowReference]] = defaultdict(set)
    for dependent, target in [
        *await find_dependents(connection, missing_rows),
        *find_subjects(missing),
    ]:
        if dependent in missing:
            related[dependent].add(target)
            related[target].add(dependent)
        else:
            retained.add(target)
    pending = list(retained)
    while pending:
        found = related[pending.pop()] - retained
        retained |= found
        pending += found
    return retained


def list_references(table: sa.Table) -> Iterator[tuple[sa.Column[Any], sa.Column[Any]]]:
    """Yield the columns of a table that refer to another, with the column they refer to."""
    for foreign_key in table.foreign_keys:
        yield foreign_key.parent, foreign_key.column
    for column, target in list_checked_references(table):
        yield column, target.c.id


async def find_dependents(
    connection: asyncpg.Connection, missing_rows: Mapping[str, Mapping[PrimaryKey, bool]]
) -> list[tuple[RowReference, RowReference]]:
    """Return each row that refers to a removed row, with that row."""
    pairs: list[tuple[RowReference, RowReference]] = []
    for table in metadata.sorted_tables:
        for column, target_column in list_references(table):
            target = target_column.table.name
            keys = [key[0] for key in missing_rows.get(target, {})]
            if not keys:
                continue
            key_list = ", ".join(f'"{name}"' for name in primary_key_columns(table))
            key_type = target_column.type.compile(DIALECT)
            found = await connection.fetch(
                f'select {key_list}, "{column.name}" from "{table.name}" '  # noqa: S608 - as above
                f'where "{column.name}" = any($1::{key_type}[])',
                keys,
            )
            pairs += [((table.name, tuple(row)[:-1]), (target, (row[-1],))) for row in found]
    return pairs


def find_subjects(missing: set[RowReference]) -> list[tuple[RowReference, RowReference]]:
    """Return each removed provenance or external id, with the removed row it is about."""
    subjects = {row_global_id(*row): row for row in missing}
    subject_index = {
        name: primary_key_columns(metadata.tables[name]).index("subject") for name in SUBJECT_TABLES
    }
    return [
        (row, subjects[row[1][subject_index[row[0]]]])
        for row in missing
        if row[0] in SUBJECT_TABLES and row[1][subject_index[row[0]]] in subjects
    ]


def row_global_id(table: str, key: PrimaryKey) -> str:
    """Return the global id of a row, which is the subject of its provenance."""
    type_name = "".join(part.title() for part in table.split("_"))
    return str(GlobalId(CONTRACT_TYPE_NAMES.get(type_name, type_name), str(key[0])))

"""What the last load left behind, and which of it still stands so.

Beside the key of each row it wrote a load keeps a mark of it, so that the next one can tell its own
rows from those that somebody has changed since: a decision of people is not the files' to undo.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

import asyncpg
import sqlalchemy as sa

from hub.domain.global_id import GlobalId
from hub.domain.record import value
from hub.store.reference.strategies import CONTRACT_TYPE_NAMES
from hub.store.tables import metadata

PrimaryKey = tuple[Any, ...]
RowReference = tuple[str, PrimaryKey]
"""A row: its table and its primary key."""

SUBJECT_TABLES: Final = ("provenance", "external_id")
"""Tables that speak of rows by their global id."""


@value
class LoadedTable:
    """The rows of one table a load wrote: over which columns a mark is, and the mark of each.

    A null mark is that of a load that kept none; its rows are taken to stand as it wrote them.
    """

    columns: tuple[str, ...]
    checksums: Mapping[PrimaryKey, str | None]

    def is_unchanged(self, key: PrimaryKey, checksum: str) -> bool:
        """Whether a row stands as that load wrote it."""
        return key in self.checksums and self.checksums[key] in (None, checksum)


NOTHING_LOADED: Final = LoadedTable((), {})


def serialize_loaded_tables(loaded_tables: Mapping[str, LoadedTable]) -> dict[str, Any]:
    """As `seeded` keeps it."""
    return {
        name: {
            "columns": table.columns,
            "rows": [[key, checksum] for key, checksum in table.checksums.items()],
        }
        for name, table in loaded_tables.items()
    }


def parse_loaded_tables(text: str | None) -> dict[str, LoadedTable]:
    """What the last load left, or nothing."""
    loaded_tables: dict[str, LoadedTable] = {}
    for name, stored in (json.loads(text) if text else {}).items():
        if name not in metadata.tables:
            continue
        if isinstance(stored, list):  # keys alone
            loaded_tables[name] = LoadedTable((), {tuple(key): None for key in stored})
            continue
        # Over a column that is no more, no mark can be made again.
        has_all_columns = all(column in metadata.tables[name].c for column in stored["columns"])
        checksums = {
            tuple(key): checksum if has_all_columns else None for key, checksum in stored["rows"]
        }
        loaded_tables[name] = LoadedTable(
            tuple(stored["columns"]) if has_all_columns else (), checksums
        )
    return loaded_tables


def primary_key_columns(table: sa.Table) -> list[str]:
    """The columns of the primary key."""
    return [column.name for column in table.primary_key.columns]


def serialize_keys(table: sa.Table, keys: Iterable[PrimaryKey]) -> str:
    """Keys as the one parameter of a statement."""
    key_columns = primary_key_columns(table)
    rows = [dict(zip(key_columns, key, strict=True)) for key in keys]
    return json.dumps(rows, ensure_ascii=False)


async def fetch_checksums(
    connection: asyncpg.Connection,
    table: sa.Table,
    columns: Collection[str],
    keys: Iterable[PrimaryKey],
) -> dict[PrimaryKey, str]:
    """A mark of each row that is there."""
    key_list = ", ".join(f'"{name}"' for name in primary_key_columns(table))
    value_list = ", ".join(f'stored."{name}"' for name in columns)
    # Names are those of our own tables; values are the one parameter.
    found = await connection.fetch(
        f"select {key_list}, md5(jsonb_build_array({value_list})::text) "  # noqa: S608
        f'from jsonb_populate_recordset(null::"{table.name}", $1::jsonb) as requested '
        f'join "{table.name}" as stored using ({key_list})',
        serialize_keys(table, keys),
    )
    return {tuple(row)[:-1]: row[-1] for row in found}


async def find_retained_rows(
    connection: asyncpg.Connection, missing_rows: Mapping[str, Mapping[PrimaryKey, bool]]
) -> set[RowReference]:
    """Of rows that left the files (and whether each was changed since) those that must stay.

    What was changed stays, and what another row relies on; and what stays, stays whole, with the
    rows it hangs together with: a project with its areas, a fact with its reasons.
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


async def find_dependents(
    connection: asyncpg.Connection, missing_rows: Mapping[str, Mapping[PrimaryKey, bool]]
) -> list[tuple[RowReference, RowReference]]:
    """Each row whose key of another table names a row that left, and that row."""
    pairs: list[tuple[RowReference, RowReference]] = []
    for table in metadata.sorted_tables:
        for foreign_key in table.foreign_keys:
            target, column = foreign_key.column.table.name, foreign_key.parent.name
            keys = [key[0] for key in missing_rows.get(target, {})]
            if not keys:
                continue
            key_list = ", ".join(f'"{name}"' for name in primary_key_columns(table))
            found = await connection.fetch(
                f'select {key_list}, "{column}" from "{table.name}" '  # noqa: S608 - as above
                f'where "{column}" = any($1::text[])',
                keys,
            )
            pairs += [((table.name, tuple(row)[:-1]), (target, (row[-1],))) for row in found]
    return pairs


def find_subjects(missing: set[RowReference]) -> list[tuple[RowReference, RowReference]]:
    """Each reason and outside name that left, and the row that left of which it speaks."""
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
    """The global id of a row, by which its reasons are kept."""
    type_name = "".join(part.title() for part in table.split("_"))
    return str(GlobalId(CONTRACT_TYPE_NAMES.get(type_name, type_name), str(key[0])))

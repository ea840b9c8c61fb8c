"""Load the reference data: write new and changed rows, delete rows that left the files.

One transaction under an advisory lock. Rows equal to the files are not written, so a second load
changes nothing; replaced values remain in `history`. Only rows unchanged since an earlier load are
updated or deleted: rows from elsewhere, and rows that were changed or are referred to by others,
are retained, counted and reported. Rows that others deleted since are not written again.

Rows are written before others are deleted, so that a key can be renamed in all files at once. The
ids of stages and plan versions are built from their unique columns, so old and new never conflict.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import asyncpg
import sqlalchemy as sa

from hub.domain import global_id, text, time
from hub.domain.record import value
from hub.errors import StoreUnusable
from hub.store.key_hashes import is_same_key
from hub.store.reference import counts, places, previous, strategies
from hub.store.reference.previous import (
    NOTHING_LOADED,
    LoadedTable,
    PrimaryKey,
    fetch_checksums,
    find_deleted_keys,
    primary_key_columns,
    serialize_keys,
)
from hub.store.reference.rows import ReferenceRows
from hub.store.tables import metadata
from hub.store.tables.reference import seeded
from hub.store.upsert import Row, list_filled_columns, upsert

SEED_LOCK: Final = 0x7365_6564  # "seed"
DATASET_NAME: Final = "reference"
LOAD_STEPS: Final = (
    ReferenceRows.add_sources,
    places.add_areas,
    places.add_area_aliases,
    places.add_area_memberships,
    places.add_area_successions,
    places.add_area_editions,
    places.add_operations_centres,
    places.add_agencies,
    strategies.add_rules,
    strategies.add_value_chains,
    strategies.add_value_chain_mappings,
    counts.add_chain_phases,
    strategies.add_plans,
    strategies.add_projects,
    strategies.add_planning_events,
    counts.add_plan_grade_counts,
    counts.add_issue_counts,
    strategies.add_citations,
)
STORE_FOLDER: Final = Path(__file__).parent
PROGRAMS: Final = (
    *sorted(STORE_FOLDER.glob("*.py")),
    *(Path(str(module.__file__)) for module in (global_id, text, time)),
)
"""The code that builds rows from the files."""
LOAD_TIME_COLUMNS: Final = {"source_record": ("retrieved_at",)}
"""Columns with the time of the first load, which is not compared."""
ProgressReporter = Callable[[str], None]


@value
class SeedCounts:
    """The result of a load: rows in the files, how many were written and deleted, and how many rows
    were retained although the files have other values or no such row.
    """

    rows: int
    written: int
    removed: int
    retained: int = 0


def compute_digest(folder: Path) -> str:
    """Return a digest of the files and of the code that reads them; another one causes a load."""
    hasher = hashlib.sha256()
    for path in (*sorted((*folder.glob("*.csv"), *folder.glob("*.toml"))), *PROGRAMS):
        hasher.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return hasher.hexdigest()


async def is_outdated(connection: asyncpg.Connection, folder: Path) -> bool:
    """Return whether the database has no reference data, or other data than the folder."""
    stored_digest = await connection.fetchval(
        "select digest from seeded where name = $1", DATASET_NAME
    )
    return bool(stored_digest != compute_digest(folder))


async def seed(
    connection: asyncpg.Connection, reference_dir: Path, report: ProgressReporter
) -> SeedCounts:
    """Load all files; raise `StoreUnusable` if a row violates a constraint with existing data."""
    reference = ReferenceRows(reference_dir)
    for step in LOAD_STEPS:
        step(reference)
    tables = [table for table in metadata.sorted_tables if table.name in reference.rows]
    async with connection.transaction():
        await connection.execute(f"select pg_advisory_xact_lock({SEED_LOCK})")
        previous_load = previous.parse_loaded_tables(
            await connection.fetchval("select keys from seeded where name = $1", DATASET_NAME)
        )
        current_load: dict[str, LoadedTable] = {}
        deleted: dict[str, set[Any]] = {}
        written = retained = 0
        for number, table in enumerate(tables, 1):
            rows = reference.rows[table.name]
            report(
                f"โหลดข้อมูลอ้างอิง {number}/{len(tables)} · loading reference data "
                f"{number}/{len(tables)}: {table.name} ({len(rows):,})"
            )
            previous_table = previous_load.get(table.name, NOTHING_LOADED)
            written_count, changed_keys, current_load[table.name] = await load_table(
                connection, table, rows, previous_table, deleted
            )
            written += written_count
            retained += report_retained_rows(
                report, table, changed_keys, "มีผู้แก้ไขหรือลบแล้ว", "deleted or changed by others"
            )
        removed, retained_keys = await delete_removed_rows(
            connection, previous_load, current_load, reference
        )
        for table in metadata.sorted_tables:
            retained += report_retained_rows(
                report,
                table,
                retained_keys.get(table.name, []),
                "ไม่อยู่ในแฟ้มแล้ว แต่มีผู้แก้ไขหรืออ้างถึง",
                "no longer in the files, but changed or in use",
            )
        seeded_row = {
            "name": DATASET_NAME,
            "digest": compute_digest(reference_dir),
            "keys": previous.serialize_loaded_tables(current_load),
        }
        await upsert(connection, seeded, [seeded_row])
    return SeedCounts(sum(len(reference.rows[t.name]) for t in tables), written, removed, retained)


def report_retained_rows(
    report: ProgressReporter, table: sa.Table, keys: list[PrimaryKey], th: str, en: str
) -> int:
    """Report rows that were retained, and return how many."""
    if keys:
        sample = ", ".join("/".join(map(str, row_key)) for row_key in keys[:5])
        ellipsis = " …" if len(keys) > 5 else ""
        report(
            f"คงไว้ตามเดิม ({th}) · left unchanged ({en}): "
            f"{table.name} ({len(keys):,}) {sample}{ellipsis}"
        )
    return len(keys)


def primary_key_of(table: sa.Table, row: Row) -> PrimaryKey:
    """Return the primary key of a row."""
    return tuple(row[name] for name in primary_key_columns(table))


def build_difference_condition(columns: list[str], alias: str) -> str:
    """Return the SQL condition that a stored row differs from the files."""
    return " or ".join(f'stored."{name}" is distinct from {alias}."{name}"' for name in columns)


async def lock_tables(connection: asyncpg.Connection, *tables: sa.Table) -> None:
    """Block writers, not readers: no row changes between its comparison and its update."""
    names = ", ".join(f'"{table.name}"' for table in tables)
    await connection.execute(f"lock table {names} in share row exclusive mode")


async def load_table(
    connection: asyncpg.Connection,
    table: sa.Table,
    rows: list[Row],
    previous: LoadedTable,
    deleted: dict[str, set[Any]],
) -> tuple[int, list[PrimaryKey], LoadedTable]:
    """Write the rows that are new or unchanged; add rows that others deleted to `deleted`.

    Returns how many were written, the keys of retained rows that differ from the files, and the new
    state of the table.
    """
    await lock_tables(connection, table)
    columns = list_filled_columns(table, rows)
    by_key = {primary_key_of(table, row): row for row in rows}
    stored_checksums = await fetch_checksums(connection, table, previous.columns, by_key)
    deleted_keys = find_deleted_keys(table, by_key, stored_checksums, previous, deleted)
    changed_keys = [
        k for k, checksum in stored_checksums.items() if not previous.is_unchanged(k, checksum)
    ]
    retained_keys = {*deleted_keys, *changed_keys}
    own_keys = [k for k in by_key if k not in retained_keys]
    own_rows = [by_key[k] for k in own_keys]
    try:
        stamped_columns = LOAD_TIME_COLUMNS.get(table.name, ())
        written_count = await upsert(connection, table, own_rows, stamped_columns, columns=columns)
    except asyncpg.IntegrityConstraintViolationError as error:
        raise StoreUnusable(
            f"ข้อมูลอ้างอิงของ {table.name} ขัดกับข้อมูลที่มีอยู่ ({error.detail or error}) "
            "· reference data of "
            f"{table.name} conflicts with existing data ({error.detail or error})"
        ) from error
    checksum_columns = (*columns, *(["version"] if "version" in table.c else []))
    checksums: dict[PrimaryKey, str | None] = dict(
        await fetch_checksums(connection, table, checksum_columns, own_keys)
    )
    checksums |= {k: previous.checksums[k] for k in retained_keys if k in previous.checksums}
    changed_rows = [by_key[k] for k in changed_keys]
    differing_keys = await list_differing_keys(connection, table, columns, changed_rows)
    deleted[table.name] = {k[0] for k in deleted_keys}
    current = LoadedTable(checksum_columns, checksums)
    return written_count, differing_keys + deleted_keys, current


async def list_differing_keys(
    connection: asyncpg.Connection, table: sa.Table, columns: list[str], rows: list[Row]
) -> list[PrimaryKey]:
    """Return the keys of rows whose stored values differ."""
    key_columns = primary_key_columns(table)
    value_columns = [name for name in columns if name not in key_columns]
    if not rows or not value_columns:
        return []
    key_list = ", ".join(f'"{name}"' for name in key_columns)
    found = await connection.fetch(
        f"select {key_list} "  # noqa: S608 - names of our own tables and columns
        f'from jsonb_populate_recordset(null::"{table.name}", $1::jsonb) as listed '
        f'join "{table.name}" as stored using ({key_list}) '
        f"where ({build_difference_condition(value_columns, 'listed')}) "
        f"and {is_same_key(table, 'stored', 'listed')}",
        json.dumps(rows, ensure_ascii=False),
    )
    return [tuple(row) for row in found]


async def delete_removed_rows(
    connection: asyncpg.Connection,
    previous_load: Mapping[str, LoadedTable],
    current_load: dict[str, LoadedTable],
    reference: ReferenceRows,
) -> tuple[int, dict[str, list[PrimaryKey]]]:
    """Delete rows that an earlier load wrote and that left the files, dependent rows first.

    Returns how many were deleted, and the keys of retained rows, which are also added to
    `current_load`.
    """
    await lock_tables(connection, *metadata.sorted_tables)
    missing_rows: dict[str, dict[PrimaryKey, bool]] = {}
    for name, previous_table in previous_load.items():
        table = metadata.tables[name]
        listed_keys = {primary_key_of(table, row) for row in reference.rows.get(name, [])}
        missing_keys = [old for old in previous_table.checksums if old not in listed_keys]
        stored_checksums = await fetch_checksums(
            connection, table, previous_table.columns, missing_keys
        )
        missing_rows[name] = {
            old: not previous_table.is_unchanged(old, checksum)
            for old, checksum in stored_checksums.items()
        }
    retained_rows = await previous.find_retained_rows(connection, missing_rows)
    deleted_count = 0
    retained_keys: dict[str, list[PrimaryKey]] = {}
    for table in reversed(metadata.sorted_tables):
        name, rows = table.name, missing_rows.get(table.name, {})
        key_columns = primary_key_columns(table)
        deleted_keys = [old for old in rows if (name, old) not in retained_rows]
        if deleted_keys:
            key_condition = " and ".join(
                f'stored."{name}" = removed."{name}"' for name in key_columns
            )
            status = await connection.execute(
                f'delete from "{table.name}" as stored '  # noqa: S608 - as above
                f'using jsonb_populate_recordset(null::"{table.name}", $1::jsonb) as removed '
                f"where {key_condition}",
                serialize_keys(table, deleted_keys),
            )
            deleted_count += int(status.rsplit(" ", 1)[1])
        if retained := [old for old in rows if (name, old) in retained_rows]:
            retained_keys[name] = retained
            current_table = current_load.get(name) or LoadedTable(previous_load[name].columns, {})
            new_checksums = await fetch_checksums(
                connection, table, current_table.columns, retained
            )
            retained_checksums = {
                k: previous_load[name].checksums[k] if rows[k] else new_checksums[k]
                for k in retained
            }
            current_load[name] = LoadedTable(
                current_table.columns, {**current_table.checksums, **retained_checksums}
            )
    return deleted_count, retained_keys

"""Loading the reference data: rows that are new or changed are written, rows that left are removed.

One transaction under an advisory lock. A row that stands already as the files have it is not
touched, so a second load changes nothing; what a change replaced stays in `history`. Only rows that
stand as an earlier load wrote them are written anew or removed: what came in another way, or was
changed or is relied on by others, is not the files' to change. It is counted and told as kept.

Written first and removed after, so that a key can be renamed in every file at once. The ids of
stages and plan versions are made of what is unique in them, so old and new never meet there.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import asyncpg
import sqlalchemy as sa

from hub.domain import global_id, text, time
from hub.domain.record import value
from hub.errors import StoreUnusable
from hub.store.reference import places, previous, strategies
from hub.store.reference.previous import NOTHING, Key, Loaded, given, marks, named
from hub.store.reference.rows import Harvest
from hub.store.tables import metadata
from hub.store.tables.reference import seeded
from hub.store.upsert import Row, filled, upsert

LOCK: Final = 0x7365_6564  # "seed"
NAME: Final = "reference"
STEPS: Final = (
    Harvest.sources,
    places.areas,
    places.area_aliases,
    places.memberships,
    places.centres,
    places.agencies,
    strategies.rules,
    strategies.chains,
    strategies.plans,
    strategies.projects,
    strategies.rounds,
    strategies.citations,
)
READING: Final = Path(__file__).parent
PROGRAMS: Final = (
    *sorted(READING.glob("*.py")),
    *(Path(str(module.__file__)) for module in (global_id, text, time)),
)
"""What makes rows of the files."""
STAMPED: Final = {"source_record": ("retrieved_at",)}
"""Columns that say when a row was first loaded; that is no difference."""
Say = Callable[[str], None]


@value
class Counts:
    """What a load did: rows in the files, how many of them it wrote and removed, and how many rows
    it left as others have them although the files say something else, or nothing any more.
    """

    rows: int
    written: int
    removed: int
    kept: int = 0


def digest(folder: Path) -> str:
    """What the files say and how they are read, in one number: a change of either is a new load."""
    whole = hashlib.sha256()
    for path in (*sorted((*folder.glob("*.csv"), *folder.glob("*.toml"))), *PROGRAMS):
        whole.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()


async def stale(connection: asyncpg.Connection, folder: Path) -> bool:
    """Whether the database holds other reference data than the folder, or none."""
    found = await connection.fetchval("select digest from seeded where name = $1", NAME)
    return bool(found != digest(folder))


async def seed(connection: asyncpg.Connection, reference_dir: Path, say: Say) -> Counts:
    """Load every file; `StoreUnusable` where a row of theirs contradicts one of somebody else."""
    harvest = Harvest(reference_dir)
    for step in STEPS:
        step(harvest)
    tables = [table for table in metadata.sorted_tables if table.name in harvest.rows]
    async with connection.transaction():
        await connection.execute(f"select pg_advisory_xact_lock({LOCK})")
        before = previous.read(
            await connection.fetchval("select keys from seeded where name = $1", NAME)
        )
        after: dict[str, Loaded] = {}
        written = kept = 0
        for number, table in enumerate(tables, 1):
            rows = harvest.rows[table.name]
            say(
                f"โหลดข้อมูลอ้างอิง {number}/{len(tables)} · loading reference data "
                f"{number}/{len(tables)}: {table.name} ({len(rows):,})"
            )
            loaded = before.get(table.name, NOTHING)
            done, others, after[table.name] = await load(connection, table, rows, loaded)
            written += done
            kept += tell(say, table, others, "มีผู้แก้ไขแล้ว", "changed by others")
        removed, stayed = await remove(connection, before, after, harvest)
        for table in metadata.sorted_tables:
            leftover = stayed.get(table.name, [])
            why = ("ไม่อยู่ในแฟ้มแล้ว แต่มีผู้แก้ไขหรืออ้างถึง", "no longer in the files, in use by others")
            kept += tell(say, table, leftover, *why)
        last = {"name": NAME, "digest": digest(reference_dir), "keys": previous.told(after)}
        await upsert(connection, seeded, [last])
    return Counts(sum(len(harvest.rows[t.name]) for t in tables), written, removed, kept)


def tell(say: Say, table: sa.Table, keys: list[Key], th: str, en: str) -> int:
    """Say which rows were left as they are; how many."""
    if keys:
        some = ", ".join("/".join(map(str, one)) for one in keys[:5])
        more = " …" if len(keys) > 5 else ""
        say(f"คงไว้ตามเดิม ({th}) · kept as it is ({en}): {table.name} ({len(keys):,}) {some}{more}")
    return len(keys)


def key(table: sa.Table, row: Row) -> Key:
    """The primary key of a row."""
    return tuple(row[name] for name in named(table))


def differing(columns: list[str], ours: str) -> str:
    """The condition that a held row is not as the files have it."""
    return " or ".join(f'held."{name}" is distinct from {ours}."{name}"' for name in columns)


async def held(connection: asyncpg.Connection, *tables: sa.Table) -> None:
    """Let readers go on and writers wait: nobody changes a row between its mark and its fate."""
    names = ", ".join(f'"{table.name}"' for table in tables)
    await connection.execute(f"lock table {names} in share row exclusive mode")


async def load(
    connection: asyncpg.Connection, table: sa.Table, rows: list[Row], before: Loaded
) -> tuple[int, list[Key], Loaded]:
    """Write the rows that are new or stand as the last load left them.

    Gives how many were written, which others differ and were left alone, and what stands now.
    """
    await held(connection, table)
    columns = filled(table, rows)
    by_key = {key(table, row): row for row in rows}
    found = await marks(connection, table, before.columns, by_key)
    own = [k for k in by_key if k not in found or before.wrote(k, found[k])]
    others = [k for k in by_key if k in found and not before.wrote(k, found[k])]
    try:
        mine = [by_key[k] for k in own]
        stamped = STAMPED.get(table.name, ())
        done = await upsert(connection, table, mine, stamped, columns=columns)
    except asyncpg.IntegrityConstraintViolationError as odd:
        raise StoreUnusable(
            f"ข้อมูลอ้างอิงของ {table.name} ขัดกับข้อมูลที่มีอยู่ ({odd.detail or odd}) "
            f"· reference data of {table.name} contradicts what is held ({odd.detail or odd})"
        ) from odd
    over = (*columns, *(["version"] if "version" in table.c else []))
    now: dict[Key, str | None] = dict(await marks(connection, table, over, own))
    now |= {k: before.marks[k] for k in others if k in before.marks}
    kept = await unlike(connection, table, columns, [by_key[k] for k in others])
    return done, kept, Loaded(over, now)


async def unlike(
    connection: asyncpg.Connection, table: sa.Table, columns: list[str], rows: list[Row]
) -> list[Key]:
    """The keys of rows that are held otherwise."""
    names = named(table)
    rest = [name for name in columns if name not in names]
    if not rows or not rest:
        return []
    listed = ", ".join(f'"{name}"' for name in names)
    found = await connection.fetch(
        f'select {listed} from jsonb_populate_recordset(null::"{table.name}", $1::jsonb) as asked '  # noqa: S608
        f'join "{table.name}" as held using ({listed}) where {differing(rest, "asked")}',
        json.dumps(rows, ensure_ascii=False),
    )
    return [tuple(row) for row in found]


async def remove(
    connection: asyncpg.Connection,
    before: Mapping[str, Loaded],
    after: dict[str, Loaded],
    harvest: Harvest,
) -> tuple[int, dict[str, list[Key]]]:
    """Delete what an earlier load wrote and the files no longer hold, the dependent first.

    Gives how many were deleted, and the keys of those that stay; these are put to what stands now.
    """
    await held(connection, *metadata.sorted_tables)
    gone: dict[str, dict[Key, bool]] = {}
    for name, loaded in before.items():
        table = metadata.tables[name]
        now = {key(table, row) for row in harvest.rows.get(name, [])}
        left = [old for old in loaded.marks if old not in now]
        found = await marks(connection, table, loaded.columns, left)
        gone[name] = {old: not loaded.wrote(old, mark) for old, mark in found.items()}
    stay = await previous.staying(connection, gone)
    removed = 0
    stayed: dict[str, list[Key]] = {}
    for table in reversed(metadata.sorted_tables):
        name, rows = table.name, gone.get(table.name, {})
        names = named(table)
        leaving = [old for old in rows if (name, old) not in stay]
        if leaving:
            same = " and ".join(f'held."{name}" = gone."{name}"' for name in names)
            done = await connection.execute(
                f'delete from "{table.name}" as held '  # noqa: S608 - as above
                f'using jsonb_populate_recordset(null::"{table.name}", $1::jsonb) as gone '
                f"where {same}",
                given(table, leaving),
            )
            removed += int(done.rsplit(" ", 1)[1])
        if kept := [old for old in rows if (name, old) in stay]:
            stayed[name] = kept
            here = after.get(name) or Loaded(before[name].columns, {})
            anew = await marks(connection, table, here.columns, kept)
            known = {k: before[name].marks[k] if rows[k] else anew[k] for k in kept}
            after[name] = Loaded(here.columns, {**here.marks, **known})
    return removed, stayed

"""Loading the reference data: rows that are new or changed are written, rows that left are removed.

One transaction under an advisory lock. A row that stands already as the files have it is not
touched, so a second load changes nothing; what a change replaced stays in `history`. Only rows an
earlier load wrote are removed: what came in another way is not the files' to take out.
"""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import asyncpg

from hub.domain.record import value
from hub.errors import StoreUnusable
from hub.store.seeding import places, strategies
from hub.store.seeding.harvest import Harvest
from hub.store.tables import metadata
from hub.store.tables.seeded import seeded
from hub.store.upsert import key, upsert

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
STAMPED: Final = {"source_record": ("retrieved_at",)}
"""Columns that say when a row was first loaded; that is no difference."""
Say = Callable[[str], None]


@value
class Counts:
    """What a load did: rows in the files, and how many of them it wrote and removed."""

    rows: int
    written: int
    removed: int


def digest(folder: Path) -> str:
    """What the files say and how they are read, in one number: a change of either is a new load."""
    whole = hashlib.sha256()
    reading = Path(__file__).parent
    programs = [reading / "seed.py", *(reading / "seeding").glob("*.py")]
    for path in sorted([*folder.glob("*.csv"), *folder.glob("*.toml"), *programs]):
        whole.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()


async def stale(connection: asyncpg.Connection, folder: Path) -> bool:
    """Whether the database holds other reference data than the folder, or none."""
    found = await connection.fetchval("select digest from seeded where name = $1", NAME)
    return bool(found != digest(folder))


async def seed(connection: asyncpg.Connection, reference_dir: Path, say: Say) -> Counts:
    """Load every file; `StoreUnusable` where a row that left is still relied on by others."""
    harvest = Harvest(reference_dir)
    for step in STEPS:
        step(harvest)
    tables = [table for table in metadata.sorted_tables if table.name in harvest.rows]
    async with connection.transaction():
        await connection.execute(f"select pg_advisory_xact_lock({LOCK})")
        before = await connection.fetchval("select keys from seeded where name = $1", NAME)
        removed = await remove(connection, json.loads(before) if before else {}, harvest)
        written = 0
        for number, table in enumerate(tables, 1):
            rows = harvest.rows[table.name]
            say(
                f"โหลดข้อมูลอ้างอิง {number}/{len(tables)} · loading reference data "
                f"{number}/{len(tables)}: {table.name} ({len(rows):,})"
            )
            written += await upsert(connection, table, rows, STAMPED.get(table.name, ()))
        keys = {
            table.name: [key(table, row) for row in harvest.rows[table.name]] for table in tables
        }
        standing = {"name": NAME, "digest": digest(reference_dir), "keys": keys}
        await upsert(connection, seeded, [standing])
    return Counts(sum(len(harvest.rows[t.name]) for t in tables), written, removed)


async def remove(
    connection: asyncpg.Connection, before: dict[str, list[list[Any]]], harvest: Harvest
) -> int:
    """Delete what an earlier load wrote and the files no longer hold, the dependent first."""
    removed = 0
    for table in reversed(metadata.sorted_tables):
        now = {tuple(key(table, row)) for row in harvest.rows.get(table.name, [])}
        gone = [old for old in before.get(table.name, []) if tuple(old) not in now]
        if not gone:
            continue
        names = [c.name for c in table.primary_key.columns]
        same = " and ".join(f'held."{name}" = gone."{name}"' for name in names)
        statement = (
            f'delete from "{table.name}" as held '  # noqa: S608 - as above
            f'using jsonb_populate_recordset(null::"{table.name}", $1::jsonb) as gone where {same}'
        )
        rows = [dict(zip(names, old, strict=True)) for old in gone]
        try:
            done = await connection.execute(statement, json.dumps(rows, ensure_ascii=False))
        except asyncpg.ForeignKeyViolationError as relied:
            raise StoreUnusable(
                f"ข้อมูลอ้างอิงที่ถูกตัดออกจาก {table.name} ยังมีข้อมูลอื่นอ้างถึง ({relied.detail}) "
                f"· reference data taken out of {table.name} is still relied on ({relied.detail})"
            ) from relied
        removed += int(done.rsplit(" ", 1)[1])
    return removed

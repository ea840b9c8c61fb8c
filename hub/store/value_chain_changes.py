"""Statements that write value chains of areas, their stages, phases and mappings."""

from collections.abc import Mapping, Sequence
from typing import Final

import asyncpg
import sqlalchemy as sa

from hub.domain.global_id import GlobalId
from hub.domain.record import record
from hub.store.tables import (
    chain_phase,
    metadata,
    provenance,
    source,
    stage,
    stage_mapping,
    value_chain,
    value_chain_mapping,
)
from hub.store.upsert import Row, upsert

SOURCE_ID: Final = "saved-value-chains"
SOURCE_ROW: Final = {
    "id": SOURCE_ID,
    "name_th": "ห่วงโซ่คุณค่าที่พื้นที่บันทึกในระบบ",
    "name_en": "Value chains that areas saved in the hub",
    "kind": "ASSERTION",
    "note": "ห่วงโซ่ที่บันทึกด้วย valueChainSave · chains of valueChainSave",
    "health": "OK",
}
SELECT_LEVEL: Final = "select level from area where id = $1"
LOCK_CHAIN: Final = "select * from value_chain where id = $1 for no key update"
LOCK_STAGES: Final = "select * from stage where chain_id = $1 order by id for update"
"""FOR UPDATE: a linkage that is inserted meanwhile waits, so that the check sees all of them."""
SELECT_PHASES: Final = "select * from chain_phase where chain_id = $1"
SELECT_MAPPINGS: Final = "select * from value_chain_mapping where chain_id = $1"
SELECT_PAIRS: Final = "select * from stage_mapping where mapping_id = any($1::text[])"
SELECT_ROLE_STAGES: Final = """
select s.id, s.code, exists (
    select from expected_role r join stage of_role on of_role.id = r.stage_id
    where of_role.chain_id = s.chain_id
) as has_roles
from stage s where s.chain_id = $1
"""
REFERENCES_TO_STAGES: Final = sorted(
    (table.name, key.parent.name)
    for table in metadata.sorted_tables
    for key in table.foreign_keys
    if key.column is stage.c.id and table is not stage_mapping
)
"""The columns of linkages, requests for work and others that refer to a stage."""
IS_IN_USE: Final = " or ".join(
    f'exists (select from "{table}" t where t."{column}" = s.id)'
    for table, column in REFERENCES_TO_STAGES
)
SELECT_STAGES_IN_USE: Final = f"""
select s.code from stage s where s.id = any($1::text[]) and ({IS_IN_USE}) order by s.ordinal
"""  # noqa: S608 - names of our own tables
DELETE_PROVENANCE: Final = "delete from provenance where subject = any($1::text[])"
TABLES: Final = {
    "ValueChain": value_chain,
    "Stage": stage,
    "ChainPhase": chain_phase,
    "ValueChainMapping": value_chain_mapping,
    "StageMapping": stage_mapping,
}
"""The tables of a chain by the type of their records: those that others refer to come first."""

RowsByType = Mapping[str, Mapping[str, Row]]
"""Rows by the type of their records and by id."""


@record
class ChainChanges:
    """What a command writes: rows by type, ids of removed rows by type, and ids of the rows that
    have the command as their origin.
    """

    written: Mapping[str, Sequence[Row]]
    removed: Mapping[str, Sequence[str]]
    restated: Mapping[str, Sequence[str]]


async def fetch_area_level(connection: asyncpg.Connection, area_id: str) -> str | None:
    """Return the level of an area; null if there is none."""
    level: str | None = await connection.fetchval(SELECT_LEVEL, area_id)
    return level


async def lock_chain(connection: asyncpg.Connection, chain_id: str) -> RowsByType | None:
    """Lock a chain with its stages and return all its rows; null if there is none."""
    chain = await connection.fetchrow(LOCK_CHAIN, chain_id)
    if chain is None:
        return None
    stages = await connection.fetch(LOCK_STAGES, chain_id)
    phases = await connection.fetch(SELECT_PHASES, chain_id)
    mappings = await connection.fetch(SELECT_MAPPINGS, chain_id)
    pairs = await connection.fetch(SELECT_PAIRS, [row["id"] for row in mappings])
    found = dict(zip(TABLES, ([chain], stages, phases, mappings, pairs), strict=True))
    return {kind: {row["id"]: dict(row) for row in rows} for kind, rows in found.items()}


async def fetch_role_stages(connection: asyncpg.Connection, chain_id: str) -> dict[str, str]:
    """Return the ids of the stages of a role chain by code; empty if it has no expected roles."""
    rows = await connection.fetch(SELECT_ROLE_STAGES, chain_id)
    return {row["code"]: row["id"] for row in rows if row["has_roles"]}


async def find_stages_in_use(connection: asyncpg.Connection, stage_ids: Sequence[str]) -> list[str]:
    """Return the codes of stages that other records refer to, such as linkages, in order."""
    rows = await connection.fetch(SELECT_STAGES_IN_USE, list(stage_ids))
    return [row["code"] for row in rows]


async def insert_chain(connection: asyncpg.Connection, row: Row) -> bool:
    """Insert a chain; false if its code is taken."""
    columns = ", ".join(f'"{name}"' for name in row)
    inserted = await connection.fetchval(
        f"insert into value_chain ({columns}) values "  # noqa: S608 - names of our own table
        f"({', '.join(f'${n}' for n in range(1, len(row) + 1))}) "
        "on conflict (id) do nothing returning true",
        *row.values(),
    )
    return bool(inserted)


async def write_changes(connection: asyncpg.Connection, changes: ChainChanges, by: str) -> None:
    """Delete removed rows, write the others, and replace the provenance of what is restated.

    `by` is cited as their origin: the agency that saved it.
    """
    await upsert(connection, source, [SOURCE_ROW], first_only=("health",))
    for kind, table in reversed(TABLES.items()):
        await delete_rows(connection, table, changes.removed.get(kind, ()))
    for kind, table in TABLES.items():
        await upsert(connection, table, list(changes.written.get(kind, ())))
    gone = list_subjects(changes.removed)
    restated = list_subjects(changes.restated)
    await connection.execute(DELETE_PROVENANCE, [*gone, *restated])
    rows = [
        {
            "subject": subject,
            "ordinal": 0,
            "source_id": SOURCE_ID,
            "asserted": "REPORTED",
            "citation": by,
        }
        for subject in restated
    ]
    await upsert(connection, provenance, rows)


async def delete_rows(connection: asyncpg.Connection, table: sa.Table, ids: Sequence[str]) -> None:
    """Delete rows of a table by id."""
    if ids:
        await connection.execute(
            f'delete from "{table.name}" where id = any($1::text[])',  # noqa: S608 - our own table
            list(ids),
        )


def list_subjects(ids_by_type: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the global ids of rows."""
    return [str(GlobalId(kind, key)) for kind, ids in ids_by_type.items() for key in ids]

"""Statements about the linkages that records declare; the rows of a batch in one statement each."""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

import asyncpg

from hub.domain.global_id import GlobalId
from hub.domain.identity.viewer import Visibility
from hub.domain.linkage_declarations import DeclarableLinkage, Declaration
from hub.domain.linkages import Linkage
from hub.domain.record import value
from hub.domain.text import LocalizedText
from hub.store.linkage_states import STATE_COLUMNS, dump_decimal, dump_state, state_of

DECLARATION_COLUMNS: Final = (
    "declared_source_id",
    "declared_record_id",
    "declared_current",
    "declared_share",
    "declared_stage_code",
    "declared_stage_id",
)
SELECT_DECLARED_PROJECTS: Final = """
select distinct project_id from linkage where declared_record_id = any($1::bigint[])
"""
SELECT_PLACED: Final = """
select stored.id as record_id, placed.id, placed.owner_id, placed.visibility
from source_record stored join project placed on placed.id = stored.project_id
where stored.id = any($1::bigint[])
"""
SELECT_LINKAGES: Final = f"""
select id, version, project_id, issue_id, stage_id,
    {", ".join((*STATE_COLUMNS, *DECLARATION_COLUMNS))}
from linkage where project_id = any($1::text[]) order by id
"""  # noqa: S608 - constants
# An action that was undone is none; the undo of what the source did is one.
SELECT_DECIDED: Final = """
select distinct entry.subject from history_entry entry
where entry.subject = any($1::text[]) and entry.actor <> 'SOURCE' and entry.side is not null and (
    entry.undone_by is null or exists (
        select from history_entry undone
        where undone.subject = entry.subject and undone.undone_by = entry.id
            and undone.id <> entry.id and undone.actor = 'SOURCE'
    )
)
"""
UPDATED_COLUMNS: Final = ("stage_id", *STATE_COLUMNS, *DECLARATION_COLUMNS)
UPDATE_LINKAGES: Final = f"""
update linkage set version = linkage.version + 1,
    {", ".join(f"{name} = new.{name}" for name in UPDATED_COLUMNS)}
from jsonb_populate_recordset(null::linkage, $1::jsonb) new where linkage.id = new.id
"""  # noqa: S608 - constants
INSERTED_COLUMNS: Final = ", ".join(
    (
        "id",
        "project_id",
        "issue_id",
        "visibility",
        "reasons",
        "proposed_by_id",
        *UPDATED_COLUMNS,
    )
)
INSERT_LINKAGES: Final = f"""
insert into linkage ({INSERTED_COLUMNS})
select {INSERTED_COLUMNS} from jsonb_populate_recordset(null::linkage, $1::jsonb) order by id
"""  # noqa: S608 - constants
SELECT_UNREPORTED: Final = """
select placed.id from project placed where placed.id = any($1::text[]) and not exists (
    select from source_record stored where stored.project_id = placed.id
        and stored.source_id = placed.source_id and not stored.id = any($2::bigint[])
)
"""


@value
class PlacedRecord:
    """The project that a record's lines are on, its owner, and who may see it."""

    project_id: str
    owner_id: str | None
    visibility: Visibility


async def list_declared_projects(
    connection: asyncpg.Connection, record_ids: Sequence[int]
) -> set[str]:
    """Return the projects with linkages that these records declare, or declared."""
    rows = await connection.fetch(SELECT_DECLARED_PROJECTS, list(record_ids))
    return {row["project_id"] for row in rows}


async def fetch_placed_records(
    connection: asyncpg.Connection, record_ids: Sequence[int]
) -> dict[int, PlacedRecord]:
    """Return the projects of records; records without one are absent."""
    return {
        row["record_id"]: PlacedRecord(row["id"], row["owner_id"], Visibility(row["visibility"]))
        for row in await connection.fetch(SELECT_PLACED, list(record_ids))
    }


async def list_declarable_linkages(
    connection: asyncpg.Connection, project_ids: Sequence[str]
) -> dict[str, list[DeclarableLinkage]]:
    """Return all linkages of locked projects, by project, in the order of ids."""
    rows = await connection.fetch(SELECT_LINKAGES, sorted(set(project_ids)))
    gids = {row["id"]: str(GlobalId(Linkage.TYPE, row["id"])) for row in rows}
    decided: set[str] = set()
    if rows:
        found = await connection.fetch(SELECT_DECIDED, list(gids.values()))
        decided = {row["subject"] for row in found}
    linkages: dict[str, list[DeclarableLinkage]] = defaultdict(list)
    for row in rows:
        declaration = None
        if row["declared_source_id"] is not None:
            declaration = Declaration(
                row["declared_current"],
                row["declared_share"],
                row["declared_stage_code"],
                row["declared_stage_id"],
            )
        linkages[row["project_id"]].append(
            DeclarableLinkage(
                row["id"],
                row["version"],
                row["issue_id"],
                row["stage_id"],
                state_of(row),
                row["declared_source_id"],
                row["declared_record_id"],
                declaration,
                gids[row["id"]] in decided,
            )
        )
    return linkages


async def update_declared(
    connection: asyncpg.Connection, linkages: Sequence[DeclarableLinkage]
) -> None:
    """Update the state, stage and declaration of locked linkages; versions increase by one."""
    rows = [{"id": one.id, **dump_columns(one)} for one in linkages]
    await connection.execute(UPDATE_LINKAGES, json.dumps(rows, ensure_ascii=False))


async def insert_declared(
    connection: asyncpg.Connection,
    reason: LocalizedText,
    linkages: Sequence[tuple[PlacedRecord, DeclarableLinkage]],
) -> None:
    """Insert declared linkages of locked projects, each with its record as evidence."""
    rows = [
        {
            "id": one.id,
            "project_id": placed.project_id,
            "issue_id": one.issue_id,
            "visibility": placed.visibility.value,
            "reasons": [
                {
                    "code": "DECLARED",
                    "th": reason.th,
                    "en": reason.en,
                    "weight": 1,
                    "records": [one.record_id],
                }
            ],
            "proposed_by_id": placed.owner_id,
            **dump_columns(one),
        }
        for placed, one in linkages
    ]
    await connection.execute(INSERT_LINKAGES, json.dumps(rows, ensure_ascii=False))


def dump_columns(linkage: DeclarableLinkage) -> dict[str, Any]:
    """Return the JSON values of `UPDATED_COLUMNS`."""
    declaration = linkage.declaration
    values: dict[str, Any] = {"stage_id": linkage.stage_id, **dump_state(linkage.state)}
    if declaration is not None:
        values |= {
            "declared_source_id": linkage.source_id,
            "declared_record_id": linkage.record_id,
            "declared_current": declaration.current,
            "declared_share": dump_decimal(declaration.share),
            "declared_stage_code": declaration.stage_code,
            "declared_stage_id": declaration.stage_id,
        }
    return values


async def list_unreported_projects(
    connection: asyncpg.Connection, project_ids: Sequence[str], removed_records: Sequence[int]
) -> set[str]:
    """Return those of the projects that no record of their source reports but the removed ones."""
    rows = await connection.fetch(SELECT_UNREPORTED, list(project_ids), list(removed_records))
    return {row["id"] for row in rows}


async def delete_declared(connection: asyncpg.Connection, linkage_ids: Sequence[str]) -> None:
    """Delete linkages that only a source made."""
    await connection.execute("delete from linkage where id = any($1::text[])", list(linkage_ids))

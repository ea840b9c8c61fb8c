"""Count what refers to an agency that people added, before it is withdrawn."""

from collections.abc import Iterator
from typing import Final

import asyncpg

from hub.domain.global_id import GlobalId
from hub.store.agency_register import OPERATOR_SOURCE
from hub.store.tables import agency, area, metadata
from hub.store.tables.metadata import list_checked_references

OWN_ROWS: Final = frozenset(
    {("agency_placement", "agency_id"), ("area_membership", "child_id"), ("agency", "area_id")}
)
"""What an agency and its area consist of themselves."""
COUNT_RULINGS: Final = """
select count(*) from ruling where name_kind in ('AGENCY', 'AREA') and target = $1
    and ended_at is null
"""
IS_ADDED_BY_PEOPLE: Final = """
select exists (select from provenance where subject = $1 and source_id = $2)
    and not exists (select from provenance where subject = $1 and source_id is distinct from $2)
"""


def list_referring_columns() -> Iterator[tuple[str, str]]:
    """Yield the table and column of everything that refers to an agency or an area."""
    for table in metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column.table in (agency, area):
                yield table.name, key.parent.name
        for column, target in list_checked_references(table):
            if target in (agency, area):
                yield table.name, column.name


async def count_agency_references(connection: asyncpg.Connection, agency_id: str) -> dict[str, int]:
    """Return how many rows refer to an agency or its own area, by table and column; what nothing
    refers from is absent. A ruling in force that means it refers to it.
    """
    counts: dict[str, int] = {}
    for table, column in list_referring_columns():
        if (table, column) in OWN_ROWS:
            continue
        statement = f'select count(*) from "{table}" where "{column}" = $1'  # noqa: S608 - our names
        if rows := await connection.fetchval(statement, agency_id):
            counts[f"{table}.{column}"] = rows
    if rulings := await connection.fetchval(COUNT_RULINGS, agency_id):
        counts["ruling.target"] = rulings
    return counts


async def is_added_by_people(connection: asyncpg.Connection, agency_id: str) -> bool:
    """Return whether operators or rulings alone added an agency: the reference data has it not."""
    subject = str(GlobalId("Agency", agency_id))
    return bool(await connection.fetchval(IS_ADDED_BY_PEOPLE, subject, OPERATOR_SOURCE))

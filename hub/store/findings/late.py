"""What STALE findings rest on: sources with an interval, and projects that a source lost."""

from collections.abc import Sequence
from typing import Final

import asyncpg
import sqlalchemy as sa

from hub.domain.late_findings import LostProject
from hub.domain.provenance import Source
from hub.domain.text import LocalizedText
from hub.store.areas import prefixed_columns
from hub.store.provenance import source_of
from hub.store.read_transaction import ReadTransaction
from hub.store.tables import source

SOURCES: Final = (
    sa.select(*prefixed_columns(source, "source_"))
    .where(source.c.cadence.is_not(None))
    .order_by(source.c.id)
)
LOST: Final = """
-- Projects of a source that was read completely and has records, but none of the project.
select p.id, p.owner_id, p.fiscal_years, s.id as source_id, s.name_th, s.name_en,
    s.owner_id as source_owner_id,
    array(select a.area_id from project_area a where a.project_id = p.id order by 1) as areas
from project p join source s on s.id = p.source_id
where p.id = any($1::text[]) and p.duplicate_of is null and s.last_success_at is not null
    and not exists (
        select from source_record r where r.project_id = p.id and r.source_id = p.source_id
    )
    and exists (select from source_record other where other.source_id = p.source_id)
order by p.id
"""
FOUND_AGAIN: Final = """
-- A record without lines that came back notes no project.
select s.project_id as id from finding f
join finding_subject s on s.finding_id = f.id
join project p on p.id = s.project_id
where f.kind = 'STALE' and f.status <> 'CLOSED' and exists (
    select from source_record r where r.project_id = p.id and r.source_id = p.source_id
)
order by 1
"""


async def fetch_promising_sources(connection: asyncpg.Connection) -> list[Source]:
    """Return the sources that promise how often they are read, by id."""
    transaction = ReadTransaction.from_connection(connection)
    return [source_of(row) for row in await transaction.fetch_rows(SOURCES)]


async def fetch_lost_projects(
    connection: asyncpg.Connection, ids: Sequence[str]
) -> list[LostProject]:
    """Return those of the projects that their source no longer has, by id."""
    return [
        LostProject(
            id=row["id"],
            source_id=row["source_id"],
            source=LocalizedText(row["name_th"], row["name_en"]),
            owner_id=row["owner_id"],
            source_owner_id=row["source_owner_id"],
            areas=tuple(row["areas"]),
            years=tuple(row["fiscal_years"]),
        )
        for row in await connection.fetch(LOST, list(ids))
    ]


async def fetch_found_again(connection: asyncpg.Connection) -> list[str]:
    """Return the projects with a STALE finding whose source has a record of them again."""
    return [row["id"] for row in await connection.fetch(FOUND_AGAIN)]

"""Count rows that refer to missing rows, in the tables whose references triggers check."""

import asyncpg

from hub.domain.record import record
from hub.store.tables import metadata
from hub.store.tables.metadata import list_checked_references


@record
class OrphanCount:
    """The rows of a table whose column has an id that is missing from another table."""

    table: str
    column: str
    target: str
    rows: int


async def count_orphans(connection: asyncpg.Connection) -> list[OrphanCount]:
    """Return a count for each checked reference; all are 0 in a sound database."""
    counts: list[OrphanCount] = []
    for table in metadata.sorted_tables:
        for column, target in list_checked_references(table):
            rows = await connection.fetchval(
                f'select count(*) from "{table.name}" child '  # noqa: S608 - our own names
                f'left join "{target.name}" parent on parent.id = child."{column.name}" '
                f'where child."{column.name}" is not null and parent.id is null'
            )
            counts.append(OrphanCount(table.name, column.name, target.name, rows))
    return counts

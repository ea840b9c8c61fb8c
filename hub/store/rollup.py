"""Keep the rollup: replace the contributions of the projects that writers touched.

Triggers note each touched project in the writer's own transaction, so a reader's snapshot always
knows which entries are out of date and takes those projects from the tables of facts. Compaction
removes the notes; how far it has come changes the cost of an answer, never the answer.
"""

import logging
from typing import Final

import asyncpg

from hub.errors import NotReady
from hub.store.connections import CONNECTION_ERRORS
from hub.store.database import Database
from hub.store.read_transaction import ACQUIRE_TIMEOUT

logger = logging.getLogger(__name__)

COMPACTION_ERRORS: Final = (
    NotReady,
    *CONNECTION_ERRORS,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
)
COMPACT: Final = "select rollup_compact($1)"
ANALYZE_FACTS: Final = (
    "analyze project, budget_line, project_area, project_implementer, linkage, source_record"
)
ANALYZE_ROLLUP: Final = (
    "analyze rollup_count, rollup_money, rollup_entry, rollup_place, rollup_place_set, "
    "rollup_attributes"
)
VACUUM_NOTES: Final = "vacuum rollup_change"
MIN_PROJECTS_TO_ANALYZE: Final = 5_000
"""Projects compacted at once after which the statistics of the rollup are renewed."""
MAX_PROJECTS_PER_COMPACTION: Final = 20_000
"""Projects whose entries one transaction replaces; it holds them in memory."""


async def compact_rollup(database: Database) -> int:
    """Replace all entries that are out of date; return the number of projects.

    Another process that compacts at the same time does the rest, and this one returns.
    """
    count = 0
    while (done := await compact_once(database)) > 0:
        count += done
    if count >= MIN_PROJECTS_TO_ANALYZE:
        await database.pool.execute(ANALYZE_ROLLUP)
        await vacuum_notes(database)
    return count


async def vacuum_notes(database: Database) -> None:
    """Return the space of deleted notes, or log why that failed: autovacuum does so later.

    Every question reads the table; after a large run it consists of deleted rows.
    """
    try:
        await database.pool.execute(VACUUM_NOTES)
    except COMPACTION_ERRORS as error:
        logger.info("the notes of the rollup were not vacuumed: %s", error)


async def compact_if_possible(database: Database) -> None:
    """Compact, or log why that failed: the notes remain, and answers stay right."""
    try:
        await compact_rollup(database)
    except COMPACTION_ERRORS as error:
        logger.warning("the rollup was not compacted: %s", error)


async def compact_once(database: Database) -> int:
    """Replace the entries of at most `MAX_PROJECTS_PER_COMPACTION` projects.

    Returns their number, 0 if none was noted, -1 if another process is compacting.
    """
    async with database.pool.acquire(timeout=ACQUIRE_TIMEOUT) as connection:
        return await compact_in_transaction(connection)


async def compact_in_transaction(
    connection: asyncpg.Connection, max_projects: int = MAX_PROJECTS_PER_COMPACTION
) -> int:
    """Do the same in the transaction of the caller, or in one of its own."""
    count: int = await connection.fetchval(COMPACT, max_projects)
    return count


async def analyze_facts(database: Database) -> None:
    """Renew PostgreSQL's statistics of the facts, on which its plans depend.

    Autovacuum does so within a minute or more; after a large run that is too late.
    """
    await database.pool.execute(ANALYZE_FACTS)

"""Migrate a database to the current tables, from empty or from any earlier version.

A database that is current needs one statement; Alembic, which takes a quarter of a start to import,
is imported when there is something to migrate.
"""

from typing import Final

import asyncpg

from hub.store.connections import connect_to_server
from hub.store.migrations import MIGRATIONS_FOLDER

NEWEST: Final = "head"


async def migrate(dsn: str, revision: str = NEWEST) -> str:
    """Migrate to a revision (default: the newest) and return it; raise `StoreUnusable` if that is
    impossible.
    """
    newest = find_newest_revision()
    if revision == NEWEST and await find_revision(dsn) == newest:
        return newest
    from hub.store.upgrade import upgrade_database  # noqa: PLC0415 - see above

    return await upgrade_database(dsn, revision)


def find_newest_revision() -> str:
    """Return the newest revision: each migration is a file that begins with its number."""
    return max(path.name[:4] for path in (MIGRATIONS_FOLDER / "versions").glob("[0-9]*.py"))


async def find_revision(dsn: str) -> str | None:
    """Return the revision of a database; None before its first migration."""
    connection = await connect_to_server(dsn)
    try:
        revision: str | None = await connection.fetchval("select version_num from alembic_version")
    except asyncpg.UndefinedTableError:
        return None
    finally:
        await connection.close()
    return revision

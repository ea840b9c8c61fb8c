"""Run the migrations that a database lacks, with Alembic.

All migrations of one call are one transaction, so an interrupted call leaves nothing behind and can
be repeated; an advisory lock admits one process at a time.
"""

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from hub.errors import StoreUnusable
from hub.store.connections import connect_to_server
from hub.store.migrations import MIGRATION_LOCK, MIGRATIONS_FOLDER


def build_alembic_config(connection: Connection | None = None) -> Config:
    """Return Alembic's settings without a file; percent signs in the path are escaped."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


async def upgrade_database(dsn: str, revision: str) -> str:
    """Migrate to a revision, or to the newest with `head`, and return it; `StoreUnusable` if that
    is impossible.
    """

    async def _connect() -> asyncpg.Connection:
        return await connect_to_server(dsn)

    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=_connect, poolclass=NullPool
    )
    try:
        async with engine.begin() as connection:
            await connection.execute(text(f"select pg_advisory_xact_lock({MIGRATION_LOCK})"))
            return await connection.run_sync(upgrade, revision)
    finally:
        await engine.dispose()


def upgrade(connection: Connection, revision: str) -> str:
    """Run the missing migrations in the transaction of this connection and return the revision
    that the database then has.
    """
    config = build_alembic_config(connection)
    script = ScriptDirectory.from_config(config)
    available = {revision.revision for revision in script.walk_revisions()}
    current_heads = set(MigrationContext.configure(connection).get_current_heads())
    if not current_heads <= available:
        newer = ", ".join(current_heads - available)
        raise StoreUnusable(
            f"ฐานข้อมูลนี้ใหม่กว่าโปรแกรม (รุ่น {newer}) ให้ใช้โปรแกรมรุ่นใหม่กว่า "
            f"· this database is newer than this program (revision {newer}); "
            "run a newer hub"
        )
    command.upgrade(config, revision)
    return MigrationContext.configure(connection).get_current_revision() or ""

"""Executes changes in a fresh database, and returns instants between them."""

from datetime import datetime

from hub.store.database import Database


async def fetch_instant(database: Database) -> datetime:
    """Return the current time of the server: after all commits so far, before all later ones."""
    now: datetime = await database.pool.fetchval("select clock_timestamp()")
    return now


async def execute_changes(database: Database, *statements: str, **parameters: str | int) -> None:
    """Execute statements in one transaction; `:name` is replaced by the parameter `name`."""
    async with database.write_transaction() as connection:
        for statement in statements:
            names = [name for name in parameters if f":{name}" in statement]
            sql = statement
            for position, name in enumerate(names, start=1):
                sql = sql.replace(f":{name}", f"${position}")
            await connection.execute(sql, *(parameters[name] for name in names))

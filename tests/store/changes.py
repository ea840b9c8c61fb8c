"""Changing what a database of one's own holds, and the instants between the changes."""

from datetime import datetime

from hub.store.database import Database


async def fetch_instant(database: Database) -> datetime:
    """An instant that has come, behind everything committed so far and before all that follows."""
    now: datetime = await database.pool.fetchval("select clock_timestamp()")
    return now


async def execute_changes(database: Database, *statements: str, **parameters: str | int) -> None:
    """One transaction; each statement takes what it names, as `:name`, from `given`."""
    async with database.write_transaction() as connection:
        for statement in statements:
            names = [name for name in parameters if f":{name}" in statement]
            sql = statement
            for position, name in enumerate(names, start=1):
                sql = sql.replace(f":{name}", f"${position}")
            await connection.execute(sql, *(parameters[name] for name in names))

"""How sources stand, for operators."""

from hub.domain.runs import Standing
from hub.store import sources
from hub.store.engine import Database


async def standings(database: Database) -> dict[str, Standing]:
    """How each source stands that was ever taken in, by its id."""
    async with database.pool.acquire() as connection:
        return await sources.standings(connection)

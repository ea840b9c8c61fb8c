"""Reads the feed as a viewer, page by page, and writes linkages in transactions of their own."""

from datetime import UTC, datetime

import asyncpg

from hub.domain.changes import ChangeTopic, FeedChange
from hub.domain.identity.viewer import ANONYMOUS, Viewer
from hub.store.changes import number_changes
from hub.store.database import Database
from hub.store.unit_of_work import UnitOfWork

INSERT_LINKAGE = """
insert into linkage (id, project_id, issue_id, status, visibility)
values ($1, $2, $3, 'PROPOSED', 'PUBLISHED')
"""
RAISE_VERSION = "update linkage set version = version + 1 where id = $1"


class FeedReader:
    """Follows the feed as a viewer: `changes` are all that it has received."""

    def __init__(
        self,
        database: Database,
        viewer: Viewer = ANONYMOUS,
        *topics: ChangeTopic,
        cursor: str | None = None,
    ) -> None:
        self.database, self.viewer = database, viewer
        self.topics = topics or tuple(ChangeTopic)
        self.cursor = cursor
        self.changes: list[FeedChange] = []

    async def read(self, page_size: int = 100) -> list[FeedChange]:
        """Number what is committed, and return what is new, page by page."""
        await number_changes(self.database)
        found: list[FeedChange] = []
        more = True
        while more:
            async with self.database.read_transaction() as transaction:
                page = await UnitOfWork(transaction, self.viewer).changes.read(
                    self.topics, None, page_size, datetime.now(UTC), after=self.cursor
                )
            found += page.changes
            self.cursor, more = page.cursor, page.more
        self.changes += found
        return found


def subjects(changes: list[FeedChange]) -> list[tuple[str, int | None]]:
    """Return subject and version of each change."""
    return [(one.subject_id, one.version) for one in changes]


async def open_writer(database: Database) -> tuple[asyncpg.Connection, object]:
    """Return a connection in a transaction that the test commits."""
    connection = await database.pool.acquire()
    transaction = connection.transaction()
    await transaction.start()
    return connection, transaction

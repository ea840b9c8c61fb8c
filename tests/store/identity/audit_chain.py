"""Builds audit log entries, and tampers with them as the owner of the server can."""

import asyncpg

from hub.domain.identity.audit_log import (
    AccessKind,
    AuditEntry,
    Caller,
    Operation,
    compute_link_digest,
)
from hub.store.database import Database

CALLER = Caller("ผู้ใช้", "plan", "https://hub.test", "ministry:05", purpose="จัดทำแผน")
OPERATION = Operation("query", "Drafts", "ab" * 32, ("projects", "node"), "t" * 32)


def build_entry(number: int = 0) -> AuditEntry:
    ids = (f"gid://hub/Project/p{number}",)
    return AuditEntry(AccessKind.READ, CALLER, OPERATION, "ministry:15", "s", ids, 1)


class SuperuserConnection:
    """A connection in a transaction with triggers disabled, as a superuser can open it."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def __aenter__(self) -> asyncpg.Connection:
        self.connection = await self.database.pool.acquire()
        self.transaction = self.connection.transaction()
        await self.transaction.start()
        await self.connection.execute("set local session_replication_role = replica")
        return self.connection

    async def __aexit__(self, *exception_info: object) -> None:
        await (self.transaction.rollback() if exception_info[0] else self.transaction.commit())
        await self.database.pool.release(self.connection)


async def rewrite_links(connection: asyncpg.Connection, *, first: int = 5) -> None:
    """Change an entry; recompute its digest, the digests of all later entries, and the head."""
    rows = await connection.fetch(
        "select * from access_log where number >= $1 order by number", first
    )
    previous_digest = bytes(rows[0]["previous"])
    for row in rows:
        text = row["entry"].replace("ministry:05", "ministry:07")
        digest = compute_link_digest(previous_digest, row["number"], row["at"], text)
        await connection.execute(
            "update access_log set entry = $2, previous = $3, digest = $4 where number = $1",
            row["number"], text, previous_digest, digest,
        )  # fmt: skip
        previous_digest = digest
    await connection.execute("update access_head set digest = $1", previous_digest)


async def forge_entry(connection: asyncpg.Connection) -> None:
    """Change one entry and recompute only its own digest."""
    row = await connection.fetchrow("select * from access_log where number = 5")
    text = row["entry"].replace("ministry:05", "ministry:07")
    digest = compute_link_digest(row["previous"], 5, row["at"], text)
    await connection.execute(
        "update access_log set entry = $1, digest = $2 where number = 5", text, digest
    )

"""Verification of the audit log detects each kind of tampering and names its position."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from hub.domain.identity.audit_log import compute_link_digest
from hub.store.database import Database
from hub.store.identity.audit_chain import verify_chain
from tests.store.identity.audit_chain import SuperuserConnection, forge_entry, rewrite_links

Tamper = Callable[[asyncpg.Connection], Awaitable[Any]]


def sql(*statements: str) -> Tamper:
    async def run(connection: asyncpg.Connection) -> None:
        for statement in statements:
            await connection.execute(statement)

    return run


async def insert_duplicate(connection: asyncpg.Connection) -> None:
    """Insert a copy of an entry with the same number."""
    await connection.execute(
        "insert into access_log (at, number, entry, previous, digest) "
        "select at + interval '1 microsecond', number, entry, previous, digest "
        "from access_log where number = 5"
    )


async def swap_timestamps(connection: asyncpg.Connection) -> None:
    """Swap the timestamps of two entries."""
    await connection.execute(
        "update access_log a set at = b.at from access_log b "
        "where (a.number, b.number) in ((4, 7), (7, 4))"
    )


async def drop_partition(connection: asyncpg.Connection) -> None:
    """Move all entries to two earlier months with a valid chain, and drop one partition."""
    await rewrite_links(connection, first=1)
    rows = await connection.fetch("select * from access_log order by number")
    await connection.execute("delete from access_log")
    previous_digest = bytes(32)
    for row in rows:
        at = datetime(2026, 1 + row["number"] // 4, 5, tzinfo=UTC) + timedelta(hours=row["number"])
        await connection.execute("select access_partition($1)", at)
        digest = compute_link_digest(previous_digest, row["number"], at, row["entry"])
        await connection.execute(
            "insert into access_log (at, number, entry, previous, digest) values "
            "($1, $2, $3, $4, $5)", at, row["number"], row["entry"], previous_digest, digest,
        )  # fmt: skip
        previous_digest = digest
    await connection.execute("update access_head set digest = $1, at = $2", previous_digest, at)
    await connection.execute("drop table audit.access_log_2026_02")


@pytest.mark.parametrize(
    ("tamper", "number", "message"),
    [
        (sql("update access_log set entry = replace(entry, ':05', ':07') where number = 5"), 5,
         "changed"),
        (sql("update access_log set digest = sha256(digest) where number = 5"), 5, "changed"),
        (sql("update access_log set previous = sha256(previous) where number = 5"), 5, "changed"),
        (sql("update access_log set at = at + interval '1 microsecond' where number = 10"), 10,
         "changed"),
        (forge_entry, 6, "rewritten"),
        (sql("delete from access_log where number = 5"), 5, "removed"),
        (sql("delete from access_log where number = 1"), 1, "removed"),
        (sql("delete from access_log where number = 10"), 10, "removed"),
        (sql("delete from access_log"), 1, "removed"),
        (sql("delete from access_log where number = 10",
             "update access_head set number = 9"), 9, "head"),
        (sql("update access_log set number = number + 1 where number = 10"), 10, "removed"),
        (sql("delete from access_head"), 10, "head"),
        (insert_duplicate, 5, "inserted"),
        (swap_timestamps, 4, "order"),
        (drop_partition, 4, "partition of 2026-02"),
    ],
    ids=["entry", "digest", "previous", "instant", "forged", "removed", "first removed",
         "last removed", "all removed", "cut", "renumbered", "no head", "inserted", "order",
         "month"],
)  # fmt: skip
async def test_tampering_is_detected_and_named(
    chain: Database, tamper: Tamper, number: int, message: str
) -> None:
    async with SuperuserConnection(chain) as connection:
        await tamper(connection)
    broken = (await verify_chain(chain)).first_break
    assert broken is not None
    assert (broken.number, message in broken.en) == (number, True), broken.en
    assert broken.th.isascii() is False

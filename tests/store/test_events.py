"""Followers of sources are told every event once, in order, also after they were away."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from hub.domain.sources.events import SourceEvent
from hub.store.database import Database
from hub.store.ingest.events import SourceEventFeed, publish_event

BOTH = ("one", "two")


@pytest.fixture
async def database(fresh_database: Database) -> Database:
    for name in BOTH:
        await fresh_database.pool.execute(
            "insert into source (id, name_th, kind, health) values ($1, 'ก', 'OWN', 'OK')", name
        )
    return fresh_database


async def tell(database: Database, source_id: str) -> None:
    async with database.write_transaction() as connection:
        await publish_event(connection, source_id, None)


async def first(events: AsyncIterator[SourceEvent], count: int) -> list[str]:
    return [(await asyncio.wait_for(anext(events), 10)).source_id for _ in range(count)]


async def test_who_comes_back_with_a_number_misses_nothing(database: Database) -> None:
    for name in ("one", "two", "one"):
        await tell(database, name)
    feed = SourceEventFeed(database)
    assert await first(feed.follow(0, []), 3) == ["one", "two", "one"]
    assert await first(feed.follow(0, ["one"]), 2) == ["one", "one"]
    newest = await feed.latest_number()
    later = feed.follow(newest, [])
    waiting = asyncio.create_task(first(later, 1))
    await asyncio.sleep(0)
    await tell(database, "two")
    assert await waiting == ["two"]


async def test_events_come_in_the_order_of_their_commits(database: Database) -> None:
    feed = SourceEventFeed(database)
    follower = asyncio.create_task(first(feed.follow(0, []), 20))
    await asyncio.gather(*(tell(database, BOTH[n % 2]) for n in range(20)))
    assert sorted(await follower) == ["one"] * 10 + ["two"] * 10
    ids = [
        row["id"] for row in await database.pool.fetch("select id from source_event order by at")
    ]
    assert ids == sorted(ids)


async def test_nobody_listens_when_nobody_follows(database: Database) -> None:
    feed = SourceEventFeed(database)
    await tell(database, "one")
    events = feed.follow(0, [])
    await first(events, 1)
    assert await listeners(database) == 1
    await events.aclose()
    assert await listeners(database) == 0


async def test_a_lost_ear_is_replaced(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.store.ingest.events.POLL_INTERVAL", 0.05)
    feed = SourceEventFeed(database)
    follower = asyncio.create_task(first(feed.follow(0, []), 1))
    while not await listeners(database):  # noqa: ASYNC110 - the server tells no event of it
        await asyncio.sleep(0.01)
    await database.pool.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen%'"
    )
    await tell(database, "two")
    assert await follower == ["two"]


async def listeners(database: Database) -> int:
    found: int = await database.pool.fetchval(
        "select count(*) from pg_stat_activity "
        "where query ilike 'listen%' and datname = current_database()"
    )
    return found


async def test_what_is_rolled_back_was_never_told(database: Database) -> None:
    async def broken() -> None:
        async with database.write_transaction() as connection:
            await publish_event(connection, "one", None)
            await connection.execute("select 1 / 0")

    with pytest.raises(asyncpg.DivisionByZeroError):
        await broken()
    assert await SourceEventFeed(database).latest_number() == 0

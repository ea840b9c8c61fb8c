"""Followers of source events receive each event once, in order, also after reconnecting."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from hub.domain.sources.events import SourceEvent
from hub.store.database import Database
from hub.store.ingest.events import SourceEventFeed, publish_event

SOURCE_IDS = ("one", "two")


@pytest.fixture
async def database(fresh_database: Database) -> Database:
    for name in SOURCE_IDS:
        await fresh_database.pool.execute(
            "insert into source (id, name_th, kind, health) values ($1, 'ก', 'OWN', 'OK')", name
        )
    return fresh_database


async def commit_event(database: Database, source_id: str) -> None:
    async with database.write_transaction() as connection:
        await publish_event(connection, source_id, None)


async def collect_source_ids(events: AsyncIterator[SourceEvent], count: int) -> list[str]:
    return [(await asyncio.wait_for(anext(events), 10)).source_id for _ in range(count)]


async def test_follower_resuming_from_a_number_receives_every_later_event(
    database: Database,
) -> None:
    for name in ("one", "two", "one"):
        await commit_event(database, name)
    feed = SourceEventFeed(database)
    assert await collect_source_ids(feed.follow(0, []), 3) == ["one", "two", "one"]
    assert await collect_source_ids(feed.follow(0, ["one"]), 2) == ["one", "one"]
    newest = await feed.latest_number()
    later = feed.follow(newest, [])
    next_event = asyncio.create_task(collect_source_ids(later, 1))
    await asyncio.sleep(0)
    await commit_event(database, "two")
    assert await next_event == ["two"]


async def test_events_are_numbered_in_commit_order(database: Database) -> None:
    feed = SourceEventFeed(database)
    follower = asyncio.create_task(collect_source_ids(feed.follow(0, []), 20))
    await asyncio.gather(*(commit_event(database, SOURCE_IDS[n % 2]) for n in range(20)))
    assert sorted(await follower) == ["one"] * 10 + ["two"] * 10
    ids = [
        row["id"] for row in await database.pool.fetch("select id from source_event order by at")
    ]
    assert ids == sorted(ids)


async def test_lost_listening_connection_is_replaced(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.store.listener.POLL_INTERVAL", 0.05)
    feed = SourceEventFeed(database)
    follower = asyncio.create_task(collect_source_ids(feed.follow(0, []), 1))
    while not await count_listeners(database):  # noqa: ASYNC110 - the server sends no event
        await asyncio.sleep(0.01)
    await database.pool.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen%'"
    )
    await commit_event(database, "two")
    assert await follower == ["two"]


async def count_listeners(database: Database) -> int:
    found: int = await database.pool.fetchval(
        "select count(*) from pg_stat_activity "
        "where query ilike 'listen%' and datname = current_database()"
    )
    return found


async def test_rolled_back_event_is_never_published(database: Database) -> None:
    async def publish_and_fail() -> None:
        async with database.write_transaction() as connection:
            await publish_event(connection, "one", None)
            await connection.execute("select 1 / 0")

    with pytest.raises(asyncpg.DivisionByZeroError):
        await publish_and_fail()
    assert await SourceEventFeed(database).latest_number() == 0

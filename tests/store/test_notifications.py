"""Notifications arrive over one connection beside the pool, which no cancelled waiter can lose."""

import asyncio
import random

import asyncpg
import pytest

from hub.errors import NotReady
from hub.store.database import Database, open_database
from hub.store.listener import Notifications
from tests.faults.hub_process import wait_until_async

CHANNEL = "test_channel"
LISTENERS = "select count(*) from pg_stat_activity where query like 'LISTEN%' and datname = $1"


async def count_connections(database: Database) -> int:
    """Return the connections of the pool that are checked out."""
    return int(database.pool.get_size() - database.pool.get_idle_size())


async def wait_for_one(database: Database, channel: str = CHANNEL) -> None:
    async with database.notifications.listen(channel) as waiter:
        waiter.clear()
        await waiter.wait()


async def test_waiters_of_several_channels_are_notified_of_their_own(
    fresh_database: Database,
) -> None:
    first = asyncio.create_task(wait_for_one(fresh_database))
    second = asyncio.create_task(wait_for_one(fresh_database, "test_other"))
    await wait_until_async(lambda: is_listening(fresh_database, 2))
    await fresh_database.pool.execute("select pg_notify('test_other', '')")
    async with asyncio.timeout(10):
        await second
    assert not first.done()
    await fresh_database.pool.execute("select pg_notify('test_channel', '')")
    async with asyncio.timeout(10):
        await first


async def is_listening(database: Database, channels: int) -> bool:
    return len(database.notifications._listened) >= channels


async def test_waiting_uses_no_connection_of_the_pool(fresh_database: Database) -> None:
    before = await count_connections(fresh_database)
    waiting = [asyncio.create_task(wait_for_one(fresh_database)) for _ in range(30)]
    await wait_until_async(lambda: is_listening(fresh_database, 1))
    assert await count_connections(fresh_database) == before
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert not fresh_database.notifications._waiters[CHANNEL]


@pytest.mark.parametrize("awaits", range(12))
async def test_a_waiter_cancelled_at_any_await_leaves_the_next_one_notified(
    fresh_database: Database, awaits: int
) -> None:
    waiting = asyncio.create_task(wait_for_one(fresh_database))
    for _ in range(awaits):
        await asyncio.sleep(0 if awaits < 6 else random.uniform(0, 0.004))  # noqa: S311 - no secret
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert not fresh_database.notifications._waiters[CHANNEL]
    next_one = asyncio.create_task(wait_for_one(fresh_database))
    await wait_until_async(lambda: is_listening(fresh_database, 1))
    await fresh_database.pool.execute("select pg_notify('test_channel', '')")
    async with asyncio.timeout(10):
        await next_one


async def test_a_lost_connection_is_opened_again_and_wakes_its_waiters(
    fresh_database: Database,
) -> None:
    waiting = asyncio.create_task(wait_for_one(fresh_database))
    await wait_until_async(lambda: is_listening(fresh_database, 1))
    connection = fresh_database.notifications._connection
    assert connection is not None
    await fresh_database.pool.execute(
        "select pg_terminate_backend($1)", connection.get_server_pid()
    )
    async with asyncio.timeout(10):
        await waiting
    assert fresh_database.notifications._connection is not connection
    assert await is_listening(fresh_database, 1)


async def test_without_a_server_a_follower_gets_not_ready() -> None:
    notifications = Notifications("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(NotReady):
        async with notifications.listen(CHANNEL):
            pass


async def test_closing_the_database_closes_the_connection(empty_dsn: str) -> None:
    async with open_database(empty_dsn) as database:
        waiting = asyncio.create_task(wait_for_one(database))
        await wait_until_async(lambda: is_listening(database, 1))
        connection = database.notifications._connection
        waiting.cancel()
    assert connection is not None
    assert connection.is_closed()
    assert isinstance(connection, asyncpg.Connection)

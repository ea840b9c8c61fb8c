"""Delegates of one session follow it over two processes, one of which is killed in the middle."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from hub.store.database import Database, open_database
from tests.conftest import copy_database, execute_admin_statement
from tests.faults.hub_process import HubProcess
from tests.long_run import long_after
from tests.web.graphql.meeting import Meeting
from tests.web.graphql.session_client import INVITE, DelegationClient
from tests.web.graphql.session_followers import SessionFollower
from tests.web.hub_instance import URL, HubInstance

EVENTS_BEFORE: Final = 15
EVENTS_DURING: Final = 30
EVENTS_AFTER: Final = 15
AGENCIES: Final = """
select id from agency where id ~ '^(ministry|province):' and id not in (
    'ministry:05', 'ministry:22', 'province:20'
) order by id limit $1
"""
CUT: Final = (ConnectionClosed, InvalidHandshake, OSError, httpx2.HTTPError, KeyError)


@pytest.fixture
async def shared(template: str) -> AsyncIterator[tuple[str, Database]]:
    """Yield the DSN of a database of this test, and the database."""
    dsn = await copy_database(template, "shared_session")
    async with open_database(dsn, pool_size=10) as database:
        yield dsn, database
    await execute_admin_statement(template, "drop database shared_session with (force)")


async def follow_for_good(follower: SessionFollower, *addresses: str) -> None:
    """Follow at the first address; when a connection ends, go on at the next one."""
    turn = 0
    while True:
        follower.address = addresses[turn % len(addresses)]
        turn += 1
        with suppress(*CUT):
            await follower.follow()
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("count", long_after(1, [8, 40]))
async def test_every_delegate_receives_every_event_once_although_a_process_is_killed(
    shared: tuple[str, Database], tmp_path: Path, count: int
) -> None:
    dsn, database = shared
    options: dict[str, Any] = {"HUB_DATABASE_URL": dsn, "HUB_PUBLIC_URL": URL, "HUB_RATE": "0"}
    instance = HubInstance(database, tmp_path / "writer")
    with (
        HubProcess(tmp_path / "first", **options) as first,
        HubProcess(tmp_path / "second", **options) as second,
    ):
        addresses = [
            one.wait_until_ready().address.removeprefix("http://") for one in (first, second)
        ]
        async with instance.http:
            meeting = await Meeting(instance, addresses[0]).open()
            agencies = [row["id"] for row in await database.pool.fetch(AGENCIES, count)]
            assert len(agencies) == count
            items = [{"agency": f"gid://hub/Agency/{one}", "role": "FUNCTION"} for one in agencies]
            await meeting.host.done(INVITE, session=meeting.session["id"], items=items)
            for agency in agencies:
                meeting.clients[agency] = await DelegationClient.sign_in(instance, agency)
            followers = [
                meeting.follower(agency, after="0", over=("socket", "stream")[number // 2 % 2])
                for number, agency in enumerate(agencies)
            ]
            tasks = [
                asyncio.create_task(
                    follow_for_good(one, addresses[number % 2], addresses[1 - number % 2])
                )
                for number, one in enumerate(followers)
            ]
            try:
                await meeting.happen(EVENTS_BEFORE)
                before = (await meeting.list_numbers())[-1]
                for one in followers:
                    await one.wait_for_cursor(before)
                happening = asyncio.create_task(meeting.happen(EVENTS_DURING))
                await followers[0].wait_for_cursor(before + EVENTS_DURING // 3)
                first.kill()
                await happening
                await meeting.happen(EVENTS_AFTER)
                numbers = await meeting.list_numbers()
                for one in followers:
                    await one.wait_for_cursor(numbers[-1])
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.wait(tasks)
        errors = second.error_output
    assert {one.address for one in followers} == {addresses[1]}
    assert numbers == list(range(1, before + EVENTS_DURING + EVENTS_AFTER + 1))
    for one in followers:
        assert one.cursors == numbers, one
    assert "Traceback" not in errors

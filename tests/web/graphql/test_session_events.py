"""Followers of a session receive each event once, in order, for as long as they may see it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from hub.store.database import Database
from hub.store.sessions import changes
from hub.store.sessions.visible import fetch_seen_by
from tests.faults.hub_process import wait_until_async
from tests.web.graphql.meeting import INDUSTRY, MINISTRY, Meeting
from tests.web.graphql.session_followers import serve_instance
from tests.web.hub_instance import HubInstance

REMOVE = """
mutation ($key: String!, $delegation: ID!, $read: Int!) {
  delegationRemove(input: {idempotencyKey: $key, delegation: $delegation, expectedVersion: $read}) {
    userErrors { code }
  }
}
"""
VIEW = """
mutation ($key: String!, $session: ID!, $cell: ID) {
  presenceSet(input: {idempotencyKey: $key, session: $session, viewing: $cell}) {
    userErrors { code }
  }
}
"""


@pytest.fixture
async def meeting(fresh_database: Database, tmp_path: Path) -> AsyncIterator[Meeting]:
    instance = HubInstance(fresh_database, tmp_path)
    async with instance.http, serve_instance(instance) as address:
        yield await Meeting(instance, address).open()


@pytest.mark.parametrize("over", ["socket", "stream"])
async def test_a_follower_that_was_away_while_fifty_events_happened_misses_none(
    meeting: Meeting, over: str
) -> None:
    follower = meeting.follower(after="0", over=over)
    before = await meeting.list_numbers()
    async with follower.connected():
        await follower.wait_for_cursor(before[-1])
    await meeting.happen(50)
    async with follower.connected():
        await follower.wait_for_cursor(before[-1] + 50)
        await meeting.happen()
        await follower.wait_for_cursor(before[-1] + 51)
    assert follower.cursors == await meeting.list_numbers() == list(range(1, before[-1] + 52))


async def test_followers_far_behind_and_up_to_date_receive_the_same_events(
    meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the followers of a process share does not reach back to the first event."""
    monkeypatch.setattr("hub.store.sessions.shared_reads.RETAINED", 3)
    monkeypatch.setattr("resolvers.session_events.MAX_PAGE_SIZE", 4)
    latest = meeting.follower("ministry:22")
    async with latest.connected():
        await latest.wait_until(lambda one: bool(one.presences))
        await meeting.happen(9)
        last = (await meeting.list_numbers())[-1]
        await latest.wait_for_cursor(last)
        behind = meeting.follower(after="0", over="stream")
        async with behind.connected():
            await behind.wait_for_cursor(last)
            await meeting.happen(5)
            for one in (latest, behind):
                await one.wait_for_cursor(last + 5)
    assert behind.cursors == list(range(1, last + 6))
    assert latest.cursors == behind.cursors[-14:]


async def test_events_that_happen_while_notifications_are_lost_arrive_in_order(
    meeting: Meeting,
) -> None:
    """The connection that listens is ended again and again; no event is lost or repeated."""
    follower = meeting.follower()
    start = (await meeting.list_numbers())[-1]
    async with follower.connected():
        await follower.wait_until(lambda one: bool(one.presences))
        for turn in range(1, 6):
            await meeting.instance.database.pool.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where query ilike 'listen%' and datname = current_database()"
            )
            await meeting.happen(2)
            await follower.wait_for_cursor(start + 2 * turn)
    assert follower.cursors == list(range(start + 1, start + 11))


async def test_presence_comes_and_goes_with_the_last_screen_of_a_delegation(
    meeting: Meeting,
) -> None:
    watching = meeting.follower("ministry:22")
    async with watching.connected(), AsyncExitStack() as second:
        await watching.wait_until(lambda one: one.presences == [INDUSTRY])
        async with meeting.follower().connected() as first:
            await first.wait_until(lambda one: len(one.presences) == 2)
            await watching.wait_until(lambda one: one.presences[1:] == [MINISTRY])
            other = await second.enter_async_context(meeting.follower(over="stream").connected())
            await other.wait_until(lambda one: len(one.presences) == 2)
            await meeting.clients["ministry:05"].done(
                VIEW, session=meeting.session["id"], cell="gid://hub/Cell/x"
            )
            await watching.wait_until(
                lambda one: one.events[-1]["changedCells"] == ["gid://hub/Cell/x"]
            )
        # The first screen has left, and the second has not.
        await watching.wait_until(lambda one: len(one.presences) == 3)
        assert MINISTRY in await meeting.list_connected()
        await second.aclose()
        await watching.wait_until(lambda one: len(one.presences) == 4)
        assert watching.presences == [INDUSTRY, MINISTRY, MINISTRY, MINISTRY]
        assert await meeting.list_connected() == {INDUSTRY: None}
    assert watching.cursors == []


async def test_a_screen_of_a_process_that_was_killed_counts_as_gone_after_a_minute(
    meeting: Meeting,
) -> None:
    """A killed process deletes nothing; its row is no longer renewed."""
    pool = meeting.instance.database.pool
    watching = meeting.follower("ministry:22")
    async with watching.connected(), meeting.follower().connected() as killed:
        await killed.wait_until(lambda one: len(one.presences) == 2)
        await watching.wait_until(lambda one: len(one.presences) == 2)
        await meeting.clients["ministry:05"].done(
            VIEW, session=meeting.session["id"], cell="gid://hub/Cell/x"
        )
        await watching.wait_until(lambda one: len(one.presences) == 3)
        assert await meeting.list_connected() == {INDUSTRY: None, MINISTRY: "gid://hub/Cell/x"}
        await pool.execute(
            "update session_presence set seen_at = seen_at - interval '61 seconds' "
            "where agency_id = 'ministry:05' and connection <> ''"
        )
        await pool.execute(changes.ANNOUNCE, changes.CHANNEL, watching.session.rpartition("/")[2])
        await watching.wait_until(lambda one: len(one.presences) == 4)
        assert await meeting.list_connected() == {INDUSTRY: None}


async def test_an_agency_whose_delegation_is_removed_receives_no_further_event(
    meeting: Meeting,
) -> None:
    removed, other = meeting.follower("ministry:22"), meeting.follower()
    start = (await meeting.list_numbers())[-1]
    async with removed.connected(), other.connected():
        for one in (removed, other):
            await one.wait_until(lambda follower: bool(follower.presences))
        await meeting.happen()
        await removed.wait_for_cursor(start + 1)
        [delegation] = [one for one in meeting.delegations if one["agency"]["id"] == INDUSTRY]
        await meeting.host.done(REMOVE, delegation=delegation["id"], read=delegation["version"])
        await meeting.happen(2)
        last = (await meeting.list_numbers())[-1]
        await other.wait_for_cursor(last)
        await removed.wait_until(lambda one: one.ended_by is not None)
    assert removed.ended_by == "NOT_FOUND"
    assert removed.cursors == [start + 1]
    assert other.cursors == list(range(start + 1, last + 1))
    again = meeting.follower("ministry:22", after="0", over="stream")
    async with again.connected():
        await again.wait_until(lambda one: one.ended_by is not None)
    assert (again.ended_by, again.events) == ("NOT_FOUND", [])


async def test_followers_of_a_session_share_what_is_read_and_leave_nothing_behind(
    meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twelve followers of two agencies cause a few reads for an event, not one each."""
    reads: list[int] = []

    async def _count(transaction: Any, key: str, viewers: Any) -> Any:
        reads.append(len(viewers))
        return await fetch_seen_by(transaction, key, viewers)

    monkeypatch.setattr("hub.store.sessions.shared_reads.fetch_seen_by", _count)
    followers = [meeting.follower(("ministry:05", "ministry:22")[n % 2]) for n in range(12)]
    start = (await meeting.list_numbers())[-1]
    async with AsyncExitStack() as stack:
        for one in followers:
            await stack.enter_async_context(one.connected())
        for one in followers:
            await one.wait_until(lambda follower: len(set(follower.presences)) == 2)
        reads.clear()
        await meeting.happen()
        for one in followers:
            await one.wait_for_cursor(start + 1)
        assert 1 <= len(reads) <= 4, reads
        assert set(reads) == {2}
    notifications = meeting.instance.database.notifications

    async def _is_left() -> bool:
        return notifications.count_waiters() == 0

    await wait_until_async(_is_left)

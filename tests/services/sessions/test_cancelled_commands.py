"""A client that disconnects in the middle of a command leaves no lock and no half state."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any, Final

import pytest

from hub.domain.sessions.kinds import Stance
from hub.store.database import Database
from hub.store.tables.metadata import metadata
from tests.long_run import is_long_run
from tests.services.sessions.eight_parties import HOST, ISSUES, Negotiation, act_as
from tests.services.sessions.negotiated_world import insert_world

POINTS: Final = 60 if is_long_run() else 12
"""Moments at which a command is cancelled, over the length of one that is not."""
LOCKS: Final = """
select count(*) from pg_locks join pg_stat_activity using (pid)
where datname = current_database() and pid <> pg_backend_pid() and relation is not null
    and mode <> 'AccessShareLock'
"""
UNNUMBERED: Final = frozenset({"session_presence"})


async def count_rows(database: Database) -> dict[str, int]:
    """Return the number of rows of every table."""
    return {
        table.fullname: await database.pool.fetchval(f"select count(*) from {table.fullname}")  # noqa: S608 - names of ours
        for table in metadata.sorted_tables
    }


async def cancel_at(work: Callable[[], Awaitable[Any]], awaits: int) -> bool:
    """Cancel work after so many turns of the event loop; return whether it was done before."""
    task = asyncio.ensure_future(work())
    for _ in range(awaits):
        await asyncio.sleep(0.002)
        if task.done():
            break
    task.cancel()
    await asyncio.wait([task])
    return not task.cancelled()


@pytest.fixture
async def parties(fresh_database: Database) -> Negotiation:
    await insert_world(fresh_database)
    return await Negotiation(fresh_database, random.Random(5)).open()  # noqa: S311 - test data


async def prepare(parties: Negotiation) -> dict[str, Any]:
    """Return a proposal of two operations that all have accepted."""
    item = await parties.add_item()
    operations = [parties.add(project, ISSUES[0]) for project in ("p1", "p2")]
    made = await parties.propose("ministry:05", item, *operations)
    assert not made.user_errors, made.user_errors
    proposal = {"id": made.proposal_id, "version": 1}
    for agency_id in ("ministry:05", HOST):
        await parties.take(agency_id, proposal, Stance.ACCEPT)
    return proposal


async def test_a_conclusion_that_is_cancelled_is_done_completely_or_not_at_all(
    parties: Negotiation,
) -> None:
    database = parties.database
    proposal = await prepare(parties)
    before = await count_rows(database)
    done = 0
    for point in range(POINTS):
        is_done = await cancel_at(lambda: parties.conclude(proposal), point * 3)
        after = await count_rows(database)
        assert await database.pool.fetchval(LOCKS) == 0
        if after["agreement"] > before["agreement"]:
            # All of it: the agreement, a fact and a linkage per operation, two events, a receipt.
            assert after["agreed_fact"] == before["agreed_fact"] + 2
            assert after["linkage"] == before["linkage"] + 2
            assert after["session_event"] == before["session_event"] + 2
            done += 1
            break
        assert after == before, (point, is_done)
    if not done:
        payload = await parties.conclude(proposal)
        assert payload.agreement_id is not None


async def test_previews_completed_or_cancelled_store_nothing_and_leave_no_lock(
    parties: Negotiation,
) -> None:
    database = parties.database
    await prepare(parties)
    drafts = [parties.add("p3", ISSUES[1]), parties.add("p1", ISSUES[1])]
    before = await count_rows(database)

    async def _preview() -> None:
        found = await parties.commands.preview(act_as("ministry:05"), parties.session_id, drafts)
        assert found.user_errors == []
        assert found.changes is not None

    await _preview()
    await asyncio.gather(*(_preview() for _ in range(3)))
    for point in range(POINTS):
        await cancel_at(_preview, point * 3)
        assert await database.pool.fetchval(LOCKS) == 0
    assert await count_rows(database) == before
    [row] = await parties.fetch("select version from project where id = 'p3'")
    assert row["version"] == 1

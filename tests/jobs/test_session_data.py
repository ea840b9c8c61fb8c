"""Open sessions receive DATA_CHANGED once for each run that changed data, in order."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.domain.sources.records import RawRecord, SourceEntry
from hub.domain.sources.spec import SourceSpec
from hub.errors import SourceRefused
from hub.ingest.run import ingest
from hub.jobs.session_data import keep_sessions_informed
from hub.store.database import Database
from hub.store.sessions.data_changes import LOCK, note_data_changes
from tests.faults.hub_process import wait_until_async
from tests.ingest.made_up_source import SPEC, build_input, build_row, read
from tests.web.graphql.meeting import Meeting
from tests.web.graphql.session_followers import serve_instance
from tests.web.hub_instance import HubInstance

EVENTS = """
select number, kind, subject, changed_cells, details ->> 'run' as run from session_event
where session_id = $1 order by number
"""


@pytest.fixture
async def meeting(fresh_database: Database, tmp_path: Path) -> AsyncIterator[Meeting]:
    instance = HubInstance(fresh_database, tmp_path)
    async with instance.http, serve_instance(instance) as address:
        yield await Meeting(instance, address).open()


async def run(database: Database, *amounts: str) -> int:
    """Run the source with a record per amount, and return the id of the run."""
    rows = [build_row(number, amount) for number, amount in enumerate(amounts)]
    result = await ingest(database, SPEC, read, build_input(rows, snapshot="/".join(amounts)))
    return result.run_id


async def list_runs(meeting: Meeting) -> list[str | None]:
    """Return the runs of the DATA_CHANGED events; all events are numbered without gaps."""
    key = meeting.session["id"].rpartition("/")[2]
    events = await meeting.instance.database.pool.fetch(EVENTS, key)
    assert [one["number"] for one in events] == list(range(1, len(events) + 1))
    changed = [one for one in events if one["kind"] == "DATA_CHANGED"]
    assert {one["subject"] for one in changed} <= {"gid://hub/Source/made_up"}
    assert all(one["changed_cells"] == [] for one in changed)
    return [one["run"] for one in changed]


async def test_each_run_that_changed_data_is_an_event_once_and_in_order(meeting: Meeting) -> None:
    """A run that found everything as it was changed nothing; several nodes append together."""
    database = meeting.instance.database
    runs = [await run(database, "1,000", "2,000"), await run(database, "1,000", "3,000")]
    await run(database, "1,000", "3,000")
    runs.append(await run(database, "1,000"))  # the other record has vanished
    await asyncio.gather(*(note_data_changes(database) for _ in range(4)))
    assert await note_data_changes(database) == 0
    assert await list_runs(meeting) == [str(one) for one in runs]


async def test_runs_before_the_opening_and_in_a_closed_session_are_no_events(
    meeting: Meeting,
) -> None:
    database = meeting.instance.database
    await meeting.host.step("sessionClose", meeting.session)
    await run(database, "1,000")
    later = await Meeting(meeting.instance, meeting.address).open_again(meeting)
    assert await note_data_changes(database) == 0
    assert (await list_runs(meeting), await list_runs(later)) == ([], [])


async def test_a_run_that_failed_after_it_stored_a_page_is_an_event(meeting: Meeting) -> None:
    database = meeting.instance.database

    def read_some(raw: RawRecord, spec: SourceSpec) -> SourceEntry:
        if raw.payload["id"] == "r700":
            raise SourceRefused("ข้อมูลผิด · wrong data")
        return read(raw, spec)

    rows = [build_row(number) for number in range(600)]
    pages = build_input(rows, [build_row(700)], snapshot="half")
    with pytest.raises(SourceRefused):
        await ingest(database, SPEC, read_some, pages)
    assert await note_data_changes(database) == 1


async def test_a_serving_hub_appends_the_event_when_a_run_ends_and_followers_receive_it(
    meeting: Meeting,
) -> None:
    database = meeting.instance.database
    nodes = [asyncio.create_task(keep_sessions_informed(database)) for _ in range(2)]
    try:
        async with meeting.follower().connected() as follower:
            await follower.wait_until(lambda one: bool(one.presences))
            await run(database, "1,000")
            await follower.wait_until(lambda one: one.events[-1]["kind"] == "DATA_CHANGED")
            await run(database, "2,000")
            await follower.wait_until(lambda one: len(one.cursors) == 2)
    finally:
        for node in nodes:
            node.cancel()
        await asyncio.wait(nodes)
    assert {(one["changedCells"] == [], one["by"]) for one in follower.events[1:]} == {(True, None)}
    assert len(await list_runs(meeting)) == 2


async def test_a_run_does_not_wait_for_a_session_that_is_being_changed(meeting: Meeting) -> None:
    """A conclusion holds the lock on the session; the run ends, and its event follows."""
    database = meeting.instance.database
    key = meeting.session["id"].rpartition("/")[2]
    async with database.write_transaction() as connection:
        await connection.fetch(LOCK, key)
        async with asyncio.timeout(60):
            await run(database, "1,000")
        noting = asyncio.create_task(note_data_changes(database))

        async def _is_waiting() -> bool:
            waiting = "select exists (select from pg_locks where not granted)"
            return bool(await database.pool.fetchval(waiting))

        await wait_until_async(_is_waiting)
        assert await list_runs(meeting) == []
    assert await noting == 1
    assert len(await list_runs(meeting)) == 1

"""Each source is read by its cadence, by one node at a time; a failure does not delay others."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hub.domain.sources.records import RawPage
from hub.errors import SourceCredentialsRejected, SourceUnreachable
from hub.ingest.run import SourceInput, ingest
from hub.jobs.scheduler import LEASE_DURATION
from hub.store.database import Database, open_database
from hub.store.ingest import schedule
from tests.conftest import replace_database_name
from tests.ingest.made_up_source import read
from tests.jobs.scheduler_node import (
    DAILY,
    DAILY_WITHOUT_SECRET,
    DAY,
    PAGES,
    FakeClock,
    create_node,
    fetch_health,
    list_runs,
    wait_until,
)


async def test_due_source_is_read_by_one_of_several_nodes(
    template: str, database_with_sources: Database
) -> None:
    name = await database_with_sources.pool.fetchval("select current_database()")
    clock = FakeClock()
    async with open_database(replace_database_name(template, name), pool_size=3) as second:
        nodes = [
            create_node(database, clock)
            for database in (database_with_sources, second)
            for _ in range(2)
        ]
        for times in (1, 2):
            done = await asyncio.gather(*(one.read_if_due(source) for one, source in nodes))
            assert sorted(done) == [False, False, False, True]
            assert await list_runs(database_with_sources) == [("made_up", "SUCCEEDED")] * times
            assert not any([await one.read_if_due(source) for one, source in nodes])
            clock.time += DAY + DAY / 10


async def test_source_read_manually_is_not_due_before_its_next_time(
    database_with_sources: Database,
) -> None:
    await ingest(database_with_sources, DAILY, read, PAGES)
    clock = FakeClock()
    one, source = create_node(database_with_sources, clock)
    assert not await one.read_if_due(source)
    clock.time += DAY
    assert await one.read_if_due(source)


async def test_source_without_a_secret_is_not_read_before_its_first_manual_run(
    database_with_sources: Database,
) -> None:
    clock = FakeClock()
    one, source = create_node(database_with_sources, clock, DAILY_WITHOUT_SECRET)
    assert not await one.read_if_due(source)
    await ingest(database_with_sources, DAILY_WITHOUT_SECRET, read, PAGES)
    clock.time += 2 * DAY
    assert await one.read_if_due(source)


async def test_missing_secret_pauses_the_source_until_it_is_set(
    database_with_sources: Database,
) -> None:
    missing = [True]

    def create_input() -> SourceInput:
        if missing:
            raise SourceCredentialsRejected(
                "ยังไม่ได้ตั้งความลับ made-up · The secret made-up is not set"
            )
        return PAGES

    one, source = create_node(database_with_sources, FakeClock(), create_input=create_input)
    for _ in range(3):
        assert not await one.read_if_due(source)
    assert (await list_runs(database_with_sources), await fetch_health(database_with_sources)) == (
        [],
        "PAUSED",
    )
    assert (
        "made-up is not set"
        in (await schedule.fetch_failure_reasons(database_with_sources))["made_up"]
    )
    history_count = "select count(*) from history.source where id = 'made_up'"
    assert (
        await database_with_sources.pool.fetchval(history_count) == 1
    )  # written once, not at every poll
    missing.clear()
    assert await one.read_if_due(source)
    assert await fetch_health(database_with_sources) == "OK"
    assert await schedule.fetch_failure_reasons(database_with_sources) == {}


async def test_node_without_the_secret_does_not_pause_a_source_others_read(
    database_with_sources: Database,
) -> None:
    def raise_rejected() -> SourceInput:
        raise SourceCredentialsRejected

    clock = FakeClock()
    with_secret, source = create_node(database_with_sources, clock)
    without_secret, same = create_node(database_with_sources, clock, create_input=raise_rejected)
    assert await with_secret.read_if_due(source)
    assert not await without_secret.read_if_due(same)
    assert await fetch_health(database_with_sources) == "OK"
    clock.time += 2 * DAY
    assert not await without_secret.read_if_due(same)
    assert await fetch_health(database_with_sources) == "PAUSED"


async def test_failing_source_is_retried_with_backoff_and_others_are_read(
    database_with_sources: Database,
) -> None:
    async def raise_unreachable(_: str | None) -> AsyncIterator[RawPage]:
        raise SourceUnreachable
        yield

    clock = FakeClock()
    one, source = create_node(
        database_with_sources, clock, create_input=lambda: SourceInput(raise_unreachable, "broken")
    )
    working, other = create_node(database_with_sources, clock, replace(DAILY, id="other"))
    waits = []
    for expected in ("DEGRADED", "DEGRADED", "DOWN", "DOWN"):
        began = clock.time
        assert await one.read_if_due(source)
        assert await fetch_health(database_with_sources) == expected
        assert not await one.read_if_due(source)
        due: datetime = await database_with_sources.pool.fetchval(
            "select due_at from schedule where source_id = 'made_up'"
        )
        waits.append(due - began)
        clock.time = due
    assert waits == [timedelta(minutes=n) for n in (1, 2, 4, 8)]
    assert await working.read_if_due(other)
    assert (
        await fetch_health(database_with_sources, "other"),
        await fetch_health(database_with_sources),
    ) == ("OK", "DOWN")
    repaired, same = create_node(database_with_sources, clock)
    assert await repaired.read_if_due(same)
    assert await fetch_health(database_with_sources) == "OK"


async def test_rejected_credentials_pause_the_source_and_are_retried_daily(
    database_with_sources: Database,
) -> None:
    async def raise_rejected(_: str | None) -> AsyncIterator[RawPage]:
        raise SourceCredentialsRejected
        yield

    clock = FakeClock()
    one, source = create_node(
        database_with_sources, clock, create_input=lambda: SourceInput(raise_rejected, "rejecting")
    )
    assert await one.read_if_due(source)
    assert await fetch_health(database_with_sources) == "PAUSED"
    clock.time += DAY - timedelta(minutes=1)
    assert not await one.read_if_due(source)
    clock.time += timedelta(minutes=1)
    assert await one.read_if_due(source)


async def test_run_interrupted_by_shutdown_is_resumed_by_another_node(
    database_with_sources: Database,
) -> None:
    reached, clock = asyncio.Event(), FakeClock()

    async def pages_until_second(cursor: str | None) -> AsyncIterator[RawPage]:
        async for page in PAGES.pages(cursor):
            if page.cursor == "1":
                reached.set()
                await asyncio.Event().wait()
            yield page

    stopping, _ = create_node(
        database_with_sources, clock, create_input=lambda: replace(PAGES, pages=pages_until_second)
    )
    running = asyncio.create_task(stopping.run())
    first_page_stored = "select ledger->>'read' = '1' from source_run"
    async with asyncio.timeout(30):
        await reached.wait()
        while not await database_with_sources.pool.fetchval(first_page_stored):  # noqa: ASYNC110 - a run sends no event
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.wait([running])
    assert await list_runs(database_with_sources) == [("made_up", "RUNNING")]
    assert await database_with_sources.pool.fetchval("select ledger->'read' from source_run") == "1"
    following, source = create_node(database_with_sources, clock)
    assert await following.read_if_due(source)
    assert await list_runs(database_with_sources) == [("made_up", "SUCCEEDED")]
    assert await database_with_sources.pool.fetchval("select ledger->'read' from source_run") == "3"
    assert (
        await database_with_sources.pool.fetchval(
            "select count(*) from project where source_id = 'made_up'"
        )
        == 3
    )


async def test_lease_of_a_dead_node_expires(
    database_with_sources: Database,
) -> None:
    clock = FakeClock()
    assert await schedule.claim_source(
        database_with_sources, "made_up", clock.time, DAY, clock.time + LEASE_DURATION
    )
    one, source = create_node(database_with_sources, clock)
    assert not await one.read_if_due(source)
    clock.time += LEASE_DURATION
    assert await one.read_if_due(source)


async def test_scheduler_does_not_interrupt_a_manual_run(database_with_sources: Database) -> None:
    entered, proceed = asyncio.Event(), asyncio.Event()

    async def pages_after_event(cursor: str | None) -> AsyncIterator[RawPage]:
        entered.set()
        await proceed.wait()
        async for page in PAGES.pages(cursor):
            yield page

    manual_run = asyncio.create_task(
        ingest(database_with_sources, DAILY, read, replace(PAGES, pages=pages_after_event))
    )
    await entered.wait()
    one, source = create_node(database_with_sources, FakeClock())
    assert not await one.read_if_due(source)
    proceed.set()
    await manual_run
    assert await list_runs(database_with_sources) == [("made_up", "SUCCEEDED")]
    assert await fetch_health(database_with_sources) == "OK"


async def test_unexpected_exception_counts_as_a_failure_and_is_logged_once(
    database_with_sources: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async def raise_error(_: str | None) -> AsyncIterator[RawPage]:
        raise ZeroDivisionError
        yield

    clock = FakeClock()
    running = asyncio.create_task(
        create_node(
            database_with_sources, clock, create_input=lambda: SourceInput(raise_error, "wrong")
        )[0].run()
    )

    async def has_failed() -> bool:
        return await schedule.fetch_failure_count(database_with_sources, "made_up") > 0

    await wait_until(has_failed)
    await asyncio.sleep(0.1)  # it polls several times while the source is not due
    running.cancel()
    await asyncio.wait([running])
    assert await fetch_health(database_with_sources) == "DEGRADED"
    assert len([line for line in caplog.records if line.exc_info]) == 1

"""Sources are read by their cadence, once among all nodes; one that fails leaves the others."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from hub.domain.provenance import Cadence
from hub.domain.sources.records import RawPage
from hub.domain.sources.schedule import next_run_after_failure, next_run_after_success
from hub.domain.sources.spec import AuthMethod, SourceSpec
from hub.errors import SourceCredentialsRejected, SourceRefused, SourceUnreachable
from hub.ingest.run import SourceInput, ingest
from hub.jobs.scheduler import LEASE_DURATION, ScheduledSource, Scheduler
from hub.store.database import Database, open_database
from hub.store.ingest import schedule
from hub.store.ingest.declarations import upsert_source
from tests.conftest import of_database
from tests.ingest.made import SPEC, given, read, row

DAY = timedelta(days=1)
SECRET = replace(SPEC.auth, kind=AuthMethod.HEADER, secret="made-up")  # noqa: S106 - the name of one
DAILY = replace(SPEC, cadence=Cadence.DAILY, auth=SECRET)
OPEN = replace(SPEC, cadence=Cadence.DAILY)
PAGES = given([row(1)], [row(2)], [row(3)])


@dataclass
class Now:
    """A clock that a test sets."""

    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.at


def node(
    database: Database,
    clock: Now,
    spec: SourceSpec = DAILY,
    what: Callable[[], SourceInput] = lambda: PAGES,
) -> tuple[Scheduler, ScheduledSource]:
    one = ScheduledSource(spec, read, what)
    return Scheduler(database, [one], clock, poll_interval=0.01, jitter=lambda: 1.0), one


@pytest.fixture
async def declared(fresh_database: Database) -> Database:
    """A database that knows the sources, none of them read."""
    async with fresh_database.write_transaction() as connection:
        for spec in (DAILY, replace(DAILY, id="other")):
            await upsert_source(connection, spec)
    return fresh_database


async def runs(database: Database) -> list[tuple[Any, ...]]:
    rows = await database.pool.fetch("select source_id, status from source_run order by id")
    return [tuple(one) for one in rows]


async def health(database: Database, source: str = "made_up") -> str:
    return str(await database.pool.fetchval("select health from source where id = $1", source))


async def until(true: Callable[[], Any]) -> None:
    """Wait for what will be; the limit is for a test that hangs."""
    async with asyncio.timeout(30):
        while not await true():  # noqa: ASYNC110 - it is the database that will say so
            await asyncio.sleep(0.01)


async def test_of_two_nodes_one_reads_what_is_due(template: str, declared: Database) -> None:
    name = await declared.pool.fetchval("select current_database()")
    clock = Now()
    async with open_database(of_database(template, name), pool_size=3) as second:
        nodes = [node(database, clock) for database in (declared, second) for _ in range(2)]
        for times in (1, 2):
            done = await asyncio.gather(*(one.read_if_due(source) for one, source in nodes))
            assert sorted(done) == [False, False, False, True]
            assert await runs(declared) == [("made_up", "SUCCEEDED")] * times
            assert not any([await one.read_if_due(source) for one, source in nodes])
            clock.at += DAY + DAY / 10


async def test_what_was_read_by_hand_is_not_due_before_its_time(declared: Database) -> None:
    await ingest(declared, DAILY, read, PAGES)
    clock = Now()
    one, source = node(declared, clock)
    assert not await one.read_if_due(source)
    clock.at += DAY
    assert await one.read_if_due(source)


async def test_a_hub_that_was_only_started_asks_nobody(declared: Database) -> None:
    clock = Now()
    one, source = node(declared, clock, OPEN)
    assert not await one.read_if_due(source)
    await ingest(declared, OPEN, read, PAGES)
    clock.at += 2 * DAY
    assert await one.read_if_due(source)


async def test_a_source_without_its_secret_is_paused_in_words_and_read_once_it_is_set(
    declared: Database,
) -> None:
    missing = [True]

    def what() -> SourceInput:
        if missing:
            raise SourceCredentialsRejected(
                "ยังไม่ได้ตั้งความลับ made-up · The secret made-up is not set"
            )
        return PAGES

    one, source = node(declared, Now(), what=what)
    for _ in range(3):
        assert not await one.read_if_due(source)
    assert (await runs(declared), await health(declared)) == ([], "PAUSED")
    assert "made-up is not set" in (await schedule.fetch_failure_reasons(declared))["made_up"]
    past = "select count(*) from history.source where id = 'made_up'"
    assert await declared.pool.fetchval(past) == 1  # said once, not at every look
    missing.clear()
    assert await one.read_if_due(source)
    assert await health(declared) == "OK"
    assert await schedule.fetch_failure_reasons(declared) == {}


async def test_a_node_without_the_secret_does_not_pause_what_another_reads(
    declared: Database,
) -> None:
    def missing() -> SourceInput:
        raise SourceCredentialsRejected

    clock = Now()
    reads, source = node(declared, clock)
    lacks, same = node(declared, clock, what=missing)
    assert await reads.read_if_due(source)
    assert not await lacks.read_if_due(same)
    assert await health(declared) == "OK"
    clock.at += 2 * DAY
    assert not await lacks.read_if_due(same)
    assert await health(declared) == "PAUSED"


async def test_a_source_that_fails_is_asked_later_each_time_and_leaves_the_others(
    declared: Database,
) -> None:
    async def broken(_: str | None) -> AsyncIterator[RawPage]:
        raise SourceUnreachable
        yield

    clock = Now()
    one, source = node(declared, clock, what=lambda: SourceInput(broken, "broken"))
    fine, other = node(declared, clock, replace(DAILY, id="other"))
    waits = []
    for expected in ("DEGRADED", "DEGRADED", "DOWN", "DOWN"):
        began = clock.at
        assert await one.read_if_due(source)
        assert await health(declared) == expected
        assert not await one.read_if_due(source)
        due: datetime = await declared.pool.fetchval(
            "select due_at from schedule where source_id = 'made_up'"
        )
        waits.append(due - began)
        clock.at = due
    assert waits == [timedelta(minutes=n) for n in (1, 2, 4, 8)]
    assert await fine.read_if_due(other)
    assert (await health(declared, "other"), await health(declared)) == ("OK", "DOWN")
    mended, same = node(declared, clock)
    assert await mended.read_if_due(same)
    assert await health(declared) == "OK"


async def test_a_source_that_rejects_us_waits_for_a_person_and_is_tried_once_a_day(
    declared: Database,
) -> None:
    async def rejecting(_: str | None) -> AsyncIterator[RawPage]:
        raise SourceCredentialsRejected
        yield

    clock = Now()
    one, source = node(declared, clock, what=lambda: SourceInput(rejecting, "rejecting"))
    assert await one.read_if_due(source)
    assert await health(declared) == "PAUSED"
    clock.at += DAY - timedelta(minutes=1)
    assert not await one.read_if_due(source)
    clock.at += timedelta(minutes=1)
    assert await one.read_if_due(source)


async def test_a_hub_that_stops_leaves_a_run_that_the_next_node_goes_on_with(
    declared: Database,
) -> None:
    reached, clock = asyncio.Event(), Now()

    async def slow(cursor: str | None) -> AsyncIterator[RawPage]:
        async for page in PAGES.pages(cursor):
            if page.cursor == "1":
                reached.set()
                await asyncio.Event().wait()
            yield page

    stopping, _ = node(declared, clock, what=lambda: replace(PAGES, pages=slow))
    running = asyncio.create_task(stopping.run())
    written = "select ledger->>'read' = '1' from source_run"
    async with asyncio.timeout(30):
        await reached.wait()
        while not await declared.pool.fetchval(written):  # noqa: ASYNC110 - the way in tells nobody
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.wait([running])
    assert await runs(declared) == [("made_up", "RUNNING")]
    assert await declared.pool.fetchval("select ledger->'read' from source_run") == "1"
    following, source = node(declared, clock)
    assert await following.read_if_due(source)
    assert await runs(declared) == [("made_up", "SUCCEEDED")]
    assert await declared.pool.fetchval("select ledger->'read' from source_run") == "3"
    assert (
        await declared.pool.fetchval("select count(*) from project where source_id = 'made_up'")
        == 3
    )


async def test_a_node_that_died_keeps_a_source_for_its_lease_and_no_longer(
    declared: Database,
) -> None:
    clock = Now()
    assert await schedule.claim_source(
        declared, "made_up", clock.at, DAY, clock.at + LEASE_DURATION
    )
    one, source = node(declared, clock)
    assert not await one.read_if_due(source)
    clock.at += LEASE_DURATION
    assert await one.read_if_due(source)


async def test_a_run_by_hand_is_left_alone(declared: Database) -> None:
    entered, leave = asyncio.Event(), asyncio.Event()

    async def slow(cursor: str | None) -> AsyncIterator[RawPage]:
        entered.set()
        await leave.wait()
        async for page in PAGES.pages(cursor):
            yield page

    by_hand = asyncio.create_task(ingest(declared, DAILY, read, replace(PAGES, pages=slow)))
    await entered.wait()
    one, source = node(declared, Now())
    assert not await one.read_if_due(source)
    leave.set()
    await by_hand
    assert await runs(declared) == [("made_up", "SUCCEEDED")]
    assert await health(declared) == "OK"


async def test_a_reader_that_breaks_is_a_failure_like_any_other_and_says_so_once(
    declared: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async def wrong(_: str | None) -> AsyncIterator[RawPage]:
        raise ZeroDivisionError
        yield

    clock = Now()
    running = asyncio.create_task(
        node(declared, clock, what=lambda: SourceInput(wrong, "wrong"))[0].run()
    )

    async def noted() -> bool:
        return await schedule.fetch_failure_count(declared, "made_up") > 0

    await until(noted)
    await asyncio.sleep(0.1)  # it looks again and again meanwhile, and it is not due
    running.cancel()
    await asyncio.wait([running])
    assert await health(declared) == "DEGRADED"
    assert len([line for line in caplog.records if line.exc_info]) == 1


errors = st.sampled_from(
    [SourceUnreachable(), SourceRefused(), SourceCredentialsRejected(), ValueError()]
)
periods = st.sampled_from([one.period for one in Cadence if one.period])
chances = st.floats(0, 1)
AT = datetime(2026, 1, 1, tzinfo=UTC)


@drawn(period=periods, failures=st.integers(1, 10**6), error=errors, chance=chances)
def test_a_failed_source_is_tried_again_within_a_day_and_never_at_once(
    period: timedelta, failures: int, error: Exception, chance: float
) -> None:
    wait = next_run_after_failure(AT, period, failures, error, chance) - AT
    assert timedelta(seconds=30) <= wait <= min(period, DAY)


@drawn(period=periods, chance=chances)
def test_a_source_that_is_read_in_time_stays_fresh(period: timedelta, chance: float) -> None:
    due = next_run_after_success(AT, period, chance)
    assert AT + period <= due < AT + period + period / 4

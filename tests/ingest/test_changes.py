"""After a whole reading a run asks for what changed, over real HTTP; nothing is missed for it."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.kit.oauth import TokenCache
from connectors.kit.paging import create_change_pages, create_http_pages
from hub.domain.sources.ledger import Outcome
from hub.domain.sources.records import FetchPages, RawPage
from hub.domain.sources.runs import FetchRequest
from hub.errors import SourceRefused, SourceUnreachable
from hub.ingest.run import RunResult, SourceInput, ingest
from hub.sandbox.agency import SandboxAgency
from hub.sandbox.faults import Fault
from hub.sandbox.fill import SECRETS, load_sandbox_sources, with_address
from hub.sandbox.records import GeneratedRecords
from hub.store.database import Database
from tests.ingest.made import AT, SPEC, given, read, row
from tests.sandbox.served import Slept, served

MINISTRY = load_sandbox_sources()["sandbox_ministry"]
FUTURE = datetime(2100, 1, 1, tzinfo=UTC)


class Reading:
    """A ministry's system, and runs that take it in."""

    def __init__(self, agency: SandboxAgency, address: str, database: Database) -> None:
        self.agency = agency
        self.database = database
        self.spec = with_address(MINISTRY.spec, address)

    async def run(self, *, whole: bool = False) -> RunResult:
        slept = Slept().waiting
        told = (self.spec, SECRETS.__getitem__, TokenCache())
        asked = SourceInput(
            create_http_pages(*told, timing=slept),
            "ministry",
            changes=create_change_pages(*told, timing=slept),
        )
        return await ingest(self.database, self.spec, MINISTRY.read, asked, whole=whole)

    async def stored(self) -> set[str]:
        rows = await self.database.pool.fetch(
            "select value from source_record where source_id = $1", self.spec.id
        )
        return {row["value"] for row in rows}

    async def pretend(self, what: str) -> None:
        await self.database.pool.execute(f"update source_run set {what}")  # noqa: S608


@pytest.fixture
def reading(fresh_database: Database) -> Iterator[Reading]:
    agency = SandboxAgency(GeneratedRecords(60))
    with served(agency) as address:
        yield Reading(agency, address, fresh_database)


async def test_the_first_run_reads_all_and_the_next_only_what_changed_since(
    reading: Reading,
) -> None:
    first = await reading.run()
    assert (first.request.since, first.ledger.count_of(Outcome.NEW)) == (None, 60)
    reading.agency.change_record("ministry", 7)
    reading.agency.delete_record("ministry", 9)
    second = await reading.run()
    assert second.request.since is not None
    assert second.ledger.read == 2
    assert (second.ledger.count_of(Outcome.CHANGED), second.ledger.vanished) == (2, 0)
    assert await reading.stored() == {f"ministry-{n:08}" for n in range(60) if n != 9}


async def test_it_goes_back_behind_the_last_success_by_the_declared_overlap(
    reading: Reading,
) -> None:
    await reading.run()
    start = await reading.database.pool.fetchval("select started_at from source_run")
    second = await reading.run()
    assert second.request.since is not None
    assert second.request.since <= start - timedelta(minutes=15)


async def test_a_304_is_a_run_that_read_nothing_and_succeeded(reading: Reading) -> None:
    await reading.run()
    second = await reading.run()
    third = await reading.run()
    assert third.request == replace(second.request, etag=third.request.etag)
    assert third.request.etag is not None
    assert (third.ledger.read, third.ledger.balanced) == (0, True)
    status = "select array_agg(status order by id) from source_run"
    assert await reading.database.pool.fetchval(status) == ["SUCCEEDED"] * 3
    reading.agency.change_record("ministry", 3)
    assert (await reading.run()).ledger.count_of(Outcome.CHANGED) == 1
    assert len(await reading.stored()) == 60


async def test_a_304_is_asked_for_with_the_etag_and_answered_without_a_body(
    reading: Reading,
) -> None:
    slept = Slept().waiting
    since = create_change_pages(reading.spec, SECRETS.__getitem__, TokenCache(), timing=slept)
    assert since is not None
    [page] = [one async for one in since(FetchRequest(FUTURE))(None)]
    [same] = [one async for one in since(FetchRequest(FUTURE, page.etag))(None)]
    assert (page.total, same.total) == (0, None)
    assert (same.records, same.next_cursor, same.etag) == ([], None, page.etag)


async def test_all_of_it_is_read_when_its_time_has_come_or_when_it_is_asked_for(
    reading: Reading,
) -> None:
    await reading.run()
    assert (await reading.run(whole=True)).ledger.read == 60
    assert (await reading.run()).ledger.read == 0
    await reading.pretend("started_at = started_at - interval '8 days'")
    assert (await reading.run()).ledger.read == 60


async def test_another_declaration_is_read_whole(reading: Reading) -> None:
    await reading.run()
    reading.spec = replace(reading.spec, digest="another")
    assert (await reading.run()).ledger.count_of(Outcome.UNCHANGED) == 60


@pytest.mark.parametrize("when", ["2100-01-01", "2027-06-01"])
async def test_44_the_question_never_lies_ahead_of_now_whatever_a_clock_once_said(
    reading: Reading, when: str
) -> None:
    await reading.run()
    await reading.pretend(f"watermark = '{when}'")
    reading.agency.change_record("ministry", 1)
    second = await reading.run()
    assert second.request.since is not None
    assert second.request.since < datetime.now(UTC)
    assert second.ledger.count_of(Outcome.CHANGED) == 1


async def test_44_the_source_is_known_up_to_the_earlier_of_the_two_clocks(
    fresh_database: Database,
) -> None:
    whole = given([row(1)])

    def at(told: datetime) -> FetchPages:
        async def every(cursor: str | None) -> AsyncIterator[RawPage]:
            async for page in whole.pages(cursor):
                yield replace(page, cursor=None, retrieved_at=told, source_time=AT)

        return every

    for told in (FUTURE, AT - timedelta(days=1)):
        await ingest(fresh_database, SPEC, read, replace(whole, pages=at(told)))
    marks = await fresh_database.pool.fetch("select watermark from source_run order by id")
    assert [one["watermark"] for one in marks] == [AT, AT - timedelta(days=1)]


async def test_a_broken_off_run_of_changes_is_gone_on_with_by_its_own_question(
    reading: Reading,
) -> None:
    await reading.run()
    for number in range(30):
        reading.agency.change_record("ministry", number)
    paging = replace(reading.spec.paging, step=10)
    reading.spec = replace(reading.spec, paging=paging)
    reading.agency.faults = [Fault.parse(f"503@{reading.agency.counters['pages'] + 2}")]
    with pytest.raises(SourceUnreachable):
        await reading.run()
    asked = await reading.database.pool.fetchval("select max(since) from source_run")
    reading.agency.faults = []
    done = await reading.run()
    assert (done.resumed, done.request.since) == (True, asked)
    assert (done.ledger.read, done.ledger.count_of(Outcome.CHANGED)) == (30, 30)


async def test_a_whole_reading_does_not_go_on_with_one_of_changes(reading: Reading) -> None:
    await reading.run()
    reading.agency.change_record("ministry", 1)
    reading.agency.faults = [Fault.parse("503")]
    with pytest.raises(SourceUnreachable):
        await reading.run()
    reading.agency.faults = []
    done = await reading.run(whole=True)
    assert (done.resumed, done.request.since, done.ledger.read) == (False, None, 60)


async def test_a_failed_run_of_changes_does_not_move_the_watermark(reading: Reading) -> None:
    await reading.run()
    first = await reading.database.pool.fetchval("select watermark from source_run")
    reading.agency.change_record("ministry", 1)
    reading.agency.faults = [Fault.parse("new-column")]
    with pytest.raises(SourceRefused):
        await reading.run()
    reading.agency.faults = []
    second = await reading.run()
    assert second.request.since == first - timedelta(minutes=15)
    assert second.ledger.count_of(Outcome.CHANGED) == 1


async def test_an_answer_of_changes_that_is_cut_short_is_not_believed(reading: Reading) -> None:
    await reading.run()

    def short(asked: FetchRequest) -> FetchPages:
        async def every(cursor: str | None) -> AsyncIterator[RawPage]:
            yield RawPage([], None, None, "short", AT, total=3)

        return every

    broken: Any = SourceInput(given().pages, "ministry", changes=short)
    with pytest.raises(SourceRefused, match="says 3 records and gave 0"):
        await ingest(reading.database, reading.spec, MINISTRY.read, broken)

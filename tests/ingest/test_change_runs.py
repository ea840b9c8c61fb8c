"""After a full read, runs request only changes, over real HTTP, and miss no record."""

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
from tests.ingest.made_up_source import RETRIEVED_AT, SPEC, build_input, build_row, read
from tests.sandbox.sandbox_source import FakeSleep, serve_agency

MINISTRY = load_sandbox_sources()["sandbox_ministry"]
FUTURE = datetime(2100, 1, 1, tzinfo=UTC)


class MinistryImport:
    """A ministry's system and the ingest runs of it."""

    def __init__(self, agency: SandboxAgency, address: str, database: Database) -> None:
        self.agency = agency
        self.database = database
        self.spec = with_address(MINISTRY.spec, address)

    async def run(self, *, whole: bool = False) -> RunResult:
        timing = FakeSleep().timing
        arguments = (self.spec, SECRETS.__getitem__, TokenCache())
        source_input = SourceInput(
            create_http_pages(*arguments, timing=timing),
            "ministry",
            changes=create_change_pages(*arguments, timing=timing),
        )
        return await ingest(self.database, self.spec, MINISTRY.read, source_input, whole=whole)

    async def fetch_stored_keys(self) -> set[str]:
        rows = await self.database.pool.fetch(
            "select value from source_record where source_id = $1", self.spec.id
        )
        return {row["value"] for row in rows}

    async def update_runs(self, assignment: str) -> None:
        await self.database.pool.execute(f"update source_run set {assignment}")  # noqa: S608


@pytest.fixture
def ministry_import(fresh_database: Database) -> Iterator[MinistryImport]:
    agency = SandboxAgency(GeneratedRecords(60))
    with serve_agency(agency) as address:
        yield MinistryImport(agency, address, fresh_database)


async def test_first_run_reads_all_and_the_next_only_changes(
    ministry_import: MinistryImport,
) -> None:
    first = await ministry_import.run()
    assert (first.request.since, first.ledger.count_of(Outcome.NEW)) == (None, 60)
    ministry_import.agency.change_record("ministry", 7)
    ministry_import.agency.delete_record("ministry", 9)
    second = await ministry_import.run()
    assert second.request.since is not None
    assert second.ledger.read == 2
    assert (second.ledger.count_of(Outcome.CHANGED), second.ledger.vanished) == (2, 0)
    assert await ministry_import.fetch_stored_keys() == {
        f"ministry-{n:08}" for n in range(60) if n != 9
    }


async def test_changes_are_requested_from_before_the_last_success(
    ministry_import: MinistryImport,
) -> None:
    await ministry_import.run()
    start = await ministry_import.database.pool.fetchval("select started_at from source_run")
    second = await ministry_import.run()
    assert second.request.since is not None
    assert second.request.since <= start - timedelta(minutes=15)


async def test_status_304_succeeds_with_no_records_read(ministry_import: MinistryImport) -> None:
    await ministry_import.run()
    second = await ministry_import.run()
    third = await ministry_import.run()
    assert third.request == replace(second.request, etag=third.request.etag)
    assert third.request.etag is not None
    assert (third.ledger.read, third.ledger.balanced) == (0, True)
    status = "select array_agg(status order by id) from source_run"
    assert await ministry_import.database.pool.fetchval(status) == ["SUCCEEDED"] * 3
    ministry_import.agency.change_record("ministry", 3)
    assert (await ministry_import.run()).ledger.count_of(Outcome.CHANGED) == 1
    assert len(await ministry_import.fetch_stored_keys()) == 60


async def test_etag_is_sent_and_304_yields_an_empty_page(
    ministry_import: MinistryImport,
) -> None:
    timing = FakeSleep().timing
    fetch_changes = create_change_pages(
        ministry_import.spec, SECRETS.__getitem__, TokenCache(), timing=timing
    )
    assert fetch_changes is not None
    [page] = [one async for one in fetch_changes(FetchRequest(FUTURE))(None)]
    [same] = [one async for one in fetch_changes(FetchRequest(FUTURE, page.etag))(None)]
    assert (page.total, same.total) == (0, None)
    assert (same.records, same.next_cursor, same.etag) == ([], None, page.etag)


async def test_full_read_happens_when_due_or_requested(
    ministry_import: MinistryImport,
) -> None:
    await ministry_import.run()
    assert (await ministry_import.run(whole=True)).ledger.read == 60
    assert (await ministry_import.run()).ledger.read == 0
    await ministry_import.update_runs("started_at = started_at - interval '8 days'")
    assert (await ministry_import.run()).ledger.read == 60


async def test_changed_declaration_causes_a_full_read(ministry_import: MinistryImport) -> None:
    await ministry_import.run()
    ministry_import.spec = replace(ministry_import.spec, digest="another")
    assert (await ministry_import.run()).ledger.count_of(Outcome.UNCHANGED) == 60


@pytest.mark.parametrize("watermark", ["2100-01-01", "2027-06-01"])
async def test_44_watermark_in_the_future_is_never_requested(
    ministry_import: MinistryImport, watermark: str
) -> None:
    await ministry_import.run()
    await ministry_import.update_runs(f"watermark = '{watermark}'")
    ministry_import.agency.change_record("ministry", 1)
    second = await ministry_import.run()
    assert second.request.since is not None
    assert second.request.since < datetime.now(UTC)
    assert second.ledger.count_of(Outcome.CHANGED) == 1


async def test_44_watermark_is_the_earlier_of_both_clocks(
    fresh_database: Database,
) -> None:
    source_input = build_input([build_row(1)])

    def pages_retrieved_at(retrieved_at: datetime) -> FetchPages:
        async def fetch_pages(cursor: str | None) -> AsyncIterator[RawPage]:
            async for page in source_input.pages(cursor):
                yield replace(
                    page, cursor=None, retrieved_at=retrieved_at, source_time=RETRIEVED_AT
                )

        return fetch_pages

    for retrieved_at in (FUTURE, RETRIEVED_AT - timedelta(days=1)):
        await ingest(
            fresh_database,
            SPEC,
            read,
            replace(source_input, pages=pages_retrieved_at(retrieved_at)),
        )
    watermarks = await fresh_database.pool.fetch("select watermark from source_run order by id")
    assert [one["watermark"] for one in watermarks] == [
        RETRIEVED_AT,
        RETRIEVED_AT - timedelta(days=1),
    ]


async def test_interrupted_change_run_resumes_with_its_own_request(
    ministry_import: MinistryImport,
) -> None:
    await ministry_import.run()
    for number in range(30):
        ministry_import.agency.change_record("ministry", number)
    paging = replace(ministry_import.spec.paging, step=10)
    ministry_import.spec = replace(ministry_import.spec, paging=paging)
    ministry_import.agency.faults = [
        Fault.parse(f"503@{ministry_import.agency.counters['pages'] + 2}")
    ]
    with pytest.raises(SourceUnreachable):
        await ministry_import.run()
    since = await ministry_import.database.pool.fetchval("select max(since) from source_run")
    ministry_import.agency.faults = []
    resumed = await ministry_import.run()
    assert (resumed.resumed, resumed.request.since) == (True, since)
    assert (resumed.ledger.read, resumed.ledger.count_of(Outcome.CHANGED)) == (30, 30)


async def test_full_read_does_not_resume_a_change_run(ministry_import: MinistryImport) -> None:
    await ministry_import.run()
    ministry_import.agency.change_record("ministry", 1)
    ministry_import.agency.faults = [Fault.parse("503")]
    with pytest.raises(SourceUnreachable):
        await ministry_import.run()
    ministry_import.agency.faults = []
    full_read = await ministry_import.run(whole=True)
    assert (full_read.resumed, full_read.request.since, full_read.ledger.read) == (False, None, 60)


async def test_failed_change_run_does_not_move_the_watermark(
    ministry_import: MinistryImport,
) -> None:
    await ministry_import.run()
    first = await ministry_import.database.pool.fetchval("select watermark from source_run")
    ministry_import.agency.change_record("ministry", 1)
    ministry_import.agency.faults = [Fault.parse("new-column")]
    with pytest.raises(SourceRefused):
        await ministry_import.run()
    ministry_import.agency.faults = []
    second = await ministry_import.run()
    assert second.request.since == first - timedelta(minutes=15)
    assert second.ledger.count_of(Outcome.CHANGED) == 1


async def test_change_answer_shorter_than_its_total_is_rejected(
    ministry_import: MinistryImport,
) -> None:
    await ministry_import.run()

    def fetch_short_page(request: FetchRequest) -> FetchPages:
        async def fetch_pages(cursor: str | None) -> AsyncIterator[RawPage]:
            yield RawPage([], None, None, "short", RETRIEVED_AT, total=3)

        return fetch_pages

    broken: Any = SourceInput(build_input().pages, "ministry", changes=fetch_short_page)
    with pytest.raises(SourceRefused, match="0 of the 3 records announced"):
        await ingest(ministry_import.database, ministry_import.spec, MINISTRY.read, broken)

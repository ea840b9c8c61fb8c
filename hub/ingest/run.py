"""A run of a source: fetch, keep, read, check, resolve, write; resumed where it was broken off.

Rows of pages and the checkpoint behind them are one transaction. A run killed anywhere is gone on
with by the next one on the same input, and ends with the ledger and the rows it would have had.
"""

from collections.abc import Callable, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Final

from hub.domain.record import record
from hub.domain.sources.ledger import Ledger, Outcome
from hub.domain.sources.records import FetchPages, RawPage, SourceReader
from hub.domain.sources.runs import FetchRequest, RunStatus, SourceRun
from hub.domain.sources.spec import SourceSpec
from hub.errors import SourceError, SourceRefused
from hub.ingest import pages as paging
from hub.ingest.expectations import expect, expect_no_drop
from hub.ingest.gc_tuning import collecting_seldom
from hub.ingest.pages import State
from hub.ingest.prefetch import ReadPage, ahead
from hub.ingest.record_facts import Facts, digest, record_id
from hub.ingest.resolve_names import Resolver
from hub.store.database import Database
from hub.store.ingest import joins, quarantine, records
from hub.store.ingest.declarations import upsert_source
from hub.store.ingest.names import list_dated_names, list_name_decisions
from hub.store.ingest.session import FULL_READ, IngestSession, open_ingest_session
from hub.store.retry import retry_on_conflict

BATCH: Final = 1_000
"""Vanished records taken out in one statement."""
HUB: Final = Path(__file__).parents[1]
PROGRAM: Final = digest(
    *(
        path.read_text("utf-8")
        for room in ("domain", "ingest")
        for path in sorted((HUB / room).rglob("*.py"))
    )
)
"""How entries become facts, in one word: with another program, unchanged records are read anew."""


@record
class Input:
    """What a run reads: its pages, where they come from, and whether they are the whole of it.

    `origin` is a file's name or a URL without secrets; `snapshot` the digest of a file, null where
    the input can change between two questions. `changes` gives the pages of what changed since a
    moment, where the source can be asked so; a run takes those where it may, and `pages` otherwise.
    """

    pages: FetchPages
    origin: str
    snapshot: str | None = None
    complete: bool = True
    changes: Callable[[FetchRequest], FetchPages] | None = None


@record
class Result:
    """How a run ended: its ledger, and projects that stay because people rely on them.

    `asked.since` null: the source was read whole.
    """

    run_id: int
    ledger: Ledger
    resumed: bool
    kept_projects: list[str]
    asked: FetchRequest = FULL_READ


Progress = Callable[[int, int | None], None]
"""Told after each page: records read so far, and how many there are where the source says so."""


async def ingest(
    database: Database,
    spec: SourceSpec,
    read: SourceReader,
    given: Input,
    *,
    dry: bool = False,
    whole: bool = False,
    progress: Progress = lambda _read, _total: None,
) -> Result:
    """Take in a source; raises `SourceError` where that cannot be done, `Conflict` where it is.

    `whole`: all of it, also where what changed would do.
    """
    async with open_ingest_session(database, spec.id, dry=dry) as way:
        async with way.transaction():
            await upsert_source(way.connection, spec)
        resolver = await resolver_of(way, spec)
        async with way.transaction():
            asked = FULL_READ if whole else await question(way, spec, given)
            run = await way.begin_or_resume_run(given.origin, given.snapshot, spec.digest, asked)
        under_way = Running(way, spec, run, given, progress)
        try:
            reading = digest(PROGRAM, spec.digest, resolver.digest)
            taking = paging.Pages(way, spec, read, Facts(spec, resolver), reading)
            with collecting_seldom():
                return await under_way.through(taking)
        except SourceError as error:
            refused = isinstance(error, SourceRefused)
            status = RunStatus.REFUSED if refused else RunStatus.FAILED
            async with way.transaction():
                await way.mark_failed(error)
                await way.finish_run(run.id, status, under_way.ledger, error.message)
            raise


async def question(way: IngestSession, spec: SourceSpec, given: Input) -> FetchRequest:
    """What to ask for: all of it where it was not read whole within its time, or what changed.

    The last question is put again, with its ETag, as long as one page answers it. A new one goes
    back behind the last success, and never lies ahead of now, whatever a clock once said.
    """
    if given.changes is None or spec.changes is None:
        return FULL_READ
    last = await way.last_successful_run(given.origin, spec.digest)
    full = await way.last_successful_run(given.origin, spec.digest, whole=True)
    now, period = await way.transaction_time(), spec.changes.full_every.period
    if last is None or full is None or (period is not None and full.started_at + period <= now):
        return FULL_READ
    if last.request.since is not None and last.request.etag is not None:
        return last.request
    return FetchRequest(min(last.watermark or now, now) - spec.changes.overlap)


async def resolver_of(way: IngestSession, spec: SourceSpec) -> Resolver:
    """The names in force and the decisions taken for a source."""
    known = await list_dated_names(way.connection)
    return Resolver(known, await list_name_decisions(way.connection, spec.id))


class Running:
    """One run while it is under way."""

    def __init__(
        self, way: IngestSession, spec: SourceSpec, run: SourceRun, given: Input, progress: Progress
    ) -> None:
        self.ledger = run.ledger
        self._way = way
        self._spec = spec
        self._run = run
        self._given = given
        self._pages = given.pages
        if run.request.since is not None and given.changes is not None:
            self._pages = given.changes(run.request)
        self._progress = progress
        self._state = State.load(run.state)

    async def through(self, taking: paging.Pages) -> Result:
        """Every page, and then the end."""
        if not self._state.done:
            pages = self._pages(self._run.cursor)
            async with aclosing(ahead(pages, taking.read)) as batches:
                async for batch in batches:
                    await self._take(taking, batch)
        return await self._end(taking.reading)

    async def _take(self, taking: paging.Pages, batch: Sequence[ReadPage]) -> None:
        """Pages that came together; the ledger moves on with the commit and not before."""

        async def take() -> tuple[State, Ledger]:
            state = State.load(self._state.dump())
            async with self._way.transaction():
                ledger = await taking.take(batch, self._run.id, state, self.ledger)
                for one in batch:
                    state.pass_over(one.page)
                cursor = batch[-1].page.next_cursor
                await self._way.checkpoint(self._run.id, cursor, state.dump(), ledger)
                if batch[0].page.cursor is None:
                    await self._mark(batch[0].page)
            return state, ledger

        state, ledger = await retry_on_conflict(take)
        self._state, self.ledger = state, ledger
        self._progress(ledger.read, state.total)

    async def _mark(self, page: RawPage) -> None:
        """Keep up to when the first page knows its source; the ETag where it is the only one."""
        known = min(page.retrieved_at, page.source_time or page.retrieved_at)
        await self._way.update_watermark(
            self._run.id, known, page.etag if page.next_cursor is None else None
        )

    async def _end(self, reading: str) -> Result:
        """Expectations, what has vanished, and the run's end, in one transaction.

        Only a reading of all of it shows what has vanished, and how much there should be.
        """
        whole = self._given.complete and self._run.request.since is None
        if self._given.complete and self._state.holed:
            raise SourceRefused(
                f"{self._spec.id}: มีหน้าว่างอยู่กลางรายการ จึงไม่ลบสิ่งใด ลองใหม่ภายหลัง "
                "· an empty page stood amid the list, so nothing is taken out; try again later"
            )
        total = self._state.total if self._given.complete else None
        expect(self._spec, self.ledger, total, whole=whole)
        kept: list[str] = []
        async with self._way.transaction():
            ledger = self.ledger
            if whole:
                gone = await self._way.list_missing_keys(self._run.id, self._state.scopes)
                stored = await self._way.count_records(self._state.scopes)
                expect_no_drop(self._spec, stored - ledger.count_of(Outcome.NEW), len(gone))
                for at in range(0, len(gone), BATCH):
                    ids = [record_id(self._spec.id, key) for key in gone[at : at + BATCH]]
                    kept += await records.remove_records(self._way.connection, ids)
                ledger = ledger.with_vanished(len(gone))
                scopes = {*self._state.scopes, ""}
                await quarantine.resolve_vanished_rows(
                    self._way.connection, self._spec.id, self._run.id, scopes
                )
                await self._way.upsert_scopes_read(reading, self._state.scopes)
            await joins.recompute_joins_to_source(self._way.connection, self._spec.id)
            await self._way.finish_run(self._run.id, RunStatus.SUCCEEDED, ledger)
            await self._way.mark_succeeded(self._spec.digest)
        self.ledger = ledger
        return Result(self._run.id, ledger, bool(self._run.ledger.read), kept, self._run.request)

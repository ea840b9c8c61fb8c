"""One run of a source: fetch, store, parse, validate, resolve, upsert; resumable.

The rows of a batch and the checkpoint after it are one transaction. The next run on the same input
resumes a killed one and ends with the same ledger and rows as if it had not been interrupted.
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
from hub.ingest.checkpoint import Checkpoint
from hub.ingest.declare_linkages import remove_records
from hub.ingest.expectations import check_expectations, check_largest_drop
from hub.ingest.gc_tuning import reduced_garbage_collection
from hub.ingest.parse_pages import PageParser, ParsedPage
from hub.ingest.prefetch import FetchedPage, prefetch_pages
from hub.ingest.record_facts import RecordFactsBuilder, short_digest
from hub.ingest.resolve_names import NameResolver
from hub.store.database import Database
from hub.store.ingest import joins, records, reread_rows
from hub.store.ingest.declarations import upsert_source
from hub.store.ingest.names import list_dated_names
from hub.store.ingest.rulings import list_name_decisions
from hub.store.ingest.session import FULL_READ, IngestSession
from hub.store.ingest.source_lock import open_ingest_session
from hub.store.retry import retry_on_conflict
from hub.store.rollup import analyze_facts, compact_rollup

DELETE_BATCH_SIZE: Final = 1_000
"""Vanished records deleted in one statement."""
MIN_RECORDS_TO_ANALYZE: Final = 5_000
"""Records written by a run after which PostgreSQL's statistics of the facts are renewed at once."""
HUB_FOLDER: Final = Path(__file__).parents[1]
PROGRAM_DIGEST: Final = short_digest(
    *(
        path.read_text("utf-8")
        for package in ("domain", "ingest")
        for path in sorted((HUB_FOLDER / package).rglob("*.py"))
    )
)
"""Digest of the code from entry to facts; when it changes, unchanged records are parsed again."""


@record
class SourceInput:
    """What a run reads: pages, their origin, and whether they are the complete source.

    `origin` is a file name or a URL without secrets; `snapshot` the digest of a file, null if the
    input may change between two requests. `changes` returns the pages changed since a moment, null
    if the source has no such request; a run uses it if a full read is not due, else `pages`.
    """

    pages: FetchPages
    origin: str
    snapshot: str | None = None
    complete: bool = True
    changes: Callable[[FetchRequest], FetchPages] | None = None


@record
class RunResult:
    """The result of a run: its ledger, and projects retained because people rely on them.

    `request.since` is null after a full read.
    """

    run_id: int
    ledger: Ledger
    resumed: bool
    retained_projects: list[str]
    request: FetchRequest = FULL_READ


Progress = Callable[[int, int | None], None]
"""Called after each batch with the records read so far and the announced total, null if unknown."""


async def ingest(
    database: Database,
    spec: SourceSpec,
    read: SourceReader,
    source_input: SourceInput,
    *,
    dry: bool = False,
    whole: bool = False,
    progress: Progress = lambda _read, _total: None,
) -> RunResult:
    """Ingest a source and return the result.

    Raises `SourceError` if that is impossible, `Conflict` if another run of the source is active.
    `whole` forces a full read. The rollup of figures and the planner's statistics are renewed at
    the end.
    """
    result = await run_source(
        database, spec, read, source_input, dry=dry, whole=whole, progress=progress
    )
    if not dry:
        await refresh_after_run(database, result.ledger)
    return result


async def refresh_after_run(database: Database, ledger: Ledger) -> None:
    """Renew what answers depend on for their speed, after the run has been committed."""
    written_count = ledger.count_of(Outcome.NEW) + ledger.count_of(Outcome.CHANGED)
    if written_count >= MIN_RECORDS_TO_ANALYZE:
        await analyze_facts(database)
    await compact_rollup(database)


async def run_source(
    database: Database,
    spec: SourceSpec,
    read: SourceReader,
    source_input: SourceInput,
    *,
    dry: bool,
    whole: bool,
    progress: Progress,
) -> RunResult:
    """Read, store and complete; the part of `ingest` that is exclusive to a source."""
    async with open_ingest_session(database, spec.id, dry=dry) as session:
        async with session.transaction():
            await upsert_source(session.connection, spec)
        resolver = await load_resolver(session, spec)
        async with session.transaction():
            request = FULL_READ if whole else await choose_request(session, spec, source_input)
            run = await session.begin_or_resume_run(
                source_input.origin, source_input.snapshot, spec.digest, request
            )
        execution = RunExecution(session, spec, run, source_input, progress)
        try:
            read_digest = short_digest(PROGRAM_DIGEST, spec.digest, resolver.digest)
            parser = PageParser(session, spec, read, read_digest)
            await parser.load_current_scopes()
            processor = paging.PageProcessor(
                session, spec, parser, RecordFactsBuilder(spec, resolver)
            )
            with reduced_garbage_collection():
                return await execution.execute(processor)
        except SourceError as error:
            is_refused = isinstance(error, SourceRefused)
            status = RunStatus.REFUSED if is_refused else RunStatus.FAILED
            async with session.transaction():
                await session.mark_failed(error)
                await session.finish_run(run.id, status, execution.ledger, error.message)
            raise


async def choose_request(
    session: IngestSession, spec: SourceSpec, source_input: SourceInput
) -> FetchRequest:
    """Return the request of a run: a full read if one is due, else what changed since the last run.

    The last request is repeated with its ETag as long as its response is one page. A new one starts
    before the last success, by `changes.overlap`, and never in the future, even if a clock was
    wrong.
    """
    if source_input.changes is None or spec.changes is None:
        return FULL_READ
    last_success = await session.last_successful_run(source_input.origin, spec.digest)
    last_full_read = await session.last_successful_run(source_input.origin, spec.digest, whole=True)
    now, period = await session.transaction_time(), spec.changes.full_every.period
    if (
        last_success is None
        or last_full_read is None
        or (period is not None and last_full_read.started_at + period <= now)
    ):
        return FULL_READ
    if last_success.request.since is not None and last_success.request.etag is not None:
        return last_success.request
    return FetchRequest(min(last_success.watermark or now, now) - spec.changes.overlap)


async def load_resolver(session: IngestSession, spec: SourceSpec) -> NameResolver:
    """Return a resolver with the names in force and the decisions for a source."""
    names = await list_dated_names(session.connection)
    decisions = await list_name_decisions(session.connection, spec.id)
    return NameResolver(names, decisions, [one.id for one in spec.authorities])


class RunExecution:
    """The state of one active run."""

    def __init__(
        self,
        session: IngestSession,
        spec: SourceSpec,
        run: SourceRun,
        source_input: SourceInput,
        progress: Progress,
    ) -> None:
        self.ledger = run.ledger
        self._session = session
        self._spec = spec
        self._run = run
        self._input = source_input
        self._fetch_pages = source_input.pages
        if run.request.since is not None and source_input.changes is not None:
            self._fetch_pages = source_input.changes(run.request)
        self._progress = progress
        self._checkpoint = Checkpoint.load(run.state)

    async def execute(self, processor: paging.PageProcessor) -> RunResult:
        """Store all pages, complete the run and return its result."""
        if not self._checkpoint.is_complete:
            pages = self._fetch_pages(self._run.cursor)
            async with aclosing(prefetch_pages(pages, processor.parser.prepare_page)) as batches:
                async for batch in batches:
                    await self._parse_and_store(processor, batch)
        return await self._complete(processor.parser.read_digest)

    async def _parse_and_store(
        self, processor: paging.PageProcessor, batch: Sequence[FetchedPage]
    ) -> None:
        """Store pages; if one of them cannot be parsed, store those before it and raise."""
        parsed_pages, error = await processor.parser.parse_batch(batch)
        if parsed_pages:
            await self._store_batch(processor, parsed_pages)
        if error is not None:
            raise error

    async def _store_batch(
        self, processor: paging.PageProcessor, batch: Sequence[ParsedPage]
    ) -> None:
        """Store pages in one transaction; the ledger in memory advances after the commit only."""

        async def _store() -> tuple[Checkpoint, Ledger]:
            checkpoint = Checkpoint.load(self._checkpoint.dump())
            async with self._session.transaction():
                ledger = await processor.store_batch(batch, self._run.id, checkpoint, self.ledger)
                for parsed_page in batch:
                    checkpoint.record_page(parsed_page.page)
                cursor = batch[-1].page.next_cursor
                await self._session.checkpoint(self._run.id, cursor, checkpoint.dump(), ledger)
                if batch[0].page.cursor is None:
                    await self._save_watermark(batch[0].page)
            return checkpoint, ledger

        checkpoint, ledger = await retry_on_conflict(_store)
        self._checkpoint, self.ledger = checkpoint, ledger
        self._progress(ledger.read, checkpoint.announced_total)

    async def _save_watermark(self, page: RawPage) -> None:
        """Save the source's time of the first page, and the ETag if it is the only page."""
        watermark = min(page.retrieved_at, page.source_time or page.retrieved_at)
        await self._session.update_watermark(
            self._run.id, watermark, page.etag if page.next_cursor is None else None
        )

    async def _complete(self, read_digest: str) -> RunResult:
        """Check expectations, delete vanished records and finish the run in one transaction.

        Only a full read shows which records have vanished and how many there should be.
        """
        is_full_read = self._input.complete and self._run.request.since is None
        if self._input.complete and self._checkpoint.has_gap:
            raise SourceRefused(
                f"{self._spec.id}: มีหน้าว่างอยู่กลางรายการ จึงไม่ลบสิ่งใด ลองใหม่ภายหลัง "
                "· an empty page was within the list, so nothing is deleted; try again later"
            )
        total = self._checkpoint.announced_total if self._input.complete else None
        check_expectations(self._spec, self.ledger, total, is_full_read=is_full_read)
        retained_projects: list[str] = []
        connection, spec = self._session.connection, self._spec
        async with self._session.transaction():
            ledger = self.ledger
            if is_full_read:
                scopes = self._checkpoint.scopes
                missing_ids = await self._session.list_missing_ids(self._run.id, scopes)
                stored_count = await self._session.count_records(scopes)
                check_largest_drop(
                    self._spec, stored_count - ledger.count_of(Outcome.NEW), len(missing_ids)
                )
                vanished_rows = await reread_rows.resolve_vanished_rows(
                    connection, self._spec.id, self._run.id, {*scopes, ""}
                )
                ledger = ledger.with_vanished_waiting(vanished_rows)
                for start in range(0, len(missing_ids), DELETE_BATCH_SIZE):
                    ids = missing_ids[start : start + DELETE_BATCH_SIZE]
                    amounts = await records.sum_amounts(connection, ids)
                    ledger = ledger.with_vanished(len(ids), amounts)
                    retained_projects += await remove_records(connection, spec, ids, self._run.gid)
                # A record in a block may move without a change of its payload.
                if not self._checkpoint.block_counts:
                    await self._session.upsert_scopes_read(read_digest, scopes)
            await joins.recompute_joins_to_source(connection, self._spec.id)
            ledger = ledger.with_stored(await records.sum_stored_amounts(connection, self._run.id))
            await self._session.finish_run(self._run.id, RunStatus.SUCCEEDED, ledger)
            await self._session.mark_succeeded(self._spec.digest)
        self.ledger = ledger
        resumed = bool(self._run.ledger.read)
        return RunResult(self._run.id, ledger, resumed, retained_projects, self._run.request)

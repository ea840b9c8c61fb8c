"""A run of a source: fetch, keep, read, check, resolve, write; resumed where it was broken off.

Rows of a page and the checkpoint are one transaction. A run killed anywhere is gone on with by the
next one on the same input, and ends with the ledger and the rows it would have had.
"""

from collections.abc import Callable
from typing import Final

from hub.domain.ingest import NameKind, Pages, RawPage, SourceReader
from hub.domain.ledger import Ledger, Outcome
from hub.domain.record import record
from hub.domain.runs import Run, RunStatus
from hub.domain.source_spec import SourceSpec
from hub.errors import Invalid, SourceError, SourceRefused
from hub.ingest import pages as paging
from hub.ingest.expect import expect, expect_no_drop
from hub.ingest.facts import Facts, record_id
from hub.ingest.pages import State
from hub.ingest.resolve import Resolver
from hub.store import intake_facts, joins, quarantine
from hub.store.engine import Database
from hub.store.intake import Intake, declare, intake
from hub.store.names import decisions_of, known_names

BATCH: Final = 1_000
"""Vanished records taken out in one statement."""


@record
class Input:
    """What a run reads: its pages, where they come from, and whether they are the whole of it.

    `origin` is a file's name or a URL without secrets; `snapshot` the digest of a file, null where
    the input can change between two questions.
    """

    pages: Pages
    origin: str
    snapshot: str | None = None
    complete: bool = True


@record
class Result:
    """How a run ended: its ledger, and projects that stay because people rely on them."""

    run_id: int
    ledger: Ledger
    resumed: bool
    kept_projects: list[str]


Progress = Callable[[int, int | None], None]
"""Told after each page: records read so far, and how many there are where the source says so."""


async def ingest(
    database: Database,
    spec: SourceSpec,
    read: SourceReader,
    given: Input,
    *,
    dry: bool = False,
    progress: Progress = lambda _read, _total: None,
) -> Result:
    """Take in a source; raises `SourceError` where that cannot be done, `Conflict` where it is."""
    async with intake(database, spec.id, dry=dry) as way:
        resolver = await resolver_of(way, spec)
        async with way.page():
            await declare(way.connection, spec)
            run = await way.begin(given.origin, given.snapshot, spec.digest)
        under_way = Running(way, spec, run, given, progress)
        try:
            return await under_way.through(paging.Pages(way, spec, read, Facts(spec, resolver)))
        except SourceError as error:
            refused = isinstance(error, SourceRefused)
            status = RunStatus.REFUSED if refused else RunStatus.FAILED
            async with way.page():
                await way.failed()
                await way.finish(run.id, status, under_way.ledger, error.message)
            raise


async def resolver_of(way: Intake, spec: SourceSpec) -> Resolver:
    """The names in force and the decisions taken for a source; `Invalid` where it is nobody's."""
    known = await known_names(way.connection)
    resolver = Resolver(known, await decisions_of(way.connection, spec.id))
    if not resolver.knows(NameKind.AGENCY, spec.agency):
        raise Invalid(
            f"{spec.id}/source.toml agency",
            f"ไม่มีหน่วยงานรหัส {spec.agency}",
            f"there is no agency {spec.agency}",
        )
    return resolver


class Running:
    """One run while it is under way."""

    def __init__(
        self, way: Intake, spec: SourceSpec, run: Run, given: Input, progress: Progress
    ) -> None:
        self.ledger = run.ledger
        self._way = way
        self._spec = spec
        self._run = run
        self._given = given
        self._progress = progress
        self._state = State.load(run.state)

    async def through(self, taking: paging.Pages) -> Result:
        """Every page, and then the end."""
        if not self._state.done:
            async for page in self._given.pages(self._run.cursor):
                await self._take(taking, page)
        return await self._end()

    async def _take(self, taking: paging.Pages, page: RawPage) -> None:
        """One page; the ledger moves on with the commit and not before."""
        if page.next_cursor is not None and page.next_cursor == page.cursor:
            raise SourceRefused(
                f"{self._spec.id}: หน้าถัดไปวนกลับมาหน้าเดิม ({page.cursor}) "
                f"· the next page is the same page ({page.cursor})"
            )
        state = State.load(self._state.dump())
        async with self._way.page():
            ledger = await taking.take(page, self._run.id, state, self.ledger)
            state.total = page.total if page.total is not None else state.total
            state.pass_over(len(page.records), more=page.next_cursor is not None)
            await self._way.checkpoint(self._run.id, page.next_cursor, state.dump(), ledger)
        self._state, self.ledger = state, ledger
        self._progress(ledger.read, state.total)

    async def _end(self) -> Result:
        """Expectations, what has vanished, and the run's end, in one transaction."""
        if self._given.complete and self._state.holed:
            raise SourceRefused(
                f"{self._spec.id}: มีหน้าว่างอยู่กลางรายการ จึงไม่ลบสิ่งใด ลองใหม่ภายหลัง "
                "· an empty page stood amid the list, so nothing is taken out; try again later"
            )
        expect(self._spec, self.ledger, self._state.total if self._given.complete else None)
        kept: list[str] = []
        async with self._way.page():
            ledger = self.ledger
            if self._given.complete:
                gone = await self._way.vanished(self._run.id, self._state.scopes)
                stored = await self._way.count(self._state.scopes)
                expect_no_drop(self._spec, stored - ledger.of(Outcome.NEW), len(gone))
                for at in range(0, len(gone), BATCH):
                    ids = [record_id(self._spec.id, key) for key in gone[at : at + BATCH]]
                    kept += await intake_facts.remove(self._way.connection, ids)
                ledger = ledger.having_lost(len(gone))
                scopes = {*self._state.scopes, ""}
                await quarantine.gone(self._way.connection, self._spec.id, self._run.id, scopes)
            await joins.settle(self._way.connection, self._spec.id)
            await self._way.finish(self._run.id, RunStatus.SUCCEEDED, ledger)
            await self._way.succeeded(self._spec.digest)
        self.ledger = ledger
        return Result(self._run.id, ledger, bool(self._run.ledger.read), kept)

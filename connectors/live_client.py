"""Agencies asked now: a question once at a time, its answer kept a while, all within a deadline.

An answer is good for a minute; for ten it is given as it is, with the time it came, while a new one
is fetched behind it. A question that failed is not put again for half a minute, so that an agency
that is down is not asked by everybody. What a question brings back does not depend on who asks:
sources are read as the hub, and who may see a project was decided before.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, cast
from urllib.parse import quote

from aiocache import SimpleMemoryCache

from connectors.kit.credentials import SecretOf
from connectors.kit.http import Http
from connectors.kit.json_answers import parsed
from connectors.kit.limits import Limits
from connectors.kit.oauth import Grants
from connectors.kit.paging import HttpPages, credentials_of
from connectors.registry import Connector
from hub.domain.record import value
from hub.domain.sources.live import FallbackReason, LiveRecord, RecordKey
from hub.domain.sources.live_spec import fill_pattern, match_pattern
from hub.domain.sources.records import RawPage, RawRecord
from hub.domain.sources.spec import SourceSpec
from hub.errors import HubError, Invalid, SourceRefused
from hub.ingest.parse import entry_of

logger = logging.getLogger(__name__)
ONE: Final = frozenset({200, 404})
"""An agency without the record says 404, which is an answer."""


@value
class Question:
    """What is asked of a source: its address with these parameters."""

    source_id: str
    url: str
    parameters: tuple[tuple[str, str], ...]
    one: bool


@dataclass(slots=True)
class Answer:
    """What came: records by key, whether that was the whole list, or why nothing came."""

    heard: Mapping[str, LiveRecord | FallbackReason]
    whole: bool
    why: FallbackReason | None
    good_until: float
    """Until then it is given without another look; put off where that look failed."""


@dataclass(slots=True)
class Times:
    """How many seconds an answer is good and kept, how many an asker and a question may take; and
    how many questions are under way, of all sources and of one, and how many answers are kept.
    """

    good: float = 60
    kept: float = 600
    failed: float = 30
    patience: float = 6
    longest: float = 30
    at_once: int = 8
    of_one: int = 4
    most: int = 1_000


@dataclass(slots=True)
class AskingAgencies:
    """Asks the agencies of some sources; `async with`, so that no question outlives it."""

    sources: Mapping[str, Connector]
    secret_of: SecretOf
    grants: Grants
    times: Times = field(default_factory=Times)
    limits: Limits = field(
        default_factory=lambda: Limits(connect=3, read=5, total=8, body=8 << 20, attempts=1)
    )
    now: Callable[[], float] | None = None
    _cache: SimpleMemoryCache = field(default_factory=SimpleMemoryCache)
    _kept: dict[Question, None] = field(default_factory=dict)
    _asking: dict[Question, asyncio.Task[Answer]] = field(default_factory=dict)
    _places: dict[str, asyncio.Semaphore] = field(default_factory=dict)

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator["AskingAgencies"]:
        """While the block runs, agencies can be asked."""
        try:
            yield self
        finally:
            left = list(self._asking.values())
            for task in left:
                task.cancel()
            if left:
                await asyncio.wait(left)
            await self._cache.clear()

    def count_requests(self, keys: Sequence[RecordKey]) -> int:
        """How many different questions records take."""
        return len({question for key in keys if (question := self.question(key))})

    def question(self, key: RecordKey) -> Question | None:
        """What is asked for a record; null where its source cannot be asked about one."""
        held = self.sources.get(key.source_id)
        if held is None or held.spec.live is None or held.spec.url is None:
            return None
        live = held.spec.live
        told = match_pattern(live.scope, key.scope)
        if told is None:
            return None
        told = {**told, "key": key.key}
        path = live.path and fill_pattern(
            live.path, {k: quote(v, safe="") for k, v in told.items()}
        )
        parameters = {k: fill_pattern(pattern, told) for k, pattern in live.parameters.items()}
        return Question(
            key.source_id,
            held.spec.url.rstrip("/") + path if path else held.spec.url,
            tuple(sorted({**held.spec.parameters, **parameters}.items())),
            path is not None,
        )

    async def fetch(
        self, keys: Sequence[RecordKey]
    ) -> Mapping[RecordKey, LiveRecord | FallbackReason]:
        """What agencies say of records now; of several at once, within one deadline."""
        asked = {key: self.question(key) for key in keys}
        distinct = list({question for question in asked.values() if question})
        came = await asyncio.gather(*(self.answer(question) for question in distinct))
        answers = dict(zip(distinct, came, strict=True))
        return {
            key: said(key, answers[q]) if q else FallbackReason.NOT_OFFERED
            for key, q in asked.items()
        }

    async def answer(self, question: Question) -> Answer:
        """The answer to one question: as it is kept, or as it comes while there is patience."""
        kept: Answer | None = await self._cache.get(question)
        if kept is not None and self.time() < kept.good_until:
            return kept
        asking = self.begin(question, kept)
        if kept is not None and kept.why is None:
            return kept
        # Not `wait_for`: an asking that ends with the hub is no cancelling of who waits for it.
        await asyncio.wait([asking], timeout=self.times.patience)
        if not asking.done():
            return Answer({}, False, FallbackReason.LATE, 0)
        if asking.cancelled():
            return Answer({}, False, FallbackReason.UNREACHABLE, 0)
        return asking.result()

    def begin(self, question: Question, before: Answer | None) -> asyncio.Task[Answer]:
        """The asking of a question, begun unless it is under way."""
        if question not in self._asking:
            task = asyncio.create_task(self.look(question, before))
            self._asking[question] = task
            task.add_done_callback(lambda _: self._asking.pop(question, None))
        return self._asking[question]

    async def look(self, question: Question, before: Answer | None) -> Answer:
        """Ask, and keep what came; a failure leaves an answer that is still kept as it is."""
        try:
            async with (
                self.place(question.source_id, self.times.of_one),
                self.place("", self.times.at_once),
                asyncio.timeout(self.times.longest),
            ):
                heard, whole = await self.fetched(question)
            found = Answer(heard, whole, None, self.time() + self.times.good)
        except (HubError, TimeoutError) as error:
            logger.info("%s: %s", question.source_id, error)
            refused = isinstance(error, SourceRefused | Invalid)
            why = FallbackReason.REFUSED if refused else FallbackReason.UNREACHABLE
            found = Answer({}, False, why, self.time() + self.times.failed)
        except Exception:
            logger.exception("%s: what it said could not be read", question.source_id)
            found = Answer({}, False, FallbackReason.REFUSED, self.time() + self.times.failed)
        if found.why is not None and before is not None and before.why is None:
            before.good_until = found.good_until
            return before
        await self.keep(question, found)
        return found

    async def keep(self, question: Question, answer: Answer) -> None:
        """Keep an answer for its time; of too many the oldest is given up."""
        self._kept.pop(question, None)
        self._kept[question] = None
        if len(self._kept) > self.times.most:
            oldest = next(iter(self._kept))
            del self._kept[oldest]
            await self._cache.delete(oldest)
        ttl = self.times.failed if answer.why else self.times.kept
        await self._cache.set(question, answer, ttl=ttl)

    def place(self, name: str, many: int) -> asyncio.Semaphore:
        """Room for so many questions at once, of a source or (empty) of all."""
        return self._places.setdefault(name, asyncio.Semaphore(many))

    def time(self) -> float:
        """Seconds on a clock that only goes forward."""
        return self.now() if self.now else asyncio.get_running_loop().time()

    async def fetched(
        self, question: Question
    ) -> tuple[Mapping[str, LiveRecord | FallbackReason], bool]:
        """The records a source answers with, by key, and whether there are no more."""
        held = self.sources[question.source_id]
        credentials = credentials_of(held.spec, self.secret_of, self.grants)
        parameters = dict(question.parameters)
        if question.one:
            async with Http.open(credentials, self.limits) as http:
                answer = await http.ask(
                    question.url,
                    lambda body, headers: parsed(
                        body, held.spec.encoding, headers.get("content-type", "")
                    )[0],
                    parameters,
                    accept=ONE,
                )
            if answer.status == 404:
                return {}, True
            raw = raw_of(held.spec, answer.read, answer.url, answer.retrieved_at)
            return by_key(held, [raw]), True
        assert held.spec.live is not None  # noqa: S101 - there is a question
        reader = HttpPages(held.spec, credentials, parameters, self.limits)
        raws: list[RawRecord] = []
        walking = cast("AsyncGenerator[RawPage, None]", reader(None))
        async with contextlib.aclosing(walking):
            for _ in range(held.spec.live.pages):
                page = await anext(walking, None)
                if page is None or page.next_cursor is None:
                    return by_key(held, [*raws, *(page.records if page else ())]), True
                raws += page.records
        return by_key(held, raws), False


def raw_of(spec: SourceSpec, payload: Any, url: str, at: datetime) -> RawRecord:
    """One record that came by itself."""
    told = payload if isinstance(payload, Mapping) else {}
    gone = told.get(str(spec.options.get("deleted", ""))) is True
    key = told.get(str(spec.options.get("key", "")))
    return RawRecord(key if isinstance(key, str) else None, payload, url, at, gone)


def by_key(held: Connector, raws: Sequence[RawRecord]) -> dict[str, LiveRecord | FallbackReason]:
    """Records read, by their keys; two that contradict one another say nothing for certain."""
    found: dict[str, LiveRecord | FallbackReason] = {}
    for raw in raws:
        if raw.deleted and raw.key:
            found[raw.key] = FallbackReason.GONE
            continue
        entry = entry_of(raw, held.spec, held.read)
        if entry.key is None:
            continue
        before = found.get(entry.key)
        if before is None:
            found[entry.key] = LiveRecord(raw, entry, held.spec)
        elif isinstance(before, FallbackReason) or before.raw.payload != raw.payload:
            found[entry.key] = FallbackReason.DOUBTFUL
    return found


def said(key: RecordKey, answer: Answer) -> LiveRecord | FallbackReason:
    """What an answer says of one record."""
    if answer.why is not None:
        return answer.why
    heard = answer.heard.get(key.key)
    if heard is None:
        return FallbackReason.GONE if answer.whole else FallbackReason.TOO_LONG
    return heard

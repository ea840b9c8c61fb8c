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

from connectors.kit.credentials import ReadSecret
from connectors.kit.http import SourceHttpClient
from connectors.kit.json_answers import parse_json
from connectors.kit.limits import FetchLimits
from connectors.kit.oauth import TokenCache
from connectors.kit.paging import HttpPages, create_credentials
from connectors.registry import Connector
from hub.domain.record import value
from hub.domain.sources.live import FallbackReason, LiveRecord, RecordKey
from hub.domain.sources.live_spec import fill_pattern, match_pattern
from hub.domain.sources.records import RawPage, RawRecord
from hub.domain.sources.spec import SourceSpec
from hub.errors import HubError, Invalid, SourceRefused
from hub.ingest.parse import parse_entry

logger = logging.getLogger(__name__)
SINGLE_RECORD_STATUSES: Final = frozenset({200, 404})
"""An agency without the record says 404, which is an answer."""


@value
class LiveRequest:
    """What is asked of a source: its address with these parameters."""

    source_id: str
    url: str
    parameters: tuple[tuple[str, str], ...]
    is_single: bool


@dataclass(slots=True)
class CachedAnswer:
    """What came: records by key, whether that was the whole list, or why nothing came."""

    records: Mapping[str, LiveRecord | FallbackReason]
    is_complete: bool
    failure: FallbackReason | None
    fresh_until: float
    """Until then it is given without another look; put off where that look failed."""


@dataclass(slots=True)
class LiveTimings:
    """How many seconds an answer is good and kept, how many an asker and a question may take; and
    how many questions are under way, of all sources and of one, and how many answers are kept.
    """

    good: float = 60
    cached: float = 600
    failed: float = 30
    patience: float = 6
    longest: float = 30
    at_once: int = 8
    of_one: int = 4
    most: int = 1_000


@dataclass(slots=True)
class LiveAgencyClient:
    """Asks the agencies of some sources; `async with`, so that no question outlives it."""

    sources: Mapping[str, Connector]
    read_secret: ReadSecret
    token_cache: TokenCache
    timings: LiveTimings = field(default_factory=LiveTimings)
    limits: FetchLimits = field(
        default_factory=lambda: FetchLimits(
            connect_timeout=3,
            read_timeout=5,
            total_timeout=8,
            max_body_bytes=8 << 20,
            max_attempts=1,
        )
    )
    clock: Callable[[], float] | None = None
    _cache: SimpleMemoryCache = field(default_factory=SimpleMemoryCache)
    _cached_requests: dict[LiveRequest, None] = field(default_factory=dict)
    _request_tasks: dict[LiveRequest, asyncio.Task[CachedAnswer]] = field(default_factory=dict)
    _semaphores: dict[str, asyncio.Semaphore] = field(default_factory=dict)

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator["LiveAgencyClient"]:
        """While the block runs, agencies can be asked."""
        try:
            yield self
        finally:
            pending = list(self._request_tasks.values())
            for task in pending:
                task.cancel()
            if pending:
                await asyncio.wait(pending)
            await self._cache.clear()

    def count_requests(self, keys: Sequence[RecordKey]) -> int:
        """How many different questions records take."""
        return len({request for key in keys if (request := self.build_request(key))})

    def build_request(self, key: RecordKey) -> LiveRequest | None:
        """What is asked for a record; null where its source cannot be asked about one."""
        connector = self.sources.get(key.source_id)
        if connector is None or connector.spec.live is None or connector.spec.url is None:
            return None
        live = connector.spec.live
        values = match_pattern(live.scope, key.scope)
        if values is None:
            return None
        values = {**values, "key": key.key}
        path = live.path and fill_pattern(
            live.path, {k: quote(v, safe="") for k, v in values.items()}
        )
        parameters = {k: fill_pattern(pattern, values) for k, pattern in live.parameters.items()}
        return LiveRequest(
            key.source_id,
            connector.spec.url.rstrip("/") + path if path else connector.spec.url,
            tuple(sorted({**connector.spec.parameters, **parameters}.items())),
            path is not None,
        )

    async def fetch(
        self, keys: Sequence[RecordKey]
    ) -> Mapping[RecordKey, LiveRecord | FallbackReason]:
        """What agencies say of records now; of several at once, within one deadline."""
        requests = {key: self.build_request(key) for key in keys}
        distinct_requests = list({request for request in requests.values() if request})
        results = await asyncio.gather(
            *(self.fetch_answer(request) for request in distinct_requests)
        )
        answers = dict(zip(distinct_requests, results, strict=True))
        return {
            key: select_record(key, answers[request]) if request else FallbackReason.NOT_OFFERED
            for key, request in requests.items()
        }

    async def fetch_answer(self, request: LiveRequest) -> CachedAnswer:
        """The answer to one question: as it is kept, or as it comes while there is patience."""
        cached: CachedAnswer | None = await self._cache.get(request)
        if cached is not None and self.current_time() < cached.fresh_until:
            return cached
        task = self.start_request(request, cached)
        if cached is not None and cached.failure is None:
            return cached
        # Not `wait_for`: an asking that ends with the hub is no cancelling of who waits for it.
        await asyncio.wait([task], timeout=self.timings.patience)
        if not task.done():
            return CachedAnswer({}, False, FallbackReason.LATE, 0)
        if task.cancelled():
            return CachedAnswer({}, False, FallbackReason.UNREACHABLE, 0)
        return task.result()

    def start_request(
        self, request: LiveRequest, previous: CachedAnswer | None
    ) -> asyncio.Task[CachedAnswer]:
        """The asking of a question, begun unless it is under way."""
        if request not in self._request_tasks:
            task = asyncio.create_task(self.refresh(request, previous))
            self._request_tasks[request] = task
            task.add_done_callback(lambda _: self._request_tasks.pop(request, None))
        return self._request_tasks[request]

    async def refresh(self, request: LiveRequest, previous: CachedAnswer | None) -> CachedAnswer:
        """Ask, and keep what came; a failure leaves an answer that is still kept as it is."""
        try:
            async with (
                self.semaphore(request.source_id, self.timings.of_one),
                self.semaphore("", self.timings.at_once),
                asyncio.timeout(self.timings.longest),
            ):
                records, is_complete = await self.request_records(request)
            answer = CachedAnswer(
                records, is_complete, None, self.current_time() + self.timings.good
            )
        except (HubError, TimeoutError) as error:
            logger.info("%s: %s", request.source_id, error)
            is_refused = isinstance(error, SourceRefused | Invalid)
            failure = FallbackReason.REFUSED if is_refused else FallbackReason.UNREACHABLE
            answer = CachedAnswer({}, False, failure, self.current_time() + self.timings.failed)
        except Exception:
            logger.exception("%s: what it said could not be read", request.source_id)
            answer = CachedAnswer(
                {}, False, FallbackReason.REFUSED, self.current_time() + self.timings.failed
            )
        if answer.failure is not None and previous is not None and previous.failure is None:
            previous.fresh_until = answer.fresh_until
            return previous
        await self.store_answer(request, answer)
        return answer

    async def store_answer(self, request: LiveRequest, answer: CachedAnswer) -> None:
        """Keep an answer for its time; of too many the oldest is given up."""
        self._cached_requests.pop(request, None)
        self._cached_requests[request] = None
        if len(self._cached_requests) > self.timings.most:
            oldest = next(iter(self._cached_requests))
            del self._cached_requests[oldest]
            await self._cache.delete(oldest)
        ttl = self.timings.failed if answer.failure else self.timings.cached
        await self._cache.set(request, answer, ttl=ttl)

    def semaphore(self, name: str, limit: int) -> asyncio.Semaphore:
        """Room for so many questions at once, of a source or (empty) of all."""
        return self._semaphores.setdefault(name, asyncio.Semaphore(limit))

    def current_time(self) -> float:
        """Seconds on a clock that only goes forward."""
        return self.clock() if self.clock else asyncio.get_running_loop().time()

    async def request_records(
        self, request: LiveRequest
    ) -> tuple[Mapping[str, LiveRecord | FallbackReason], bool]:
        """The records a source answers with, by key, and whether there are no more."""
        connector = self.sources[request.source_id]
        credentials = create_credentials(connector.spec, self.read_secret, self.token_cache)
        parameters = dict(request.parameters)
        if request.is_single:
            async with SourceHttpClient.open(credentials, self.limits) as http:
                answer = await http.fetch(
                    request.url,
                    lambda body, headers: parse_json(
                        body, connector.spec.encoding, headers.get("content-type", "")
                    )[0],
                    parameters,
                    accepted_statuses=SINGLE_RECORD_STATUSES,
                )
            if answer.status == 404:
                return {}, True
            raw_record = build_raw_record(
                connector.spec, answer.parsed, answer.url, answer.retrieved_at
            )
            return index_by_key(connector, [raw_record]), True
        assert connector.spec.live is not None  # noqa: S101 - there is a question
        http_pages = HttpPages(connector.spec, credentials, parameters, self.limits)
        raw_records: list[RawRecord] = []
        page_stream = cast("AsyncGenerator[RawPage, None]", http_pages(None))
        async with contextlib.aclosing(page_stream):
            for _ in range(connector.spec.live.pages):
                page = await anext(page_stream, None)
                if page is None or page.next_cursor is None:
                    return index_by_key(
                        connector, [*raw_records, *(page.records if page else ())]
                    ), True
                raw_records += page.records
        return index_by_key(connector, raw_records), False


def build_raw_record(spec: SourceSpec, payload: Any, url: str, retrieved_at: datetime) -> RawRecord:
    """One record that came by itself."""
    fields = payload if isinstance(payload, Mapping) else {}
    is_deleted = fields.get(str(spec.options.get("deleted", ""))) is True
    key = fields.get(str(spec.options.get("key", "")))
    return RawRecord(key if isinstance(key, str) else None, payload, url, retrieved_at, is_deleted)


def index_by_key(
    connector: Connector, raw_records: Sequence[RawRecord]
) -> dict[str, LiveRecord | FallbackReason]:
    """Records read, by their keys; two that contradict one another say nothing for certain."""
    records: dict[str, LiveRecord | FallbackReason] = {}
    for raw_record in raw_records:
        if raw_record.deleted and raw_record.key:
            records[raw_record.key] = FallbackReason.GONE
            continue
        entry = parse_entry(raw_record, connector.spec, connector.read)
        if entry.key is None:
            continue
        existing = records.get(entry.key)
        if existing is None:
            records[entry.key] = LiveRecord(raw_record, entry, connector.spec)
        elif isinstance(existing, FallbackReason) or existing.raw.payload != raw_record.payload:
            records[entry.key] = FallbackReason.DOUBTFUL
    return records


def select_record(key: RecordKey, answer: CachedAnswer) -> LiveRecord | FallbackReason:
    """What an answer says of one record."""
    if answer.failure is not None:
        return answer.failure
    record = answer.records.get(key.key)
    if record is None:
        return FallbackReason.GONE if answer.is_complete else FallbackReason.TOO_LONG
    return record

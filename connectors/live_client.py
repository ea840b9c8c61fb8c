"""Live requests to agencies: one request at a time for the same records, cached, with a deadline.

A response is fresh for a minute. For ten minutes it is returned with its time of retrieval while a
new one is fetched in the background. A failed request is not repeated for half a minute, so that an
agency that is down does not get a request per viewer. Responses do not depend on the viewer: the
hub reads with its own credentials, and visibility of projects was decided before.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, cast
from urllib.parse import quote

from aiocache import SimpleMemoryCache

from connectors.kit.credentials import ReadSecret
from connectors.kit.http import SourceHttpClient
from connectors.kit.json_answers import parse_json
from connectors.kit.limits import FetchLimits
from connectors.kit.oauth import TokenCache
from connectors.kit.paging import HttpPages, create_credentials
from connectors.live_answer import CachedAnswer, build_raw_record, index_by_key, select_record
from connectors.registry import Connector
from hub.domain.record import value
from hub.domain.sources.live import FallbackReason, LiveRecord, RecordKey
from hub.domain.sources.live_spec import fill_pattern, match_pattern
from hub.domain.sources.records import RawPage, RawRecord
from hub.errors import HubError, Invalid, SourceRefused

logger = logging.getLogger(__name__)
SINGLE_RECORD_STATUSES: Final = frozenset({200, 404})
"""404 is a valid response: the agency does not have the record."""


@value
class LiveRequest:
    """A request to a source: its address with these parameters."""

    source_id: str
    url: str
    parameters: tuple[tuple[str, str], ...]
    is_single: bool


@dataclass(slots=True)
class LiveTimings:
    """Seconds that responses are fresh (`good`) and cached, and failures cached; seconds that a
    caller waits (`patience`) and a request lasts (`longest`); limits of concurrent requests, of
    all sources and of one, and of cached responses.
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
    """Client for live requests to agencies; `open()` cancels pending requests at the end of its
    block.
    """

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
        """Return the client; at the end of the block, requests are cancelled and the cache
        cleared.
        """
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
        """Return the number of distinct requests for records."""
        return len({request for key in keys if (request := self.build_request(key))})

    def build_request(self, key: RecordKey) -> LiveRequest | None:
        """Return the request for a record; null if its source supports none."""
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
        """Return current records by key, or the reason to fall back to stored ones; requests
        run concurrently.
        """
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
        """Return the cached response of a request, or the new one if it arrives within
        `patience`.
        """
        cached: CachedAnswer | None = await self._cache.get(request)
        if cached is not None and self.current_time() < cached.fresh_until:
            return cached
        task = self.start_request(request, cached)
        if cached is not None and cached.failure is None:
            return cached
        # Not `wait_for`: cancelling the request at shutdown must not cancel the caller.
        await asyncio.wait([task], timeout=self.timings.patience)
        if not task.done():
            return CachedAnswer({}, False, FallbackReason.LATE, 0)
        if task.cancelled():
            return CachedAnswer({}, False, FallbackReason.UNREACHABLE, 0)
        return task.result()

    def start_request(
        self, request: LiveRequest, previous: CachedAnswer | None
    ) -> asyncio.Task[CachedAnswer]:
        """Return the running task of a request, started if there is none."""
        if request not in self._request_tasks:
            task = asyncio.create_task(self.refresh(request, previous))
            self._request_tasks[request] = task
            task.add_done_callback(lambda _: self._request_tasks.pop(request, None))
        return self._request_tasks[request]

    async def refresh(self, request: LiveRequest, previous: CachedAnswer | None) -> CachedAnswer:
        """Send a request and cache the response; a failure keeps a previous response that is
        still cached.
        """
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
            logger.exception("%s: its response could not be parsed", request.source_id)
            answer = CachedAnswer(
                {}, False, FallbackReason.REFUSED, self.current_time() + self.timings.failed
            )
        if answer.failure is not None and previous is not None and previous.failure is None:
            previous.fresh_until = answer.fresh_until
            return previous
        await self.store_answer(request, answer)
        return answer

    async def store_answer(self, request: LiveRequest, answer: CachedAnswer) -> None:
        """Cache a response; above the limit the oldest one is removed."""
        self._cached_requests.pop(request, None)
        self._cached_requests[request] = None
        if len(self._cached_requests) > self.timings.most:
            oldest = next(iter(self._cached_requests))
            del self._cached_requests[oldest]
            await self._cache.delete(oldest)
        ttl = self.timings.failed if answer.failure else self.timings.cached
        await self._cache.set(request, answer, ttl=ttl)

    def semaphore(self, name: str, limit: int) -> asyncio.Semaphore:
        """Return the semaphore of a source, or of all sources for an empty name."""
        return self._semaphores.setdefault(name, asyncio.Semaphore(limit))

    def current_time(self) -> float:
        """Return seconds of a monotonic clock."""
        return self.clock() if self.clock else asyncio.get_running_loop().time()

    async def request_records(
        self, request: LiveRequest
    ) -> tuple[Mapping[str, LiveRecord | FallbackReason], bool]:
        """Return the records of a response by key, and whether the list is complete."""
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
        assert connector.spec.live is not None  # noqa: S101 - build_request checked it
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

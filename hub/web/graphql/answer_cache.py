"""Answers of queries, cached by question, viewer, day and version of the data.

A hit costs one statement, which requests that arrive meanwhile share: it reads the version of the
data after the request arrived. An answer is stored under the version of its own snapshot.
"""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import orjson
from aiocache import SimpleMemoryCache

from hub.domain.data_version import DataVersion
from hub.domain.identity.viewer import Viewer
from hub.domain.record import value
from hub.domain.time import BANGKOK, Clock
from hub.web.graphql.answers import ComputedAnswer, GraphQLAnswer, StoredAnswer, build_etag
from hub.web.responses import compress

MIN_COST: Final = 10
"""Cost from which answers are cached: cheaper ones cost about as much as the version."""
MAX_ANSWER_BYTES: Final = 4_000_000
ENTRY_BYTES: Final = 1_000
"""What an entry takes beside its body, about."""
LIFETIME: Final = 600
"""Seconds after which an entry is removed; most are of earlier versions then."""
RETRY_AFTER: Final = 60.0
"""Seconds until a question whose answer could not be cached is tried again."""
MAX_NOT_CACHED: Final = 1_000
CurrentVersion = Callable[[], Awaitable[DataVersion]]
"""Reads the version of the data at some instant after the call; `NotReady` without a database."""

Compute = Callable[[], Awaitable[ComputedAnswer]]
"""Computes the answer to one request, and writes what that adds to the audit log."""


@value
class Question:
    """What determines an answer, beside the viewer, the day and the data."""

    document_hash: str
    operation_name: str | None
    variables: Mapping[str, Any]

    def build_key(self, viewer: Viewer, *parts: str) -> str:
        """Return the hash of the question, the viewer's agency and scopes, and other parts."""
        reader = viewer.without_identity()
        identity = reader.subject, reader.agency_id, sorted(reader.scopes)
        content = self.document_hash, self.operation_name, self.variables, identity, parts
        return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()

    def build_version_key(self, viewer: Viewer, now: datetime, version: DataVersion) -> str:
        """Return the key of the answer at a time of the hub, and in a version of the data."""
        today = now.astimezone(BANGKOK).date()
        return self.build_key(viewer, str(today), str(version.day), version.text)


def size_of(answer: StoredAnswer) -> int:
    """Return the bytes that an entry takes, about."""
    return len(answer.body) + len(answer.gzipped) + ENTRY_BYTES


class SizedEntries(OrderedDict[str, StoredAnswer]):
    """Answers by key, the last used one last, and the bytes that they take."""

    size = 0

    def __setitem__(self, key: str, answer: StoredAnswer) -> None:
        self.pop(key)
        super().__setitem__(key, answer)
        self.size += size_of(answer)

    def pop(self, key: str, default: Any = None) -> Any:
        """Remove an answer and return it, or the default."""
        answer = self.get(key)
        if answer is None:
            return default
        del self[key]
        self.size -= size_of(answer)
        return answer


class BoundedMemoryCache(SimpleMemoryCache):  # type: ignore[misc]  # untyped upstream
    """The cache of aiocache in memory, of limited size: the least recently used goes first."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(timeout=0)  # nothing in memory waits
        self.max_bytes = max_bytes
        self._cache = SizedEntries()

    @property
    def size(self) -> int:
        """Return the bytes that all entries take, about."""
        return self._cache.size

    async def _get(self, key: str, encoding: str = "", _conn: Any = None) -> Any:  # noqa: ARG002 - upstream
        if key in self._cache:
            self._cache.move_to_end(key)
        return self._cache.get(key)

    async def _set(
        self, key: str, value: Any, ttl: Any = None, _cas_token: Any = None, _conn: Any = None
    ) -> Any:
        done = await super()._set(key, value, ttl, _cas_token, _conn)
        while self._cache.size > self.max_bytes:
            await self._delete(next(iter(self._cache)))
        return done


class AnswerCache:
    """The answers of one process, of at most `max_bytes`; one computation at a time per key."""

    def __init__(self, current_version: CurrentVersion, clock: Clock, max_bytes: int) -> None:
        self._current_version = current_version
        self._clock = clock
        self._entries = BoundedMemoryCache(max_bytes)
        self._computing: dict[str, asyncio.Future[StoredAnswer | None]] = {}
        self._not_cached: OrderedDict[str, float] = OrderedDict()
        self.hits = 0

    async def find_or_compute(
        self,
        question: Question,
        viewer: Viewer,
        compute: Compute,
    ) -> GraphQLAnswer:
        """Return the cached answer to a question, or compute it and cache it if it is for others.

        Requests for what is being computed wait for it. If that ends without an answer for others,
        each computes its own; if it was cancelled, one of them computes it again.
        """
        while not self._was_not_cached(question, viewer):
            version, now = await self._current_version(), self._clock()
            key = question.build_version_key(viewer, now, version)
            answer: StoredAnswer | None = await self._entries.get(key)
            if answer is None or not answer.validity.includes(now, version):
                running = self._computing.get(key)
                if running is None:
                    return await self._compute(key, question, compute)
                await asyncio.wait([running])
                if running.cancelled():
                    continue
                answer = running.result()
            if answer is None or not answer.validity.includes(now, version):
                break
            self.hits += 1
            return GraphQLAnswer({}, cached=answer)
        return (await compute()).answer

    async def _compute(self, key: str, question: Question, compute: Compute) -> GraphQLAnswer:
        """Compute an answer, and report it to the requests that wait for the key."""
        running = self._computing[key] = asyncio.get_running_loop().create_future()
        answer: StoredAnswer | None = None
        try:
            computed = await compute()
            answer = await self._store(question, computed)
        except asyncio.CancelledError:
            running.cancel()
            raise
        finally:
            del self._computing[key]
            if not running.done():
                running.set_result(answer)
        return replace(computed.answer, cached=answer)

    async def _store(self, question: Question, computed: ComputedAnswer) -> StoredAnswer | None:
        """Cache an answer under the version of its snapshot; None if it is not for others."""
        validity = computed.validity
        body = orjson.dumps(computed.answer.content) if validity is not None else b""
        if validity is None or not len(body) <= MAX_ANSWER_BYTES:
            key = question.build_key(computed.viewer)
            self._not_cached[key] = asyncio.get_running_loop().time() + RETRY_AFTER
            while len(self._not_cached) > MAX_NOT_CACHED:
                self._not_cached.popitem(last=False)
            return None
        answer = StoredAnswer(body, await compress(body), build_etag(body), validity)
        key = question.build_version_key(computed.viewer, validity.at, validity.version)
        await self._entries.set(key, answer, ttl=LIFETIME)
        return answer

    def _was_not_cached(self, question: Question, viewer: Viewer) -> bool:
        """Return whether the answer to a question was not for others a short time ago."""
        if not self._not_cached:
            return False
        key = question.build_key(viewer)
        return self._not_cached.get(key, 0.0) > asyncio.get_running_loop().time()

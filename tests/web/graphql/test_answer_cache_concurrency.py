"""One computation per key, bounded memory, and nothing stale beside writers and revocations."""

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.domain.data_version import AnswerValidity, DataVersion
from hub.domain.identity.viewer import ANONYMOUS
from hub.errors import NotReady
from hub.store.data_version import fold_data_changes
from hub.store.database import Database
from hub.web.graphql.answer_cache import ENTRY_BYTES, AnswerCache, Question
from hub.web.graphql.answers import ComputedAnswer, GraphQLAnswer
from tests.services.linkages.both_sides import INSERT_PROJECT
from tests.web.graphql.cached_hub import CONSUMER, LIST, OWNER, CachedHub

NOW = datetime(2026, 1, 1, tzinfo=UTC)
VERSION = DataVersion("1 1", NOW)
QUESTION = Question("hash", None, {})
VALID = AnswerValidity(VERSION, NOW, None, None)


async def read_version() -> DataVersion:
    return VERSION


def build_cache(max_bytes: int = 10_000_000) -> AnswerCache:
    return AnswerCache(read_version, lambda: NOW, max_bytes)


class Computation:
    """Counts how often an answer is computed; each waits until it is released."""

    def __init__(self, validity: AnswerValidity | None = VALID) -> None:
        self.validity = validity
        self.started = 0
        self.released = asyncio.Event()
        self.failure: Exception | None = None

    async def __call__(self) -> ComputedAnswer:
        self.started += 1
        await self.released.wait()
        if self.failure is not None:
            raise self.failure
        answer = GraphQLAnswer({"data": {"number": self.started}})
        return ComputedAnswer(answer, ANONYMOUS, self.validity)


async def until(condition: Callable[[], bool]) -> None:
    """Let other tasks run until a condition is true."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - the condition has no event
            await asyncio.sleep(0)


async def request_at_once(
    cache: AnswerCache, compute: Computation, count: int
) -> list[asyncio.Task[GraphQLAnswer]]:
    """Return requests for one answer, of which the first computes and the others wait."""
    requests = [
        asyncio.create_task(cache.find_or_compute(QUESTION, ANONYMOUS, compute))
        for _ in range(count)
    ]
    await until(lambda: compute.started > 0)
    for _ in range(20):
        await asyncio.sleep(0)
    assert compute.started == 1
    return requests


async def test_requests_at_once_share_one_computation() -> None:
    cache, compute = build_cache(), Computation()
    requests = await request_at_once(cache, compute, 10)
    compute.released.set()
    answers = await asyncio.gather(*requests)
    assert {one.cached.body for one in answers if one.cached} == {b'{"data":{"number":1}}'}
    assert (compute.started, cache.hits) == (1, 9)


async def test_request_that_is_cancelled_does_not_fail_those_that_wait_for_it() -> None:
    cache, compute = build_cache(), Computation()
    first, *others = await request_at_once(cache, compute, 5)
    first.cancel()
    await until(lambda: compute.started == 2)
    compute.released.set()
    answers = await asyncio.gather(*others)
    assert all(one.cached is not None for one in answers)
    assert compute.started == 2
    assert first.cancelled()


async def test_requests_compute_their_own_answers_if_it_failed_or_is_not_for_others() -> None:
    failing, private = Computation(), Computation(None)
    failing.failure = NotReady()
    for compute in (failing, private):
        requests = await request_at_once(build_cache(), compute, 4)
        compute.released.set()
        await asyncio.gather(*requests, return_exceptions=True)
        assert compute.started == 4


async def test_question_whose_answer_is_not_for_others_does_not_wait_again() -> None:
    cache, compute = build_cache(), Computation(None)
    compute.released.set()
    await cache.find_or_compute(QUESTION, ANONYMOUS, compute)
    compute.released.clear()
    requests = [
        asyncio.create_task(cache.find_or_compute(QUESTION, ANONYMOUS, compute)) for _ in range(3)
    ]
    await until(lambda: compute.started == 4)
    compute.released.set()
    await asyncio.gather(*requests)


async def test_memory_is_bounded_and_the_least_recently_used_answer_goes_first() -> None:
    cache = build_cache(5 * (ENTRY_BYTES + 200))

    async def _request(number: int) -> bool:
        before = cache.hits

        async def _compute() -> ComputedAnswer:
            return ComputedAnswer(GraphQLAnswer({"data": "x" * 80}), ANONYMOUS, VALID)

        await cache.find_or_compute(Question(str(number), None, {}), ANONYMOUS, _compute)
        return cache.hits > before

    for number in range(5):
        await _request(number)
    assert await _request(0)
    for number in range(5, 9):
        await _request(number)
        assert cache._entries.size <= cache._entries.max_bytes
    assert await _request(0)
    assert not await _request(1)


class Changes:
    """Two facts that a writer changes; `started` and `committed` count its transactions."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.started = self.committed = 0
        self.numbers = {"public": 0, "draft": 0}
        self.is_shared = False

    async def rename(self, code: str) -> None:
        """Count up in the name of a project."""
        number = self.numbers[code] + 1
        await self._commit("update project set name_th = $2 where id = $1", code, f"ลับ {number}")
        self.numbers[code] = number

    async def share(self, *, is_shared: bool) -> None:
        """Add an agreement about the draft, or revoke it."""
        if is_shared:
            await self._commit(
                "insert into data_sharing (id, provider_id, consumer_id, purpose, what, until) "
                "values (gen_random_uuid()::text, $1, $2, 'x', 'ALL', now() + interval '1 day')",
                OWNER,
                CONSUMER,
            )
        else:
            await self._commit(
                "update data_sharing set revoked_at = now() where revoked_at is null"
            )
        self.is_shared = is_shared

    async def _commit(self, statement: str, *values: str) -> None:
        self.started += 1
        await self._database.pool.execute(statement, *values)
        self.committed += 1


async def request_list(hub: CachedHub, agency: str | None) -> Any:
    """Return the answer to `LIST`; while no connection is free in time, request it again."""
    response = await hub.post(LIST, agency)
    while response.status_code == 503:
        response = await hub.post(LIST, agency)
    return response.json()


@pytest.mark.parametrize("seed", range(2))
async def test_answers_are_never_stale_and_never_of_another_agency(
    fresh_database: Database, seed: int
) -> None:
    """A writer renames and shares; readers of two agencies and without one compare each answer."""
    numbers = random.Random(seed)  # noqa: S311 - test data
    await fresh_database.pool.execute(INSERT_PROJECT, "public", OWNER, "PUBLISHED")
    await fresh_database.pool.execute(INSERT_PROJECT, "draft", OWNER, "PRIVATE")
    hub, changes = CachedHub(fresh_database), Changes(fresh_database)
    for code in changes.numbers:
        await changes.rename(code)
    writing, answered, checked = True, 0, 0

    async def _read(agency: str | None) -> None:
        nonlocal answered, checked
        while writing:
            earliest, started, committed = dict(changes.numbers), changes.started, changes.committed
            shared = changes.is_shared
            answer = await request_list(hub, agency)
            answered += 1
            found = {
                node["code"]: int(node["name"]["th"].split()[1])
                for node in answer["data"]["projects"]["nodes"]
            }
            for code, number in found.items():
                assert earliest[code] <= number <= changes.numbers[code] + 1
            assert "public" in found
            assert agency is not None or "draft" not in found
            if agency == OWNER:
                assert "draft" in found
            if started == committed == changes.started:
                assert found["public"] == changes.numbers["public"]
                assert ("draft" in found) == (agency == OWNER or (agency == CONSUMER and shared))
                checked += 1

    readers = [asyncio.create_task(_read(one)) for one in (None, OWNER, CONSUMER) * 2]
    for _ in range(20):
        kind = numbers.random()
        if kind < 0.6:
            await changes.rename(numbers.choice(["public", "draft"]))
        else:
            await changes.share(is_shared=not changes.is_shared)
        if numbers.random() < 0.3:
            await fold_data_changes(fresh_database)
        enough = answered + numbers.choice([0, 2, 10])
        await until(lambda enough=enough: answered >= enough)  # type: ignore[misc]
    writing = False
    await asyncio.gather(*readers)
    assert checked > 10
    assert hub.cache.hits > 10

"""Operations of one client, costly ones and all together take a part of the connections each."""

import asyncio

import pytest

from hub.errors import NotReady
from hub.web.graphql.slots import COSTLY, ExecutionSlots, Limits, limit_statements


class Runs:
    """Operations that run until the test ends them."""

    def __init__(self, limits: Limits) -> None:
        self.slots = ExecutionSlots(limits)
        self.running: list[str] = []
        self.ended = asyncio.Event()

    def start(self, key: str, *, costly: bool = False) -> "asyncio.Task[None]":
        return asyncio.create_task(self._run(key, costly))

    async def _run(self, key: str, costly: bool) -> None:
        async with self.slots.take(key, costly=costly):
            self.running.append(key)
            await self.ended.wait()


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_one_client_leaves_slots_to_others() -> None:
    runs = Runs(Limits(total=8, costly=4, per_client=2, costly_per_client=2))
    tasks = [runs.start("a") for _ in range(20)] + [runs.start("b")]
    await settle()
    assert sorted(runs.running) == ["a", "a", "b"]
    runs.ended.set()
    await asyncio.gather(*tasks)
    assert len(runs.running) == 21
    assert not runs.slots._clients


async def test_costly_operations_leave_slots_to_cheap_ones() -> None:
    runs = Runs(Limits(total=4, costly=2, per_client=4, costly_per_client=4))
    tasks = [runs.start(f"costly {n}", costly=True) for n in range(6)]
    await settle()
    assert len(runs.running) == 2
    tasks += [runs.start("cheap"), runs.start("cheap")]
    await settle()
    assert runs.running.count("cheap") == 2
    runs.ended.set()
    await asyncio.gather(*tasks)


async def test_costly_operations_of_a_client_leave_slots_to_its_cheap_ones() -> None:
    runs = Runs(Limits(total=8, costly=4, per_client=4, costly_per_client=2))
    tasks = [runs.start("a", costly=True) for _ in range(6)]
    await settle()
    tasks += [runs.start("a"), runs.start("b", costly=True)]
    await settle()
    assert sorted(runs.running) == ["a", "a", "a", "b"]
    runs.ended.set()
    await asyncio.gather(*tasks)


async def test_an_operation_that_waits_too_long_is_not_ready(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hub.web.graphql.slots.WAIT", 0.01)
    runs = Runs(Limits(total=1, costly=1, per_client=1, costly_per_client=1))
    first = runs.start("a")
    await settle()
    for key in ("a", "b"):
        with pytest.raises(NotReady):
            await runs.start(key)
    runs.ended.set()
    await first


async def test_a_cancelled_operation_releases_its_slot() -> None:
    runs = Runs(Limits(total=2, costly=1, per_client=1, costly_per_client=1))
    tasks = [runs.start("a"), runs.start("a"), runs.start("b"), runs.start("c")]
    await settle()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    runs.running.clear()
    runs.ended.set()
    await asyncio.gather(runs.start("a"), runs.start("b"), runs.start("d", costly=True))
    assert sorted(runs.running) == ["a", "b", "d"]


def test_a_pool_of_any_size_leaves_each_kind_a_slot() -> None:
    assert Limits.from_pool_size(10) == Limits(8, 4, 4, 2)
    assert Limits.from_pool_size(1) == Limits(1, 1, 1, 1)
    assert (limit_statements(1), limit_statements(COSTLY)) == (2.0, 15.0)

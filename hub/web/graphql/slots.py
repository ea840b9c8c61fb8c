"""How many operations run at once: of one client, of all clients, and of the costly ones.

An operation uses at most one connection of the pool, and takes a slot before it acquires that, so
these limits leave connections for the cheap operations of other clients, for tokens and for the
readiness check. An operation without data, or one that waits for an agency, has no slot. Operations
above a limit wait in the order of their arrival.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from hub.domain.record import value
from hub.errors import NotReady

COSTLY: Final = 500
"""Cost from which an operation is costly: a matrix, `asOf`, or a long list with its parts."""
CHEAP_SECONDS: Final = 2.0
"""Seconds that a statement of a cheap operation may take."""
COSTLY_SECONDS: Final = 15.0
"""Seconds that a statement of a costly operation may take."""
WAIT: Final = 10.0
"""Seconds that an operation waits for its turn."""
RESERVED: Final = 2
"""Connections of the pool that no operation uses: for tokens, sessions, audit and readiness."""


@value
class Limits:
    """Operations at once: `total`, `costly` of these; and of one client."""

    total: int
    costly: int
    per_client: int
    costly_per_client: int

    @classmethod
    def from_pool_size(cls, size: int) -> "Limits":
        """Return the limits for a pool of that size; each is at least 1."""
        total = max(1, size - RESERVED)
        half = max(1, total // 2)
        return cls(total, half, half, max(1, half // 2))


class ExecutionSlots:
    """The slots of one process."""

    def __init__(self, limits: Limits) -> None:
        self._total = asyncio.Semaphore(limits.total)
        self._costly = asyncio.Semaphore(limits.costly)
        self._limits = limits
        self._clients: dict[str, ClientSlots] = {}
        self._waiting: Counter[str] = Counter()

    @asynccontextmanager
    async def take(self, key: str, *, costly: bool) -> AsyncIterator[None]:
        """Wait for a slot of a client, and hold it in the block.

        `NotReady` if other operations take too long.
        """
        async with self._count_client(key) as own, AsyncExitStack() as stack:
            if costly:
                await wait_for(stack, own.costly)
            await wait_for(stack, own.all)
            if costly:
                await wait_for(stack, self._costly)
            await wait_for(stack, self._total)
            yield

    @asynccontextmanager
    async def _count_client(self, key: str) -> AsyncIterator["ClientSlots"]:
        """Yield the slots of a client, which exist while it has operations."""
        self._waiting[key] += 1
        try:
            yield self._clients.setdefault(key, ClientSlots(self._limits))
        finally:
            self._waiting[key] -= 1
            if not self._waiting[key]:
                del self._waiting[key], self._clients[key]


class ClientSlots:
    """The slots of one client."""

    def __init__(self, limits: Limits) -> None:
        self.all = asyncio.Semaphore(limits.per_client)
        self.costly = asyncio.Semaphore(limits.costly_per_client)


async def wait_for(stack: AsyncExitStack, semaphore: asyncio.Semaphore) -> None:
    """Acquire a semaphore until the stack is closed; `NotReady` after `WAIT`."""
    try:
        async with asyncio.timeout(WAIT):
            await stack.enter_async_context(semaphore)
    except TimeoutError:
        raise NotReady from None


def limit_statements(cost: int) -> float:
    """Return the seconds that a statement of an operation of this cost may take."""
    return COSTLY_SECONDS if cost >= COSTLY else CHEAP_SECONDS

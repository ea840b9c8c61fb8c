"""Reading ahead: the next pages are fetched and read while those before them are being written.

What has come meanwhile is written together, so small pages of a fast source cost few transactions
and those of a slow one are not kept waiting for each other.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import suppress
from typing import Final

from hub.domain.record import record
from hub.domain.sources.records import RawPage, RawRecord, SourceEntry
from hub.store.ingest.session import RawPayload

MOST: Final = 1_000
"""Records written in one transaction; as many again may be waiting, and no more (a page may)."""


@record
class Told:
    """One record as it came, as it is kept, and what it says."""

    raw: RawRecord
    kept: RawPayload
    entry: SourceEntry


@record
class ReadPage:
    """A page, and its records read."""

    page: RawPage
    told: list[Told]


async def ahead(
    pages: AsyncIterator[RawPage], read: Callable[[RawPage], ReadPage]
) -> AsyncGenerator[list[ReadPage], None]:
    """Pages in their order, as many together as have come while the last were dealt with.

    What breaks the fetching off is raised once everything that came before it was handed over.
    """
    ready: deque[ReadPage] = deque()
    changed = asyncio.Condition()
    ended = False

    def waiting() -> int:
        return sum(len(one.told) for one in ready)

    async def fetch() -> None:
        nonlocal ended
        try:
            async for page in pages:
                one = read(page)
                async with changed:
                    await changed.wait_for(lambda: waiting() < MOST)
                    ready.append(one)
                    changed.notify_all()
        finally:
            if close := getattr(pages, "aclose", None):
                await close()
            async with changed:
                ended = True
                changed.notify_all()

    fetching = asyncio.create_task(fetch())
    try:
        while True:
            async with changed:
                await changed.wait_for(lambda: ready or ended)
                taken: list[ReadPage] = []
                count = 0
                while ready and (not taken or count + len(ready[0].told) <= MOST):
                    count += len(ready[0].told)
                    taken.append(ready.popleft())
                changed.notify_all()
            if not taken:
                break
            yield taken
        await fetching
    finally:
        fetching.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await fetching

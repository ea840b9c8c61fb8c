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

MAX_BATCH_RECORDS: Final = 1_000
"""Records written in one transaction; as many again may be waiting, and no more (a page may)."""


@record
class ParsedRecord:
    """One record as it came, as it is kept, and what it says."""

    raw: RawRecord
    payload: RawPayload
    entry: SourceEntry


@record
class ParsedPage:
    """A page, and its records read."""

    page: RawPage
    records: list[ParsedRecord]


async def prefetch_pages(
    pages: AsyncIterator[RawPage], parse_page: Callable[[RawPage], ParsedPage]
) -> AsyncGenerator[list[ParsedPage], None]:
    """Pages in their order, as many together as have come while the last were dealt with.

    What breaks the fetching off is raised once everything that came before it was handed over.
    """
    ready: deque[ParsedPage] = deque()
    changed = asyncio.Condition()
    ended = False

    def count_waiting() -> int:
        return sum(len(parsed_page.records) for parsed_page in ready)

    async def fetch() -> None:
        nonlocal ended
        try:
            async for page in pages:
                parsed_page = parse_page(page)
                async with changed:
                    await changed.wait_for(lambda: count_waiting() < MAX_BATCH_RECORDS)
                    ready.append(parsed_page)
                    changed.notify_all()
        finally:
            if close := getattr(pages, "aclose", None):
                await close()
            async with changed:
                ended = True
                changed.notify_all()

    fetch_task = asyncio.create_task(fetch())
    try:
        while True:
            async with changed:
                await changed.wait_for(lambda: ready or ended)
                batch: list[ParsedPage] = []
                count = 0
                while ready and (not batch or count + len(ready[0].records) <= MAX_BATCH_RECORDS):
                    count += len(ready[0].records)
                    batch.append(ready.popleft())
                changed.notify_all()
            if not batch:
                break
            yield batch
        await fetch_task
    finally:
        fetch_task.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await fetch_task

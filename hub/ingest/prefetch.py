"""Fetch and parse the next pages while earlier ones are being stored.

Pages that arrived meanwhile are stored together: small pages of a fast source cost few
transactions, and pages of a slow source do not wait for each other.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import suppress
from typing import Final

from hub.domain.record import record
from hub.domain.sources.records import RawPage, RawRecord, SourceEntry
from hub.store.ingest.raw_records import RawPayload

MAX_BATCH_RECORDS: Final = 1_000
"""Records stored in one transaction at most; the same number may be queued. A larger page is
one batch.
"""
MAX_BATCH_WAIT: Final = 0.2
"""Seconds that a page waits at most for others of its batch: statements cost more than records."""


@record
class FetchedRecord:
    """One record as received and as stored; its entry is null if it is not parsed yet."""

    raw: RawRecord
    payload: RawPayload
    entry: SourceEntry | None = None


@record
class FetchedPage:
    """A page and its records."""

    page: RawPage
    records: list[FetchedRecord]


async def prefetch_pages(
    pages: AsyncIterator[RawPage], prepare_page: Callable[[RawPage], FetchedPage]
) -> AsyncGenerator[list[FetchedPage], None]:
    """Yield the pages in order, in batches of those that arrived while the last batch was stored,
    and shortly after.

    An error of fetching or preparing is raised after all pages before it were yielded.
    """
    ready: deque[FetchedPage] = deque()
    changed = asyncio.Condition()
    ended = False

    def _count_waiting() -> int:
        return sum(len(fetched_page.records) for fetched_page in ready)

    async def _fetch() -> None:
        nonlocal ended
        try:
            async for page in pages:
                fetched_page = prepare_page(page)
                async with changed:
                    await changed.wait_for(lambda: _count_waiting() < MAX_BATCH_RECORDS)
                    ready.append(fetched_page)
                    changed.notify_all()
        finally:
            if close := getattr(pages, "aclose", None):
                await close()
            async with changed:
                ended = True
                changed.notify_all()

    fetch_task = asyncio.create_task(_fetch())
    try:
        while True:
            async with changed:
                await changed.wait_for(lambda: ready or ended)
                with suppress(TimeoutError):
                    async with asyncio.timeout(MAX_BATCH_WAIT):
                        await changed.wait_for(
                            lambda: ended or _count_waiting() >= MAX_BATCH_RECORDS
                        )
                batch: list[FetchedPage] = []
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

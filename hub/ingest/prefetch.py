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
from hub.store.ingest.session import RawPayload

MAX_BATCH_RECORDS: Final = 1_000
"""Records stored in one transaction at most; the same number may be queued. A larger page is
one batch.
"""


@record
class ParsedRecord:
    """One record: as received, as stored, and its entry."""

    raw: RawRecord
    payload: RawPayload
    entry: SourceEntry


@record
class ParsedPage:
    """A page and its parsed records."""

    page: RawPage
    records: list[ParsedRecord]


async def prefetch_pages(
    pages: AsyncIterator[RawPage], parse_page: Callable[[RawPage], ParsedPage]
) -> AsyncGenerator[list[ParsedPage], None]:
    """Yield the pages in order, in batches of those that arrived while the last batch was stored.

    An error of fetching or parsing is raised after all pages before it were yielded.
    """
    ready: deque[ParsedPage] = deque()
    changed = asyncio.Condition()
    ended = False

    def _count_waiting() -> int:
        return sum(len(parsed_page.records) for parsed_page in ready)

    async def _fetch() -> None:
        nonlocal ended
        try:
            async for page in pages:
                parsed_page = parse_page(page)
                async with changed:
                    await changed.wait_for(lambda: _count_waiting() < MAX_BATCH_RECORDS)
                    ready.append(parsed_page)
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

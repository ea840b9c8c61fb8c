"""The events of a subscription's source, and a tick after each while without one."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import suppress
from typing import Any, Final

CLOSE_TIMEOUT: Final = 5.0
"""Seconds in which the source of a subscription must end."""
IDLE: Final = object()
"""Yielded instead of an event when there was none for a while."""


async def with_idle_ticks(source: AsyncIterable[Any], seconds: float) -> AsyncGenerator[Any]:
    """Yield the events of a source, `IDLE` after every `seconds` without one; close it at the end.

    Between two events the event loop runs at least once, even if the source is always ready.
    """
    next_event: asyncio.Future[Any] | None = None
    events = aiter(source)
    try:
        while True:
            if next_event is None:
                next_event = asyncio.ensure_future(anext(events))
            await asyncio.wait({next_event}, timeout=seconds)
            if not next_event.done():
                yield IDLE
                continue
            done_event, next_event = next_event, None
            try:
                event = done_event.result()
            except StopAsyncIteration:
                return
            yield event
    finally:
        await close_source(events, next_event)


async def close_source(source: Any, next_event: "asyncio.Future[Any] | None") -> None:
    """Close the source of a subscription; one that does not end is abandoned after five seconds."""
    if next_event is not None:
        next_event.cancel()
        await asyncio.wait({next_event}, timeout=CLOSE_TIMEOUT)
        if next_event.done() and not next_event.cancelled():
            next_event.exception()
    if (close := getattr(source, "aclose", None)) is not None:
        with suppress(Exception):
            async with asyncio.timeout(CLOSE_TIMEOUT):
                await close()

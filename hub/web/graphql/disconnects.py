"""End the work of a request when its client has gone, and with it the statement in progress."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from starlette.types import Receive

from hub.errors import NotReady

Result = TypeVar("Result")


async def run_while_connected(work: Coroutine[Any, Any, Result], receive: Receive) -> Result:
    """Return the result of the work; `NotReady`, which nobody reads, if the client goes first.

    The work is cancelled and has ended when this returns. Not for work that changes something: a
    client that has gone may have counted on it.
    """
    task = asyncio.ensure_future(work)
    disconnect = asyncio.ensure_future(wait_for_disconnect(receive))
    try:
        await asyncio.wait({task, disconnect}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise NotReady
        return task.result()
    finally:
        for one in (task, disconnect):
            one.cancel()
        await asyncio.wait({task, disconnect})


async def wait_for_disconnect(receive: Receive) -> None:
    """Wait until the client has disconnected."""
    with suppress(OSError):
        while (await receive())["type"] != "http.disconnect":
            pass

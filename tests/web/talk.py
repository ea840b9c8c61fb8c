"""A socket before the door, spoken to in the words of the protocol."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from hub.web.listening import Listening
from hub.web.session import PROTOCOL
from tests.web.door import address

INIT = {"type": "connection_init"}
DONE = {"change": "done"}


class Talk:
    """One socket, spoken to in JSON."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def say(self, *messages: Any) -> None:
        for message in messages:
            text = message if isinstance(message, str | bytes) else json.dumps(message)
            await self.socket.send(text)

    async def heard(self) -> dict[str, Any]:
        async with asyncio.timeout(20):
            told: dict[str, Any] = json.loads(await self.socket.recv())
        return told

    async def introduced(self) -> "Talk":
        await self.say(INIT)
        assert await self.heard() == {"type": "connection_ack"}
        return self

    async def ask(self, query: str, name: str = "1", **more: Any) -> None:
        await self.say({"id": name, "type": "subscribe", "payload": {"query": query, **more}})

    async def closed(self) -> tuple[int, str]:
        """The code and the reason, once there is nothing more to hear."""
        async with asyncio.timeout(20):
            with suppress(ConnectionClosed):
                async for _ in self.socket:
                    pass
        assert self.socket.close_code is not None
        return self.socket.close_code, self.socket.close_reason or ""


@asynccontextmanager
async def talking(listening: Listening, **more: Any) -> AsyncIterator[Talk]:
    options: dict[str, Any] = {
        "subprotocols": [PROTOCOL],
        "compression": None,
        "close_timeout": 0.2,
        **more,
    }
    async with connect(f"ws://{address(listening)}/graphql", **options) as socket:
        yield Talk(socket)


async def until(true: Callable[[], bool]) -> None:
    """Wait for a condition; the limit is there for what hangs, not to measure it."""
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110 - what is waited for knows of no event
            await asyncio.sleep(0.01)

"""A WebSocket client for tests of the GraphQL protocol."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from hub.web.graphql.websocket import PROTOCOL
from hub.web.server import HubServer
from tests.web.graphql.sample_endpoint import server_address

INIT_MESSAGE = {"type": "connection_init"}
DONE = {"change": "done"}


class GraphQLSocket:
    """A WebSocket that sends and receives JSON messages."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, *messages: Any) -> None:
        for message in messages:
            text = message if isinstance(message, str | bytes) else json.dumps(message)
            await self.connection.send(text)

    async def receive(self) -> dict[str, Any]:
        async with asyncio.timeout(20):
            message: dict[str, Any] = json.loads(await self.connection.recv())
        return message

    async def initialize(self) -> "GraphQLSocket":
        await self.send(INIT_MESSAGE)
        assert await self.receive() == {"type": "connection_ack"}
        return self

    async def subscribe(self, query: str, operation_id: str = "1", **more: Any) -> None:
        await self.send(
            {"id": operation_id, "type": "subscribe", "payload": {"query": query, **more}}
        )

    async def wait_closed(self) -> tuple[int, str]:
        """Wait until the socket is closed and return the close code and reason."""
        async with asyncio.timeout(20):
            with suppress(ConnectionClosed):
                async for _ in self.connection:
                    pass
        assert self.connection.close_code is not None
        return self.connection.close_code, self.connection.close_reason or ""


@asynccontextmanager
async def connect_socket(server: HubServer, **more: Any) -> AsyncIterator[GraphQLSocket]:
    options: dict[str, Any] = {
        "subprotocols": [PROTOCOL],
        "compression": None,
        "close_timeout": 0.2,
        **more,
    }
    async with connect(f"ws://{server_address(server)}/graphql", **options) as connection:
        yield GraphQLSocket(connection)


async def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until a condition is true; fail after 20 seconds."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - the condition has no event
            await asyncio.sleep(0.01)

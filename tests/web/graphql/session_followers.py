"""Followers of the events of a session over real connections: WebSockets and server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

import httpx2
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from hub.web.graphql.websocket import PROTOCOL
from hub.web.server import HubServer
from tests.web.graphql.sample_endpoint import run_server, server_address
from tests.web.hub_instance import HubInstance

SUBSCRIPTION: Final = """
subscription ($session: ID!, $after: String) { sessionEvents(session: $session, after: $after) {
  cursor kind by { id } changedCells
} }
"""
LIMIT: Final = 60.0
"""Seconds after which a follower that receives nothing is given up."""


@asynccontextmanager
async def serve_instance(instance: HubInstance) -> AsyncIterator[str]:
    """Serve a hub on a real port during the block, and yield its address."""
    server = HubServer(instance.hub.app, instance.hub.graphql.close)
    async with run_server(server, lifespan=False) as running:
        yield server_address(running)


@dataclass
class SessionFollower:
    """One follower: its events in the order of arrival, and the code of the error that ended it."""

    address: str
    token: str
    session: str
    after: str | None = None
    over: str = "socket"
    events: list[dict[str, Any]] = field(default_factory=list)
    ended_by: str | None = None
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def cursors(self) -> list[int]:
        """Return the cursors of the stored events that arrived, in their order."""
        return [int(one["cursor"]) for one in self.events if one["kind"] != "PRESENCE"]

    @property
    def presences(self) -> list[str]:
        """Return the agencies of the events of presence that arrived, in their order."""
        return [one["by"]["id"] for one in self.events if one["kind"] == "PRESENCE"]

    @asynccontextmanager
    async def connected(self) -> AsyncIterator["SessionFollower"]:
        """Follow during the block."""
        task = asyncio.create_task(self.follow())
        try:
            yield self
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError, ConnectionClosed, OSError, httpx2.HTTPError):
                await task

    async def follow(self) -> None:
        """Follow after the last event received until the connection ends."""
        await (self._follow_socket() if self.over == "socket" else self._follow_stream())

    async def wait_until(self, condition: Callable[["SessionFollower"], bool]) -> None:
        """Wait until a condition is true; it is checked when something arrives."""
        async with asyncio.timeout(LIMIT):
            while not condition(self):
                assert self.ended_by is None, self.ended_by
                self._arrived.clear()
                await self._arrived.wait()

    async def wait_for_cursor(self, cursor: int) -> None:
        """Wait for an event."""
        await self.wait_until(lambda one: cursor in one.cursors)

    def _payload(self) -> dict[str, Any]:
        last = str(self.cursors[-1]) if self.cursors else self.after
        return {"query": SUBSCRIPTION, "variables": {"session": self.session, "after": last}}

    def _receive(self, answer: Any) -> None:
        """Keep the event of an answer, or the code of its error."""
        errors: Sequence[Any] = answer if isinstance(answer, list) else answer.get("errors", ())
        if errors:
            self.ended_by = errors[0]["extensions"]["code"]
        else:
            self.events.append(answer["data"]["sessionEvents"])
        self._arrived.set()

    async def _follow_socket(self) -> None:
        options: dict[str, Any] = {"subprotocols": [PROTOCOL], "compression": None}
        headers = {"Authorization": f"Bearer {self.token}"}
        url = f"ws://{self.address}/graphql"
        async with connect(url, additional_headers=headers, close_timeout=0.2, **options) as socket:
            await socket.send(json.dumps({"type": "connection_init"}))
            await socket.recv()
            message = {"id": "1", "type": "subscribe", "payload": self._payload()}
            await socket.send(json.dumps(message))
            async for text in socket:
                message = json.loads(text)
                if message["type"] in {"next", "error"}:
                    self._receive(message["payload"])

    async def _follow_stream(self) -> None:
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "text/event-stream"}
        async with (
            httpx2.AsyncClient(base_url=f"http://{self.address}", timeout=LIMIT) as client,
            client.stream("POST", "/graphql", json=self._payload(), headers=headers) as response,
        ):
            kind = ""
            async for line in response.aiter_lines():
                name, _, value = line.partition(": ")
                if name == "event":
                    kind = value
                elif name == "data" and kind == "next":
                    self._receive(json.loads(value))

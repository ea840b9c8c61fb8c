"""A client that registers webhooks over GraphQL, and receivers as processes of their own."""

import asyncio
import json
import socket
import sys
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

from tests.services.linkages.both_sides import next_key
from tests.web.graphql.linkage_client import SCOPES, MachineClient
from tests.web.hub_instance import HubInstance

MANAGING: Final = SCOPES | {"webhook:manage"}
WEBHOOK: Final = "fragment State on Webhook { id version status pending cursor secretHint url }"
CREATE: Final = (
    WEBHOOK
    + """
mutation ($key: String!, $url: String!, $topics: [ChangeTopic!]!) {
  webhookCreate(input: {idempotencyKey: $key, name: "ระบบแผน", url: $url, topics: $topics}) {
    webhook { ...State } secret userErrors { code field message { th en } }
  }
}
"""
)
STATE: Final = (
    WEBHOOK
    + """
query ($id: ID!, $status: [DeliveryStatus!]) { node(id: $id) { ...State ... on Webhook {
  deliveries(first: 100, status: $status) { totalCount nodes {
    id messageId status topic cursor body nextAttemptAt attempts { httpStatus error durationMs }
  } }
} } }
"""
)


async def register(
    instance: HubInstance, agency: str, scopes: frozenset[str] = MANAGING
) -> MachineClient:
    """Register a client of an agency that may manage webhooks."""
    return await MachineClient.register(instance, agency, scopes)


async def create_webhook(
    client: MachineClient, url: str, *topics: str, key: str | None = None
) -> dict[str, Any]:
    """Register a webhook and return the payload."""
    answer = await client.send(
        CREATE, key=key or next_key(), url=url, topics=list(topics or ("LINKAGE",))
    )
    payload: dict[str, Any] = answer["webhookCreate"]
    return payload


async def read_state(client: MachineClient, gid: str, *status: str) -> dict[str, Any]:
    """Return a webhook with its deliveries."""
    answer = await client.send(STATE, id=gid, status=list(status) or None)
    node: dict[str, Any] = answer["node"]
    return node


class ReceiverProcess:
    """A receiver on a port of this machine; its file outlives it."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.port = port or find_free_port()
        self.file = folder / f"received-{self.port}.jsonl"
        self.url = f"http://127.0.0.1:{self.port}/hooks"
        self._process: Process | None = None

    async def start(self, secret: str, status: int = 200) -> None:
        """Start it, and wait until it listens."""
        arguments = (str(self.port), str(self.file), secret, str(status))
        self._process = await create_subprocess_exec(
            sys.executable, "-m", "tests.jobs.webhook_receiver", *arguments, stdout=PIPE
        )
        assert self._process.stdout is not None
        assert await self._process.stdout.readline()

    async def kill(self) -> None:
        """Kill it."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
            self._process = None

    def messages(self) -> list[dict[str, Any]]:
        """Return what it has, in the order of arrival."""
        if not self.file.exists():
            return []
        lines = self.file.read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines if line.endswith("}")]

    async def wait_for(self, count: int) -> list[dict[str, Any]]:
        """Return what it has when it has `count` different messages."""
        async with asyncio.timeout(60):
            while len({one["id"] for one in self.messages()}) < count:  # noqa: ASYNC110 - a file
                await asyncio.sleep(0.05)
        return self.messages()


@asynccontextmanager
async def run_receiver(folder: Path) -> AsyncIterator[ReceiverProcess]:
    """Yield a receiver that is not started, and kill it at the end."""
    receiver = ReceiverProcess(folder)
    try:
        yield receiver
    finally:
        await receiver.kill()


def find_free_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port

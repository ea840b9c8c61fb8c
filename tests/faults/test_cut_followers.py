"""Followers that are cut at random points under load leave no connection behind."""

import asyncio
import base64
import json
import logging
import os
import random
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote

import asyncpg
import httpx2
import pytest

from hub.bootstrap.application import Application
from hub.bootstrap.serving import HubApplication
from hub.settings import Settings
from hub.web.server import HubServer
from tests.conftest import copy_database, execute_admin_statement
from tests.faults.hub_process import wait_until_async
from tests.long_run import is_long_run
from tests.web.graphql.sample_endpoint import run_server, server_address

CYCLES: Final = 500 if is_long_run() else 25
FOLLOWERS: Final = 4
"""Followers of a cycle, which are connected at the same time."""
LONGEST_LIFE: Final = 0.12
"""Seconds after which a follower is cut at the latest; it may not have finished its handshake."""
POOL_SIZE: Final = 10
FOLLOWED: Final = (
    'subscription { sourceEvents(after: "WzBd") { cursor at } }',
    "subscription { sourceEvents { cursor } }",
    "subscription { changeEvents(topics: [PROJECT]) { cursor } }",
)
QUERIES: Final = (
    "{ sources(first: 1) { totalCount } }",
    """{ matrix(input: {rows: {dimension: ACTOR_LEVEL} columns: {dimension: STAGE}
    fiscalYears: {from: {be: 2565}, to: {be: 2565}}}) { total { projectCount } } }""",
)
PUBLISH: Final = """
with inserted as (
    insert into source_event (source_id, at, affected_cells)
    select min(id), clock_timestamp(), 0 from source returning id
)
select pg_notify('source_event', id::text) from inserted
"""
SESSIONS: Final = """
select count(*) filter (where query ilike 'listen%') as listening,
    count(*) filter (where query ilike 'unlisten%') as unlistening, count(*) as total
from pg_stat_activity where application_name = 'buranakan' and datname = current_database()
"""


@dataclass
class Follower:
    """One connection, cut at a random moment; `events` counts those that arrived before."""

    address: str
    chance: random.Random
    events: int = 0

    async def run(self) -> None:
        """Connect, follow, and be cut: by RST half of the time, as a client that vanishes."""
        host, port = self.address.split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        cutting = asyncio.create_task(self.cut_later(writer))
        follow = self.follow_events if self.chance.random() < 0.5 else self.follow_socket
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await follow(reader, writer, self.chance.choice(FOLLOWED))
        await cutting

    async def cut_later(self, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(self.chance.random() * LONGEST_LIFE)
        if self.chance.random() < 0.5:
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()

    async def follow_events(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, query: str
    ) -> None:
        """Follow over server-sent events until the connection ends."""
        target = f"/graphql?query={quote(query)}"
        head = f"GET {target} HTTP/1.1\r\nHost: {self.address}\r\nAccept: text/event-stream\r\n\r\n"
        writer.write(head.encode())
        while line := await reader.readline():
            self.events += line.startswith(b"event: next")

    async def follow_socket(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, query: str
    ) -> None:
        """Follow over a WebSocket until the connection ends."""
        key = base64.b64encode(os.urandom(16)).decode()
        head = (
            f"GET /graphql HTTP/1.1\r\nHost: {self.address}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
        )
        writer.write(head.encode())
        await reader.readuntil(b"\r\n\r\n")
        for message in (
            {"type": "connection_init"},
            {"id": "1", "type": "subscribe", "payload": {"query": query}},
        ):
            text = json.dumps(message).encode()
            size = (
                bytes([0x80 | len(text)])
                if len(text) < 126
                else b"\xfe" + struct.pack(">H", len(text))
            )
            writer.write(b"\x81" + size + bytes(4) + text)
        while data := await reader.read(4096):
            self.events += data.count(b'"next"')


@dataclass
class Load:
    """Events that are published, and queries that are answered, until it is cancelled."""

    dsn: str
    address: str
    statuses: set[int] = field(default_factory=set)
    answers: int = 0

    async def publish_events(self) -> None:
        connection = await asyncpg.connect(self.dsn)
        try:
            while True:
                await connection.execute(PUBLISH)
                await asyncio.sleep(0.004)
        finally:
            await connection.close()

    async def send_queries(self) -> None:
        async with httpx2.AsyncClient(base_url=f"http://{self.address}", timeout=60) as client:
            while True:
                for query in QUERIES:
                    answer = await client.post("/graphql", json={"query": query})
                    self.statuses.add(answer.status_code)
                    self.answers += "errors" not in answer.json()
                await asyncio.sleep(0.01)


@dataclass
class Served:
    """A hub on a real port, over a database of its own."""

    dsn: str
    address: str
    application: Application

    async def count_sessions(self) -> asyncpg.Record:
        """Return the sessions of the hub in the server."""
        connection = await asyncpg.connect(self.dsn)
        try:
            return await connection.fetchrow(SESSIONS)
        finally:
            await connection.close()

    async def are_all_released(self) -> bool:
        """Return whether no connection of the pool is in use; jobs use one from time to time."""
        pool = self.application.database.pool
        return bool(pool.get_size() == pool.get_idle_size())


@pytest.fixture
async def served(template: str) -> AsyncIterator[Served]:
    dsn = await copy_database(template, "followed")
    settings = Settings(
        "127.0.0.1", 0, Path("unused"), False, dsn, POOL_SIZE, rate=0, max_concurrent_requests=0
    )
    app = HubApplication(settings, lambda _: None)
    async with run_server(HubServer(app, app.close)) as server:
        yield Served(dsn, server_address(server), await app.wait_until_started())
    await execute_admin_statement(template, "drop database followed with (force)")


async def test_followers_cut_at_random_points_leave_no_connection(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    chance = random.Random(20260930)  # noqa: S311 - no secret
    await Follower(served.address, chance).run()  # opens the connection that listens
    await wait_until_async(served.are_all_released)
    waiting = served.application.database.notifications.count_waiters()  # of background jobs
    load = Load(served.dsn, served.address)
    running = [asyncio.create_task(load.publish_events()), asyncio.create_task(load.send_queries())]
    followers = []
    for _ in range(CYCLES):
        cycle = [Follower(served.address, chance) for _ in range(FOLLOWERS)]
        await asyncio.gather(*(one.run() for one in cycle))
        followers += cycle
    for task in running:
        task.cancel()
    await asyncio.wait(running)
    await wait_until_async(served.are_all_released)
    sessions = await served.count_sessions()
    event_count = sum(one.events for one in followers)
    logging.getLogger(__name__).info("%s events, %s", event_count, dict(sessions))
    assert (sessions["listening"], sessions["unlistening"]) == (1, 0)
    assert sessions["total"] <= POOL_SIZE + 1
    assert sum(one.events > 0 for one in followers) > len(followers) // 10, "most saw no event"
    assert any(one.events == 0 for one in followers), "none was cut early"
    assert (load.statuses, load.answers >= 10) == ({200}, True)
    assert "active transaction" not in caplog.text
    # The whole pool is there: as many statements at the same time as it has connections.
    pool = served.application.database.pool
    async with asyncio.timeout(30):
        waits = [pool.fetchval("select pg_sleep(0.2)") for _ in range(POOL_SIZE)]
        assert len(await asyncio.gather(*waits)) == POOL_SIZE
    assert served.application.database.notifications.count_waiters() == waiting

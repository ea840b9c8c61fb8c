"""A served hub for the papers: a real server on a free port, seeded, as a reader would have it."""

import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg
import pytest
import uvicorn

from hub.app import Hub, create_app
from hub.settings import Settings

PATIENCE: Final = 60.0
"""Seconds the start may take on a slow machine; the database is there already."""


@dataclass(frozen=True)
class Served:
    """Where the hub answers, and the database behind it."""

    address: str
    dsn: str


@pytest.fixture(scope="session")
async def seeded_copy(template: str) -> str:
    """The DSN of a copy of the seeded database, for the hubs that the papers ask."""
    connection = await asyncpg.connect(template.replace("@/hub?", "@/postgres?"))
    try:
        await connection.execute("create database papers template hub")
    finally:
        await connection.close()
    return template.replace("@/hub?", "@/papers?")


@pytest.fixture(scope="session")
async def served(seeded_copy: str) -> AsyncIterator[Served]:
    """A hub that answers over HTTP until the last test of the papers is over."""
    ready, failed = threading.Event(), list[BaseException]()

    def failure(error: BaseException) -> None:
        failed.append(error)
        ready.set()

    hub = Hub(Settings("127.0.0.1", 0, Path("unused"), False, seeded_copy, 4), lambda _: None)
    hub.on_ready, hub.on_failure = ready.set, failure
    app = create_app(hub.settings, hub.say, hub)
    running = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False))
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    try:
        assert ready.wait(PATIENCE), "the hub did not start"
        assert not failed, failed
        port = running.servers[0].sockets[0].getsockname()[1]
        yield Served(f"http://127.0.0.1:{port}", seeded_copy)
    finally:
        running.should_exit = True
        thread.join(30)

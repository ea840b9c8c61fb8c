"""A served hub for the papers: a real server on a free port, seeded, as a reader would have it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from hub.settings import Settings
from tests.hub_thread import hub_in_thread


@dataclass(frozen=True)
class ServedHub:
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
async def served_hub(seeded_copy: str) -> AsyncIterator[ServedHub]:
    """A hub that answers over HTTP until the last test of the papers is over."""
    settings = Settings("127.0.0.1", 0, Path("unused"), False, seeded_copy, 4)
    with hub_in_thread(settings) as address:
        yield ServedHub(address, seeded_copy)

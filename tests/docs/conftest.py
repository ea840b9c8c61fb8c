"""Fixtures for the tests of the docs: a seeded hub on a real server and a free port."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hub.settings import Settings
from tests.conftest import copy_database
from tests.hub_thread import hub_in_thread


@dataclass(frozen=True)
class ServedHub:
    """The address of a running hub and the DSN of its database."""

    address: str
    dsn: str


@pytest.fixture(scope="session")
async def seeded_copy(template: str) -> str:
    """Return the DSN of a copy of the seeded database for the tests of the docs."""
    return await copy_database(template, "docs")


@pytest.fixture(scope="session")
async def served_hub(seeded_copy: str) -> AsyncIterator[ServedHub]:
    """Yield a hub that serves HTTP until the last test of the docs."""
    settings = Settings("127.0.0.1", 0, Path("unused"), False, seeded_copy, 4)
    with hub_in_thread(settings) as address:
        yield ServedHub(address, seeded_copy)

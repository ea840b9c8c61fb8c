"""Fixtures of the tests of assertions that projects are one activity."""

import pytest

from hub.store.database import Database
from tests.services.same_as.same_activity import SameActivity


@pytest.fixture
async def activity(fresh_database: Database) -> SameActivity:
    """Return the commands over a database with projects a, b and c of three sources."""
    found = SameActivity(fresh_database)
    await found.insert("a")
    await found.insert("b", amount=70_000)
    await found.insert("c", owner="ministry:05", amount=30_000)
    return found

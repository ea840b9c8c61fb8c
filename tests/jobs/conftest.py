"""Fixture: a database with declared sources."""

from dataclasses import replace

import pytest

from hub.store.database import Database
from hub.store.ingest.declarations import upsert_source
from tests.jobs.scheduler_node import DAILY


@pytest.fixture
async def database_with_sources(fresh_database: Database) -> Database:
    """A database with two declared sources, neither of them read."""
    async with fresh_database.write_transaction() as connection:
        for spec in (DAILY, replace(DAILY, id="other")):
            await upsert_source(connection, spec)
    return fresh_database

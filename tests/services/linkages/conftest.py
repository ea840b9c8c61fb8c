"""Fixtures of the tests of linkages: a database with projects and issues of both sides."""

import pytest

from hub.store.database import Database
from tests.services.linkages.both_sides import BothSides, insert_issues, insert_project


@pytest.fixture
async def sides(fresh_database: Database) -> BothSides:
    """Return the commands over a database with projects p1 to p3, and issues of Chon Buri."""
    await insert_issues(fresh_database, "20", ["1", "2", "3"])
    await insert_issues(fresh_database, "C2560-09", ["1"])
    for key in ("p1", "p2", "p3"):
        await insert_project(fresh_database, key)
    return BothSides(fresh_database)

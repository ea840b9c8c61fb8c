"""Fixture: a database with a generated nation of three thousand projects."""

from collections.abc import AsyncIterator

import pytest

from hub.sandbox.nation.generate import generate_nation
from hub.store.database import Database, open_database
from tests.conftest import copy_database, execute_admin_statement
from tests.sandbox.nation.generated import NOW, PROJECTS, YEARS


@pytest.fixture(scope="package")
async def nation(template: str) -> AsyncIterator[Database]:
    """Yield the database of the nation; no test writes to it."""
    async with open_database(await copy_database(template, "nation"), pool_size=4) as database:
        await generate_nation(database, PROJECTS, YEARS, 1, NOW)
        yield database
    await execute_admin_statement(template, "drop database nation with (force)")

"""What the tests of the doors share."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from hub.store.engine import Database, opened
from hub.web.graphql import GraphQLDoor
from hub.web.listening import Listening
from tests.conftest import copied
from tests.web.access import Realm
from tests.web.door import SCHEMA, client_of, served
from tests.web.door import opened as one_context
from tests.web.talk import Talk, talking

EMPTIED = (
    "sign_in_attempt",
    "authorization_code",
    "person_session",
    "client_assertion",
    "client",
    "issuer",
    "registration",
    "signing_key",
)


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(GraphQLDoor(SCHEMA, one_context)) as made:
        yield made


@pytest.fixture(scope="session")
async def register_dsn(template: str) -> str:
    """A copy in which the register may be written; a copy takes most of a second."""
    return await copied(template, "register")


@pytest.fixture
async def register_database(register_dsn: str) -> AsyncIterator[Database]:
    """That copy, its register empty."""
    async with opened(register_dsn, pool_size=8) as database:
        for table in EMPTIED:
            await database.pool.execute(f"delete from {table}")  # noqa: S608 - names of our own
        yield database


@pytest.fixture
async def realm(register_database: Database, tmp_path: Path) -> AsyncIterator[Realm]:
    """One node over that register."""
    made = Realm(register_database, tmp_path)
    async with made.http:
        yield made


@pytest.fixture
async def listening() -> AsyncIterator[Listening]:
    async with served(GraphQLDoor(SCHEMA, one_context)) as made:
        yield made


@pytest.fixture
async def talk(listening: Listening) -> AsyncIterator[Talk]:
    async with talking(listening) as made:
        yield made

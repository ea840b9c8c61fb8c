"""What the tests of the doors share."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from hub.web.graphql import GraphQLDoor
from hub.web.listening import Listening
from tests.web.door import SCHEMA, client_of, opened, served
from tests.web.talk import Talk, talking


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(GraphQLDoor(SCHEMA, opened)) as made:
        yield made


@pytest.fixture
async def listening() -> AsyncIterator[Listening]:
    async with served(GraphQLDoor(SCHEMA, opened)) as made:
        yield made


@pytest.fixture
async def talk(listening: Listening) -> AsyncIterator[Talk]:
    async with talking(listening) as made:
        yield made

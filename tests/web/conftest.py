"""What the tests of the doors share."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from hub.web.graphql import GraphQLDoor
from tests.web.door import SCHEMA, client_of, opened


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(GraphQLDoor(SCHEMA, opened)) as made:
        yield made

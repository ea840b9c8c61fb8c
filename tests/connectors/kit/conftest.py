"""A sandbox agency that answers on loopback while a test runs."""

from collections.abc import Iterator

import pytest

from hub.sandbox.agency import SandboxAgency
from hub.sandbox.records import GeneratedRecords
from tests.sandbox.served import Source, served


@pytest.fixture
def source() -> Iterator[Source]:
    """A well-behaved agency of 95 records; `source.behave("503x3")` changes that."""
    agency = SandboxAgency(GeneratedRecords(95))
    with served(agency) as address:
        yield Source(agency, address)

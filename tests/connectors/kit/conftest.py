"""A sandbox agency that answers on loopback while a test runs."""

from collections.abc import Iterator

import pytest

from hub.sandbox.agency import SandboxAgency
from hub.sandbox.records import GeneratedRecords
from tests.sandbox.sandbox_source import SandboxSource, serve_agency


@pytest.fixture
def source() -> Iterator[SandboxSource]:
    """A well-behaved agency of 95 records; `source.behave("503x3")` changes that."""
    agency = SandboxAgency(GeneratedRecords(95))
    with serve_agency(agency) as address:
        yield SandboxSource(agency, address)

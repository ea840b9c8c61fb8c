"""Fixture: a sandbox agency served over HTTP on loopback during a test."""

from collections.abc import Iterator

import pytest

from hub.sandbox.agency import SandboxAgency
from hub.sandbox.records import GeneratedRecords
from tests.sandbox.sandbox_source import SandboxSource, serve_agency


@pytest.fixture
def source() -> Iterator[SandboxSource]:
    """A sandbox agency with 95 records and no faults; `source.set_faults("503x3")` adds faults."""
    agency = SandboxAgency(GeneratedRecords(95))
    with serve_agency(agency) as address:
        yield SandboxSource(agency, address)

"""A started hub reads only the sources whose secrets are set, and can be stopped during a run."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from asgi_lifespan import LifespanManager

from connectors.registry import find_connector
from hub.bootstrap.serving import HubApplication
from hub.errors import Invalid
from hub.sandbox.agency import USER_TOKEN, SandboxAgency
from hub.sandbox.faults import Fault
from hub.sandbox.records import GeneratedRecords
from hub.settings import Settings
from tests.conftest import copy_database, database_numbers, execute_admin_statement, ignore_message
from tests.sandbox.sandbox_source import serve_agency

SPEC = find_connector("govspending_budget").spec
HEALTH_QUERY = "select health from source where id = $1"
SECRET_NAME = "GOVSPENDING_USER_TOKEN"  # noqa: S105 - the name of one


@pytest.fixture
async def dsn(template: str) -> AsyncIterator[str]:
    """The DSN of a seeded database used by one hub only."""
    name = f"reading_{next(database_numbers)}"
    yield await copy_database(template, name)
    await execute_admin_statement(template, f"drop database {name} with (force)")


@asynccontextmanager
async def run_hub(dsn: str, folder: Path) -> AsyncIterator[asyncpg.Connection]:
    """Run a hub on a database while the block runs; yield a connection to the database."""
    settings = Settings("127.0.0.1", 0, folder, True, dsn, 3, scheduler=True)
    app = HubApplication(settings, ignore_message)
    connection = await asyncpg.connect(dsn)
    try:
        async with LifespanManager(app, shutdown_timeout=30):
            await app.wait_until_started()
            yield connection
    finally:
        await connection.close()


async def fetch_until_truthy(connection: asyncpg.Connection, statement: str) -> Any:
    """Poll a statement until its value is truthy, and return it."""
    async with asyncio.timeout(60):
        while not (found := await connection.fetchval(statement)):  # noqa: ASYNC110 - no event
            await asyncio.sleep(0.02)
    return found


async def test_hub_without_secrets_reads_nothing_and_names_the_missing_variable(
    dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv(SECRET_NAME, raising=False)
    async with run_hub(dsn, tmp_path) as connection:
        reason = await fetch_until_truthy(connection, "select reason from schedule")
        assert f"set the variable {SECRET_NAME}" in reason
        assert await connection.fetchval(HEALTH_QUERY, SPEC.id) == "PAUSED"
        assert await connection.fetchval("select count(*) from source_run") == 0
    assert [line for line in caplog.records if line.levelname != "INFO"] == []


async def test_started_hub_reads_a_source_and_resumes_an_interrupted_run(
    dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SECRET_NAME, USER_TOKEN)
    agency = SandboxAgency(GeneratedRecords(95))
    with serve_agency(agency) as address:
        connector = find_connector(SPEC.id)
        declared = replace(connector.spec, url=f"{address}/budget/bbgfproject")
        monkeypatch.setattr(
            "hub.bootstrap.sources.load_connectors",
            lambda _: {SPEC.id: replace(connector, spec=declared)},
        )
        agency.faults = [Fault.parse("slow@3")]
        async with run_hub(dsn, tmp_path) as connection:
            half_read = "select ledger->>'read' from source_run where ledger->>'read' >= '40'"
            assert await fetch_until_truthy(connection, half_read) == "40"
        agency.faults = []
        async with run_hub(dsn, tmp_path) as connection:
            completed = "select ledger->>'read' from source_run where status = 'SUCCEEDED'"
            assert await fetch_until_truthy(connection, completed) == "95"
            assert await connection.fetchval("select count(*) from source_run") == 1
            assert await connection.fetchval(HEALTH_QUERY, SPEC.id) == "OK"


def test_scheduler_is_enabled_unless_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUB_SCHEDULER", raising=False)
    assert Settings.from_environment().scheduler
    monkeypatch.setenv("HUB_SCHEDULER", "off")
    assert not Settings.from_environment().scheduler
    monkeypatch.setenv("HUB_SCHEDULER", "perhaps")
    with pytest.raises(Invalid, match="HUB_SCHEDULER"):
        Settings.from_environment()

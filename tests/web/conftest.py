"""Fixtures that the tests of HTTP and WebSocket endpoints share."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from hub.ingest.run import ingest
from hub.settings import Settings
from hub.store.database import Database, open_database
from hub.web.server import HubServer
from tests.conftest import GraphQLApi, copy_database
from tests.ingest.made_up_source import SPEC, build_input, build_row, read
from tests.resolvers.test_quarantine import MadeUpConnector
from tests.web.audit_log import CONSUMER
from tests.web.graphql.sample_endpoint import SCHEMA, build_endpoint, open_client, serve_endpoint
from tests.web.graphql.sample_endpoint import open_empty_context as one_context
from tests.web.graphql.socket_client import GraphQLSocket, connect_socket
from tests.web.hub_instance import HubInstance

REGISTRY_TABLES = (
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
    async with open_client(build_endpoint(SCHEMA, one_context)) as http_client:
        yield http_client


@pytest.fixture(scope="session")
async def registry_dsn(template: str) -> str:
    """Return the DSN of a copy for registry tests; shared, as a copy takes almost a second."""
    return await copy_database(template, "register")


@pytest.fixture
async def registry_database(registry_dsn: str) -> AsyncIterator[Database]:
    """Yield that database with an empty registry."""
    async with open_database(registry_dsn, pool_size=8) as database:
        for table in REGISTRY_TABLES:
            await database.pool.execute(f"delete from {table}")  # noqa: S608 - constant names
        yield database


@pytest.fixture
async def instance(registry_database: Database, tmp_path: Path) -> AsyncIterator[HubInstance]:
    """Yield one hub over the registry database."""
    built = HubInstance(registry_database, tmp_path)
    async with built.http:
        yield built


@pytest.fixture
async def http_server() -> AsyncIterator[HubServer]:
    async with serve_endpoint(build_endpoint(SCHEMA, one_context)) as server:
        yield server


@pytest.fixture
async def socket(http_server: HubServer) -> AsyncIterator[GraphQLSocket]:
    async with connect_socket(http_server) as client:
        yield client


@pytest.fixture
def fresh_api(fresh_database: Database) -> GraphQLApi:
    """Return an API over a new hub, so that its count of denied requests starts at zero."""
    settings = Settings("127.0.0.1", 0, Path("unused"), False, None, 1, rate=0)
    return GraphQLApi(settings, fresh_database)


@pytest.fixture
async def agreement(fresh_database: Database) -> None:
    """Allow the agency of `CONSUMER` to read the drafts of the tourism ministry, by an agreement.

    The row is inserted directly: `SharingAgreements` would log the addition, and these tests count
    log entries.
    """
    await fresh_database.pool.execute(
        "insert into data_sharing (id, provider_id, consumer_id, purpose, what, until) "
        "values ('share-test', 'ministry:05', $1, 'จัดทำแผนจังหวัด', 'ALL', $2)",
        CONSUMER.agency_id,
        datetime.now(UTC) + timedelta(days=30),
    )


@pytest.fixture
async def quarantine_database(
    fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> Database:
    """Return a database with three quarantined rows of a source of the interior ministry."""
    monkeypatch.setattr(
        "hub.bootstrap.sources.load_connectors", lambda _: {"made_up": MadeUpConnector}
    )
    rows = [build_row(n, area="สิงค์บุรี") for n in (1, 2, 3)]
    await ingest(fresh_database, SPEC, read, build_input(rows))
    return fresh_database

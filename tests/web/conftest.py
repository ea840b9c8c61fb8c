"""What the tests of the doors share."""

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
    """A copy in which the register may be written; a copy takes most of a second."""
    return await copy_database(template, "register")


@pytest.fixture
async def registry_database(registry_dsn: str) -> AsyncIterator[Database]:
    """That copy, its register empty."""
    async with open_database(registry_dsn, pool_size=8) as database:
        for table in REGISTRY_TABLES:
            await database.pool.execute(f"delete from {table}")  # noqa: S608 - names of our own
        yield database


@pytest.fixture
async def instance(registry_database: Database, tmp_path: Path) -> AsyncIterator[HubInstance]:
    """One node over that register."""
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
    """A hub of its own: what it has counted of denied requests is this test's."""
    settings = Settings("127.0.0.1", 0, Path("unused"), False, None, 1, rate=0)
    return GraphQLApi(settings, fresh_database)


@pytest.fixture
async def agreement(fresh_database: Database) -> None:
    """PARTY's agency may read the drafts of the tourism ministry, by an agreement.

    It is inserted directly: adding one by `SharingAgreements` is logged, and these tests count log
    entries.
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
    """A source of the interior ministry, three of whose rows wait."""
    monkeypatch.setattr(
        "hub.bootstrap.sources.load_connectors", lambda _: {"made_up": MadeUpConnector}
    )
    rows = [build_row(n, area="สิงค์บุรี") for n in (1, 2, 3)]
    await ingest(fresh_database, SPEC, read, build_input(rows))
    return fresh_database

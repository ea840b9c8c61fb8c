"""Shared fixtures: one embedded PostgreSQL server per run, migrated and seeded once.

Tests that only read share one database. Tests that write use a connection that is rolled back, or
their own copy of the database.
"""

import gc
import itertools
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest
from hypothesis import settings as hypothesis_settings
from starlette.authentication import AuthCredentials, AuthenticationBackend
from starlette.requests import HTTPConnection

from hub.bootstrap.application import Application, build_application
from hub.bootstrap.startup import REFERENCE_FOLDER
from hub.domain.identity.viewer import ANONYMOUS, Viewer
from hub.domain.read_limits import ReadLimits
from hub.domain.sources.live import LiveFigureClient
from hub.ingest.gc_tuning import freeze_until_exit
from hub.settings import Settings
from hub.store.database import Database, open_database
from hub.store.embedded import server as embedded_server
from hub.store.migrate import migrate
from hub.store.read_transaction import UNLIMITED, ReadTransaction
from hub.store.reference.seed import seed
from hub.store.unit_of_work import UnitOfWork
from hub.web.auth.user import RequestUser
from tests.data_folder import data_folder
from tests.long_run import is_long_run
from tests.skipped import pytest_terminal_summary

__all__ = ["pytest_terminal_summary"]

# No deadline: a shared machine can be slow. `make check-long` runs many more examples.
hypothesis_settings.register_profile("default", deadline=None)
hypothesis_settings.register_profile("long", deadline=None, max_examples=2_000)
hypothesis_settings.load_profile("default")

# A crash of the server may lose data. Each copy of a database makes a checkpoint, after which the
# first change of each page would log it whole.
SERVER_SETTINGS = {
    "shared_buffers": "32MB",
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}

database_numbers = itertools.count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option `--write-answers`."""
    parser.addoption(
        "--write-answers", action="store_true", help="keep what the questions answer today"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out the tests marked `long`, except in a long run."""
    if is_long_run():
        return
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.skip(reason="a long proof: make check-long"))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect without garbage collection, and exempt what is then loaded from later collections.

    Modules and test items remain until the process ends, so examining them frees nothing.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        freeze_until_exit()
        gc.enable()


def ignore_message(_: str) -> None:
    """Ignore a progress message."""


@pytest.fixture(scope="session")
def server() -> Iterator[embedded_server.EmbeddedServer]:
    """Yield a new server."""
    with data_folder() as folder:
        running = embedded_server.start(
            folder / "data", report=ignore_message, settings=SERVER_SETTINGS
        )
        yield running
        running.stop()


def replace_database_name(dsn: str, name: str) -> str:
    """Return the DSN of another database on the same server."""
    return dsn.replace("@/hub?", f"@/{name}?")


@pytest.fixture(scope="session")
async def template(server: embedded_server.EmbeddedServer) -> str:
    """Return the DSN of a migrated and seeded database, without open connections."""
    await migrate(server.dsn)
    connection = await asyncpg.connect(server.dsn)
    try:
        await seed(connection, REFERENCE_FOLDER, ignore_message)
    finally:
        await connection.close()
    return server.dsn


async def copy_database(template: str, name: str, source: str = "hub") -> str:
    """Copy the database `source` of the server to a new database and return its DSN.

    The files are copied: the server would by default log each page, at five times the CPU time.
    """
    await execute_admin_statement(
        template, f"create database {name} template {source} strategy file_copy"
    )
    return replace_database_name(template, name)


async def execute_admin_statement(template: str, statement: str) -> None:
    connection = await asyncpg.connect(replace_database_name(template, "postgres"))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
async def database(template: str) -> AsyncIterator[Database]:
    """Yield the database that all tests read; no test commits to it."""
    async with open_database(await copy_database(template, "shared"), pool_size=5) as shared:
        yield shared


@pytest.fixture
async def fresh_database(template: str) -> AsyncIterator[Database]:
    """Yield a new copy of the database for one test that commits."""
    name = f"fresh_{next(database_numbers)}"
    async with open_database(await copy_database(template, name), pool_size=5) as fresh:
        yield fresh
    await execute_admin_statement(template, f"drop database {name} with (force)")


@pytest.fixture
async def empty_dsn(template: str) -> AsyncIterator[str]:
    """Yield the DSN of an empty database."""
    name = f"empty_{next(database_numbers)}"
    await execute_admin_statement(template, f"create database {name}")
    yield replace_database_name(template, name)
    await execute_admin_statement(template, f"drop database {name} with (force)")


@pytest.fixture
async def unit(database: Database) -> AsyncIterator[UnitOfWork]:
    """Yield a unit of work of the anonymous viewer over one snapshot."""
    async with database.read_transaction() as transaction:
        yield UnitOfWork(transaction, ANONYMOUS)


@pytest.fixture
async def rollback_connection(database: Database) -> AsyncIterator[asyncpg.Connection]:
    """Yield a connection whose writes are rolled back."""
    async with database.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            yield connection
        finally:
            await transaction.rollback()


class StubUser(RequestUser):
    """A user with a fixed viewer and no credentials."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer

    async def authenticate(self) -> Viewer:
        return self._viewer

    async def viewer(self) -> Viewer:
        return self._viewer

    async def revalidate(self) -> bool:
        return True


class StubAuthentication(AuthenticationBackend):
    """Authenticates every request as `viewer`, which a test sets."""

    def __init__(self, viewer: Viewer = ANONYMOUS) -> None:
        self.viewer = viewer

    async def authenticate(self, _: HTTPConnection) -> tuple[AuthCredentials, RequestUser]:
        return AuthCredentials(), StubUser(self.viewer)


class CountingDatabase(Database):
    """A database that stores its latest read transaction."""

    last_transaction: ReadTransaction | None = None

    @asynccontextmanager
    async def read_transaction(
        self, limits: ReadLimits = UNLIMITED
    ) -> AsyncIterator[ReadTransaction]:
        async with super().read_transaction(limits) as transaction:
            self.last_transaction = transaction
            yield transaction


class GraphQLApi:
    """Sends GraphQL requests to the application; counts the SQL statements of the last one.

    `viewer`, `now` and `agencies` apply to the requests that follow.
    """

    def __init__(self, settings: Settings, database: Database) -> None:
        self.viewer, self.agencies = ANONYMOUS, None
        self.now: datetime | None = None
        self.database = database
        self.statement_count = self.cost = 0
        self.sent_statements: list[str] = []
        self._settings = settings
        self._authentication = StubAuthentication()
        self._applications: dict[tuple[int, int], tuple[Any, Application]] = {}

    viewer: Viewer
    agencies: LiveFigureClient | None

    def get_application(self, database: Database | None = None) -> Application:
        """Return the application for a database, with the current `agencies`."""
        database = database or self.database
        key = id(database), id(self.agencies)
        if key not in self._applications:
            application = build_application(
                self._settings,
                CountingDatabase(database.pool, database.notifications),
                live_figures=self.agencies,
                authentication=self._authentication,
                clock=lambda: self.now or datetime.now(UTC),
            )
            self._applications[key] = (database, self.agencies), application
        return self._applications[key][1]

    async def post(
        self, query: str, *, database: Database | None = None, headers: Any = None, **fields: Any
    ) -> httpx2.Response:
        """Send a query as `viewer` and return the HTTP response."""
        self._authentication.viewer = self.viewer
        transport = httpx2.ASGITransport(self.get_application(database).app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://hub.test") as client:
            return await client.post("/graphql", json={"query": query, **fields}, headers=headers)

    async def __call__(
        self,
        query: str,
        variables: dict[str, Any] | None = None,
        *,
        viewer: Viewer = ANONYMOUS,
        database: Database | None = None,
        now: datetime | None = None,
    ) -> dict[str, Any]:
        """Return the response body, with its errors; `api.cost` is the cost of the query."""
        self.viewer, self.now = viewer, now
        application = self.get_application(database)
        response = await self.post(query, database=database, variables=variables)
        counting_database = application.database
        assert isinstance(counting_database, CountingDatabase)
        if counting_database.last_transaction is not None:
            self.statement_count, self.sent_statements = (
                counting_database.last_transaction.statement_count,
                counting_database.last_transaction.sent_statements,
            )
        answer: dict[str, Any] = response.json()
        self.cost = answer.pop("extensions", {}).get("cost", {}).get("asked", 0)
        return answer


@pytest.fixture
def api(database: Database) -> GraphQLApi:
    """Return an API client: `await api("{ … }", {…}, viewer=…)`, then `api.statement_count`."""
    settings = Settings("127.0.0.1", 0, Path("unused"), False, None, 1, rate=0, cache_megabytes=0)
    return GraphQLApi(settings, database)

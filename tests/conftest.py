"""One embedded server a run, migrated and seeded once; a rollback or a copy for whoever writes."""

import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest
from hypothesis import settings as examples
from starlette.authentication import AuthCredentials, AuthenticationBackend
from starlette.requests import HTTPConnection

from hub.bootstrap.application import Application, build_application
from hub.bootstrap.startup import REFERENCE
from hub.domain.identity.viewer import ANONYMOUS, Viewer
from hub.domain.sources.live import LiveFigureClient
from hub.settings import Settings
from hub.store.database import Database, ReadTransaction, open_database
from hub.store.embedded import server as embedded_server
from hub.store.migrate import migrate
from hub.store.reference.seed import seed
from hub.store.unit_of_work import UnitOfWork
from hub.web.auth.user import RequestUser

# A shared machine is slow at times; `make check-long` looks at many more examples.
examples.register_profile("default", deadline=None)
examples.register_profile("long", deadline=None, max_examples=2_000)
examples.load_profile("default")

numbers = itertools.count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    """One option of our own."""
    parser.addoption(
        "--write-answers", action="store_true", help="keep what the questions answer today"
    )


def quiet(_: str) -> None:
    """Say nothing."""


@pytest.fixture(scope="session")
def server() -> Iterator[embedded_server.EmbeddedServer]:
    """An empty server; its folder can be entered by the account a root hub uses."""
    folder = Path(tempfile.mkdtemp(prefix="hub-tests-"))
    folder.chmod(0o711)
    running = embedded_server.start(
        folder / "data", report=quiet, settings={"shared_buffers": "32MB", "fsync": "off"}
    )
    yield running
    running.stop()
    shutil.rmtree(folder, ignore_errors=True)


def of_database(dsn: str, name: str) -> str:
    """The DSN of another database of the same server."""
    return dsn.replace("@/hub?", f"@/{name}?")


@pytest.fixture(scope="session")
async def template(server: embedded_server.EmbeddedServer) -> str:
    """The DSN of a migrated and seeded database that nobody stays connected to."""
    await migrate(server.dsn)
    connection = await asyncpg.connect(server.dsn)
    try:
        await seed(connection, REFERENCE, quiet)
    finally:
        await connection.close()
    return server.dsn


async def copied(template: str, name: str) -> str:
    """A new database, as the template stands."""
    await administer(template, f"create database {name} template hub")
    return of_database(template, name)


async def administer(template: str, statement: str) -> None:
    connection = await asyncpg.connect(of_database(template, "postgres"))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
async def database(template: str) -> AsyncIterator[Database]:
    """The database that all tests read; nothing is committed to it."""
    async with open_database(await copied(template, "shared"), pool_size=5) as shared:
        yield shared


@pytest.fixture
async def fresh_database(template: str) -> AsyncIterator[Database]:
    """A copy of its own for a test that commits."""
    name = f"fresh_{next(numbers)}"
    async with open_database(await copied(template, name), pool_size=5) as fresh:
        yield fresh
    await administer(template, f"drop database {name} with (force)")


@pytest.fixture
async def empty_dsn(template: str) -> AsyncIterator[str]:
    """The DSN of a database with nothing in it."""
    name = f"empty_{next(numbers)}"
    await administer(template, f"create database {name}")
    yield of_database(template, name)
    await administer(template, f"drop database {name} with (force)")


@pytest.fixture
async def unit(database: Database) -> AsyncIterator[UnitOfWork]:
    """Every reader, over one snapshot, as anybody sees it."""
    async with database.read_transaction() as reading:
        yield UnitOfWork(reading, ANONYMOUS)


@pytest.fixture
async def writing(database: Database) -> AsyncIterator[asyncpg.Connection]:
    """A connection whose writes are rolled back."""
    async with database.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            yield connection
        finally:
            await transaction.rollback()


class StubUser(RequestUser):
    """A user whose viewer is known without credentials."""

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
    """A database that keeps what the latest snapshot was asked."""

    last_transaction: ReadTransaction | None = None

    @asynccontextmanager
    async def read_transaction(self) -> AsyncIterator[ReadTransaction]:
        async with super().read_transaction() as reading:
            self.last_transaction = reading
            yield reading


class Asking:
    """Questions through the whole application, and what the last one cost in statements.

    `viewer`, `now` and `agencies` are those of the questions that follow.
    """

    def __init__(self, settings: Settings, database: Database) -> None:
        self.viewer, self.agencies = ANONYMOUS, None
        self.now: datetime | None = None
        self.database = database
        self.statements = self.cost = 0
        self.sent: list[str] = []
        self._settings = settings
        self._authentication = StubAuthentication()
        self._hubs: dict[tuple[int, int], tuple[Any, Application]] = {}

    viewer: Viewer
    agencies: LiveFigureClient | None

    def hub(self, database: Database | None = None) -> Application:
        """The application over a database, with the agencies of now."""
        database = database or self.database
        key = id(database), id(self.agencies)
        if key not in self._hubs:
            built = build_application(
                self._settings,
                CountingDatabase(database.pool),
                agencies=self.agencies,
                authentication=self._authentication,
                clock=lambda: self.now or datetime.now(UTC),
            )
            self._hubs[key] = (database, self.agencies), built
        return self._hubs[key][1]

    async def post(
        self, query: str, *, database: Database | None = None, headers: Any = None, **more: Any
    ) -> httpx2.Response:
        """The response to a question of `viewer`."""
        self._authentication.viewer = self.viewer
        transport = httpx2.ASGITransport(self.hub(database).app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://hub.test") as client:
            return await client.post("/graphql", json={"query": query, **more}, headers=headers)

    async def __call__(
        self,
        query: str,
        variables: dict[str, Any] | None = None,
        *,
        viewer: Viewer = ANONYMOUS,
        database: Database | None = None,
        now: datetime | None = None,
    ) -> dict[str, Any]:
        """The answer, errors and all; what it cost is `ask.cost`."""
        self.viewer, self.now = viewer, now
        hub = self.hub(database)
        response = await self.post(query, database=database, variables=variables)
        counted = hub.database
        assert isinstance(counted, CountingDatabase)
        if counted.last_transaction is not None:
            self.statements, self.sent = (
                counted.last_transaction.statement_count,
                counted.last_transaction.sent_statements,
            )
        answer: dict[str, Any] = response.json()
        self.cost = answer.pop("extensions", {}).get("cost", {}).get("asked", 0)
        return answer


@pytest.fixture
def ask(database: Database) -> Asking:
    """`await ask("{ … }", {…}, viewer=…)`; `ask.statements` after it."""
    return Asking(Settings("127.0.0.1", 0, Path("unused"), False, None, 1, rate=0), database)


@pytest.fixture
def statements(ask: Asking) -> Callable[[], int]:
    """How many statements the last question took."""
    return lambda: ask.statements

"""One embedded server a run, migrated and seeded once; a rollback or a copy for whoever writes."""

import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest
from hypothesis import settings as examples
from starlette.applications import Starlette

from hub.app import Hub, create_app
from hub.domain.access import ANONYMOUS, Viewer
from hub.prepared import REFERENCE
from hub.settings import Settings
from hub.store import embedded
from hub.store.engine import Database, Reading, opened
from hub.store.migrate import migrate
from hub.store.seed import seed
from hub.store.unit import Unit

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
def server() -> Iterator[embedded.EmbeddedServer]:
    """An empty server; its folder can be entered by the account a root hub uses."""
    folder = Path(tempfile.mkdtemp(prefix="hub-tests-"))
    folder.chmod(0o711)
    running = embedded.start(
        folder / "data", say=quiet, settings={"shared_buffers": "32MB", "fsync": "off"}
    )
    yield running
    running.stop()
    shutil.rmtree(folder, ignore_errors=True)


def of_database(dsn: str, name: str) -> str:
    """The DSN of another database of the same server."""
    return dsn.replace("@/hub?", f"@/{name}?")


@pytest.fixture(scope="session")
async def template(server: embedded.EmbeddedServer) -> str:
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
    async with opened(await copied(template, "shared"), pool_size=5) as shared:
        yield shared


@pytest.fixture
async def fresh_database(template: str) -> AsyncIterator[Database]:
    """A copy of its own for a test that commits."""
    name = f"fresh_{next(numbers)}"
    async with opened(await copied(template, name), pool_size=5) as fresh:
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
async def unit(database: Database) -> AsyncIterator[Unit]:
    """Every reader, over one snapshot, as anybody sees it."""
    async with database.reading() as reading:
        yield Unit(reading, ANONYMOUS)


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


class Asking:
    """Questions through the whole application, and what the last one cost in statements."""

    def __init__(self, app: Starlette, database: Database) -> None:
        self.hub: Hub = app.state.hub
        self.hub.database = database
        self.hub.watch = self._watch
        self.client = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app), base_url="http://hub.test"
        )
        self.statements = self.cost = 0
        self.sent: list[str] = []

    def _watch(self, reading: Reading) -> None:
        self.statements, self.sent = reading.statements, reading.sent

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
        kept = self.hub.database
        self.hub.database = database or kept
        self.hub.viewer_of = lambda _: viewer
        self.hub.clock = lambda: now or datetime.now(UTC)
        try:
            response = await self.client.post(
                "/graphql", json={"query": query, "variables": variables}
            )
        finally:
            self.hub.database = kept
        answer: dict[str, Any] = response.json()
        self.cost = answer.pop("extensions", {}).get("cost", {}).get("asked", 0)
        return answer


@pytest.fixture(scope="session")
def app() -> Starlette:
    """The application without its own database: tests hand it theirs."""
    settings = Settings("127.0.0.1", 0, Path("unused"), False, None, 1, rate=0)
    return create_app(settings, quiet, Hub(settings, quiet))


@pytest.fixture
async def ask(app: Starlette, database: Database) -> AsyncIterator[Asking]:
    """`await ask("{ … }", {…}, viewer=…)`; `ask.statements` after it."""
    asking = Asking(app, database)
    async with asking.client:
        yield asking


@pytest.fixture
def statements(ask: Asking) -> Callable[[], int]:
    """How many statements the last question took."""
    return lambda: ask.statements

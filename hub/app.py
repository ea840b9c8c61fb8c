"""Where every part meets: the database, the contract, the doors, as one ASGI application.

The socket answers from the first moment, 503 until questions can be answered: the database is
started, migrated and seeded beside it.
"""

import asyncio
import inspect
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

from graphql import GraphQLSchema
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.routing import Route, WebSocketRoute
from strawberry import Schema

from connectors.inputs import asked_over_http
from connectors.kit.oauth import Grants
from connectors.registry import Connector, connectors
from hub.access import Access
from hub.domain.access import Viewer
from hub.domain.source_spec import Auth, SourceSpec, Transport
from hub.domain.time import Clock
from hub.errors import Forbidden, HubError, Unauthenticated, Unready
from hub.ingest.review import Review
from hub.ingest.run import Input
from hub.ingest.sources import declare_all
from hub.jobs.scheduler import Scheduled, Scheduler
from hub.sandbox.fill import made_up
from hub.settings import Settings
from hub.store import embedded
from hub.store.engine import Database, Reading, opened
from hub.store.events import Feed
from hub.store.migrate import migrate
from hub.store.seed import seed, stale
from hub.store.unit import Unit
from hub.web.faults import Refused
from hub.web.graphql import GraphQLDoor
from hub.web.headers import Guarded
from hub.web.health import Health
from hub.web.measure import Weight
from hub.web.operations import Operations, listed
from hub.web.origins import Origins
from hub.web.pages import page
from hub.web.turnstile import Turnstile
from resolvers.context import Context
from schema.contract import build
from schema.limits import costs

logger = logging.getLogger(__name__)
REFERENCE: Final = Path(__file__).parent / "reference"
LEAST_FOR_READING: Final = 2
"""Connections below which a run would leave none for questions; sources are not read then."""
ENOUGH_FOR_TWO: Final = 5
Say = Callable[[str], None]


@asynccontextmanager
async def server(settings: Settings, say: Say) -> AsyncIterator[str]:
    """The DSN of the database we were told of, or of our own, which runs while the block does."""
    if settings.database_url:
        yield settings.database_url
        return
    say("เตรียมฐานข้อมูล · preparing the database")
    # A thread cannot be broken off: who no longer wants its server waits for it, to stop it.
    starting = asyncio.create_task(
        asyncio.to_thread(
            embedded.start, settings.data_dir, say=say, explicit=settings.data_dir_chosen
        )
    )
    try:
        own = await asyncio.shield(starting)
        try:
            yield own.dsn
        except HubError:
            raise
        except Exception as error:
            if trouble := await asyncio.to_thread(own.trouble):
                raise trouble from error
            raise
    finally:
        await asyncio.wait([starting])
        if starting.exception() is None:
            await asyncio.to_thread(starting.result().stop)


@asynccontextmanager
async def prepared(settings: Settings, say: Say) -> AsyncIterator[Database]:
    """A database that can answer: running, migrated, and with the reference data in it.

    `StoreUnusable` where a person must act first. The server is stopped last.
    """
    async with server(settings, say) as dsn:
        say("ปรับโครงสร้างฐานข้อมูล · migrating")
        await migrate(dsn)
        async with opened(dsn, pool_size=settings.pool_size) as database:
            async with database.pool.acquire() as connection:
                if await stale(connection, REFERENCE):
                    await seed(connection, REFERENCE, say)
            known = connectors(settings.sources_dir)
            await declare_all(database, [one.spec for one in known.values()])
            yield database


def sources_of(settings: Settings) -> dict[str, Connector]:
    """Every source that can be read: built in, an operator's, and those of the local agency."""
    return {**made_up(), **connectors(settings.sources_dir)}


def scheduled(settings: Settings) -> list[Scheduled]:
    """The sources that can be read without a person: over HTTP, where they declare themselves."""
    grants = Grants(settings.data_dir / "tokens")

    def given(spec: SourceSpec) -> Input:
        if spec.auth.kind is not Auth.NONE:
            settings.secret_of(spec.auth.secret or "")
        return asked_over_http(spec, settings.secret_of, grants)

    return [
        Scheduled(one.spec, one.read, partial(given, one.spec))
        for one in connectors(settings.sources_dir).values()
        if one.spec.transport is Transport.HTTP
    ]


class Hub:
    """The running hub: its database once there is one, and what went wrong where there is none.

    `viewer_of`, `client_of`, `viewer_still`, `clock`, `ticks` and `watch` are what another party
    may hand in: who asks, by which registered client, whether they may go on listening, what time
    it is, how much of it has passed, and who is told of each request's reading when it is over.
    """

    def __init__(self, settings: Settings, say: Say) -> None:
        self.settings = settings
        self.say = say
        self.database: Database | None = None
        self.feed: Feed | None = None
        self.client_of: Callable[[Request], str | None] = lambda _: None
        self.clock: Clock = lambda: datetime.now(UTC)
        self.ticks: Callable[[], float] = time.monotonic
        self.access = Access(settings, lambda: self.database, self.now, self.passed)
        self.viewer_of: Callable[[Request], Viewer | Awaitable[Viewer]] = self.access.viewer
        self.viewer_still: Callable[[Viewer], bool | Awaitable[bool]] = self.access.still
        self.watch: Callable[[Reading], None] = lambda _: None
        self.on_ready: Callable[[], None] = lambda: None
        self.on_failure: Callable[[BaseException], None] = lambda _: None
        self._stop = asyncio.Event()
        self._settled = asyncio.Event()
        self._failure: BaseException | None = None
        self._living: asyncio.Task[Any] | None = None

    def now(self) -> datetime:
        """The time, by whatever clock it was given."""
        return self.clock()

    def passed(self) -> float:
        """Seconds that have passed, by whatever counts them."""
        return self.ticks()

    async def live(self) -> None:
        """Be ready, until told to stop; what is begun when that happens is undone."""
        self._living = asyncio.current_task()
        try:
            async with prepared(self.settings, self.say) as database:
                self.database = database
                self._settled.set()
                self.on_ready()
                async with self._working(database):
                    await self._stop.wait()
                self.database = None
        except asyncio.CancelledError:
            if not self._stop.is_set():
                raise
            self._failure = Unready()
            self._settled.set()
        except Exception as error:  # whatever it is, whoever waits is told
            self.database = None
            if self._settled.is_set():
                logger.exception("the hub did not stop cleanly")
            self._failure = error
            self._settled.set()
            self.on_failure(error)

    @asynccontextmanager
    async def _working(self, database: Database) -> AsyncIterator[None]:
        """The hub's own work beside answering, which has ended when the block has."""
        if not self.settings.scheduler or self.settings.pool_size < LEAST_FOR_READING:
            yield
            return
        scheduler = Scheduler(
            database,
            scheduled(self.settings),
            self.clock,
            at_once=1 if self.settings.pool_size < ENOUGH_FOR_TWO else 2,
        )
        reading = asyncio.create_task(scheduler.run())
        try:
            yield
        finally:
            reading.cancel()
            await asyncio.wait([reading])
            if not reading.cancelled() and (wrong := reading.exception()):
                logger.error("sources were read no longer", exc_info=wrong)

    async def started(self) -> None:
        """Wait until questions can be answered; raises what prevented it."""
        await self._settled.wait()
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Let `live` end, at once where it is not ready yet."""
        self._stop.set()
        if self._living is not None and not self._settled.is_set():
            self._living.cancel()

    async def ready(self) -> bool:
        """Whether the database answers now."""
        if self.database is None:
            return False
        try:
            async with asyncio.timeout(2):
                return bool(await self.database.pool.fetchval("select true"))
        except Exception:  # noqa: BLE001 - however it fails, it does not answer
            return False

    def client(self, request: Request) -> str | None:
        """The registered client that asks; null where nobody is registered."""
        return self.client_of(request)

    async def viewer(self, request: Request) -> Viewer:
        """Who asks; raises where that cannot be told."""
        told = self.viewer_of(request)
        return await told if inspect.isawaitable(told) else told

    async def still(self, request: Request) -> bool:
        """Whether who asked may go on asking; a subscription is looked at again and again."""
        try:
            told = self.viewer_still(await self.viewer(request))
        except (Unauthenticated, Forbidden, Refused):
            return False
        return await told if inspect.isawaitable(told) else told

    @asynccontextmanager
    async def context(self, request: Request) -> AsyncIterator[Context]:
        """What one request is answered from: one snapshot, one viewer, one moment."""
        if self.database is None:
            raise Unready
        viewer = await self.viewer(request)
        database = self.database
        if self.feed is None or self.feed.database is not database:
            self.feed = Feed(database)
        async with database.reading() as reading:
            yield Context(
                Unit(reading, viewer),
                viewer,
                self.clock(),
                Review(database, lambda: sources_of(self.settings)),
                self.feed,
            )
        self.watch(reading)


@cache
def contract() -> GraphQLSchema:
    """The published schema as graphql-core executes it; made once a process."""
    return executable(build())


def executable(schema: Schema) -> GraphQLSchema:
    """A schema as graphql-core executes it."""
    return schema._schema  # noqa: SLF001 - strawberry offers it under no other name


def door(hub: Hub) -> GraphQLDoor:
    """The GraphQL door over the published schema."""
    schema = build()
    weights = {field: Weight(weight, items) for field, weight, items in costs(schema)}
    folder = hub.settings.operations_dir
    return GraphQLDoor(
        executable(schema),
        hub.context,
        still=hub.still,
        weights=weights,
        introspected=hub.settings.introspected,
        client_of=hub.client,
        operations=Operations(listed(folder) if folder else None),
        turnstile=Turnstile(hub.settings.rate, hub.settings.at_once),
    )


def create_app(settings: Settings, say: Say = logger.info, hub: Hub | None = None) -> Starlette:
    """The application; its hub is at `app.state.hub`."""
    hub = hub or Hub(settings, say)
    graphql = door(hub)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            living = asyncio.create_task(hub.live())
            stack.push_async_callback(lambda: ended(living))
            stack.callback(hub.stop)
            yield

    app = Starlette(
        routes=[
            Route("/graphql", graphql),
            WebSocketRoute("/graphql", graphql),
            *hub.access.routes(),
            Route("/healthz", Health(hub.ready).answer),
            Route("/", page),
            Route("/query", page),
            Route("/static/{name:path}", page),
        ],
        middleware=[Middleware(Guarded), Middleware(Origins, known=hub.access.trust.origins)],
        lifespan=lifespan,
    )
    app.state.hub = hub
    app.state.graphql = graphql
    return app


async def ended(task: Awaitable[Any]) -> None:
    """Wait for a task."""
    await task

"""The ASGI application of `hub serve`: 503 while the database is being opened, then the hub."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from connectors.registry import Connector
from hub.bootstrap.application import (
    Application,
    build_application,
    load_allowed_operations,
    utc_now,
)
from hub.bootstrap.jobs import run_background_jobs, run_jobs_of_process
from hub.bootstrap.sources import create_live_client
from hub.bootstrap.startup import Report, prepare_database
from hub.domain.time import Clock
from hub.errors import NotReady, StoreUnusable
from hub.sandbox.session import prepare_session
from hub.settings import Settings
from hub.store.database import Database
from hub.web.starting import create_starting_application

logger = logging.getLogger(__name__)


class HubApplication:
    """Answers requests from the start, and passes them to the hub once its database is open.

    Its lifespan opens the database, builds the application over it and runs the background jobs;
    `wait_until_started` returns that application, or raises what prevented the start.
    `generated_connectors` are those of the made-up sources of `hub demo fill`. Without `runs_jobs`
    another process on the same database does the background work. Without `answers_during_start`
    the server listens only when the hub can answer; meanwhile another process does.
    """

    def __init__(
        self,
        settings: Settings,
        report: Report = logger.info,
        *,
        generated_connectors: Mapping[str, Connector] | None = None,
        clock: Clock = utc_now,
        runs_jobs: bool = True,
        answers_during_start: bool = True,
    ) -> None:
        self._settings = settings
        self._report = report
        self._generated_connectors = generated_connectors
        self._clock = clock
        self._answers_during_start = answers_during_start
        self._runs_jobs = runs_jobs
        self._run_jobs = run_background_jobs if runs_jobs else run_jobs_of_process
        self._operations = load_allowed_operations(settings)
        self._starting = create_starting_application(
            settings.url, demo=settings.demo, lifespan=self._lifespan
        )
        self._current: ASGIApp = self._starting
        self._application: Application | None = None
        self._failure: Exception | None = None
        self._start_finished = asyncio.Event()
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request or socket to the hub, or to the 503 application before and after it."""
        app = self._starting if scope["type"] == "lifespan" else self._current
        await app(scope, receive, send)

    async def wait_until_started(self) -> Application:
        """Return the application when it answers; raise what prevented it, or `NotReady`."""
        await self._start_finished.wait()
        if self._application is None:
            raise self._failure or NotReady()
        return self._application

    async def wait_until_ended(self) -> None:
        """Return when the hub has stopped; raise what ended it after it had started."""
        await self._ended.wait()
        if self._failure is not None:
            raise self._failure

    async def close(self) -> None:
        """Close every socket and stream; clients of the protocols reconnect by themselves."""
        if self._application is not None:
            await self._application.graphql.close()

    @asynccontextmanager
    async def _lifespan(self, _: Any) -> AsyncIterator[None]:
        """Start in a separate task, so that requests are answered during the start; then stop."""
        running = asyncio.create_task(self._run())
        try:
            if not self._answers_during_start:
                await self._start_finished.wait()
            yield
        finally:
            self._stopping.set()
            if not self._start_finished.is_set():
                running.cancel()
            await asyncio.wait([running])
            self._start_finished.set()

    async def _run(self) -> None:
        """Run until stopped; an exception is stored for `wait_until_started`."""
        try:
            await self._serve()
        except Exception as error:
            if self._start_finished.is_set() and not isinstance(error, StoreUnusable):
                logger.exception("the hub did not stop cleanly")
            self._failure = error
        finally:
            self._current = self._starting
            self._start_finished.set()
            self._ended.set()

    async def _prepare_demo(self, database: Database) -> None:
        """Let a demo have a session to play; without it the hub serves all the same."""
        try:
            await prepare_session(database)
        except Exception:
            logger.exception("the session of the demo was not prepared")

    async def _serve(self) -> None:
        settings = self._settings
        async with (
            prepare_database(settings, self._report, supervised=True) as database,
            create_live_client(settings).open() as live_figures,
        ):
            application = build_application(
                settings,
                database,
                live_figures=live_figures,
                generated_connectors=self._generated_connectors,
                operations=self._operations,
                clock=self._clock,
            )
            self._application, self._current = application, application.app
            self._start_finished.set()  # tasks that await the start run before the first job
            async with self._run_jobs(settings, database, application.audit.denied, self._clock):
                if settings.demo and self._runs_jobs:
                    await self._prepare_demo(database)
                await self._stopping.wait()
                self._current = self._starting

"""Create the context of each GraphQL request: one database snapshot, one viewer, one time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import Request

from hub.domain.identity.audit_context import AuditContext
from hub.domain.identity.audit_log import Operation
from hub.domain.read_limits import ReadLimits
from hub.domain.sources.live import LiveFigureClient
from hub.domain.time import Clock
from hub.services.sources.quarantine_review import QuarantineReview
from hub.store.changes import ChangeFeed
from hub.store.database import Database
from hub.store.identity.audit_log import parse_unpublished
from hub.store.ingest.events import SourceEventFeed
from hub.store.read_transaction import UNLIMITED
from hub.store.unit_of_work import UnitOfWork
from hub.web.audit_context import RequestAudit, build_caller
from resolvers.context import Commands, Context


class RequestContexts:
    """Creates the contexts of requests over one database."""

    def __init__(
        self,
        database: Database,
        review: QuarantineReview,
        audit: RequestAudit,
        live_figures: LiveFigureClient | None,
        clock: Clock,
        commands: Commands,
    ) -> None:
        self._database = database
        self._review = review
        self._audit = audit
        self._live_figures = live_figures
        self._clock = clock
        self._feed = SourceEventFeed(database)
        self._change_feed = ChangeFeed(database)
        self._commands = commands

    @asynccontextmanager
    async def open(
        self, request: Request, operation: Operation, limits: ReadLimits = UNLIMITED
    ) -> AsyncIterator[Context]:
        """Yield the context of one request, and write its audit entries at the end.
        `NotReady` when these cannot be written: then the response must not be sent.
        """
        viewer = await request.user.viewer()
        audit_context = AuditContext(build_caller(viewer, request), operation)
        async with self._database.read_transaction(limits) as transaction:
            yield Context(
                UnitOfWork(transaction, viewer),
                viewer,
                self._clock(),
                self._review,
                self._feed,
                self._change_feed,
                audit_context,
                self._commands,
                self._live_figures,
            )
        await self._audit.record(audit_context, parse_unpublished(transaction.unpublished))

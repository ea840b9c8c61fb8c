"""The context argument of resolvers."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from hub.domain.data_version import AnswerValidity
from hub.domain.identity.audit_context import AuditContext
from hub.domain.identity.viewer import Viewer
from hub.domain.sources.live import LiveFigureClient
from hub.domain.time import BANGKOK

if TYPE_CHECKING:
    # Types only: `hub.bootstrap` passes the instances.
    from hub.services.findings.commands import FindingCommands
    from hub.services.imports.commands import ImportCommands
    from hub.services.linkages.commands import LinkageCommands
    from hub.services.plans.plan_writer import PlanWriter
    from hub.services.same_as.commands import SameAsCommands
    from hub.services.sessions.commands import SessionCommands
    from hub.services.sources.quarantine_review import QuarantineReview
    from hub.services.value_chains.save_value_chain import ValueChainCommands
    from hub.services.webhooks.commands import WebhookCommands
    from hub.store.changes import ChangeFeed
    from hub.store.ingest.events import SourceEventFeed
    from hub.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Commands:
    """The services that change data for a request, by what they change."""

    linkages: "LinkageCommands"
    findings: "FindingCommands"
    same_as: "SameAsCommands"
    plans: "PlanWriter"
    value_chains: "ValueChainCommands"
    webhooks: "WebhookCommands"
    imports: "ImportCommands"
    sessions: "SessionCommands"


@dataclass(slots=True)
class Context:
    """The context of one request: viewer, time, database snapshot and services.

    `audit_context` collects what the request adds to the audit log. `viewer` has the agency and
    scopes alone. An answer that is computed from it, from `today`, from `status_time` and from the
    snapshot may be sent to others of that agency; who the viewer is, and `now`, make an answer one
    of this request alone.
    """

    unit: "UnitOfWork"
    _caller: Viewer
    _instant: datetime
    review: "QuarantineReview"
    feed: "SourceEventFeed"
    change_feed: "ChangeFeed"
    audit_context: AuditContext
    commands: Commands
    live_figures: LiveFigureClient | None = None
    """The client for live figures; null when live requests are disabled."""
    loaders: dict[Any, Any] = field(default_factory=dict)
    retained_parents: list[Any] = field(default_factory=list)
    viewer: Viewer = field(init=False)
    _is_for_this_request: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self.viewer = self._caller.without_identity()

    def identify_viewer(self) -> Viewer:
        """Return the viewer with subject, client and session."""
        self._is_for_this_request = True
        return self._caller

    @property
    def now(self) -> datetime:
        """Return the time of the request."""
        self._is_for_this_request = True
        return self._instant

    @property
    def status_time(self) -> datetime:
        """Return the time of the request, for the freshness of sources and to reject later times:
        the validity of an answer ends when either would change.
        """
        return self._instant

    async def find_validity(self) -> AnswerValidity | None:
        """Return until when the answer of this request is right; None if it is not for others."""
        if self._is_for_this_request or self.audit_context.denied:
            return None
        return await self.unit.find_validity(self._instant)

    @property
    def today(self) -> date:
        """Return the day in Bangkok, which is the default of `on`."""
        return self._instant.astimezone(BANGKOK).date()

    def get_loader(
        self,
        batch: Any,
        arguments: dict[str, Any],
        build: Callable[[Any, "Context", dict[str, Any]], Any],
    ) -> Any:
        """Return the request's loader for a resolver and its arguments; created at first use."""
        key = (batch, *sorted(arguments.items()))
        if key not in self.loaders:
            self.loaders[key] = build(batch, self, arguments)
        return self.loaders[key]

    async def renew_snapshot(self) -> None:
        """Release the snapshot, so that later reads use a newer one."""
        self.unit = await self.unit.restart_snapshot()
        self.loaders.clear()


@dataclass(frozen=True, slots=True)
class SubscriptionContext:
    """The context of a subscription, which opens a request context per read.

    `async with subscription.open_context() as context` is one read: one snapshot with the current
    viewer, and a connection only inside the block. Between reads a subscription holds no resources.
    """

    open_context: Callable[[], AbstractAsyncContextManager[Context]]

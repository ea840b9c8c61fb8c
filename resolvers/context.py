"""What a resolver is given besides its parents; there is nothing else."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from hub.domain.identity.audit_context import AuditContext
from hub.domain.identity.viewer import Viewer
from hub.domain.sources.live import LiveFigureClient
from hub.domain.time import BANGKOK

if TYPE_CHECKING:
    # `hub.bootstrap` hands these in; resolvers know their shape, not where they live.
    from hub.services.sources.quarantine_review import QuarantineReview
    from hub.store.ingest.events import SourceEventFeed
    from hub.store.unit_of_work import UnitOfWork


@dataclass(slots=True)
class Context:
    """One request: who asks, when, the snapshot it is answered from, and what may be changed.

    `trail` is what the request leaves in the log of access.
    """

    unit: "UnitOfWork"
    viewer: Viewer
    now: datetime
    review: "QuarantineReview"
    feed: "SourceEventFeed"
    audit_context: AuditContext
    live_figures: LiveFigureClient | None = None
    """Asks agencies now; null where nobody may be asked."""
    loaders: dict[Any, Any] = field(default_factory=dict)
    retained_parents: list[Any] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The day in Bangkok, which is what `on` means when it is absent."""
        return self.now.astimezone(BANGKOK).date()

    def get_loader(
        self,
        batch: Any,
        arguments: dict[str, Any],
        build: Callable[[Any, "Context", dict[str, Any]], Any],
    ) -> Any:
        """The request's loader for a field and its arguments, made when first needed."""
        key = (batch, *sorted(arguments.items()))
        if key not in self.loaders:
            self.loaders[key] = build(batch, self, arguments)
        return self.loaders[key]

    async def renew_snapshot(self) -> None:
        """Give the snapshot back: what is asked from here on is answered from a later one."""
        self.unit = await self.unit.restart_snapshot()
        self.loaders.clear()


@dataclass(frozen=True, slots=True)
class SubscriptionContext:
    """What the source of a subscription is given: how to look, again and again.

    `async with following.afresh() as context` is one look: one snapshot, who asks now, and a
    connection only while the block lasts. Between two looks a source holds nothing.
    """

    open_context: Callable[[], AbstractAsyncContextManager[Context]]

"""What a resolver is given besides its parents; there is nothing else."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from hub.domain.access import Viewer

if TYPE_CHECKING:
    # `app` hands the unit of work in; resolvers know its shape, not where it lives.
    from hub.store.unit import Unit

BANGKOK = ZoneInfo("Asia/Bangkok")


@dataclass(slots=True)
class Context:
    """One request: who asks, when, and the snapshot it is answered from."""

    unit: "Unit"
    viewer: Viewer
    now: datetime
    loaders: dict[Any, Any] = field(default_factory=dict)
    alive: list[Any] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The day in Bangkok, which is what `on` means when it is absent."""
        return self.now.astimezone(BANGKOK).date()

    def loader(
        self,
        batch: Any,
        asked: dict[str, Any],
        make: Callable[[Any, "Context", dict[str, Any]], Any],
    ) -> Any:
        """The request's loader for a field and its arguments, made when first needed."""
        key = (batch, *sorted(asked.items()))
        if key not in self.loaders:
            self.loaders[key] = make(batch, self, asked)
        return self.loaders[key]

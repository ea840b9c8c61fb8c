"""One way to name a thing, and one way to name a moment of knowledge."""

from datetime import datetime
from typing import Generic, NewType, TypeVar

from hub.domain.record import value

Thing = TypeVar("Thing")

OpaqueId = NewType("OpaqueId", str)
"""An id as the client sent it: perhaps of nothing the hub knows, perhaps no id at all."""


@value
class By(Generic[Thing]):
    """A look-up of one `Thing`: `key` by id or code, or `scheme` and `value` outside the hub."""

    key: str = ""
    code: str | None = None
    scheme: str | None = None
    value: str | None = None


@value
class AsOf:
    """What the hub knew: at an instant, or when a plan version became known; one of the two."""

    instant: datetime | None = None
    plan_version_id: str | None = None

"""One way to name a thing, and one way to name a moment of knowledge."""

from datetime import UTC, datetime
from typing import Generic, NewType, TypeVar

from hub.domain.record import value
from hub.errors import Invalid

Record = TypeVar("Record")

OpaqueId = NewType("OpaqueId", str)
"""An id as the client sent it: perhaps of nothing the hub knows, perhaps no id at all."""


@value
class Lookup(Generic[Record]):
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

    @classmethod
    def at_instant(cls, instant: datetime, field: str = "asOf.instant") -> "AsOf":
        """At a clock time, held in UTC; `Invalid(field)` without an offset or out of bounds."""
        if instant.tzinfo is None:
            raise Invalid(
                field,
                "เวลาต้องระบุเขตเวลา เช่น 2010-06-01T09:00:00+07:00",
                "an instant needs its offset: 2010-06-01T09:00:00+07:00",
            )
        try:
            return cls(instant=instant.astimezone(UTC))
        except OverflowError as error:
            raise Invalid(
                field,
                "เวลาต้องอยู่ในปี ค.ศ. 1–9999 ตามเวลาสากล (UTC)",
                "an instant lies within the years 1 to 9999 in UTC",
            ) from error

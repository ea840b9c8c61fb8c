"""Arguments that identify a record, or an instant of knowledge."""

from datetime import UTC, datetime
from typing import Generic, NewType, TypeVar

from hub.domain.record import value
from hub.errors import Invalid

Record = TypeVar("Record")

OpaqueId = NewType("OpaqueId", str)
"""An id as the client sent it; it may be unknown or malformed."""


@value
class Lookup(Generic[Record]):
    """A lookup of one record: `key` is an id or code; `scheme` and `value` an external id."""

    key: str = ""
    code: str | None = None
    scheme: str | None = None
    value: str | None = None


@value
class AsOf:
    """What the hub knew at an instant, when a plan version became known, or when a joint session
    was closed (now, as long as it is not closed); exactly one is set.
    """

    instant: datetime | None = None
    plan_version_id: str | None = None
    session_id: str | None = None

    @classmethod
    def at_instant(cls, instant: datetime, field: str = "asOf.instant") -> "AsOf":
        """Return an instant in UTC; `Invalid(field)` without an offset or out of range."""
        if instant.tzinfo is None:
            raise Invalid(
                field,
                "เวลาต้องระบุเขตเวลา เช่น 2010-06-01T09:00:00+07:00",
                "the time must have an offset, for example 2010-06-01T09:00:00+07:00",
            )
        try:
            return cls(instant=instant.astimezone(UTC))
        except OverflowError as error:
            raise Invalid(
                field,
                "เวลาต้องอยู่ในปี ค.ศ. 1–9999 ตามเวลาสากล (UTC)",
                "the time must be within the years 1 to 9999 in UTC",
            ) from error

"""Inputs that identify records and instants."""

from datetime import datetime
from typing import Any

import strawberry

from hub.domain import lookups, provenance
from hub.domain.global_id import GlobalId
from hub.errors import Invalid
from schema.binding import input_type


def optional_field(description: str) -> Any:
    """Return a field of an input that may be absent, as all but one of a `@oneOf` input are."""
    return strawberry.field(default=strawberry.UNSET, description=description)


@input_type(lookups.AsOf, one_of=True, name="AsOf")
class AsOfInput:
    """Data as known at a time or when a plan version became known (ข้อมูลที่ระบบมี).

    The dated edition of memberships and rules is selected by `on`, a date of validity.
    """

    instant: datetime | None = optional_field("Instant with its UTC offset (เวลา)")
    plan_version: strawberry.ID | None = optional_field(
        "When this version of a plan first became visible to you (ฉบับของแผน)"
    )
    session: strawberry.ID | None = optional_field(
        "When this joint session was closed; now, as long as it is not closed (การประชุมร่วม)"
    )

    def to_domain(self, field: str) -> lookups.AsOf:
        """Return the instant in UTC; `Invalid` without an offset or out of range."""
        if isinstance(self.instant, datetime):
            return lookups.AsOf.at_instant(self.instant, f"{field}.instant")
        session = given(self.session)
        if session is not None:
            return lookups.AsOf(session_id=parse_key(session, f"{field}.session", "JointSession"))
        version_id = GlobalId.parse(str(self.plan_version), f"{field}.planVersion", "PlanVersion")
        return lookups.AsOf(plan_version_id=version_id.key)


@input_type(provenance.ExternalId)
class ExternalIdInput:
    """An id in another system (รหัสภายนอก)."""

    scheme: str = strawberry.field(description="System or list of codes (ชุดรหัส)")
    value: str = strawberry.field(description="Code in that system (รหัส)")

    def to_domain(self, field: str) -> provenance.ExternalId:
        """Return the external id; `Invalid` when a part is empty."""
        if not self.scheme or not self.value:
            raise Invalid(field, "ระบุทั้ง scheme และ value", "both scheme and value are required")
        return provenance.ExternalId(self.scheme, self.value)


def given(value: Any) -> Any:
    """Return the value of an optional field of an input; null when it is absent."""
    return None if value is strawberry.UNSET else value


def parse_key(value: strawberry.ID, field: str, kind: str) -> str:
    """Return the key of a global id of this type; `Invalid` otherwise."""
    return GlobalId.parse(str(value), field, kind).key

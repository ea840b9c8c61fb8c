"""How things and moments are named in arguments."""

from datetime import datetime
from typing import Any

import strawberry

from hub.domain import lookups, provenance
from hub.domain.global_id import GlobalId
from hub.errors import Invalid
from schema.binding import input_type


def optional_field(description: str) -> Any:
    """One way of several: a field of a `@oneOf` input, absent unless it is the one."""
    return strawberry.field(default=strawberry.UNSET, description=description)


@input_type(lookups.AsOf, one_of=True, name="AsOf")
class AsOfInput:
    """What the hub knew (สิ่งที่ระบบรู้), by clock or by unit of change.

    Which dated edition is meant (memberships, rules) is `on`, a date of validity.
    """

    instant: datetime | None = optional_field("An instant with its offset from UTC (เวลา)")
    plan_version: strawberry.ID | None = optional_field(
        "When you could first see this version of a plan (ฉบับของแผน)"
    )

    def to_domain(self, field: str) -> lookups.AsOf:
        """The moment, in UTC; `Invalid` for a clock time without its offset or out of bounds."""
        if isinstance(self.instant, datetime):
            return lookups.AsOf.at_instant(self.instant, f"{field}.instant")
        version_id = GlobalId.parse(str(self.plan_version), f"{field}.planVersion", "PlanVersion")
        return lookups.AsOf(plan_version_id=version_id.key)


@input_type(provenance.ExternalId)
class ExternalIdInput:
    """A name in somebody else's system (รหัสภายนอก)."""

    scheme: str = strawberry.field(description="Which system or list (ชุดรหัส)")
    value: str = strawberry.field(description="The code in it (รหัส)")

    def to_domain(self, field: str) -> provenance.ExternalId:
        """The name; `Invalid` where a part of it is empty."""
        if not self.scheme or not self.value:
            raise Invalid(
                field, "ระบุทั้ง scheme และ value", "give both a scheme and a value, neither empty"
            )
        return provenance.ExternalId(self.scheme, self.value)

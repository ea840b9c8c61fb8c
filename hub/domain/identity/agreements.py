"""Agreements between agencies to share what is not published: nothing is shared without one."""

from datetime import datetime
from enum import Enum

from hub.domain.record import record


class SharingScope(Enum):
    """What of a provider's drafts an agreement opens (ขอบเขตที่แบ่งปัน)."""

    ALL = "ALL"
    PROJECTS = "PROJECTS"
    PLANS = "PLANS"
    SOURCE = "SOURCE"
    PLAN = "PLAN"

    @property
    def requires_key(self) -> bool:
        """Whether one source or plan is meant, which `DataSharingAgreement.key` names."""
        return self in (SharingScope.SOURCE, SharingScope.PLAN)


@record
class DataSharingAgreement:
    """That a provider lets a consumer read drafts it owns, for a purpose (ข้อตกลงแบ่งปันข้อมูล).

    It opens what the provider itself owns, to the consumer itself: neither departments of the one
    nor of the other. It counts before `until`, unless it was revoked.
    """

    id: str
    provider_id: str
    consumer_id: str
    purpose: str
    scope: SharingScope
    key: str | None
    until: datetime
    revoked_at: datetime | None
    is_active: bool

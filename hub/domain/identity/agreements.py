"""Agreements between agencies to share unpublished data; without one, nothing is shared."""

from datetime import datetime
from enum import Enum

from hub.domain.record import record


class SharingScope(Enum):
    """Which of the provider's drafts an agreement covers (ขอบเขตที่แบ่งปัน)."""

    ALL = "ALL"
    PROJECTS = "PROJECTS"
    PLANS = "PLANS"
    SOURCE = "SOURCE"
    PLAN = "PLAN"

    @property
    def requires_key(self) -> bool:
        """Return whether the scope is one source or plan, named by `DataSharingAgreement.key`."""
        return self in (SharingScope.SOURCE, SharingScope.PLAN)


@record
class DataSharingAgreement:
    """Permission for a consumer to read a provider's drafts (ข้อตกลงแบ่งปันข้อมูล).

    It covers what the provider itself owns, for the consumer itself; departments of either are not
    included. It is active before `until` unless revoked.
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

"""Runs of sources."""

from datetime import datetime
from enum import Enum
from typing import Any, ClassVar

from hub.domain.global_id import GlobalId
from hub.domain.record import record, value
from hub.domain.sources.ledger import Ledger


class RunStatus(Enum):
    """Status of a run (สถานะรอบนำเข้า)."""

    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    REFUSED = "REFUSED"
    FAILED = "FAILED"


@value
class FetchRequest:
    """What a run requests from a source (ช่วงที่ขออ่าน).

    `since`: only records changed then or later; null: all. `etag`: the ETag of the previous
    response to the same request, if it was a single page, so that the source can answer 304.
    """

    since: datetime | None = None
    etag: str | None = None


@record
class SourceRun:
    """A run of a source; `cursor` is where to resume an interrupted run (รอบนำเข้า).

    `watermark` is the instant up to which a complete run has read the source, by the earlier of the
    two clocks.
    """

    TYPE: ClassVar[str] = "SourceRun"

    id: int
    source_id: str
    status: RunStatus
    started_at: datetime
    finished_at: datetime | None
    origin: str
    snapshot: str | None
    spec_digest: str
    cursor: str | None
    state: dict[str, Any]
    ledger: Ledger
    error: str | None
    request: FetchRequest = FetchRequest()
    watermark: datetime | None = None

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, str(self.id)))

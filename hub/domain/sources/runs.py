"""Runs of a source."""

from datetime import datetime
from enum import Enum
from typing import Any, ClassVar

from hub.domain.global_id import GlobalId
from hub.domain.record import record, value
from hub.domain.sources.ledger import Ledger


class RunStatus(Enum):
    """How a run stands (สถานะรอบนำเข้า)."""

    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    REFUSED = "REFUSED"
    FAILED = "FAILED"


@value
class FetchRequest:
    """What a run asks a source for (ช่วงที่ขออ่าน).

    `since`: only what changed then or later; null: all of it. `etag`: what came the last time the
    same was asked, where that was one page, so that the source may say that nothing changed.
    """

    since: datetime | None = None
    etag: str | None = None


@record
class SourceRun:
    """One run of a source; `cursor` is what to ask next where it was broken off (รอบนำเข้า).

    `watermark` is the moment up to which a whole run knows the source, by the earlier of the two
    clocks.
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
        """The global id."""
        return str(GlobalId(self.TYPE, str(self.id)))

"""Runs of a source."""

from datetime import datetime
from enum import Enum
from typing import Any, ClassVar

from hub.domain.identity import GlobalId
from hub.domain.ledger import Ledger
from hub.domain.record import record


class RunStatus(Enum):
    """How a run stands (สถานะรอบนำเข้า)."""

    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    REFUSED = "REFUSED"
    FAILED = "FAILED"


@record
class Run:
    """One run of a source; `cursor` is what to ask next where it was broken off (รอบนำเข้า)."""

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

    @property
    def gid(self) -> str:
        """The global id."""
        return str(GlobalId(self.TYPE, str(self.id)))

"""Where a fact comes from, and how sure we are of it."""

from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar

from hub.domain.global_id import GlobalId
from hub.domain.record import record
from hub.domain.text import LocalizedText


class Assertion(Enum):
    """How a fact came to be held (ลักษณะของข้อมูล)."""

    REPORTED = "REPORTED"
    DERIVED = "DERIVED"
    RECONSTRUCTED = "RECONSTRUCTED"
    ASSUMED = "ASSUMED"
    SUGGESTED = "SUGGESTED"
    AGREED = "AGREED"


class Confidence(Enum):
    """How sure the reading is (ความเชื่อมั่น)."""

    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"


class SourceHealth(Enum):
    """How a source is doing (สถานะแหล่งข้อมูล)."""

    OK = "OK"
    DEGRADED = "DEGRADED"
    DOWN = "DOWN"
    PAUSED = "PAUSED"


class Cadence(Enum):
    """How often the source is asked (ความถี่)."""

    MANUAL = "MANUAL"
    HOURLY = "HOURLY"
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"

    @property
    def period(self) -> timedelta | None:
        """The time between two; null where nobody but a person begins one."""
        hours = {"HOURLY": 1, "DAILY": 24, "WEEKLY": 168, "MONTHLY": 720}.get(self.value)
        return None if hours is None else timedelta(hours=hours)


@record
class Source:
    """Where data comes from: a document, a register, an agency's system (แหล่งข้อมูล)."""

    TYPE: ClassVar[str] = "Source"

    id: str
    name: LocalizedText
    kind: str
    note: str | None
    health: SourceHealth
    last_success_at: datetime | None
    owner_id: str | None
    cadence: Cadence | None

    @property
    def gid(self) -> str:
        """The global id."""
        return str(GlobalId(self.TYPE, self.id))


@record
class ExternalId:
    """A thing's name in somebody else's system: a scheme and a value (รหัสภายนอก)."""

    scheme: str
    value: str


@record
class SourceRecord:
    """One record of a source as it came, by its hash (ระเบียนต้นทาง)."""

    id: str
    source_id: str
    external_id: ExternalId
    url: str | None
    payload_hash: str
    retrieved_at: datetime


@record
class Provenance:
    """One reason to hold a fact: source, record, how it is held, where it stands (ที่มาของข้อมูล)."""

    source: Source
    record: SourceRecord | None
    retrieved_at: datetime | None
    asserted: Assertion
    confidence: Confidence | None
    citation: str | None
    note: str | None


@record
class LiveOrigin:
    """Where a live figure comes from; nothing of it is stored."""

    source_id: str
    key: str
    url: str | None
    payload_hash: str
    retrieved_at: datetime
    asserted: Assertion
